package app_test

import (
	"context"
	"fmt"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// class imports so many students of school A, p1 and on.
func (k *kit) class(n int) []access.RosterEntry {
	k.t.Helper()
	var entries []access.RosterEntry
	for i := range n {
		entries = append(entries, pupil(fmt.Sprint("p", i+1), fmt.Sprint("x", i+1), nil))
	}
	k.imports(app.ImportOptions{}, entries...)
	return entries
}

func TestImportArchivesThoseWhoLeft(t *testing.T) {
	k := newKit(t)
	entries := k.class(10)
	k.trusted("p1")
	leaver := entries[0]
	leaver.Removed = true
	report := k.imports(app.ImportOptions{}, leaver, entries[1])
	if got, want := counts(report), [6]int{0, 0, 1, 1, 0, 0}; got != want || report.Ended != (app.Ended{Devices: 1, Logins: 1, Codes: 1}) {
		t.Errorf("got %v and %+v, want %v and all trust ended", got, report.Ended, want)
	}
	if detail := k.lastDetail(app.AccountImport); detail["devices_revoked"] != 1.0 || detail["archived"] != 1.0 {
		t.Errorf("got detail %v, want what ended", detail)
	}
	p1 := k.stored("p1")
	if p1.Status != access.Archived || fmt.Sprint(p1.Schools) != "[A]" || p1.AuditSeq != k.head() {
		t.Errorf("got %+v, want it archived, and still to be found in A", p1)
	}
	before := k.head()
	if got, want := counts(k.imports(app.ImportOptions{}, leaver, entries[1])), [6]int{0, 0, 2, 0, 0, 0}; got != want || k.head() != before {
		t.Errorf("again: got %v, want %v and no audit record", got, want)
	}
	back := pupil("p1", "x1", of("B"))
	if got, want := counts(k.imports(app.ImportOptions{}, back)), [6]int{0, 1, 0, 0, 0, 0}; got != want {
		t.Errorf("back: got %v, want %v", got, want)
	}
	if p1 := k.stored("p1"); p1.Status != access.Active || p1.StatusReason != "" || fmt.Sprint(p1.Schools) != "[B]" {
		t.Errorf("got %+v, want it active in B alone", p1)
	}
}

func TestImportLeavesWhatOperatorsBarred(t *testing.T) {
	cases := []struct {
		name string
		bar  setStatus
		want access.Status
		warn int
	}{
		{"suspended", (*app.App).SuspendAccount, access.Suspended, 0},
		{"archived", (*app.App).ArchiveAccount, access.Archived, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			entries := k.class(10)
			if _, err := c.bar(k.App, context.Background(), root, "p1", "expelled"); err != nil {
				t.Fatal(err)
			}
			report := k.imports(app.ImportOptions{}, entries...)
			if got := k.stored("p1").Status; got != c.want || report.Warnings.Len() != c.warn {
				t.Errorf("got %s, warnings %s, want %s", got, problems(report.Warnings), c.want)
			}
			leaver := entries[0]
			leaver.Removed = true
			k.imports(app.ImportOptions{}, append([]access.RosterEntry{leaver}, entries[1:]...)...)
			k.imports(app.ImportOptions{}, entries...)
			if got := k.stored("p1"); got.Status != access.Archived || got.StatusReason != "expelled" {
				t.Errorf("after it left and came back: got %s (%s), want it to stay out", got.Status, got.StatusReason)
			}
		})
	}
}

// A missingCase is a second import, after one of ten students.
type missingCase struct {
	name    string
	set     func(k *kit)
	entries func(all []access.RosterEntry) []access.RosterEntry
	options app.ImportOptions
	want    [6]int // created, updated, unchanged, archived, rejected, warnings
	kind    error
	code    string
}

