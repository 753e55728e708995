package access_test

import (
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func date(t *testing.T, s string) access.Date {
	t.Helper()
	d, err := access.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAccountEnds(t *testing.T) {
	tests := []struct{ name, zone, last, end string }{
		{"UTC", "UTC", "2026-07-03", "2026-07-04T00:00:00Z"},
		{"Paris in winter", "Europe/Paris", "2026-01-31", "2026-01-31T23:00:00Z"},
		{"Paris in summer", "Europe/Paris", "2026-07-03", "2026-07-03T22:00:00Z"},
		{"a day of 23 hours", "Europe/Paris", "2026-03-29", "2026-03-29T22:00:00Z"},
		{"the day before it", "Europe/Paris", "2026-03-28", "2026-03-28T23:00:00Z"},
		{"a day of 25 hours", "Europe/Paris", "2026-10-25", "2026-10-25T23:00:00Z"},
		{"the last day of the year", "Europe/Paris", "2026-12-31", "2026-12-31T23:00:00Z"},
		{"a leap day", "Europe/Paris", "2028-02-29", "2028-02-29T23:00:00Z"},
		{"east of the date line", "Pacific/Auckland", "2026-07-03", "2026-07-03T12:00:00Z"},
		{"Réunion", "Indian/Reunion", "2026-07-03", "2026-07-03T20:00:00Z"},
		{"Martinique", "America/Martinique", "2026-07-03", "2026-07-04T04:00:00Z"},
		{"half an hour beside", "Asia/Kolkata", "2026-07-03", "2026-07-03T18:30:00Z"},
		{"summer time begins at midnight, west", "America/Santiago", "2026-09-05", "2026-09-06T04:00:00Z"},
		{"summer time begins at midnight, on the Azores", "Atlantic/Azores", "2026-03-28", "2026-03-29T01:00:00Z"},
		{"summer time begins at midnight, east", "Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00Z"},
		{"summer time ends at midnight", "Africa/Cairo", "2026-10-29", "2026-10-29T22:00:00Z"},
		{"summer time ends at one, and midnight comes twice", "America/Havana", "2026-10-31", "2026-11-01T04:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			loc, end := zone(t, tt.zone), instant(t, tt.end)
			a := access.Account{Status: access.Active, EndsOn: date(t, tt.last)}
			if got := a.EndsOn.EndIn(loc); !got.Equal(end) {
				t.Errorf("got %s, want %s", got.UTC().Format(time.RFC3339), tt.end)
			}
			if before := end.Add(-1); a.Ended(before, loc) || !a.Usable(before, loc) {
				t.Error("the account ends within its last day")
			}
			if !a.Ended(end, loc) || a.Usable(end, loc) {
				t.Error("the account outlives its last day")
			}
			if a.Ended(end.Add(-1).In(zone(t, "Pacific/Kiritimati")), loc) {
				t.Error("the end depends on the zone that the time is told in")
			}
		})
	}
}

func TestAccountUsable(t *testing.T) {
	yesterday, today := date(t, "2026-03-01"), date(t, "2026-03-02")
	tests := []struct {
		name   string
		status access.Status
		ends   access.Date
		want   bool
	}{
		{"active", access.Active, access.Date{}, true},
		{"active on its last day", access.Active, today, true},
		{"active past its last day", access.Active, yesterday, false},
		{"suspended", access.Suspended, access.Date{}, false},
		{"suspended on its last day", access.Suspended, today, false},
		{"archived", access.Archived, access.Date{}, false},
		{"of no known status", access.Status(""), access.Date{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := access.Account{Status: tt.status, EndsOn: tt.ends}
			if got := a.Usable(epoch(), time.UTC); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if (access.Account{}).Ended(epoch().AddDate(1000, 0, 0), time.UTC) {
		t.Error("an account without an end date has ended")
	}
}

func TestAccountProtected(t *testing.T) {
	for _, p := range access.Profiles() {
		want := p == access.Staff || p == access.Management
		if got := (access.Account{Profile: p}).Protected(); got != want {
			t.Errorf("%s: got %v, want %v", p, got, want)
		}
	}
}

func TestAccountNameAndHome(t *testing.T) {
	a := access.Account{GivenName: "Léa", FamilyName: "Martin", Schools: []string{"A", "B"}}
	if got := a.Name(); got != "Léa Martin" {
		t.Errorf("got %q, want Léa Martin", got)
	}
	if got := (access.Account{FamilyName: "Martin"}).Name(); got != "Martin" {
		t.Errorf("got %q, want Martin", got)
	}
	if got := a.HomeSchool(); got != "A" {
		t.Errorf("got home %q, want the first school", got)
	}
	if got := (access.Account{}).HomeSchool(); got != "" {
		t.Errorf("got home %q, want none", got)
	}
}

func TestProtectionStrength(t *testing.T) {
	order := [][]access.Protection{{access.None, access.NotChosen, "unheard of"}, {access.Notify}, {access.ByPIN}}
	for rank, equals := range order {
		for _, p := range equals {
			if got := p.Strength(); got != rank {
				t.Errorf("%s: got %d, want %d", p, got, rank)
			}
		}
	}
}

func TestParseNames(t *testing.T) {
	parsers := map[string]func(string) (string, error){
		"student":      func(s string) (string, error) { v, err := access.ParseProfile(s); return string(v), err },
		"not_chosen":   func(s string) (string, error) { v, err := access.ParseProtection(s); return string(v), err },
		"suspended":    func(s string) (string, error) { v, err := access.ParseStatus(s); return string(v), err },
		"critical":     func(s string) (string, error) { v, err := access.ParseSeverity(s); return string(v), err },
		"acknowledged": func(s string) (string, error) { v, err := access.ParseAlertState(s); return string(v), err },
	}
	for good, parse := range parsers {
		t.Run(good, func(t *testing.T) {
			if got, err := parse(good); err != nil || got != good {
				t.Errorf("got %q, %v, want %q", got, err, good)
			}
			for _, bad := range []string{"", strings.ToUpper(good), " " + good, good + "\n", "unheard of"} {
				got, err := parse(bad)
				if got != "" {
					t.Errorf("%q: got %q beside the error", bad, got)
				}
				wantKind(t, err, access.ErrUsage, "")
			}
		})
	}
}

func TestParseDate(t *testing.T) {
	if got := date(t, "2028-02-29"); got != (access.Date{Year: 2028, Month: time.February, Day: 29}) || got.String() != "2028-02-29" {
		t.Errorf("got %v, want 2028-02-29", got)
	}
	if got := (access.Date{}).String(); got != "" {
		t.Errorf("an unset date: got %q, want nothing", got)
	}
	for _, bad := range []string{"", "2027-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "01/02/2026", "2026-01-01T00:00:00Z", "２０２６-01-01", "-026-01-01", mebibyte("2026-01-01")} {
		if _, err := access.ParseDate(bad); err == nil {
			t.Errorf("%.20q: got no error", bad)
		} else {
			wantKind(t, err, access.ErrUsage, bad)
		}
	}
}
