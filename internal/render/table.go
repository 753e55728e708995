package render

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

const (
	noCell    = "-"  // in the place of what is unset or empty
	gap       = "  " // between two columns
	blockRows = 1000 // how many rows are laid out at once
)

// A tableSink collects rows, for the widths of columns are known at the end. It
// keeps them as blocks of bare text: of a long table the library would hold
// several times that.
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
	header := make([]string, len(s.columns))
	for i, c := range s.columns {
		header[i] = c.title + strings.Repeat(" ", c.width-textWidth(c.title)) // so that each block is as wide
	}
	for i, block := range s.blocks {
		out, err := layOut(header, s.lines(block, all))
		if err != nil {
			return err
		}
		if i > 0 {
			out = out[bytes.IndexByte(out, '\n')+1:]
		}
		if _, err := s.w.Write(out); err != nil {
			return err
		}
	}
	return nil
}

// lines gives the rows of a block, as far as the columns show them.
func (s *tableSink) lines(block []byte, all int) [][]string {
	cells := strings.Split(strings.TrimSuffix(string(block), "\n"), "\n")
	lines := make([][]string, len(cells)/all)
	for i := range lines {
		for _, c := range s.columns {
			lines[i] = append(lines[i], cut(cells[i*all+c.cell], c.width))
		}
	}
	return lines
}

func (s *tableSink) stop() error { return nil }

// writeDetails writes one row as a line for each column.
func writeDetails(w io.Writer, now time.Time, hs []head, cells []value) error {
	var rows [][]string
	for i, h := range hs {
		if h.title != "" {
			rows = append(rows, []string{h.title, tableCell(cells[i], now)})
		}
	}
	out, err := layOut(nil, rows)
	if err == nil {
		_, err = w.Write(out)
	}
	return err
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

// layOut gives lines without borders, in columns, without spaces at their ends.
func layOut(header []string, rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	t := tablewriter.NewTable(&out,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithRowAlignment(tw.AlignLeft),
		tablewriter.WithPadding(tw.Padding{Right: gap, Overwrite: true}),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithEastAsian(tw.Off),
	)
	if header != nil {
		t.Header(header)
	}
	if err := t.Bulk(rows); err != nil {
		return nil, err
	}
	if err := t.Render(); err != nil {
		return nil, err
	}
	return trimLineEnds(out.Bytes()), nil
}

// trimLineEnds works in place.
func trimLineEnds(b []byte) []byte {
	trimmed := b[:0]
	for line := range bytes.Lines(b) {
		trimmed = append(append(trimmed, bytes.TrimRight(line, " \n")...), '\n')
	}
	return trimmed
}