func missingCases() []missingCase {
	return []missingCase{
		{
			"one of ten", nil, func(all []access.RosterEntry) []access.RosterEntry { return all[1:] },
			app.ImportOptions{},
			[6]int{0, 0, 9, 1, 0, 0},
			nil, "",
		},
		{
			"two of ten", nil, func(all []access.RosterEntry) []access.RosterEntry { return all[2:] },
			app.ImportOptions{},
			[6]int{},
			access.ErrConfirm, "too_many_affected",
		},
		{
			"two of ten, one allowed", nil, func(all []access.RosterEntry) []access.RosterEntry { return all[2:] },
			app.ImportOptions{MaxAffected: 1},
			[6]int{},
			access.ErrConfirm, "too_many_affected",
		},
		{
			"two of ten, two allowed", nil, func(all []access.RosterEntry) []access.RosterEntry { return all[2:] },
			app.ImportOptions{MaxAffected: 2},
			[6]int{0, 0, 8, 2, 0, 0},
			nil, "",
		},
		{
			"two of ten, dry run", nil, func(all []access.RosterEntry) []access.RosterEntry { return all[2:] },
			app.ImportOptions{DryRun: true},
			[6]int{0, 0, 8, 2, 0, 0},
			access.ErrConfirm, "too_many_affected",
		},
		{
			"an empty file", nil, func([]access.RosterEntry) []access.RosterEntry { return nil },
			app.ImportOptions{MaxAffected: 100},
			[6]int{},
			nil, "",
		},
		{"a file of one leaver", nil, func(all []access.RosterEntry) []access.RosterEntry {
			all[0].Removed = true
			return all[:1]
		}, app.ImportOptions{MaxAffected: 100}, [6]int{0, 0, 0, 1, 0, 0}, nil, ""},
		{"a file of another school", nil, func([]access.RosterEntry) []access.RosterEntry {
			return []access.RosterEntry{pupil("new", "x99", of("B"))}
		}, app.ImportOptions{MaxAffected: 100}, [6]int{1, 0, 0, 0, 0, 0}, nil, ""},
		{"a file of another profile", nil, func([]access.RosterEntry) []access.RosterEntry {
			return []access.RosterEntry{pupil("new", "x99", func(e *access.RosterEntry) { e.Profile = access.Teacher })}
		}, app.ImportOptions{MaxAffected: 100}, [6]int{1, 0, 0, 0, 0, 0}, nil, ""},
		{
			"an account made by hand", func(k *kit) { k.person("hand", nil) }, func(all []access.RosterEntry) []access.RosterEntry { return all },
			app.ImportOptions{},
			[6]int{0, 0, 10, 0, 0, 0},
			nil, "",
		},
		{
			"somebody of two schools", func(k *kit) { k.imports(app.ImportOptions{}, pupil("p1", "x1", of("B"))) },
			func(all []access.RosterEntry) []access.RosterEntry { return all[1:] },
			app.ImportOptions{},
			[6]int{0, 1, 9, 0, 0, 0},
			nil, "",
		},
		{"a line was rejected", nil, func(all []access.RosterEntry) []access.RosterEntry {
			return append(all[2:], pupil("new", "x99", of("Z")))
		}, app.ImportOptions{Partial: true, MaxAffected: 100}, [6]int{0, 0, 8, 0, 1, 1}, access.ErrPartial, "roster_rejected"},
	}
}

func TestImportArchivesTheMissing(t *testing.T) {
	for _, c := range missingCases() {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			all := k.class(10)
			if c.set != nil {
				c.set(k)
			}
			c.options.ArchiveMissing = true
			report, err := k.ImportRoster(context.Background(), root, rosterOf(c.entries(all)...), c.options)
			wantError(t, err, c.kind, c.code)
			if got := counts(report); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			archived := 0
			k.view(func(tx store.Tx) (err error) {
				archived, err = tx.CountAccounts(context.Background(), store.AccountFilter{Status: access.Archived})
				return err
			})
			if want := c.want[3]; archived != want && !c.options.DryRun {
				t.Errorf("got %d archived accounts, want %d", archived, want)
			}
		})
	}
}

func TestImportOfChangesArchivesNobodyMissing(t *testing.T) {
	k := newKit(t)
	r := rosterOf(k.class(10)[:1]...)
	r.Delta = true
	report, err := k.ImportRoster(context.Background(), root, r, app.ImportOptions{ArchiveMissing: true, MaxAffected: 100})
	if err != nil || report.Archived != 0 {
		t.Errorf("got %d archived, %v, want none: the file holds changes only", report.Archived, err)
	}
}

func TestImportOfLeaversCountsAgainstATenthToo(t *testing.T) {
	k := newKit(t)
	entries := k.class(10)
	for i := range entries {
		entries[i].Removed = true
	}
	_, err := k.ImportRoster(context.Background(), root, rosterOf(entries...), app.ImportOptions{})
	wantError(t, err, access.ErrConfirm, "too_many_affected")
	want := "account import: 10 of the 10 accounts of these schools and profiles would leave, which is more than a tenth"
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestImportTakesATenthOfWhomItSpeaksOf(t *testing.T) {
	cases := []struct {
		name string
		set  func(k *kit)
		kind error
		code string
	}{
		{"one of ten", func(*kit) {}, nil, ""},
		{"one of nine, the tenth being archived", func(k *kit) {
			if _, err := k.ArchiveAccount(context.Background(), root, "p10", "moved"); err != nil {
				k.t.Fatal(err)
			}
		}, access.ErrConfirm, "too_many_affected"},
		{"one of nine, the tenth being of another school", func(k *kit) {
			if _, err := k.EditAccount(context.Background(), root, "p10", app.AccountUpdate{Schools: &[]string{"B"}}); err != nil {
				k.t.Fatal(err)
			}
		}, access.ErrConfirm, "too_many_affected"},
		{"one of nine, the tenth being of another profile", func(k *kit) {
			if _, err := k.EditAccount(context.Background(), root, "p10", app.AccountUpdate{Profile: pointer(access.Teacher)}); err != nil {
				k.t.Fatal(err)
			}
		}, access.ErrConfirm, "too_many_affected"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			entries := k.class(10)
			c.set(k)
			entries[0].Removed = true
			_, err := k.ImportRoster(context.Background(), root, rosterOf(entries[:2]...), app.ImportOptions{})
			wantError(t, err, c.kind, c.code)
		})
	}
}
