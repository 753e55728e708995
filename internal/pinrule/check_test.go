package pinrule

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func clock() time.Time { return time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC) }

func subject(least, longest int, births ...access.Date) Subject {
	return Subject{Min: least, Max: longest, BirthDates: births, Now: clock()}
}

// answers holds every text and hint that Check may give for PINs of 4 to 12
// digits. A PIN is quoted by none of them.
func answers() map[string]bool {
	set := map[string]bool{
		"new PIN: shorter than 4 digits":                                     true,
		"new PIN: longer than 12 digits":                                     true,
		"choose a PIN of 4 to 12 digits":                                     true,
		"new PIN: holds something other than digits":                         true,
		"a PIN is typed with the digits 0 to 9 only":                         true,
		"choose another PIN, or use one that `pinward pin suggest` proposes": true,
	}
	for _, r := range Rules() {
		set[fmt.Sprintf("new PIN: easy to guess (rule %s)", r.Name)] = true
	}
	return set
}

func TestCheckShape(t *testing.T) {
	tests := []struct {
		name           string
		pin            string
		least, longest int
		want           string
	}{
		{"nothing typed", "", 4, 8, access.CodePINTooShort},
		{"one digit", "7", 4, 8, access.CodePINTooShort},
		{"one digit under the least", "830", 4, 8, access.CodePINTooShort},
		{"a least of 6", "83057", 6, 8, access.CodePINTooShort},
		{"a least under 4 counts as 4", "830", 1, 8, access.CodePINTooShort},
		{"no limits given", "8305", 0, 0, access.CodePINWrongLength},
		{"one digit over the most", "830572946", 4, 8, access.CodePINWrongLength},
		{"64 digits", strings.Repeat("8305729461", 7)[:64], 4, 8, access.CodePINWrongLength},
		{"a megabyte", strings.Repeat("8", 1<<20), 4, 8, access.CodePINWrongLength},
		{"a megabyte where the most is absurd", strings.Repeat("8", 1<<20), 4, 1 << 30, access.CodePINWrongLength},
		{"a megabyte of letters", strings.Repeat("x", 1<<20), 4, 8, access.CodePINWrongLength},
		{"a letter", "83o5", 4, 8, access.CodePINNotDigits},
		{"a letter in a short text", "8x", 4, 8, access.CodePINNotDigits},
		{"a space at the end", "8305 ", 4, 8, access.CodePINNotDigits},
		{"a line end", "8305\n", 4, 8, access.CodePINNotDigits},
		{"a NUL byte", "83\x0005", 4, 8, access.CodePINNotDigits},
		{"the byte before 0", "83/5", 4, 8, access.CodePINNotDigits},
		{"the byte after 9", "83:5", 4, 8, access.CodePINNotDigits},
		{"a sign", "+8305", 4, 8, access.CodePINNotDigits},
		{"full-width digits", "８３０５", 4, 8, access.CodePINNotDigits},
		{"Arabic digits", "٨٣٠٥", 4, 8, access.CodePINNotDigits},
		{"broken UTF-8", "83\xff5", 4, 8, access.CodePINNotDigits},
		{"four digits", "8305", 4, 8, ""},
		{"the most digits", "83057294", 4, 8, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(access.NewPIN(tt.pin), subject(tt.least, tt.longest))
			if got := access.CodeOf(err); got != tt.want {
				t.Errorf("code = %q, want %q", got, tt.want)
			}
			if err != nil && !errors.Is(err, access.ErrRefused) {
				t.Errorf("kind of %v: got another, want ErrRefused", err)
			}
		})
	}
}

func TestCheckSaysTheRule(t *testing.T) {
	err := Check(access.NewPIN("2580"), subject(4, 8))
	var got *access.Error
	if !errors.As(err, &got) {
		t.Fatalf("got %T, want *access.Error", err)
	}
	want := access.Error{
		Kind: access.ErrRefused, Code: access.CodePINGuessable, Rule: RuleKeypad,
		Text: "new PIN: easy to guess (rule keypad)",
		Hint: "choose another PIN, or use one that `pinward pin suggest` proposes",
	}
	if *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

func TestCheckSaysTheLengths(t *testing.T) {
	tests := []struct {
		name           string
		least, longest int
		want           string
	}{
		{"one length", 6, 6, "choose a PIN of 6 digits"},
		{"two lengths", 4, 8, "choose a PIN of 4 to 8 digits"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got *access.Error
			if !errors.As(Check(access.NewPIN("1"), subject(tt.least, tt.longest)), &got) || got.Hint != tt.want {
				t.Errorf("hint = %+v, want %q", got, tt.want)
			}
		})
	}
}

func TestCheckOfEmptyPIN(t *testing.T) {
	if got := access.CodeOf(Check(access.PIN{}, subject(4, 8))); got != access.CodePINTooShort {
		t.Errorf("code = %q, want %q", got, access.CodePINTooShort)
	}
}

func BenchmarkCheck(b *testing.B) {
	s := subject(4, 8, access.Date{Year: 2011, Month: time.May, Day: 3}, access.Date{Year: 1979, Month: time.December, Day: 24},
		access.Date{Year: 2013, Month: time.January, Day: 9})
	for _, digits := range []int{4, 6, 8} {
		b.Run(fmt.Sprintf("%d digits", digits), func(b *testing.B) {
			for i := range b.N {
				_ = Check(access.NewPIN(fmt.Sprintf("%0*d", digits, i*7919%10_000)), s)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"", "0", "1234", "8305", "230511", "14071789", "830572946105", "8305\n", "８３０５", "\x00\x00\x00\x00", "\xff\xfe", "%s%d", strings.Repeat("12", 40)} {
		f.Add(seed, 2011, 5, 23)
	}
	f.Add("0000", -5, 0, 99)
	known := answers()
	f.Fuzz(func(t *testing.T, pin string, year, month, day int) {
		s := subject(4, 12, access.Date{}, access.Date{Year: year, Month: time.Month(month), Day: day})
		err := Check(access.NewPIN(pin), s)
		if err == nil {
			if len(pin) < 4 || len(pin) > 12 || strings.Trim(pin, "0123456789") != "" {
				t.Error("accepted what is not 4 to 12 digits")
			}
			return
		}
		var refusal *access.Error
		if !errors.As(err, &refusal) || !errors.Is(err, access.ErrRefused) {
			t.Fatalf("got %T, want an *access.Error of kind ErrRefused", err)
		}
		if !known[refusal.Text] || !known[refusal.Hint] {
			t.Errorf("got text %q, hint %q, want one of the known answers", refusal.Text, refusal.Hint)
		}
	})
}
