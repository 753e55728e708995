package render

import (
	"cmp"
	"embed"
	"html/template"
	"io"
	"iter"
	"strings"
	"sync"
	"time"
)

// A Page is a document that stands alone: it holds its style, loads nothing and
// runs no script.
type Page struct {
	Lang     string // "fr" or "en"; empty: "en"
	Title    string
	Lead     string // what the page is, in a sentence or two
	Facts    []Fact // shown on top
	Sections []Section
	Foot     string
}

// A Fact is a name and what it is.
type Fact struct{ Name, Text string }

// A Section is a table, and perhaps a chart of what stands in it.
type Section struct {
	Title string
	Text  string // before the table
	Empty string // in its place, where it has no rows
	Chart Chart
	write func(io.Writer, Options) (rows int, err error)
}

// NewSection makes a section that shows rows in the columns that have a title.
func NewSection[T any](title string, columns []Column[T], rows iter.Seq2[T, error]) Section {
	return Section{Title: title, write: func(w io.Writer, o Options) (int, error) {
		s := &htmlSink{w: w, o: o, heads: heads(columns), bare: true}
		cells := make([]value, len(columns))
		for row, err := range rows {
			if err == nil {
				err = fill(cells, columns, row)
			}
			if err == nil {
				err = s.row(cells)
			}
			if err != nil {
				return s.rows, err
			}
		}
		return s.rows, s.end()
	}}
}

//go:embed page.html
var pageFile embed.FS

// pageParts gives the templates of a page: head, section, table, row, rest.
var pageParts = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(pageFile, "page.html")
})

func writePart(w io.Writer, name string, data any) error {
	t, err := pageParts()
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(w, name, data)
}

// WritePage writes a page. Times are told in o.Zone.
func WritePage(w io.Writer, o Options, p Page) error {
	if err := writePart(w, "head", p.safe()); err != nil {
		return writing(err)
	}
	for _, section := range p.Sections {
		if err := section.writeTo(w, o); err != nil {
			return err
		}
	}
	return writing(writePart(w, "foot", Safe(p.Foot)))
}

func (p Page) safe() Page {
	facts := make([]Fact, len(p.Facts))
	for i, f := range p.Facts {
		facts[i] = Fact{Safe(f.Name), Safe(f.Text)}
	}
	return Page{Lang: cmp.Or(p.Lang, "en"), Title: Safe(p.Title), Lead: Safe(p.Lead), Facts: facts}
}

func (s Section) writeTo(w io.Writer, o Options) error {
	data := struct {
		Title, Text string
		Chart       *drawing
	}{Safe(s.Title), Safe(s.Text), s.Chart.draw()}
	if err := writePart(w, "section", data); err != nil {
		return writing(err)
	}
	rows := 0
	if s.write != nil {
		var err error
		if rows, err = s.write(w, o); err != nil {
			return err
		}
	}
	if rows == 0 && s.Empty != "" {
		if err := writePart(w, "empty", Safe(s.Empty)); err != nil {
			return writing(err)
		}
	}
	return writing(writePart(w, "end", nil))
}

// An htmlSink writes a table, and unless it is bare the page around it.
type htmlSink struct {
	w     io.Writer
	o     Options
	heads []head
	bare  bool
	begun bool
	rows  int
}

// A htmlCell is what a template shows of a cell.
type htmlCell struct {
	Text, Class, At string
}

func (s *htmlSink) begin() error {
	if s.begun {
		return nil
	}
	s.begun = true
	if !s.bare {
		if err := writePart(s.w, "head", Page{Title: s.o.Title, Lead: s.o.Lead}.safe()); err != nil {
			return err
		}
	}
	var titles []string
	for _, h := range s.heads {
		if h.title != "" && !h.below {
			titles = append(titles, sentenceCase(h.title))
		}
	}
	return writePart(s.w, "table", titles)
}

func (s *htmlSink) row(cells []value) error {
	if err := s.begin(); err != nil {
		return err
	}
	s.rows++
	var shown []htmlCell
	var below []Fact
	for i, h := range s.heads {
		switch cell := s.cell(cells[i]); {
		case h.title == "":
		case !h.below:
			shown = append(shown, cell)
		case cell.Text != noCell:
			below = append(below, Fact{sentenceCase(h.title), cell.Text})
		}
	}
	if err := writePart(s.w, "row", shown); err != nil || len(below) == 0 {
		return err
	}
	return writePart(s.w, "below", struct {
		Columns int
		Facts   []Fact
	}{len(shown), below})
}

func (s *htmlSink) cell(v value) htmlCell {
	c := htmlCell{Text: tableCell(v, s.o.Now)}
	switch v.kind {
	case instant:
		zone := s.o.Zone
		if zone == nil {
			zone = time.UTC
		}
		c.Text, c.At, c.Class = v.at.In(zone).Format("2006-01-02 15:04:05 MST"), string(appendTime(nil, v.at)), "time"
	case day:
		c.Class = "time"
	case unset, text, number, boolean, list:
	}
	return c
}

func (s *htmlSink) end() error {
	if s.bare && !s.begun {
		return nil // a section says by itself that it is empty
	}
	if err := s.begin(); err != nil {
		return err
	}
	if err := writePart(s.w, "rest", nil); err != nil || s.bare {
		return err
	}
	return writePart(s.w, "foot", Safe(s.o.Foot))
}

func (s *htmlSink) stop() error { return nil }

// sentenceCase gives a table's heading as a page shows it: IP, Last seen. One
// that is no table's, with small letters, stays as it is.
func sentenceCase(title string) string {
	if title != strings.ToUpper(title) {
		return title
	}
	words := strings.Fields(strings.ToLower(title))
	for i, word := range words {
		switch {
		case word == "ip" || word == "id" || word == "pin":
			words[i] = strings.ToUpper(word)
		case i == 0:
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, " ")
}
