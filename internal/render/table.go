package render

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"time"
)

const (
	noCell    = "-"  // in the place of what is unset or empty
	gap       = "  " // between two columns
	blockRows = 1000 // how many rows a block of text holds
)

// A tableSink collects rows, for the widths of columns are known at the end. It
// keeps them as bare text, in blocks so that a long one is not copied as it grows.
type tableSink struct {
	w       io.Writer
	o       Options
	columns []tableColumn
	rows    int
	blocks  [][]byte // of blockRows rows each: their cells, each with a line end, which none has inside
}

func newTableSink(w io.Writer, o Options, hs []head) *tableSink {
	s := &tableSink{w: w, o: o}
	for i, h := range hs {
		if h.title != "" {
			title := strings.ToUpper(h.title)
			s.columns = append(s.columns, tableColumn{
				title: title, whole: h.whole, spare: h.spare, value: i, cell: len(s.columns), width: textWidth(title),
			})
		}
	}
	return s
}

func (s *tableSink) row(cells []value) error {
	if s.rows%blockRows == 0 {
		s.blocks = append(s.blocks, nil)
	}
	s.rows++
	block := &s.blocks[len(s.blocks)-1]
	for i := range s.columns {
		c := &s.columns[i]
		v := cells[c.value]
		cell := tableCell(v, s.o.Now)
		c.text = c.text || v.kind == text || v.kind == list
		c.width = max(c.width, textWidth(cell))
		*block = append(append(*block, cell...), '\n')
	}
	return nil
}

func (s *tableSink) end() error {
	if s.rows == 0 {
		if s.o.Notes == nil || s.o.Empty == "" {
			return nil
		}
		_, err := io.WriteString(s.o.Notes, s.o.Empty+"\n")
		return err
	}
	all := len(s.columns)
	if s.o.Width > 0 {
		s.columns = fit(s.columns, s.o.Width)
	}
	titles := make([]string, all)
	for _, c := range s.columns {
		titles[c.cell] = c.title
	}
	out := appendLine(nil, s.columns, titles)
	for _, block := range s.blocks {
		cells := strings.Split(strings.TrimSuffix(string(block), "\n"), "\n")
		for row := range slices.Chunk(cells, all) {
			out = appendLine(out, s.columns, row)
		}
		if _, err := s.w.Write(out); err != nil {
			return err
		}
		out = out[:0]
	}
	return nil
}

// appendLine appends a row as far as the columns show it, without spaces at its
// end.
func appendLine(out []byte, columns []tableColumn, cells []string) []byte {
	for _, c := range columns {
		cell := cut(cells[c.cell], c.width)
		out = append(append(out, cell...), strings.Repeat(" ", c.width-textWidth(cell))+gap...)
	}
	return append(bytes.TrimRight(out, " "), '\n')
}

func (s *tableSink) stop() error { return nil }

// writeDetails writes one row as a line for each column.
func writeDetails(w io.Writer, o Options, hs []head, cells []value) error {
	columns := []tableColumn{{cell: 0}, {cell: 1}}
	var rows [][]string
	for i, h := range hs {
		if h.title == "" {
			continue
		}
		row := []string{h.title, detailCell(cells[i], o)}
		for n := range columns {
			columns[n].width = max(columns[n].width, textWidth(row[n]))
		}
		rows = append(rows, row)
	}
	var out []byte
	for _, row := range rows {
		out = appendLine(out, columns, row)
	}
	_, err := w.Write(out)
	return err
}

// detailCell gives a cell as tableCell does, but for a time: in a zone it is told
// by the clock too.
func detailCell(v value, o Options) string {
	cell := tableCell(v, o.Now)
	if v.kind == instant && o.Zone != nil {
		cell = v.at.In(o.Zone).Format("2006-01-02 15:04 MST") + ", " + cell
	}
	return cell
}

// tableCell gives a cell as people read it. An empty text or list shows as "-"
// too: a hole would shift the columns of whoever splits the line at spaces.
func tableCell(v value, now time.Time) string {
	cell := ""
	switch v.kind {
	case text:
		cell = Safe(v.text)
	case list:
		cell = Safe(strings.Join(v.items, ", "))
	case boolean:
		cell = "no"
		if v.yes {
			cell = "yes"
		}
	case instant:
		cell = Relative(v.at, now)
		if now.IsZero() {
			cell = string(appendTime(nil, v.at))
		}
	case unset, number, day:
		cell = string(v.appendBare(nil))
	}
	if strings.TrimSpace(cell) == "" {
		return noCell
	}
	return cell
}
