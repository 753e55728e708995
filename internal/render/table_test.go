package render

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

type note struct {
	id   int
	name string
	text string
	at   time.Time
}

func noteColumns() []Column[note] {
	return []Column[note]{
		{Key: "id", Title: "Id", Value: func(n note) any { return n.id }},
		{Key: "name", Title: "Name", Value: func(n note) any { return n.name }},
		{Key: "text", Title: "Text", Value: func(n note) any { return n.text }},
		{Key: "at", Title: "At", Value: func(n note) any { return n.at }},
	}
}

func TestTableFitsTheTerminal(t *testing.T) {
	at := noon().Add(-20 * time.Minute)
	rows := []note{
		{1, "short", strings.Repeat("abcdefghij", 6), at},
		{2, "a name of some length", "教室の電脳教室の電脳教室の電脳教室の電脳", at},
		{3, "x", "fits", time.Time{}},
	}
	for _, c := range []struct {
		name  string
		width int
		want  string
	}{
		{"the longest column goes first", 64, "" +
			"ID  NAME                   TEXT                   AT\n" +
			"1   short                  abcdefghijabcdefghij…  20 minutes ago\n" +
			"2   a name of some length  教室の電脳教室の電脳…  20 minutes ago\n" +
			"3   x                      fits                   -\n"},
		{"a wide character is not cut in two", 63, "" +
			"ID  NAME                   TEXT                  AT\n" +
			"1   short                  abcdefghijabcdefghi…  20 minutes ago\n" +
			"2   a name of some length  教室の電脳教室の電…   20 minutes ago\n" +
			"3   x                      fits                  -\n"},
		{"then the next longest", 50, "" +
			"ID  NAME            TEXT            AT\n" +
			"1   short           abcdefghijabc…  20 minutes ago\n" +
			"2   a name of som…  教室の電脳教…   20 minutes ago\n" +
			"3   x               fits            -\n"},
		{"times and numbers are never cut", 10, "" +
			"ID  NAME      TEXT      AT\n" +
			"1   short     abcdefg…  20 minutes ago\n" +
			"2   a name …  教室の…   20 minutes ago\n" +
			"3   x         fits      -\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := write(t, Options{Format: Table, Width: c.width}, noteColumns(), rows...)
			same(t, got, c.want)
			for line := range strings.Lines(got) {
				if w := textWidth(strings.TrimSuffix(line, "\n")); w > max(c.width, 40) {
					t.Errorf("line of width %d on a terminal of %d: %q", w, c.width, line)
				}
			}
		})
	}
}

func TestTableCutsOnlyWhatItMust(t *testing.T) {
	t.Run("lists are cut too", func(t *testing.T) {
		got := write(t, Options{Format: Table, Width: 12}, one([]string{"0750001A", "0750002B"}), 1)
		same(t, got, "CELL\n0750001A, 0…\n")
	})
	t.Run("not below the heading", func(t *testing.T) {
		columns := []Column[int]{{Key: "cell", Title: "A long heading", Value: func(int) any { return strings.Repeat("x", 20) }}}
		got := write(t, Options{Format: Table, Width: 3}, columns, 1)
		same(t, got, "A LONG HEADING\nxxxxxxxxxxxxx…\n")
	})
	t.Run("no terminal, no cutting", func(t *testing.T) {
		long := note{1, "x", strings.Repeat("abcdefghij", 60), noon()}
		if got := write(t, Options{Format: Table}, noteColumns(), long); strings.Contains(got, ellipsis) {
			t.Errorf("got an ellipsis in:\n%s", got)
		}
	})
	t.Run("exactly wide enough", func(t *testing.T) {
		if got := write(t, Options{Format: Table, Width: 5}, one("abcde"), 1); strings.Contains(got, ellipsis) {
			t.Errorf("got an ellipsis in:\n%s", got)
		}
	})
}

