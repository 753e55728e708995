package access_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"pinward/internal/access"
)

func FuzzNormalizeLogin(f *testing.F) {
	for _, seed := range []string{
		"", "alice", "Alice.Martin", "l\u00e9a", "le\u0301a", "\u212aim", "al\u0131ce", "\u0430lice",
		"ali\nce", "ali\x00ce", "\x1b[31malice", "ali\u202ece", "ali\u200dce", "-x", "../x", "%s", "ali\xffce",
		strings.Repeat("a", access.MaxLogin), strings.Repeat("a", access.MaxLogin+1),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		login, err := access.NormalizeLogin(typed)
		if err != nil {
			// The error may depend on the length alone, so it cannot echo anything.
			_, other := access.NormalizeLogin(strings.Repeat("\x00", len(typed)))
			if other == nil || err.Error() != other.Error() || login != "" {
				t.Fatalf("got %q, %v, want the error of any login of that length: %v", login, err, other)
			}
			return
		}
		again, err := access.NormalizeLogin(login)
		if err != nil || again != login {
			t.Fatalf("normalized twice: got %q, %v, want %q", again, err, login)
		}
		if len(login) != len(typed) || !strings.EqualFold(login, typed) {
			t.Fatalf("got %q for %q, want the same letters", login, typed)
		}
		const all = "abcdefghijklmnopqrstuvwxyz0123456789._@-"
		if strings.Trim(login, all) != "" || strings.ContainsRune("._@-", rune(login[0])) {
			t.Fatalf("got %q, want only %s, and a letter or digit first", login, all)
		}
	})
}

func FuzzNormalizeLabel(f *testing.F) {
	for _, seed := range []string{
		"", "Room 201", " Room\t201\n", "\u00c9cole", "E\u0301cole", "L’école", "📱", "❤\ufe0f", "\ufe0f",
		"ab\x00cd", "\x1b[2J", "ab\u202ecd", "ab\u200dcd", "ab\u3164cd", "ab\xffcd", "\ufffd", "\u0958",
		strings.Repeat("e\u0301", 30), strings.Repeat("a", 31), strings.Repeat("a", 241),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		label, err := access.NormalizeLabel(typed)
		if err != nil {
			if !slices.Contains(labelErrors(len(typed)), err.Error()) || label != "" {
				t.Fatalf("got %q, %q, want an error that does not depend on the text", label, err)
			}
			return
		}
		again, err := access.NormalizeLabel(label)
		if err != nil || again != label {
			t.Fatalf("normalized twice: got %q, %v, want %q", again, err, label)
		}
		if n := utf8.RuneCountInString(label); n < 1 || n > access.MaxLabel {
			t.Fatalf("got %d characters, want 1 to %d", n, access.MaxLabel)
		}
		if !norm.NFC.IsNormalString(label) || strings.Join(strings.Fields(label), " ") != label {
			t.Fatalf("got %q, want NFC and single spaces", label)
		}
	})
}

// labelErrors lists what may be said of a label of n bytes, whatever it is.
func labelErrors(n int) []string {
	var all []string
	for _, bad := range []string{
		"", "\x00", "\u200b", "School", strings.Repeat("a", access.MaxLabel+1), strings.Repeat("a", n),
	} {
		if _, err := access.NormalizeLabel(bad); err != nil {
			all = append(all, err.Error())
		}
	}
	return all
}

func FuzzParseNetwork(f *testing.F) {
	for _, seed := range []string{
		"", "10.20.0.0/16", "10.20.3.4/16=shared", "2001:db8::/32=never", "::ffff:10.0.0.0/104", "192.0.2.7", "10.0.0.0/33",
		"fe80::1%eth0", "10.0.0.0/8=", "10.0.0.0/8=shared=never", "0.0.0.0/0", "::/0=shared", "10.0.0.0/08",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := access.ParseNetwork(typed)
		if err != nil {
			return
		}
		again, err := access.ParseNetwork(n.String())
		if err != nil || again != n {
			t.Fatalf("%q: got %v, and of that %v, %v", typed, n, again, err)
		}
		if !n.Prefix.IsValid() || n.Prefix != n.Prefix.Masked() || n.Prefix.Addr().Zone() != "" || strings.Contains(n.String(), "\n") {
			t.Fatalf("%q: got %v, want a range in its stored form", typed, n)
		}
		at := access.School{Networks: []access.Network{n}}.RegistrationAt(n.Prefix.Addr())
		if at != n.Registration {
			t.Fatalf("%q: its own address is ruled by %s, want %s", typed, at, n.Registration)
		}
	})
}
