package render

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// A csvSink writes a heading and a line for each row. The cells of a row that
// need building are built in one buffer and made a string at once: an export
// has a million rows.
type csvSink struct {
	w      *bufio.Writer
	csv    *csv.Writer
	excel  bool
	begun  bool
	heads  []head
	record []string
	buf    []byte
	spans  []span
}

// A span is where in the buffer the cell of a column stands.
type span struct{ column, from, to int }

func newCSVSink(w io.Writer, hs []head, excel bool) *csvSink {
	s := &csvSink{w: bufio.NewWriterSize(w, bufferSize), excel: excel, heads: hs, record: make([]string, len(hs))}
	s.csv = csv.NewWriter(s.w) // takes our buffer as its own
	if excel {
		s.csv.Comma, s.csv.UseCRLF = ';', true
	}
	return s
}

// begin is put off until the first row is there, so that a listing that is
// refused at once leaves no output.
func (s *csvSink) begin() error {
	if s.begun {
		return nil
	}
	s.begun = true
	if s.excel {
		_, _ = s.w.WriteString("\ufeff") // bufio keeps its first error for later
	}
	for i, h := range s.heads {
		s.record[i] = h.key
	}
	return s.csv.Write(s.record)
}

func (s *csvSink) row(cells []value) error {
	if err := s.begin(); err != nil {
		return err
	}
	s.buf, s.spans = s.buf[:0], s.spans[:0]
	for i, c := range cells {
		if c.kind == text && harmless(c.text) {
			s.record[i] = c.text
			continue
		}
		from := len(s.buf)
		s.buf = appendCSV(s.buf, c)
		s.spans = append(s.spans, span{i, from, len(s.buf)})
	}
	built := string(s.buf)
	for _, p := range s.spans {
		s.record[p.column] = built[p.from:p.to]
	}
	return s.csv.Write(s.record)
}

func (s *csvSink) end() error {
	if err := s.begin(); err != nil {
		return err
	}
	s.csv.Flush()
	return s.csv.Error()
}

func (s *csvSink) stop() error {
	s.csv.Flush()
	return s.csv.Error()
}

func appendCSV(b []byte, v value) []byte {
	switch v.kind {
	case text:
		return appendCell(b, v.text)
	case list:
		return appendCell(b, strings.Join(v.items, ","))
	case unset, number, boolean, instant, day:
		return v.appendBare(b)
	default:
		return b
	}
}

// appendCell appends s with an apostrophe wherever a spreadsheet could take
// what follows for a formula: at its start, and after any character at which a
// reader with another idea of the separator may split it. Spaces and quotes
// before the formula do not hide it, since readers drop them. Tabs and line
// ends stay; other hostile characters become visible escapes, as in Safe.
func appendCell(b []byte, s string) []byte {
	fresh := true // a reader may begin a cell here
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if fresh && startsFormula(r) {
			b = append(b, '\'')
		}
		if r == '\t' || r == '\n' || r == '\r' {
			b = append(b, byte(r))
		} else {
			b = appendSafe(b, s[i:i+n], r)
		}
		fresh = separates(r) || fresh && (r == ' ' || r == '"')
		i += n
	}
	return b
}

func startsFormula(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠':
		return true
	default:
		return false
	}
}

func separates(r rune) bool {
	switch r {
	case ',', ';', '\t', '|', '\n', '\r':
		return true
	default:
		return false
	}
}

// harmless reports that appendCell would change nothing, for plain ASCII only:
// most cells are, and need not be built anew.
func harmless(s string) bool {
	fresh := true // as in appendCell
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || fresh && startsFormula(rune(c)) {
			return false
		}
		fresh = separates(rune(c)) || fresh && (c == ' ' || c == '"')
	}
	return true
}
