package render

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain text stays", "iPhone d’Élise, salle 201", "iPhone d’Élise, salle 201"},
		{"French spaces stay", "Qui\u00a0? 10\u202f000", "Qui\u00a0? 10\u202f000"},
		{"a red heart stays", "❤\ufe0f", "❤\ufe0f"},
		{"a backslash stays", `C:\x1b`, `C:\x1b`},
		{"a genuine replacement character stays", "\ufffd", "\ufffd"},
		{"combining accents stay", "e\u0301", "e\u0301"},
		{"terminal escape", "a\x1b[2Jb", `a\x1b[2Jb`},
		{"line ends and tab", "a\nb\rc\td", `a\nb\rc\td`},
		{"NUL and DEL", "\x00\x7f", `\x00\x7f`},
		{"C1 control", "\u009b31m\u0085", `\u009b31m\u0085`},
		{"right-to-left override", "abc\u202egnp.exe", `abc\u202egnp.exe`},
		{"bidi isolates and marks", "\u2066\u2069\u200e\u200f\u061c", `\u2066\u2069\u200e\u200f\u061c`},
		{"zero width and byte order mark", "a\u200bb\u200d\ufeff\u00ad", `a\u200bb\u200d\ufeff\u00ad`},
		{"letters that show nothing", "\u3164\u115f\uffa0\u034f", `\u3164\u115f\uffa0\u034f`},
		{"line and paragraph separators", "\u2028\u2029", `\u2028\u2029`},
		{"tags and hidden selectors", "\U000e0041\U000e0100", `\U000e0041\U000e0100`},
		{"private use", "\ue000\U0010fffd", `\ue000\U0010fffd`},
		{"broken UTF-8", "a\xffb\xe2\x82", `a\xffb\xe2\x82`},
		{"a raw C1 byte", "\x9b31m", `\x9b31m`},
		{"an encoded surrogate", "\xed\xa0\x80", `\xed\xa0\x80`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Safe(c.in)
			same(t, got, c.want)
			same(t, Safe(got), got)
		})
	}
}

// nasty holds one of everything that Safe escapes.
const nasty = "x\x00\x1b[31m\x7f\u009b\u202e\u200b\u2028\ufeff\U000e0041\xff\x9bz"

func TestHostileTextAtEverySink(t *testing.T) {
	for _, f := range slices.DeleteFunc(Formats(), func(f Format) bool { return f == XLSX }) { // it is read back below
		for name, v := range map[string]any{"text": nasty, "named text": role(nasty), "list": []string{nasty, nasty}} {
			out := write(t, Options{Format: f}, one(v), 1)
			var b strings.Builder
			if err := WriteOne(&b, Options{Format: f, Now: noon()}, one(v), 1); err != nil {
				t.Fatal(err)
			}
			out += b.String()
			if !utf8.ValidString(out) {
				t.Errorf("%s of %s: got broken UTF-8: %q", name, f, out)
			}
			for _, r := range out {
				if r != '\n' && hostile(r) {
					t.Errorf("%s as %s: got %U raw in %q", name, f, r, out)
				}
			}
		}
	}
}

func TestTableKeepsOneLinePerRow(t *testing.T) {
	got := write(t, Options{Format: Table}, one("a\nb\r\n\tc\u2028d\u0085"), 1)
	same(t, got, "CELL\n"+`a\nb\r\n\tc\u2028d\u0085`+"\n")
}

func TestTableShowsBlankCells(t *testing.T) {
	for _, v := range []any{"", " ", "\u00a0", nil, []string{}} {
		same(t, write(t, Options{Format: Table}, one(v), 1), "CELL\n-\n")
	}
}

