package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's time zones

	"pinward/internal/access"
)

// epoch is when the tests' clock starts.
func epoch() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// instant reads RFC 3339.
func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// wantKind checks that err is of the kind and says nothing of what was typed.
func wantKind(t *testing.T, err, kind error, typed string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got error %v, want kind %v", err, kind)
	}
	var e *access.Error
	if !errors.As(err, &e) || e.Code == "" {
		t.Fatalf("got error %#v, want one with a code", err)
	}
	if len(typed) > 3 && strings.Contains(e.Text+e.Hint, typed) {
		t.Errorf("error %q echoes the input", e.Text)
	}
}
