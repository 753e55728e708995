package render

import (
	"slices"

	"github.com/clipperhouse/displaywidth"
)

const (
	ellipsis  = "…"
	minColumn = 8 // no column is shortened below this width, nor below its heading
)

// A tableColumn is a column as a table shows it.
type tableColumn struct {
	title string
	text  bool // some cell is a text
	whole bool
	spare int
	value int // its place among a row's values
	cell  int // its place among the cells of the table before any is left out

	width int // that its cells take
	least int // that they can be shortened to
}

// fit makes the table no wider than width, as far as columns may be left out
// and texts shortened.
func fit(columns []tableColumn, width int) []tableColumn {
	for i := range columns {
		c := &columns[i]
		c.least = min(max(textWidth(c.title), minColumn), c.width)
		if c.whole || !c.text {
			c.least = c.width
		}
	}
	for leastWidth(columns) > width {
		i := mostSpare(columns)
		if i < 0 {
			break
		}
		columns = slices.Delete(columns, i, i+1)
	}
	shorten(columns, width)
	return columns
}

func leastWidth(columns []tableColumn) int {
	total := (len(columns) - 1) * len(gap)
	for _, c := range columns {
		total += c.least
	}
	return total
}

// mostSpare gives the column to leave out first, -1 where each must stay.
func mostSpare(columns []tableColumn) int {
	most, spare := -1, 0
	for i, c := range columns {
		if c.spare > spare {
			most, spare = i, c.spare
		}
	}
	return most
}

// shorten cuts the widest column that can be cut, one step at a time, until the
// table is no wider than width or nothing is left to cut. Of two alike the
// right one is cut: what identifies a row stands at its left.
func shorten(columns []tableColumn, width int) {
	total := (len(columns) - 1) * len(gap)
	for _, c := range columns {
		total += c.width
	}
	for ; total > width; total-- {
		widest := -1
		for i, c := range columns {
			if c.width > c.least && (widest < 0 || c.width >= columns[widest].width) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		columns[widest].width--
	}
}

// cut shortens s to width columns, the last of them an ellipsis.
func cut(s string, width int) string {
	return displaywidth.Options{}.TruncateString(s, width, ellipsis)
}

// textWidth counts terminal columns whatever the locale is: ambiguous
// characters are narrow.
func textWidth(s string) int { return displaywidth.Options{}.String(s) }