func TestJSONStrings(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"quotes and backslash", `a"b\c`, `"a\"b\\c"`},
		{"HTML is not ours", "<a href='x'>&</a>", `"<a href='x'>&</a>"`},
		{"short escapes", "\n\r\t", `"\n\r\t"`},
		{"C0 and DEL", "\x00\x1b\x7f", `"\u0000\u001b\u007f"`},
		{"C1 and bidi", "\u009b\u202e", `"\u009b\u202e"`},
		{"separators of lines", "\u2028\u2029", `"\u2028\u2029"`},
		{"above the basic plane", "\U000e0041😀", `"\udb40\udc41😀"`},
		{"broken UTF-8", "a\xffb", `"a\ufffdb"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(appendJSONString(nil, c.in))
			same(t, got, c.want)
			var back string
			if err := json.Unmarshal([]byte(got), &back); err != nil {
				t.Fatalf("%s: %v", got, err)
			}
			same(t, back, strings.ToValidUTF8(c.in, "\ufffd"))
		})
	}
}

func TestCSVCellsAreNoFormulas(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Dupont", "Dupont"},
		{"equals", "=1+1", "'=1+1"},
		{"plus", "+33 1", "'+33 1"},
		{"minus", "-1", "'-1"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"tab first", "\t=1", "'\t'=1"},
		{"carriage return first", "\r=1", "'\r'=1"},
		{"full-width equals", "＝1", "'＝1"},
		{"full-width plus", "＋1", "'＋1"},
		{"full-width minus", "－1", "'－1"},
		{"full-width at", "＠A", "'＠A"},
		{"space first", " =1", " '=1"},
		{"quote first", `"=1`, `"'=1`},
		{"after a comma", "a,=1", "a,'=1"},
		{"after a semicolon", "a;-1", "a;'-1"},
		{"after a tab", "a\t@b", "a\t'@b"},
		{"after a bar", "a|+1", "a|'+1"},
		{"after a line end", "a\n=1", "a\n'=1"},
		{"after CRLF", "a\r\n=1", "a\r\n'=1"},
		{"full-width after a semicolon", "a;＝1", "a;'＝1"},
		{"after separator, space and quote", `a; "=1`, `a; "'=1`},
		{"every place", "=1;=2,=3", "'=1;'=2,'=3"},
		{"inside a word", "a@b.example, a=b x-y", "a@b.example, a=b x-y"},
		{"tab after a separator", "a;\tb", "a;'\tb"},
		{"accents need no change", "Élise;Zoé", "Élise;Zoé"},
		{"control characters show", "a\x1b;=1", `a\x1b;'=1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, excel := range []bool{false, true} {
				var b strings.Builder
				s := newCSVSink(&b, []head{{key: "cell"}, {key: "next"}}, excel)
				if err := s.row([]value{{kind: text, text: c.in}, {kind: number, num: -7}}); err != nil {
					t.Fatal(err)
				}
				if err := s.end(); err != nil {
					t.Fatal(err)
				}
				r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
				if excel {
					r.Comma = ';'
				}
				records, err := r.ReadAll()
				if err != nil || len(records) != 2 {
					t.Fatalf("read back: got %q, %v", records, err)
				}
				// The reader turns CRLF inside a cell into LF; with CRLF line
				// ends the writer drops other carriage returns.
				want := strings.ReplaceAll(c.want, "\r\n", "\n")
				if excel {
					want = strings.ReplaceAll(want, "\r", "")
				}
				same(t, records[1][0], want)
				same(t, records[1][1], "-7")
			}
		})
	}
}

// A reader that splits at another separator must find no formula either.
func TestCSVSplitAnywhereIsNoFormula(t *testing.T) {
	cells := []string{"a;=1", `a;"=1"`, "a,=1", "a|=1\t=1", "a\n=1", "=1", " =1", `x;""=1`}
	for _, excel := range []bool{false, true} {
		for _, cell := range cells {
			out := write(t, Options{Format: CSV, Excel: excel}, one([]string{cell, cell}), 1)
			for _, sep := range []string{",", ";", "\t", "|"} {
				for line := range strings.Lines(out) {
					for part := range strings.SplitSeq(line, sep) {
						if part = strings.TrimLeft(part, ` "`); strings.HasPrefix(part, "=") {
							t.Errorf("cell %q, split at %q: got formula %q in %q", cell, sep, part, out)
						}
					}
				}
			}
		}
	}
}
