package roster

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
)

// read reads a csv roster that must be readable as a whole.
func read(t *testing.T, content string, o Options) access.Roster {
	t.Helper()
	r, err := ReadFile(strings.NewReader(content), "people.csv", o)
	if err != nil {
		t.Fatalf("ReadFile: %v", err)
	}
	return r
}

// line gives an entry in one line, pointers followed; "-" stands for nil.
func line(e access.RosterEntry) string {
	group, lang, email, birth, ends := "-", "-", "-", "-", "-"
	for _, p := range []struct{ to, from *string }{{&group, e.Group}, {&lang, e.Lang}, {&email, e.Email}} {
		if p.from != nil {
			*p.to = *p.from
		}
	}
	if e.BirthDate != nil {
		birth = e.BirthDate.String()
	}
	if e.EndsOn != nil {
		ends = e.EndsOn.String()
	}
	s := fmt.Sprintf("%d %s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s", e.Line, e.Login, e.ExternalID, e.FamilyName, e.GivenName, e.Profile,
		strings.Join(e.Schools, ","), group, lang, email, birth, ends, strings.Join(e.StudentRefs, ","))
	if e.Removed {
		s += "|removed"
	}
	return s
}

func lines(r access.Roster) []string {
	var all []string
	for _, e := range r.Entries.All() {
		all = append(all, line(e))
	}
	return all
}

func entries(r access.Roster) []access.RosterEntry {
	var all []access.RosterEntry
	for _, e := range r.Entries.All() {
		all = append(all, e)
	}
	return all
}

func problems(all access.RosterProblems) []string {
	var texts []string
	for p := range all.All() {
		texts = append(texts, fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Text))
	}
	return texts
}

// told gives all that a roster tells, with nothing packed.
func told(r access.Roster) []any {
	return []any{r, entries(r), problems(r.Rejected), problems(r.Warnings)}
}

func wantList(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// wantError checks kind and code, and that neither text nor hint holds a secret.
func wantError(t *testing.T, err error, kind error, code string) {
	t.Helper()
	if !errors.Is(err, kind) || access.CodeOf(err) != code {
		t.Fatalf("got error %v (code %q), want %v (code %q)", err, access.CodeOf(err), kind, code)
	}
	if strings.Contains(whole(t, err), "canary") {
		t.Errorf("error quotes the file: %s", whole(t, err))
	}
}

// whole prints a value in every way that could show what is in it.
func whole(t *testing.T, v any) string {
	t.Helper()
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%v %+v %#v %s", v, v, v, j)
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
