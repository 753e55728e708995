package render

import (
	"fmt"
	"io"
	"iter"
)

// bufferSize is large enough that a long export costs few system calls.
const bufferSize = 64 << 10

// A sink takes rows in one format.
type sink interface {
	// row takes the cells of one row, in column order. It must not keep cells.
	row(cells []value) error
	// end finishes the output after the last row.
	end() error
	// stop hands over the whole rows already taken, where the format can, when
	// no further row will come because of an error.
	stop() error
}

// A head names one column.
type head struct {
	key, title string
	whole      bool
	spare      int
	below      bool
}

// Write writes all rows. It stops at the first error that rows yields and
// returns that error as it is: JSON Lines and CSV then hold the rows before
// it, JSON, XLSX and HTML are left unfinished, a table is not begun. An error of w, or of a
// value that cannot be written, ends it too.
func Write[T any](w io.Writer, o Options, columns []Column[T], rows iter.Seq2[T, error]) error {
	if o.Format == XLSX && o.Rows > MaxSheetRows {
		return writing(ErrTooManyRows)
	}
	s, err := newSink(w, o, heads(columns))
	if err != nil {
		return err
	}
	cells := make([]value, len(columns))
	for row, err := range rows {
		if err == nil {
			err = fill(cells, columns, row)
		}
		if err != nil {
			_ = s.stop() // the first error is the one to tell
			return err
		}
		if err := s.row(cells); err != nil {
			return writing(err)
		}
	}
	return writing(s.end())
}

// WriteOne writes a single row: a table with a line for each column, never
// shortened to the terminal's width; one JSON object; a CSV heading and a line.
func WriteOne[T any](w io.Writer, o Options, columns []Column[T], row T) error {
	cells := make([]value, len(columns))
	if err := fill(cells, columns, row); err != nil {
		return err
	}
	if o.Format == Table {
		return writing(writeDetails(w, o, heads(columns), cells))
	}
	if o.Format == JSON {
		o.Format = JSONL
	}
	s, err := newSink(w, o, heads(columns))
	if err != nil {
		return err
	}
	if err := s.row(cells); err != nil {
		return writing(err)
	}
	return writing(s.end())
}

func newSink(w io.Writer, o Options, hs []head) (sink, error) {
	switch o.Format {
	case Table:
		return newTableSink(w, o, hs), nil
	case JSON:
		return newJSONSink(w, hs, true), nil
	case JSONL:
		return newJSONSink(w, hs, false), nil
	case CSV:
		return newCSVSink(w, hs, o.Excel), nil
	case XLSX:
		return newXLSXSink(w, hs), nil
	case HTML:
		return &htmlSink{w: w, o: o, heads: hs}, nil
	default:
		return nil, fmt.Errorf("output format %q: unknown", string(o.Format))
	}
}

func heads[T any](columns []Column[T]) []head {
	hs := make([]head, len(columns))
	for i, c := range columns {
		hs[i] = head{c.Key, c.Title, c.Whole, c.Spare, c.Below}
	}
	return hs
}

func fill[T any](cells []value, columns []Column[T], row T) error {
	for i, c := range columns {
		v, err := reduce(c.Value(row))
		if err != nil {
			return fmt.Errorf("write column %q: %w", c.Key, err)
		}
		cells[i] = v
	}
	return nil
}

func writing(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("write output: %w", err)
}
