package app_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

// manyPupils makes so many entries, each with a birth date.
func manyPupils(n int) []access.RosterEntry {
	entries := make([]access.RosterEntry, n)
	for i := range entries {
		entries[i] = pupil(fmt.Sprintf("p%06d", i), fmt.Sprintf("x%06d", i), func(e *access.RosterEntry) {
			e.Group, e.Email = pointer("6A"), pointer(e.Login+"@example.org")
			e.BirthDate = &access.Date{Year: 2011, Month: 5, Day: 1 + i%28}
		})
	}
	return entries
}

// More accounts than one page of a listing holds: neither the listing nor the
// import that reads what is there may lose, double or disorder any.
func TestMoreAccountsThanAPage(t *testing.T) {
	const people = 10_050
	k := newKit(t)
	entries := manyPupils(people)
	if got := k.imports(app.ImportOptions{}, entries...).Created; got != people {
		t.Fatalf("got %d created, want %d", got, people)
	}
	logins := k.listed()
	if len(logins) != people {
		t.Fatalf("got %d accounts listed, want %d", len(logins), people)
	}
	for i, login := range logins {
		if login != entries[i].Login {
			t.Fatalf("got %s in place %d, want %s", login, i, entries[i].Login)
		}
	}
	report := k.imports(app.ImportOptions{ArchiveMissing: true}, entries...)
	if report.Unchanged != people || report.Archived != 0 {
		t.Errorf("again: got %+v, want all unchanged", counts(report))
	}
	k.holdsNoAccounts(entries)
	plan, err := k.PlanPolicy(context.Background(), root, access.Student, app.PolicyUpdate{})
	if err != nil || plan.Accounts != people {
		t.Errorf("got %d accounts in the plan, %v, want %d", plan.Accounts, err, people)
	}
}

// holdsNoAccounts imports what is known already, and fails where that takes
// memory for each account besides what the roster itself takes.
func (k *kit) holdsNoAccounts(entries []access.RosterEntry) {
	k.t.Helper()
	const most = 16 // bytes
	r := rosterOf(entries...)
	before, during := heap(), uint64(0)
	o := app.ImportOptions{ArchiveMissing: true, Progress: func(done int) {
		if done == len(entries) {
			during = heap()
		}
	}}
	if _, err := k.ImportRoster(context.Background(), root, r, o); err != nil {
		k.t.Fatal(err)
	}
	if held := (int64(during) - int64(before)) / int64(len(entries)); during == 0 || held > most {
		k.t.Errorf("memory held for an account: got %d bytes, want at most %d", held, most)
	}
	runtime.KeepAlive(r)
}

// heap gives how much is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
