package i18n

import (
	"testing"
	"time"
)

func TestMoment(t *testing.T) {
	tests := []struct {
		lang, zone string
		at         time.Time
		want       string
	}{
		{"en", "Europe/Paris", time.Date(2026, 11, 27, 8, 5, 0, 0, time.UTC), "Friday 27 November 2026 at 09:05 (Europe/Paris, UTC+1)"},
		{"fr", "Europe/Paris", time.Date(2026, 11, 27, 8, 5, 0, 0, time.UTC), "vendredi 27 novembre 2026 à 9\u00a0h\u00a005 (Europe/Paris, UTC+1)"},
		{"fr", "Europe/Paris", time.Date(2026, 7, 31, 22, 0, 0, 0, time.UTC), "samedi 1er août 2026 à 0\u00a0h\u00a000 (Europe/Paris, UTC+2)"},
		{"fr", "America/Cayenne", time.Date(2026, 2, 1, 12, 30, 0, 0, time.UTC), "dimanche 1er février 2026 à 9\u00a0h\u00a030 (America/Cayenne, UTC−3)"},
		{"en", "Asia/Kolkata", time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC), "Friday 1 January 2027 at 01:30 (Asia/Kolkata, UTC+5:30)"},
		{"en", "UTC", time.Date(2026, 5, 3, 20, 0, 0, 0, time.UTC), "Sunday 3 May 2026 at 20:00 (UTC)"},
		{"en", "Africa/Abidjan", time.Date(2026, 5, 3, 20, 0, 0, 0, time.UTC), "Sunday 3 May 2026 at 20:00 (Africa/Abidjan, UTC)"},
	}
	for _, tt := range tests {
		loc, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := Moment(tt.lang, tt.at, loc); got != tt.want {
			t.Errorf("%s in %s: got %q, want %q", tt.lang, tt.zone, got, tt.want)
		}
	}
}

// TestMomentNamesEveryDayAndMonth walks a year and a week of French names.
func TestMomentNamesEveryDayAndMonth(t *testing.T) {
	seen := map[string]bool{}
	for day := range 365 {
		at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, day)
		seen[Moment("fr", at, time.UTC)] = true
	}
	if len(seen) != 365 {
		t.Errorf("got %d different days in a year, want 365", len(seen))
	}
	// When the clock goes back, one hour happens twice and must read differently.
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	if first, second := Moment("fr", at, paris), Moment("fr", at.Add(time.Hour), paris); first == second {
		t.Errorf("got %q for both of two hours, want them told apart", first)
	}
}

func TestCount(t *testing.T) {
	for _, tt := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0\u00a0mails"},
		{"en", 1, "1\u00a0mail"},
		{"en", 2, "2\u00a0mails"},
		{"fr", 0, "0\u00a0mail"},
		{"fr", 1, "1\u00a0mail"},
		{"fr", 2, "2\u00a0mails"},
	} {
		if got := Count(tt.lang, tt.n, "mail", "mails"); got != tt.want {
			t.Errorf("%s %d: got %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}

func TestTypeset(t *testing.T) {
	const plain = "« Quoi » : a ; b ! c ?"
	if got, want := Typeset("fr", plain), "«\u00a0Quoi\u00a0»\u00a0: a\u202f; b\u202f! c\u202f?"; got != want {
		t.Errorf("French: got %q, want %q", got, want)
	}
	if got := Typeset("en", plain); got != plain {
		t.Errorf("English: got %q, want it unchanged", got)
	}
}
