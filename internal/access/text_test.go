package access_test

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"pinward/internal/access"
)

// mebibyte is longer than anything that is taken.
func mebibyte(unit string) string { return strings.Repeat(unit, 1<<20/len(unit)) }

func TestNormalizeLoginTakes(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"plain", "alice", "alice"},
		{"capitals are folded", "Alice.MARTIN", "alice.martin"},
		{"every sign that is allowed", "a.b_c@d-e", "a.b_c@d-e"},
		{"a digit first", "2a-martin", "2a-martin"},
		{"a mail address", "Lea@Example.ORG", "lea@example.org"},
		{"one character", "a", "a"},
		{"the longest", strings.Repeat("A", access.MaxLogin), strings.Repeat("a", access.MaxLogin)},
		{"path dots inside", "a..b", "a..b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := access.NormalizeLogin(tt.typed)
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestNormalizeLoginRefuses(t *testing.T) {
	tests := []struct{ name, typed string }{
		{"empty", ""},
		{"one too long", strings.Repeat("a", access.MaxLogin+1)},
		{"a mebibyte", mebibyte("a")},
		{"a dot first", ".alice"},
		{"a dash first, like a flag", "-alice"},
		{"an underscore first", "_alice"},
		{"an at sign first", "@alice"},
		{"a space first", " alice"},
		{"a space last", "alice "},
		{"a line break last", "alice\n"},
		{"a line break inside", "ali\nce"},
		{"a carriage return", "ali\rce"},
		{"a tab", "ali\tce"},
		{"NUL", "ali\x00ce"},
		{"ESC", "\x1b[31malice"},
		{"C1 control", "ali\u009bce"},
		{"right-to-left override", "ali\u202ece"},
		{"left-to-right isolate", "ali\u2066ce"},
		{"zero width joiner", "ali\u200dce"},
		{"byte order mark", "\ufeffalice"},
		{"Cyrillic a", "\u0430lice"},
		{"Greek omicron", "b\u03bfb"},
		{"Kelvin sign, whose lower case is k", "\u212aim"},
		{"dotless i", "al\u0131ce"},
		{"capital dotted I, whose lower case begins with i", "AL\u0130CE"},
		{"long s, whose upper case is S", "\u017fam"},
		{"é composed", "l\u00e9a"},
		{"é decomposed", "le\u0301a"},
		{"full-width letters", "\uff41lice"},
		{"Arabic digits", "alice\u0661"},
		{"emoji", "alice😀"},
		{"broken UTF-8", "ali\xffce"},
		{"a path", "../alice"},
		{"a quote", "' OR 1=1"},
		{"a format verb", "%s"},
		{"a plus sign", "alice+x"},
		{"a sign just below the letters", "alice`"},
		{"a sign just above the letters", "alice{"},
		{"a sign just above the digits", "alice:"},
		{"a sign just above the capitals", "alice["},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := access.NormalizeLogin(tt.typed)
			if got != "" {
				t.Errorf("got login %q beside the error", got)
			}
			wantKind(t, err, access.ErrRefused, tt.typed)
			if code := access.CodeOf(err); code != "login_invalid" {
				t.Errorf("got code %q, want login_invalid", code)
			}
		})
	}
}

func TestNormalizeTextTakes(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"empty", "", ""},
		{"nothing but white space", " \t\u00a0\u2003 ", ""},
		{"white space around and inside", "  Room \t 201\n", "Room 201"},
		{"no-break and line separators are white space", "a\u00a0b\u2028c\u0085d", "a b c d"},
		{"decomposed é becomes composed", "Le\u0301a", "L\u00e9a"},
		{"the Kelvin sign becomes K", "\u212a", "K"},
		{"full-width letters stay", "\uff32oom", "\uff32oom"},
		{"other scripts", "Ольга 李 عمر", "Ольга 李 عمر"},
		{"an apostrophe and a dash", "d’Arc-O'Neil", "d’Arc-O'Neil"},
		{"emoji", "📱", "📱"},
		{"as long as may be", strings.Repeat("é", 40), strings.Repeat("é", 40)},
		{"as long as may be once composed", strings.Repeat("e\u0301", 40), strings.Repeat("é", 40)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := access.NormalizeText("name", tt.typed, 40)
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
			if !norm.NFC.IsNormalString(got) {
				t.Errorf("%q is not NFC", got)
			}
		})
	}
}

// hostile are texts that must not reach a list, by what is wrong with them.
func hostile() map[string]string {
	return map[string]string{
		"NUL":                       "ab\x00cd",
		"ESC":                       "ab\x1b[2Jcd",
		"BEL":                       "ab\acd",
		"DEL":                       "ab\x7fcd",
		"C1 control":                "ab\u009b31mcd",
		"right-to-left override":    "ab\u202ecd",
		"right-to-left mark":        "ab\u200fcd",
		"left-to-right isolate":     "ab\u2066cd",
		"zero width joiner":         "ab\u200dcd",
		"zero width space":          "ab\u200bcd",
		"soft hyphen":               "ab\u00adcd",
		"byte order mark":           "ab\ufeffcd",
		"tag character":             "ab\U000e0041cd",
		"combining grapheme joiner": "ab\u034fcd",
		"Hangul filler":             "ab\u3164cd",
		"Hangul half-width filler":  "ab\uffa0cd",
		"Braille blank":             "ab\u2800cd",
		"private use":               "ab\ue000cd",
		"unassigned":                "ab\u0378cd",
		"broken UTF-8":              "ab\xffcd",
		"half a surrogate pair":     "ab\xed\xa0\x80cd",
		"one too long":              strings.Repeat("a", 41),
		"too long once composed":    strings.Repeat("\u0958", 21), // each becomes two
		"a mebibyte":                mebibyte("ab cd "),
		"a mebibyte of marks":       "a" + mebibyte("\u0301"),
	}
}

