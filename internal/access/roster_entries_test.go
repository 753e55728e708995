package access_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pinward/internal/access"
)

func pointer[T any](v T) *T { return &v }

// held gives what entries hold, in order.
func held(entries *access.RosterEntries) []access.RosterEntry {
	all := []access.RosterEntry{}
	for _, e := range entries.All() {
		all = append(all, e)
	}
	return all
}

func TestRosterEntriesComeBackAsTheyWere(t *testing.T) {
	all := []access.RosterEntry{
		{},
		{
			Line: 2, File: "users.csv", Login: "ana", ExternalID: "x1", FamilyName: "Sample", GivenName: "Ana", Profile: access.Student,
			Schools: []string{"A", "B"}, Group: pointer("6A"), Lang: pointer("fr"), Email: pointer("ana@example.org"),
			BirthDate: &access.Date{Year: 2011, Month: 5, Day: 23}, EndsOn: &access.Date{Year: 2030, Month: 7, Day: 4},
			StudentRefs: []string{"x2", "", "x3"}, Removed: true,
		},
		{Line: 3, Login: "empty", Group: pointer(""), Lang: pointer(""), Email: pointer(""), BirthDate: &access.Date{}, EndsOn: &access.Date{Year: -1}},
		{Line: 4, Login: "ben", Email: pointer("somebody@example.org")},
		{Line: 5, Login: "bo", Email: pointer("bo")},
		{Line: 6, ExternalID: "only this", Email: pointer("@example.org")},
		{Line: 1 << 40, Login: "long", FamilyName: strings.Repeat("é", 1<<19), StudentRefs: make([]string, 300)},
		{Login: "after", Schools: []string{""}, Profile: "\x00"},
	}
	var entries access.RosterEntries
	for _, e := range all {
		if same, line := entries.Add(e); same != "" {
			t.Errorf("%s: got %s the same as in line %d, want it kept", e.Login, same, line)
		}
	}
	if got := held(&entries); !reflect.DeepEqual(got, all) || entries.Len() != len(all) {
		t.Errorf("got %d entries:\n%+v\nwant\n%+v", entries.Len(), got, all)
	}
	for place, e := range entries.All() {
		if at, ok := entries.ByLogin(e.Login); ok != (e.Login != "") || ok && at != place {
			t.Errorf("login %q: got place %d, %v, want %d", e.Login, at, ok, place)
		}
		if at, ok := entries.ByExternalID(e.ExternalID); ok != (e.ExternalID != "") || ok && at != place {
			t.Errorf("external id %q: got place %d, %v, want %d", e.ExternalID, at, ok, place)
		}
	}
}

func TestRosterEntriesOfNone(t *testing.T) {
	var entries access.RosterEntries
	_, login := entries.ByLogin("ana")
	_, id := entries.ByExternalID("x1")
	if login || id || entries.Len() != 0 || len(held(&entries)) != 0 {
		t.Errorf("got %v, %v, %d entries, want nothing", login, id, entries.Len())
	}
}

// What an entry that is not kept has is taken all the same, and nobody is found
// by it.
func TestRosterEntriesAreUnlike(t *testing.T) {
	var entries access.RosterEntries
	for i, c := range []struct{ login, id, want string }{
		{"a", "1", " 0"},
		{"a", "2", "login 0"},
		{"b", "1", "external id 0"},
		{"a", "1", "login 0"},
		{"b", "3", "login 2"},
		{"c", "2", "external id 1"},
		{"c", "", "login 5"},
		{"d", "", " 0"},
		{"e", "", " 0"},
		{"a", "", "login 0"},
		{"", "4", " 0"},
		{"", "4", "external id 10"},
		{"", "", " 0"},
	} {
		same, line := entries.Add(access.RosterEntry{Line: i, Login: c.login, ExternalID: c.id})
		if got := fmt.Sprint(same, " ", line); got != c.want {
			t.Errorf("line %d: got %q, want %q", i, got, c.want)
		}
	}
	var lines []int
	for _, e := range entries.All() {
		lines = append(lines, e.Line)
	}
	if want := []int{0, 7, 8, 10, 12}; !reflect.DeepEqual(lines, want) || entries.Len() != len(want) {
		t.Errorf("got lines %v, want %v", lines, want)
	}
	for _, login := range []string{"b", "c"} {
		if _, ok := entries.ByLogin(login); ok {
			t.Errorf("login %s: found, want nobody", login)
		}
	}
	for _, id := range []string{"2", "3"} {
		if _, ok := entries.ByExternalID(id); ok {
			t.Errorf("external id %s: found, want nobody", id)
		}
	}
}

func TestRosterEntriesAreReplaced(t *testing.T) {
	var entries access.RosterEntries
	for _, login := range []string{"a", "b", "c"} {
		entries.Add(access.RosterEntry{Login: login, StudentRefs: []string{"x"}})
	}
	for place, e := range entries.All() {
		if e.Login != "c" {
			e.StudentRefs = []string{"longer than before", e.Login}
			entries.Replace(place, e)
		}
	}
	want := []access.RosterEntry{
		{Login: "a", StudentRefs: []string{"longer than before", "a"}},
		{Login: "b", StudentRefs: []string{"longer than before", "b"}},
		{Login: "c", StudentRefs: []string{"x"}},
	}
	if got := held(&entries); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if place, ok := entries.ByLogin("b"); !ok || !reflect.DeepEqual(entries.At(place), want[1]) {
		t.Errorf("got %d, %v, want b as replaced", place, ok)
	}
}

