package roster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"pinward/internal/access"
)

// A table reads the rows of one CSV file. Only the cells of picked columns ever
// leave it; they are valid until the next row, so what is kept must be copied.
type table struct {
	file   string
	header []string
	roster *access.Roster // takes the problems
	in     *input
	csv    *csv.Reader
	slots  map[string]int // field → its place in columns and cells
	column []int
	cells  []string
	line   int // of the row at hand, the header being line 1
}

// openTable reads the header line.
func openTable(r io.Reader, file, enc string, roster *access.Roster) (*table, error) {
	in, err := openInput(r, file, enc)
	if err != nil {
		return nil, err
	}
	t := &table{file: file, roster: roster, in: in, csv: csv.NewReader(in)}
	t.csv.Comma = in.comma
	t.csv.FieldsPerRecord = -1
	t.csv.ReuseRecord = true
	t.csv.TrimLeadingSpace = in.comma != '\t' // an empty cell between tabs would vanish
	record, reason, err := t.record()
	switch {
	case errors.Is(err, io.EOF):
		return nil, access.Refused("not_a_roster", file+": is empty", "the first line names the columns")
	case err != nil:
		return nil, err
	case reason != "":
		return nil, access.Refused("not_a_roster", fmt.Sprintf("%s: line %d: no header: %s", file, t.line, reason), "the first line names the columns")
	}
	for _, heading := range record {
		t.header = append(t.header, strings.Clone(strings.TrimSpace(heading)))
	}
	return t, nil
}

// pick says which columns are read, under which names.
func (t *table) pick(columns map[string]int) {
	t.slots = make(map[string]int, len(columns))
	for field, column := range columns {
		t.slots[field] = len(t.column)
		t.column = append(t.column, column)
	}
	t.cells = make([]string, len(t.column))
}

// has reports whether a column was picked under that name.
func (t *table) has(field string) bool {
	_, ok := t.slots[field]
	return ok
}

// cell gives the trimmed text of a picked column in the row at hand, "" where
// there is no such column.
func (t *table) cell(field string) string {
	slot, ok := t.slots[field]
	if !ok {
		return ""
	}
	return t.cells[slot]
}

// each calls row for every row that is well formed. An error of row is the
// reason why it was rejected; each itself fails only where the whole file does.
func (t *table) each(row func() error) error {
	for {
		record, reason, err := t.record()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if reason == "" && len(record) > len(t.header) {
			reason = fmt.Sprintf("%d cells under %d headings", len(record), len(t.header))
		}
		if reason == "" && !blank(record) {
			t.take(record)
			if err := row(); err != nil {
				reason = err.Error()
			}
		}
		if reason != "" {
			t.reject(record, reason)
		}
	}
}

// take copies the picked cells; a row shorter than its header is padded.
func (t *table) take(record []string) {
	for slot, column := range t.column {
		t.cells[slot] = ""
		if column < len(record) {
			t.cells[slot] = strings.TrimSpace(record[column])
		}
	}
}

// record reads the next record and notes its line. A row that is no CSV comes
// back with a reason instead.
func (t *table) record() (record []string, reason string, err error) {
	t.in.limit = t.csv.InputOffset() + maxRow
	record, err = t.csv.Read()
	if t.in.err != nil { // goes before what half a row looks like
		if errors.Is(t.in.err, errRowTooLong) {
			return nil, "", access.Refused("row_too_long", fmt.Sprintf("%s: after line %d: a row of more than %d bytes", t.file, t.line, maxRow),
				"look for a quote that is never closed")
		}
		return nil, "", t.in.err
	}
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		t.line = bad.StartLine + t.in.above
		// A quote that swallowed other rows hides people: they would count as gone.
		if bad.Line > bad.StartLine {
			return nil, "", access.Refused("quote_open", fmt.Sprintf("%s: lines %d to %d: a quote is opened and not closed", t.file, t.line, bad.Line+t.in.above),
				"double the quotes inside a cell, and close the cell with one")
		}
		return nil, "a quote where none may stand", nil
	}
	if err == nil {
		t.line, _ = t.csv.FieldPos(0)
		t.line += t.in.above
	}
	return record, "", err
}

func blank(record []string) bool {
	for _, cell := range record {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

func (t *table) reject(record []string, reason string) {
	more := 0
	for _, cell := range record {
		more += strings.Count(cell, "\n")
	}
	if more > 0 {
		reason += fmt.Sprintf(" (the row goes on to line %d; look for a quote that is not closed)", t.line+more)
	}
	t.roster.Rejected.Add(access.RosterProblem{File: t.file, Line: t.line, Text: reason})
}

func (t *table) warn(text string) {
	t.roster.Warnings.Add(access.RosterProblem{File: t.file, Line: t.line, Text: text})
}
