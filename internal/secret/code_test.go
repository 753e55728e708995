package secret

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"pinward/internal/access"
)

func TestNewSetupCode(t *testing.T) {
	form := regexp.MustCompile(`^[34679CDFHJKMNPRTVWXY]{4}-[34679CDFHJKMNPRTVWXY]{4}$`)
	random := seeded(5)
	for range 200 {
		c, err := NewSetupCode(random)
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(c.Reveal()) {
			t.Fatalf("got %q, want XXXX-XXXX without look-alikes", c.Reveal())
		}
		if back, ok := ParseSetupCode(c.Reveal()); !ok || back.Reveal() != c.Reveal() {
			t.Errorf("%s: does not read back", c.Reveal())
		}
	}
	if _, err := NewSetupCode(bytes.NewReader([]byte{1, 2, 3})); err == nil {
		t.Error("randomness that ends early: got no error")
	}
}

func TestNewSetupCodeIsUniform(t *testing.T) {
	const codes = 20000
	random, seen := seeded(6), [codeSize]map[byte]int{}
	for i := range seen {
		seen[i] = map[byte]int{}
	}
	total := map[byte]int{}
	for range codes {
		c, err := NewSetupCode(random)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range []byte(*c.text) {
			seen[i][b]++
			total[b]++
		}
	}
	// 19 degrees of freedom: 50.8 is passed once in 10,000 uniform draws.
	const limit = 50.8
	if got := chiSquare(total, codes*codeSize); got > limit {
		t.Errorf("all characters: chi-square %.1f, want at most %.1f", got, limit)
	}
	for i := range seen {
		if got := chiSquare(seen[i], codes); got > limit {
			t.Errorf("character %d: chi-square %.1f, want at most %.1f", i+1, got, limit)
		}
	}
}

func chiSquare(seen map[byte]int, draws int) float64 {
	want := float64(draws) / float64(len(codeAlphabet))
	var x float64
	for _, c := range []byte(codeAlphabet) {
		d := float64(seen[c]) - want
		x += d * d / want
	}
	return x
}

func TestParseSetupCode(t *testing.T) {
	for _, c := range []struct {
		name, typed, want string
	}{
		{"as printed", "C4H7-KMNP", "C4H7-KMNP"},
		{"small letters", "c4h7-kmnp", "C4H7-KMNP"},
		{"no dash", "C4H7KMNP", "C4H7-KMNP"},
		{"spaces around and inside", "  c4 h7  kM nP\t\n", "C4H7-KMNP"},
		{"a dash put in by a mail program", "C4H7–KMNP", "C4H7-KMNP"},
		{"a space that does not break", "C4H7\u00a0KMNP", "C4H7-KMNP"},
		{"one character short", "C4H7-KMN", ""},
		{"one character more", "C4H7-KMNP7", ""},
		{"a character outside the alphabet", "C4H7-KMNO", ""},
		{"a look-alike letter of another script", "С4H7-KMNP", ""},
		{"eight bytes that are no characters", "C4H7\xff\xfe\xfd\xfc", ""},
		{"dashes only", "--------", ""},
		{"nothing", "", ""},
		{"a long text", "C4H7-KMNP" + strings.Repeat(" ", 1000), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := ParseSetupCode(c.typed)
			if ok != (c.want != "") || got.Reveal() != c.want {
				t.Errorf("got %q, %v, want %q", got.Reveal(), ok, c.want)
			}
		})
	}
}

func TestCodeMAC(t *testing.T) {
	k, _ := twoKeys(t)
	mac := func(keyID, purpose, account string, c Code) string {
		t.Helper()
		m, err := k.CodeMAC(keyID, purpose, account, c)
		if err != nil || len(m) != 32 {
			t.Fatalf("got %d bytes, %v, want 32", len(m), err)
		}
		return string(m)
	}
	c, d := newCode("C4H7KMNP"), newCode("C4H7KMNR")
	typed, _ := ParseSetupCode("c4h7 kmnp")
	first := mac(k.ActiveID(), "setup", alice, c)
	if got := mac(k.ActiveID(), "setup", alice, typed); got != first {
		t.Error("a code typed in another way has another MAC")
	}
	for name, got := range map[string]string{
		"code":             mac(k.ActiveID(), "setup", alice, d),
		"purpose":          mac(k.ActiveID(), "mail", alice, c),
		"account":          mac(k.ActiveID(), "setup", bruno, c),
		"key":              mac(k.IDs()[0], "setup", alice, c),
		"border of fields": mac(k.ActiveID(), "setup"+alice[:1], alice[1:], c),
	} {
		if got == first {
			t.Errorf("another %s gives the same MAC", name)
		}
	}
	if _, err := k.CodeMAC(k.ActiveID(), "setup", alice, Code{}); err == nil {
		t.Error("no code has a MAC")
	}
	_, err := k.CodeMAC("key_gone", "setup", alice, c)
	wantError(t, err, access.ErrUnusable, "key_unknown")
}

func TestLoginID(t *testing.T) {
	random := seeded(5)
	a, errA := NewLoginID(random)
	b, errB := NewLoginID(random)
	if errA != nil || errB != nil || a.Reveal() == b.Reveal() {
		t.Fatalf("two login ids: same, or %v, %v", errA, errB)
	}
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(a.Reveal()) {
		t.Errorf("got %q, want 43 base64url characters", a.Reveal())
	}
	if h := HashLoginID(a.Reveal()); len(h) != 32 || bytes.Equal(h, HashLoginID(b.Reveal())) {
		t.Errorf("got a hash of %d bytes, want 32 that differ", len(h))
	}
}

func TestNewPublicID(t *testing.T) {
	form := regexp.MustCompile(`^dev_[0-9a-hjkmnp-tv-z]{16}$`)
	random, seen := seeded(5), map[string]bool{}
	for range 1000 {
		id, err := NewPublicID(random, "dev_")
		if err != nil || !form.MatchString(id) || seen[id] {
			t.Fatalf("got %q, %v (seen before: %v)", id, err, seen[id])
		}
		seen[id] = true
	}
	for _, prefix := range []string{"Dev_", "dev.", "dev;", "d v", "é", strings.Repeat("d", maxID)} {
		if id, err := NewPublicID(random, prefix); err == nil {
			t.Errorf("prefix %q: got %q, want an error", prefix, id)
		}
	}
	if _, err := NewPublicID(io.LimitReader(random, 9), "dev_"); err == nil {
		t.Error("randomness that ends early: got no error")
	}
}

func TestNewPublicIDsAscend(t *testing.T) {
	const n = 1000
	next, err := NewPublicIDs(seeded(6), "a", n)
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for range n {
		id := next()
		if id <= last || !validID(id) {
			t.Fatalf("got %q after %q", id, last)
		}
		last = id
	}
	if _, err := NewPublicIDs(io.LimitReader(seeded(6), 10*n-1), "a", n); err == nil {
		t.Error("randomness that ends early: got no error")
	}
}
