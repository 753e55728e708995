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

const gap = "  " // between two columns

// A tableSink collects rows, for the widths of columns are known at the end.
type tableSink struct {
	w       io.Writer
	o       Options
	cells   []int // by column: which cell it shows
	columns []tableColumn
	rows    [][]string
}

func newTableSink(w io.Writer, o Options, hs []head) *tableSink {
	s := &tableSink{w: w, o: o}
	for i, h := range hs {
		if h.title != "" {
			s.cells = append(s.cells, i)
			s.columns = append(s.columns, tableColumn{title: strings.ToUpper(h.title), whole: h.whole, spare: h.spare})
		}
	}
	return s
}

func (s *tableSink) row(cells []value) error {
	line := make([]string, len(s.columns))
	for i, c := range s.cells {
		line[i] = tableCell(cells[c], s.o.Now)
		s.columns[i].text = s.columns[i].text || cells[c].kind == text || cells[c].kind == list
	}
	s.rows = append(s.rows, line)
	return nil
}

func (s *tableSink) end() error {
	if len(s.rows) == 0 {
		if s.o.Notes == nil || s.o.Empty == "" {
			return nil
		}
		_, err := io.WriteString(s.o.Notes, s.o.Empty+"\n")
		return err
	}
	if s.o.Width > 0 {
		s.columns, s.rows = fit(s.columns, s.rows, s.o.Width)
	}
	header := make([]string, len(s.columns))
	for i, c := range s.columns {
		header[i] = c.title
	}
	return writeTable(s.w, header, s.rows)
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
	return writeTable(w, nil, rows)
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
	case unset, number, day:
		cell = string(v.appendBare(nil))
	}
	if strings.TrimSpace(cell) == "" {
		return "-"
	}
	return cell
}

// writeTable writes lines without borders, in columns, without spaces at their
// ends. It writes at once: a table is whole or an error.
func writeTable(w io.Writer, header []string, rows [][]string) error {
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
		return err
	}
	if err := t.Render(); err != nil {
		return err
	}
	_, err := w.Write(trimLineEnds(out.Bytes()))
	return err
}

// trimLineEnds works in place.
func trimLineEnds(b []byte) []byte {
	trimmed := b[:0]
	for line := range bytes.Lines(b) {
		trimmed = append(append(trimmed, bytes.TrimRight(line, " \n")...), '\n')
	}
	return trimmed
}
