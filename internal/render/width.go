package render

import (
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

const (
	ellipsis  = "…"
	minColumn = 8 // no column is shortened below this width, nor below its heading
)

// shorten cuts the widest text columns, one step at a time, until the table is
// no wider than width or nothing is left to cut. Of two alike the right one is
// cut: what identifies a row stands at its left.
func shorten(header []string, rows [][]string, texts []bool, width int) {
	widths, least := make([]int, len(header)), make([]int, len(header))
	total := (len(header) - 1) * len(gap)
	for i, h := range header {
		widths[i] = textWidth(h)
		least[i] = max(widths[i], minColumn)
		for _, row := range rows {
			widths[i] = max(widths[i], textWidth(row[i]))
		}
		total += widths[i]
	}
	for ; total > width; total-- {
		widest := -1
		for i, w := range widths {
			if texts[i] && w > least[i] && (widest < 0 || w >= widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	for _, row := range rows {
		for i := range row {
			row[i] = cut(row[i], widths[i])
		}
	}
}

// cut shortens s to width columns, the last of them an ellipsis.
func cut(s string, width int) string {
	if textWidth(s) <= width {
		return s
	}
	left := width - textWidth(ellipsis)
	for i, r := range s {
		if left -= textWidth(string(r)); left < 0 {
			return s[:i] + ellipsis
		}
	}
	return s
}

// textWidth counts terminal columns whatever the locale is: ambiguous
// characters are narrow.
func textWidth(s string) int {
	if ascii(s) {
		return len(s)
	}
	return twwidth.WidthWithOptions(s, twwidth.Options{})
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