// More different texts than are kept once for all, and more entries than tables
// begin with.
func TestRosterEntriesMayBeMany(t *testing.T) {
	const many = 70_000
	var entries access.RosterEntries
	entry := func(i int) access.RosterEntry {
		return access.RosterEntry{Line: i, Login: fmt.Sprint("l", i), ExternalID: fmt.Sprint("x", i), FamilyName: fmt.Sprint("Sample", i)}
	}
	for i := range many {
		entries.Add(entry(i))
	}
	for i := range many {
		at, ok := entries.ByLogin(fmt.Sprint("l", i))
		other, idOK := entries.ByExternalID(fmt.Sprint("x", i))
		if !ok || !idOK || at != other || !reflect.DeepEqual(entries.At(at), entry(i)) {
			t.Fatalf("entry %d: got %d, %v and %d, %v", i, at, ok, other, idOK)
		}
	}
}

func FuzzRosterEntries(f *testing.F) {
	f.Add("ana", "x1", "Sample", "A", "ana@example.org", 2, uint8(0xff))
	f.Add("", "", "", "", "", -1, uint8(0))
	f.Fuzz(func(t *testing.T, login, id, name, school, email string, line int, has uint8) {
		e := access.RosterEntry{
			Line: line, Login: login, ExternalID: id, FamilyName: name, GivenName: school, File: email,
			Profile: access.Profile(school), Removed: has&1 != 0,
		}
		if has&2 != 0 {
			e.Schools, e.StudentRefs = []string{school, name}, []string{id, login}
		}
		if has&4 != 0 {
			e.Group, e.Lang = &name, &school
		}
		if has&8 != 0 {
			e.Email = &email
		}
		if has&16 != 0 {
			e.Email = pointer(login + email)
		}
		if has&32 != 0 {
			e.BirthDate, e.EndsOn = &access.Date{Year: line, Month: 5, Day: -line}, &access.Date{Day: line}
		}
		var entries access.RosterEntries
		entries.Add(access.RosterEntry{Login: "first", FamilyName: name})
		same, _ := entries.Add(e)
		if same != "" {
			if login != "first" {
				t.Fatalf("%q is the same as the first", login)
			}
			return
		}
		entries.Add(access.RosterEntry{Login: "after", GivenName: name})
		if got := held(&entries)[1]; !reflect.DeepEqual(got, e) {
			t.Fatalf("got %+v, want %+v", got, e)
		}
	})
}

func TestRosterProblemsComeBackAsTheyWere(t *testing.T) {
	texts := []string{
		"", "login: empty", "login: the same as in line 12", "12", "0", "00", "007 agents", "3 cells under 2 headings",
		"line 4294967295", "line 2147483647", "line 2147483648", "line 99999999999999999999", "\x00", "\x00 5", "5 \x00", "é1é",
	}
	var all access.RosterProblems
	var want []access.RosterProblem
	for i, text := range texts {
		p := access.RosterProblem{File: "people.csv", Line: i, Text: text}
		all.Add(p)
		want = append(want, p)
	}
	if got := listed(all); !reflect.DeepEqual(got, want) || all.Len() != len(want) {
		t.Errorf("got %d problems %+v, want %+v", all.Len(), got, want)
	}
}

func TestRosterProblemsAreSortedAndCloned(t *testing.T) {
	var all access.RosterProblems
	for _, p := range []access.RosterProblem{{"b", 2, "second"}, {"b", 1, "first"}, {"a", 9, "ninth"}, {"b", 1, "again"}, {"", 0, "none"}} {
		all.Add(p)
	}
	before := listed(all)
	copied := all.Clone()
	copied.Sort()
	copied.Add(access.RosterProblem{File: "c", Line: 3, Text: "third"})
	all.Add(access.RosterProblem{File: "d", Line: 4, Text: "fourth"})
	want := []access.RosterProblem{{"", 0, "none"}, {"a", 9, "ninth"}, {"b", 1, "first"}, {"b", 1, "again"}, {"b", 2, "second"}, {"c", 3, "third"}}
	if got := listed(copied); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := listed(all), append(before, access.RosterProblem{"d", 4, "fourth"}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v after its clone changed, want %v", got, want)
	}
}

func listed(all access.RosterProblems) []access.RosterProblem {
	var list []access.RosterProblem
	for p := range all.All() {
		list = append(list, p)
	}
	return list
}

func FuzzRosterProblems(f *testing.F) {
	f.Add("people.csv", "login: the same as in line 12")
	f.Add("\x00", "00")
	f.Fuzz(func(t *testing.T, file, text string) {
		var all access.RosterProblems
		want := access.RosterProblem{File: file, Line: 7, Text: text}
		all.Add(want)
		if got := listed(all); len(got) != 1 || got[0] != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}
