package secret

import (
	"regexp"
	"testing"
)

func TestNewMailCode(t *testing.T) {
	form, random, seen := regexp.MustCompile(`^[0-9]{6}$`), seeded(7), map[byte]int{}
	for range 2000 {
		c, err := NewMailCode(random)
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(c.Reveal()) {
			t.Fatalf("got %q, want 6 digits", c.Reveal())
		}
		for _, b := range []byte(c.Reveal()) {
			seen[b]++
		}
	}
	// 9 degrees of freedom: 33.7 is passed once in 10,000 uniform draws.
	const want = 2000 * 6 / 10.0
	x := 0.0
	for b := byte('0'); b <= '9'; b++ {
		d := float64(seen[b]) - want
		x += d * d / want
	}
	if x > 33.7 {
		t.Errorf("digits: chi-square %.1f, want at most 33.7", x)
	}
}

func TestParseMailCode(t *testing.T) {
	for _, c := range []struct{ name, typed, want string }{
		{"as mailed", "042917", "042917"},
		{"with spaces", " 042 917\n", "042917"},
		{"with a dash", "042-917", "042917"},
		{"too short", "04291", ""},
		{"too long", "0429170", ""},
		{"a letter", "04291O", ""},
		{"other digits", "٠٤٢٩١٧", ""},
		{"nothing", "", ""},
		{"a set-up code", "C4H7-KMNP", ""},
	} {
		got, ok := ParseMailCode(c.typed)
		if got.Reveal() != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %q, %t, want %q", c.name, got.Reveal(), ok, c.want)
		}
	}
}
