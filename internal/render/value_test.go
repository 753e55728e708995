package render

import (
	"strings"
	"testing"
	"time"
)

// A masked hides its content from fmt; a column must not dig it out.
type masked string

func (masked) String() string { return "[hidden]" }

func one(v any) []Column[int] {
	return []Column[int]{{Key: "cell", Title: "Cell", Value: func(int) any { return v }}}
}

func TestReduceRefusesOtherTypes(t *testing.T) {
	secret := "8305"
	for name, v := range map[string]any{
		"a type with a String method": masked(secret),
		"a duration":                  time.Second,
		"a struct":                    struct{ s string }{secret},
		"a pointer":                   &secret,
		"bytes":                       []byte(secret),
		"a float":                     1.5,
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range Formats() {
				var b strings.Builder
				err := Write(&b, Options{Format: f}, one(v), all(1))
				if err == nil || !strings.Contains(err.Error(), `"cell"`) {
					t.Errorf("%s: got error %v, want one that names the column", f, err)
				}
				if err != nil && strings.Contains(err.Error(), secret) || strings.Contains(b.String(), secret) {
					t.Errorf("%s: the value shows: error %v, output %q", f, err, b.String())
				}
				if err := WriteOne(&b, Options{Format: f}, one(v), 1); err == nil {
					t.Errorf("%s: WriteOne: got no error", f)
				}
			}
		})
	}
}

func TestTimesForMachines(t *testing.T) {
	paris := time.FixedZone("CET", 3600)
	for _, c := range []struct {
		name string
		at   time.Time
		want string
	}{
		{"whole seconds", noon(), "2026-03-02T08:00:00Z"},
		{"another zone", noon().In(paris), "2026-03-02T08:00:00Z"},
		{"milliseconds keep three digits", noon().Add(120 * time.Millisecond), "2026-03-02T08:00:00.120Z"},
		{"finer parts are cut", noon().Add(999 * time.Microsecond), "2026-03-02T08:00:00Z"},
		{"the epoch is set", time.Unix(0, 0), "1970-01-01T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			same(t, write(t, Options{Format: JSONL}, one(c.at), 1), `{"cell":"`+c.want+`"}`+"\n")
			same(t, write(t, Options{Format: CSV}, one(c.at), 1), "cell\n"+c.want+"\n")
		})
	}
}

func TestDays(t *testing.T) {
	at := Day{2026, 3, 9}
	same(t, write(t, Options{Format: JSONL}, one(at), 1), `{"cell":"2026-03-09"}`+"\n")
	same(t, write(t, Options{Format: CSV}, one(at), 1), "cell\n2026-03-09\n")
	same(t, write(t, Options{Format: Table}, one(at), 1), "CELL\n2026-03-09\n")
	shown, err := workbook(t, one(at), 1).GetCellValue("Sheet1", "A2")
	if err != nil || shown != "2026-03-09" {
		t.Errorf("in a workbook: got %q, %v", shown, err)
	}
}

func TestRelative(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "now"},
		{400 * time.Millisecond, "now"},
		{-time.Second, "1 second ago"},
		{-59 * time.Second, "59 seconds ago"},
		{-59*time.Second - 600*time.Millisecond, "1 minute ago"},
		{-3 * time.Minute, "3 minutes ago"},
		{15 * time.Minute, "in 15 minutes"},
		{15*time.Minute - 20*time.Second, "in 15 minutes"},
		{59*time.Minute + 50*time.Second, "in 1 hour"},
		{-47 * time.Hour, "47 hours ago"},
		{-48 * time.Hour, "2 days ago"},
		{14 * day, "in 14 days"},
		{14*day - time.Second, "in 14 days"},
		{-59 * day, "59 days ago"},
		{180 * day, "in 6 months"},
		{365 * day, "in 12 months"},
		{-2 * 366 * day, "2 years ago"},
		{1<<63 - 1, "in 292 years"},
	} {
		if got := Relative(noon().Add(c.d), noon()); got != c.want {
			t.Errorf("Relative(now%+v): got %q, want %q", c.d, got, c.want)
		}
	}
	if got := Relative(time.Time{}, noon()); got != "-" {
		t.Errorf("Relative of the zero time: got %q, want -", got)
	}
}
