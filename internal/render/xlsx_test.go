package render

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbook writes rows and reads them back by another library.
func workbook[T any](t *testing.T, columns []Column[T], rows ...T) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(write(t, Options{Format: XLSX}, columns, rows...)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestWorkbookIsTyped(t *testing.T) {
	f := workbook(t, itemColumns(), itemRows()...)
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"id", "label", "count", "enabled", "role", "tags", "last_seen_at", "revoked_by"},
		{"d1", "iPhone d’Élise", "-3", "TRUE", "student", "0750001A, 0750002B", "2026-03-02 07:57:00"},
		{"d2", "教室の電脳", "12", "FALSE", "staff", "", "", "admin"},
	}
	if !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("got %q, want %q", rows, want)
	}
	for cell, want := range map[string]excelize.CellType{
		"A2": excelize.CellTypeInlineString, "C2": excelize.CellTypeUnset, "D2": excelize.CellTypeBool, "G2": excelize.CellTypeUnset,
	} {
		if got, err := f.GetCellType("Sheet1", cell); err != nil || got != want {
			t.Errorf("%s: got type %v, %v, want %v", cell, got, err, want)
		}
	}
	raw, err := f.GetCellValue("Sheet1", "G2", excelize.Options{RawCellValue: true})
	if err != nil || raw != "46083.33125" {
		t.Errorf("a time: got %q, %v, want the serial number 46083.33125", raw, err)
	}
}

func TestWorkbookHoldsNoFormula(t *testing.T) {
	for _, s := range []string{"=1+1", "@SUM(A1)", "+1", "-1", "\t=1", `=HYPERLINK("http://x")`, "＝1"} {
		f := workbook(t, one(s), 1)
		formula, err := f.GetCellFormula("Sheet1", "A2")
		kind, typeErr := f.GetCellType("Sheet1", "A2")
		if formula != "" || kind != excelize.CellTypeInlineString || err != nil || typeErr != nil {
			t.Errorf("%q: got formula %q of type %v (%v, %v), want a text", s, formula, kind, err, typeErr)
		}
	}
}

func TestWorkbookTexts(t *testing.T) {
	for _, s := range []string{
		"", " spaces ", "a&b<c>d\"e'f", "]]>", "<!--", "é日本😀", "a_x000D_b", "_x005F_x000D_", "_x00", "_xZZZZ_", strings.Repeat("a", 32767), nasty,
	} {
		f := workbook(t, one(s), 1)
		got, err := f.GetCellValue("Sheet1", "A2")
		if err != nil || got != Safe(s) {
			t.Errorf("%.40q: got %.60q, %v, want %.60q", s, got, err, Safe(s))
		}
	}
	if err := Write(io.Discard, Options{Format: XLSX}, one(strings.Repeat("a", 32768)), all(1)); err == nil {
		t.Error("a text that no cell holds: got no error")
	}
}

func TestWorkbookNumbersAndTimesAtTheirEdges(t *testing.T) {
	for _, c := range []struct {
		in   any
		want string
	}{
		{int64(1) << 53, "9007199254740992"},
		{int64(1)<<53 + 1, "9007199254740993"},
		{time.Date(1900, 2, 28, 12, 0, 0, 0, time.UTC), "1900-02-28T12:00:00Z"},
		{time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC), "61"},
		{Day{2026, 3, 29}, "46110"},
		{time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "46320.0625"},
		{time.Date(2026, 3, 29, 3, 0, 0, 0, time.FixedZone("CEST", 7200)), "46110.04166666667"},
	} {
		got, err := workbook(t, one(c.in), 1).GetCellValue("Sheet1", "A2", excelize.Options{RawCellValue: true})
		if err != nil || got != c.want {
			t.Errorf("%v: got %q, %v, want %q", c.in, got, err, c.want)
		}
	}
}

func TestEmptyWorkbookHasItsHeading(t *testing.T) {
	rows, err := workbook[item](t, itemColumns()).GetRows("Sheet1")
	if err != nil || len(rows) != 1 || rows[0][0] != "id" {
		t.Errorf("got %q, %v, want the heading alone", rows, err)
	}
}

func TestWorkbookOfTooManyRows(t *testing.T) {
	many := func(n int) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
	columns := []Column[int]{{Key: "n", Value: func(n int) any { return nil }}}
	if err := Write(io.Discard, Options{Format: XLSX}, columns, many(MaxSheetRows)); err != nil {
		t.Errorf("as many as fit: got %v", err)
	}
	if err := Write(io.Discard, Options{Format: XLSX}, columns, many(MaxSheetRows+1)); !errors.Is(err, ErrTooManyRows) {
		t.Errorf("one more: got %v, want ErrTooManyRows", err)
	}
	asked := func(yield func(int, error) bool) { t.Error("rows were asked for that cannot fit"); yield(0, nil) }
	if err := Write(io.Discard, Options{Format: XLSX, Rows: MaxSheetRows + 1}, columns, asked); !errors.Is(err, ErrTooManyRows) {
		t.Errorf("known before: got %v, want ErrTooManyRows", err)
	}
	if err := Write(io.Discard, Options{Format: XLSX, Rows: MaxSheetRows}, columns, many(1)); err != nil {
		t.Errorf("known to fit: got %v", err)
	}
}

// A workbook that an error cut short cannot be opened.
func TestHalfAWorkbookIsNone(t *testing.T) {
	var b bytes.Buffer
	err := Write(&b, Options{Format: XLSX}, itemColumns(), thenError(errors.New("lost"), itemRows()...))
	if err == nil {
		t.Fatal("got no error")
	}
	if _, err := excelize.OpenReader(&b); err == nil {
		t.Error("half a workbook opens")
	}
}