func TestNormalizeTextRefuses(t *testing.T) {
	for name, typed := range hostile() {
		t.Run(name, func(t *testing.T) {
			got, err := access.NormalizeText("name", typed, 40)
			if got != "" {
				t.Errorf("got text %q beside the error", got)
			}
			wantKind(t, err, access.ErrRefused, typed)
			if !strings.HasPrefix(err.Error(), "name") {
				t.Errorf("got %q, want it to name the field", err)
			}
			if strings.Contains(err.Error(), "cd") {
				t.Errorf("error %q echoes the input", err)
			}
		})
	}
}

func TestNormalizeEmail(t *testing.T) {
	long := strings.Repeat("a", 242) + "@example.org"
	tests := []struct {
		name, typed, want string
		refused           bool
	}{
		{"none", "", "", false},
		{"nothing but spaces", "  ", "", false},
		{"plain", "lea@example.org", "lea@example.org", false},
		{"spaces around", " lea@example.org\n", "lea@example.org", false},
		{"case is kept", "Lea.Martin+x@Example.org", "Lea.Martin+x@Example.org", false},
		{"the longest", long, long, false},
		{"one too long", "a" + long, "", true},
		{"a mebibyte", mebibyte("lea@example.org "), "", true},
		{"no at sign", "lea.example.org", "", true},
		{"nothing before the at sign", "@example.net", "", true},
		{"nothing after it", "lea@", "", true},
		{"a host without a dot", "lea@localhost", "", true},
		{"a dot first in the domain", "lea@.example.org", "", true},
		{"a dot last in the domain", "lea@example.org.", "", true},
		{"two dots in the domain", "lea@example..org", "", true},
		{"two at signs", "lea@home@example.org", "", true},
		{"two addresses", "lea@example.org,max@example.org", "", true},
		{"a comma before the at sign", "lea,max@example.org", "", true},
		{"a name before it", "Lea <lea@example.org>", "", true},
		{"a space inside", "lea martin@example.org", "", true},
		{"a header after a line break", "lea@example.org\r\nBcc: x@example.org", "", true},
		{"NUL", "lea\x00@example.org", "", true},
		{"ESC", "lea\x1b@example.org", "", true},
		{"DEL", "lea\x7f@example.org", "", true},
		{"a quoted local part", `"lea"@example.org`, "", true},
		{"an address literal", "lea@[192.0.2.1]", "", true},
		{"é", "l\u00e9a@example.org", "", true},
		{"Cyrillic a", "le\u0430@example.org", "", true},
		{"full-width at sign", "lea\uff20example.org", "", true},
		{"right-to-left override", "lea\u202e@example.org", "", true},
		{"broken UTF-8", "lea\xff@example.org", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := access.NormalizeEmail(tt.typed)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !tt.refused {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			wantKind(t, err, access.ErrRefused, tt.typed)
		})
	}
}

func TestNormalizePersonName(t *testing.T) {
	tests := []struct {
		name, typed, family, given string
		refused                    bool
	}{
		{"family and given", "Martin, Léa", "Martin", "Léa", false},
		{"one name is the family's", "Martin", "Martin", "", false},
		{"a given name alone", ", Léa", "", "Léa", false},
		{"spaces around", "  van  der Berg ,  Léa Marie ", "van der Berg", "Léa Marie", false},
		{"a second comma belongs to the given name", "Martin, Léa, Dr", "Martin", "Léa, Dr", false},
		{"decomposed becomes composed", "Be\u0301, Le\u0301a", "Bé", "Léa", false},
		{"empty", "", "", "", true},
		{"nothing but a comma", " , ", "", "", true},
		{"ESC in the family name", "Mar\x1btin, Léa", "", "", true},
		{"bidi in the given name", "Martin, L\u202eéa", "", "", true},
		{"family name too long", strings.Repeat("a", access.MaxText+1) + ", Léa", "", "", true},
		{"given name too long", "Martin, " + strings.Repeat("a", access.MaxText+1), "", "", true},
		{"a mebibyte", mebibyte("Martin, "), "", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			family, given, err := access.NormalizePersonName(tt.typed)
			if family != tt.family || given != tt.given {
				t.Errorf("got %q, %q, want %q, %q", family, given, tt.family, tt.given)
			}
			if !tt.refused {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			wantKind(t, err, access.ErrRefused, tt.typed)
		})
	}
}

func TestFold(t *testing.T) {
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"case", "Room 201", "ROOM 201", true},
		{"white space", " Room\u00a0 201 ", "Room 201", true},
		{"composed and decomposed", "Le\u0301a", "L\u00e9a", true},
		{"full width", "\uff32oom 201", "Room 201", true},
		{"a ligature", "o\ufb03ce", "office", true},
		{"the Kelvin sign", "\u212aim", "kim", true},
		{"accents count", "Lea", "Léa", false},
		{"Cyrillic a counts", "R\u0430y", "Ray", false},
		{"another room", "Room 201", "Room 202", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := access.Fold(tt.a) == access.Fold(tt.b); got != tt.same {
				t.Errorf("%q and %q: got same %v, want %v", tt.a, tt.b, got, tt.same)
			}
		})
	}
}
