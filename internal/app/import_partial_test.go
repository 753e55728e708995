package app_test

import (
	"context"
	"fmt"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

func TestImportIsAllOrNothingUnlessPartial(t *testing.T) {
	good, bad := pupil("ann", "x1", nil), pupil("ben", "x2", of("Z"))
	fromReader := []access.RosterProblem{{File: "people.csv", Line: 9, Text: "login: empty"}}
	cases := []struct {
		name     string
		entries  []access.RosterEntry
		rejected []access.RosterProblem
		options  app.ImportOptions
		kind     error
		want     [6]int
		stored   int
	}{
		{"a bad line", []access.RosterEntry{bad, good}, nil, app.ImportOptions{}, access.ErrRefused, [6]int{0, 0, 0, 0, 1, 0}, 0},
		{"a line that the reader rejected", []access.RosterEntry{good}, fromReader, app.ImportOptions{}, access.ErrRefused, [6]int{0, 0, 0, 0, 1, 0}, 0},
		{"both, partial", []access.RosterEntry{bad, good}, fromReader, app.ImportOptions{Partial: true}, access.ErrPartial, [6]int{1, 0, 0, 0, 2, 0}, 1},
		{"a bad line, dry run", []access.RosterEntry{bad, good}, nil, app.ImportOptions{DryRun: true}, access.ErrRefused, [6]int{1, 0, 0, 0, 1, 0}, 0},
		{"a bad line, partial dry run", []access.RosterEntry{bad, good}, nil, app.ImportOptions{DryRun: true, Partial: true}, access.ErrPartial, [6]int{1, 0, 0, 0, 1, 0}, 0},
		{"good lines, dry run", []access.RosterEntry{good}, nil, app.ImportOptions{DryRun: true}, nil, [6]int{1, 0, 0, 0, 0, 0}, 0},
		{"the same account twice", []access.RosterEntry{good, pupil("ann", "", nil)}, nil, app.ImportOptions{}, access.ErrRefused, [6]int{0, 0, 0, 0, 1, 0}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			before := k.head()
			r := rosterOf(c.entries...)
			for _, p := range c.rejected {
				r.Rejected.Add(p)
			}
			report, err := k.ImportRoster(context.Background(), root, r, c.options)
			code := ""
			if c.kind != nil {
				code = "roster_rejected"
			}
			wantError(t, err, c.kind, code)
			if got := counts(report); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if got := int(k.head() - before); got != c.stored {
				t.Errorf("got %d audit records, want %d", got, c.stored)
			}
			if got := len(k.listed()); got != c.stored {
				t.Errorf("got %d accounts, want %d", got, c.stored)
			}
		})
	}
}

func TestImportSchoolOfADryRunIsNotMade(t *testing.T) {
	k := newKit(t)
	r := rosterOf(pupil("ann", "x1", of("C")))
	r.Schools = []access.School{{Code: "C"}}
	report, err := k.ImportRoster(context.Background(), root, r, app.ImportOptions{DryRun: true})
	if err != nil || report.SchoolsCreated != 1 || report.Created != 1 {
		t.Fatalf("got %+v, %v, want one school and one account planned", report, err)
	}
	schools, err := k.Schools(context.Background(), root)
	if err != nil || len(schools) != 2 {
		t.Errorf("got %v, %v, want only A and B", schools, err)
	}
}

func TestImportAuditHoldsCountsAndNobody(t *testing.T) {
	k := newKit(t)
	k.imports(app.ImportOptions{}, pupil("ann", "x1", func(e *access.RosterEntry) { e.BirthDate = &may23 }))
	detail := k.lastDetail(app.AccountImport)
	for key, want := range map[string]any{
		"created": 1.0, "updated": 0.0, "unchanged": 0.0, "archived": 0.0, "rejected": 0.0,
		"format": "csv", "schools": []any{"A"}, "login": nil, "name": nil,
	} {
		if got := detail[key]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
}
