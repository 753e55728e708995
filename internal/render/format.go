package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A Format is a way to write rows.
type Format string

// The formats.
const (
	Table Format = "table"
	JSON  Format = "json"  // one array
	JSONL Format = "jsonl" // one object a line
	CSV   Format = "csv"
	XLSX  Format = "xlsx" // a workbook of one sheet
	HTML  Format = "html" // a page that stands alone
)

// Formats lists all formats in the order they are shown.
func Formats() []Format { return []Format{Table, JSON, JSONL, CSV, XLSX, HTML} }

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	if slices.Contains(Formats(), Format(s)) {
		return Format(s), nil
	}
	names := make([]string, len(Formats()))
	for i, f := range Formats() {
		names[i] = string(f)
	}
	return "", fmt.Errorf("output format %q: unknown, use one of: %s", s, strings.Join(names, ", "))
}

// A Column is one field of a resource in every format.
type Column[T any] struct {
	Key   string // JSON key and CSV or XLSX heading, snake_case
	Title string // heading in a table or HTML; "" keeps the column out of both

	// What becomes of the column where a table does not fit the terminal. Texts
	// that are not Whole are shortened; where that is not enough, columns are
	// left out, the one of the highest Spare first and those of 0 never.
	Whole bool // never shortened: a part of it is of no use, as of an identifier
	Spare int

	// Below puts the cell of an HTML page into a line under its row, by its name,
	// and leaves it out there where it is unset: a page is not as wide as that.
	Below bool

	// Value gives a row's cell: string, int, int64, bool, time.Time, Day,
	// []string, nil, or a named type made of string or an integer that has no String
	// method of its own. Anything else is refused with an error. Nil and the
	// zero time are unset: null in JSON, empty in CSV, "-" in a table.
	Value func(T) any
}

// Options say how to write.
type Options struct {
	Format Format
	Excel  bool      // CSV as a French spreadsheet opens it: semicolons, byte order mark, CRLF
	Now    time.Time // tables tell times relative to it; zero: as RFC 3339 in UTC, for what is kept
	Width  int       // columns of the terminal that a table must fit; 0: unlimited
	Empty  string    // what to say when a table has no rows, for example "no devices"
	Notes  io.Writer // where Empty goes (standard error, not the data); nil: nowhere

	Rows int // how many will come, where that is known, so that too many are refused before the first; 0: not known

	Title string         // of an HTML page
	Lead  string         // what the page is, under its title; empty: nothing
	Foot  string         // at the page's end; empty: nothing
	Zone  *time.Location // in which an HTML page tells times (nil: UTC), and one row of a table (nil: it does not)
}