func TestTableLeavesOutWhatItCanSpare(t *testing.T) {
	columns := []Column[int]{
		{Key: "id", Title: "Id", Whole: true, Value: func(int) any { return "dnn36gawqkm8068ba" }},
		{Key: "name", Title: "Name", Value: func(int) any { return "a name of some length" }},
		{Key: "kind", Title: "Kind", Whole: true, Spare: 2, Value: func(int) any { return "computer" }},
		{Key: "proof", Title: "Proof", Whole: true, Spare: 1, Value: func(int) any { return "password" }},
	}
	for _, c := range []struct {
		name  string
		width int
		want  string
	}{
		{"all fits", 60, "ID                 NAME                   KIND      PROOF\ndnn36gawqkm8068ba  a name of some length  computer  password\n"},
		{"shortening is enough", 47, "ID                 NAME      KIND      PROOF\ndnn36gawqkm8068ba  a name …  computer  password\n"},
		{"the most spare goes, and the text has its room", 46, "ID                 NAME               PROOF\ndnn36gawqkm8068ba  a name of some l…  password\n"},
		{"then the next", 36, "ID                 NAME\ndnn36gawqkm8068ba  a name of some l…\n"},
		{"what identifies is neither cut nor left out", 5, "ID                 NAME\ndnn36gawqkm8068ba  a name …\n"},
		{"no terminal", 0, "ID                 NAME                   KIND      PROOF\ndnn36gawqkm8068ba  a name of some length  computer  password\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			same(t, write(t, Options{Format: Table, Width: c.width}, columns, 1), c.want)
		})
	}
}

func TestCutNeverExceedsWidth(t *testing.T) {
	for _, s := range []string{"❤\ufe0f❤\ufe0f❤\ufe0f❤\ufe0f❤\ufe0f❤\ufe0f", "日本語日本語", "e\u0301e\u0301e\u0301e\u0301e\u0301", "👍🏽👍🏽👍🏽", "🇫🇷🇫🇷🇫🇷🇫🇷🇫🇷", "abcdefghijkl"} {
		for width := 1; width <= textWidth(s); width++ {
			if got := cut(s, width); textWidth(got) > width {
				t.Errorf("cut(%q, %d): got %q of width %d", s, width, got, textWidth(got))
			}
		}
	}
}

// A long table is laid out in blocks, and is one table all the same: the widest
// cell, in its last row, decides where each column stands.
func TestTableOfManyRowsIsOne(t *testing.T) {
	const many = 2*blockRows + 1
	rows := make([]note, many)
	for i := range rows {
		rows[i] = note{id: i, name: "x", text: "y"}
	}
	rows[many-1].name = "the longest name"
	for _, c := range []struct{ width, name int }{{0, 16}, {30, 14}} {
		want := fmt.Sprintf("ID    %-*s  TEXT  AT\n", c.name, "NAME")
		for i := range many - 1 {
			want += fmt.Sprintf("%-4d  %-*s  y     -\n", i, c.name, "x")
		}
		want += fmt.Sprintf("%d  %s  y     -\n", many-1, cut("the longest name", c.name))
		if got := write(t, Options{Format: Table, Width: c.width}, noteColumns(), rows...); got != want {
			t.Errorf("width %d: got %d bytes, want %d; the table begins\n%s", c.width, len(got), len(want), got[:200])
		}
	}
}

func TestTableHasNoTrailingSpaces(t *testing.T) {
	got := write(t, Options{Format: Table}, itemColumns(), itemRows()...)
	for line := range strings.Lines(got) {
		if body := strings.TrimSuffix(line, "\n"); strings.TrimRight(body, " ") != body {
			t.Errorf("got trailing spaces in %q", line)
		}
	}
}

func TestWriteAllocatesLittle(t *testing.T) {
	rows := make([]item, 1000)
	for i := range rows {
		rows[i] = item{"d" + strconv.Itoa(i), "Élise", i * 1000, true, "student", nil, noon(), "a,b"}
	}
	for _, c := range []struct {
		format Format
		most   float64 // a row; six of them box a cell in an interface
	}{{JSONL, 8}, {CSV, 9}} {
		got := testing.AllocsPerRun(5, func() {
			if err := Write(discard{}, Options{Format: c.format}, itemColumns(), all(rows...)); err != nil {
				t.Fatal(err)
			}
		}) / float64(len(rows))
		if got > c.most {
			t.Errorf("%s: got %.1f allocations a row, want at most %.0f", c.format, got, c.most)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
