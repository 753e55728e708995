package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// rosterOf makes a CSV roster; lines are numbered as in a file with a header,
// and rejected as by the reader where they repeat another.
func rosterOf(entries ...access.RosterEntry) access.Roster {
	r := access.Roster{Format: "csv", Digest: "d1"}
	for i, e := range entries {
		e.File, e.Line = "people.csv", i+2
		if same, line := r.Entries.Add(e); same != "" {
			r.Rejected.Add(access.RosterProblem{File: e.File, Line: e.Line, Text: fmt.Sprintf("%s: the same as in line %d", same, line)})
		}
	}
	return r
}

// pupil is a student of school A with an external id; change says otherwise.
func pupil(login, externalID string, change func(e *access.RosterEntry)) access.RosterEntry {
	e := access.RosterEntry{
		Login: login, ExternalID: externalID, FamilyName: "Sample", GivenName: login,
		Profile: access.Student, Schools: []string{"A"},
	}
	if change != nil {
		change(&e)
	}
	return e
}

// of puts an entry into other schools.
func of(schools ...string) func(e *access.RosterEntry) {
	return func(e *access.RosterEntry) { e.Schools = schools }
}

func gone(e *access.RosterEntry) { e.Removed = true }

// imports applies a roster that must be taken whole.
func (k *kit) imports(o app.ImportOptions, entries ...access.RosterEntry) app.ImportReport {
	k.t.Helper()
	report, err := k.ImportRoster(context.Background(), root, rosterOf(entries...), o)
	if err != nil {
		k.t.Fatalf("import: %v: %s", err, problems(report.Rejected))
	}
	return report
}

// counts gives a report's numbers: created, updated, unchanged, archived,
// rejected, warnings.
func counts(r app.ImportReport) [6]int {
	return [6]int{r.Created, r.Updated, r.Unchanged, r.Archived, r.Rejected.Len(), r.Warnings.Len()}
}

// problems gives what was rejected or warned of.
func problems(all access.RosterProblems) string {
	var texts []string
	for p := range all.All() {
		texts = append(texts, fmt.Sprintf("%d: %s", p.Line, p.Text))
	}
	return strings.Join(texts, "; ")
}

func TestImportTwiceChangesNothing(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	may := access.Date{Year: 1980, Month: 5, Day: 1}
	entries := []access.RosterEntry{
		pupil("pat", "x3", func(e *access.RosterEntry) {
			e.Profile, e.StudentRefs, e.BirthDate = access.Guardian, []string{"x1", "x2", "x2"}, &may
		}),
		pupil("ann", "x1", func(e *access.RosterEntry) {
			e.Group, e.Email, e.Lang, e.BirthDate = pointer("6A"), pointer("ann@example.org"), pointer("fr"), &may23
			e.EndsOn = &access.Date{Year: 2027, Month: 7, Day: 4}
		}),
		pupil("ben", "x2", of("B", "A")),
	}
	before := k.head()
	var steps []int
	report := k.imports(app.ImportOptions{Progress: func(done int) { steps = append(steps, done) }}, entries...)
	if got, want := counts(report), [6]int{3, 0, 0, 0, 0, 0}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(steps) == 0 || steps[len(steps)-1] != 3 {
		t.Errorf("got progress %v, want it to end with 3", steps)
	}
	trail := k.trail(before)
	if len(trail) != 1 || trail[0].Target != "d1" {
		t.Fatalf("got audit records %v, want one that names the file's digest", trail)
	}
	ann, ben := k.stored("ann"), k.stored("ben")
	want := access.Account{
		Key: ann.Key, ID: ann.ID, Login: "ann", ExternalID: "x1", FamilyName: "Sample", GivenName: "ann", Profile: access.Student,
		Schools: []string{"A"}, Group: "6A", Lang: "fr", Email: "ann@example.org", EndsOn: access.Date{Year: 2027, Month: 7, Day: 4},
		Status: access.Active, Protection: access.NotChosen, Imported: true, CreatedAt: morning, UpdatedAt: morning, AuditSeq: trail[0].Seq,
	}
	if fmt.Sprintf("%+v", ann) != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %+v\nwant %+v", ann, want)
	}
	if got := fmt.Sprintf("%v, %s, %v, %v", ben.Schools, k.studentsOf("pat"), k.born("ann"), k.born("pat")); got != "[B A], ann ben, 2011-05-23, 1980-05-01" {
		t.Errorf("got %s", got)
	}
	for _, o := range []app.ImportOptions{{}, {ArchiveMissing: true}, {DryRun: true}} {
		report, err := k.ImportRoster(ctx, root, rosterOf(entries...), o)
		if got, want := counts(report), [6]int{0, 0, 3, 0, 0, 0}; err != nil || got != want {
			t.Errorf("again with %+v: got %v, %v, want %v", o, got, err, want)
		}
	}
	if k.head() != trail[0].Seq {
		t.Error("importing the same again left an audit record")
	}
}

func TestImportMatches(t *testing.T) {
	may22 := access.Date{Year: 2011, Month: 5, Day: 22}
	cases := []struct {
		name   string
		entry  access.RosterEntry
		want   [6]int
		reason string // of the rejection or warning
		login  string // that holds the account of ann afterwards
	}{
		{"by external id", pupil("ann", "x1", nil), [6]int{0, 0, 1, 0, 0, 0}, "", "ann"},
		{"by external id, another login", pupil("anna", "x1", func(e *access.RosterEntry) { e.GivenName = "ann" }), [6]int{0, 1, 0, 0, 0, 0}, "", "anna"},
		{"by external id, a login that somebody has", pupil("hand", "x1", nil), [6]int{0, 0, 0, 0, 1, 0}, "belongs to another account", "ann"},
		{"by login, the file has no external id", pupil("ann", "", nil), [6]int{0, 0, 1, 0, 0, 0}, "", "ann"},
		{"by login, another external id", pupil("ann", "x9", nil), [6]int{0, 0, 0, 0, 1, 0}, "another external id", "ann"},
		{"by login, the account has no external id", pupil("hand", "x9", nil), [6]int{0, 1, 0, 0, 0, 0}, "", "ann"},
		{
			"by login, and no word of the name in common", pupil("hand", "", func(e *access.RosterEntry) { e.FamilyName, e.GivenName = "Other", "Person" }),
			[6]int{0, 1, 0, 0, 0, 1},
			"is it the same person?", "ann",
		},
		{"nobody known", pupil("new", "x9", nil), [6]int{1, 0, 0, 0, 0, 0}, "", "ann"},
		{"nobody known, without a profile", pupil("new", "x9", func(e *access.RosterEntry) { e.Profile = "" }), [6]int{0, 0, 0, 0, 1, 0}, "profile", "ann"},
		{"nobody known, without a login", pupil("", "x9", nil), [6]int{0, 0, 0, 0, 1, 0}, "login: empty", "ann"},
		{"known, without a profile or name", access.RosterEntry{Login: "ann", Schools: []string{"A"}}, [6]int{0, 0, 1, 0, 0, 0}, "", "ann"},
		{"an unknown school", pupil("ann", "x1", of("A", "Z")), [6]int{0, 0, 0, 0, 1, 0}, "school: unknown", "ann"},
		{"no school of two", pupil("ann", "x1", of()), [6]int{0, 0, 0, 0, 1, 0}, "school: none given", "ann"},
		{"another birth date", pupil("ann", "x1", func(e *access.RosterEntry) { e.BirthDate = &may22 }), [6]int{0, 1, 0, 0, 0, 0}, "", "ann"},
		{
			"a birth date to come", pupil("ann", "x1", func(e *access.RosterEntry) { e.BirthDate = &access.Date{Year: 2030, Month: 1, Day: 1} }),
			[6]int{0, 0, 0, 0, 1, 0},
			"birth date", "ann",
		},
		{
			"left, in a file that names no school", pupil("ann", "x1", func(e *access.RosterEntry) { e.Schools, e.Removed = nil, true }),
			[6]int{0, 0, 0, 0, 1, 0},
			"school: none given", "ann",
		},
		{"left and unknown", pupil("new", "x9", gone), [6]int{0, 0, 1, 0, 0, 0}, "", "ann"},
		{"left, with the login of somebody else", pupil("ann", "x9", gone), [6]int{0, 0, 1, 0, 0, 0}, "", "ann"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.imports(app.ImportOptions{}, pupil("ann", "x1", func(e *access.RosterEntry) { e.BirthDate = &may23 }))
			k.person("hand", nil)
			ann := k.stored("ann")
			report, err := k.ImportRoster(context.Background(), root, rosterOf(c.entry), app.ImportOptions{})
			if got := counts(report); got != c.want {
				t.Errorf("got %v, want %v: %v", got, c.want, err)
			}
			if got := problems(report.Rejected) + problems(report.Warnings); !strings.Contains(got, c.reason) {
				t.Errorf("got problems %q, want %q", got, c.reason)
			}
			if c.want[4] > 0 {
				wantError(t, err, access.ErrRefused, "roster_rejected")
			}
			if got := k.stored(c.login); got.ID != ann.ID {
				t.Errorf("login %s belongs to %s, want %s", c.login, got.ID, ann.ID)
			}
			if got := k.stored("hand"); got.Imported {
				t.Error("an account made by hand counts as imported")
			}
		})
	}
}

func TestImportNeverHandsALeaversLoginOn(t *testing.T) {
	cases := []struct {
		name     string
		entry    access.RosterEntry
		restored bool
	}{
		{"a newcomer of another name", pupil("ann", "", func(e *access.RosterEntry) { e.GivenName = "Anton" }), false},
		{"a newcomer with an external id", pupil("ann", "x2", func(e *access.RosterEntry) { e.GivenName = "Anton" }), false},
		{"the same person", pupil("ann", "", func(e *access.RosterEntry) { e.GivenName = "ANN" }), true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			stay := pupil("stay", "", nil)
			k.imports(app.ImportOptions{}, pupil("ann", "", nil), stay)
			k.imports(app.ImportOptions{ArchiveMissing: true, MaxAffected: 1}, stay)
			if got := k.stored("ann").Status; got != access.Archived {
				t.Fatalf("got status %s, want archived", got)
			}
			report, err := k.ImportRoster(context.Background(), root, rosterOf(c.entry), app.ImportOptions{})
			if restored := k.stored("ann").Status == access.Active; restored != c.restored || (err == nil) != c.restored {
				t.Errorf("got restored %v, %v, %v, want %v", restored, problems(report.Rejected), err, c.restored)
			}
		})
	}
}

func TestImportChangesOnlyItsOwnSchools(t *testing.T) {
	cases := []struct {
		name    string
		held    []string
		entries []access.RosterEntry
		want    string
	}{
		{"another school is added", []string{"A"}, []access.RosterEntry{pupil("ann", "x1", of("B"))}, "[A B]"},
		{"the file names both schools, the line one", []string{"A", "B"}, []access.RosterEntry{pupil("ann", "x1", of("B")), pupil("ben", "x2", of("A"))}, "[B]"},
		{"the line puts the second school first", []string{"A", "B"}, []access.RosterEntry{pupil("ann", "x1", of("B", "A"))}, "[A B]"},
		{"left one of two", []string{"A", "B"}, []access.RosterEntry{
			pupil("ann", "x1", func(e *access.RosterEntry) { e.Schools, e.Removed = []string{"A"}, true }),
		}, "[B]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.imports(app.ImportOptions{}, pupil("ann", "x1", of(c.held...)))
			k.imports(app.ImportOptions{MaxAffected: 1}, c.entries...)
			got := k.stored("ann")
			if fmt.Sprint(got.Schools) != c.want || got.Status != access.Active {
				t.Errorf("got %v, %s, want %s, active", got.Schools, got.Status, c.want)
			}
			before := k.head()
			if k.imports(app.ImportOptions{}, c.entries...); k.head() != before {
				t.Error("the same again left an audit record")
			}
		})
	}
}

func TestImportLinksGuardians(t *testing.T) {
	k := newKit(t)
	guardian := func(refs ...string) access.RosterEntry {
		return pupil("pat", "x9", func(e *access.RosterEntry) { e.Profile, e.StudentRefs = access.Guardian, refs })
	}
	k.imports(app.ImportOptions{}, guardian("x1"), pupil("ann", "x1", nil), pupil("far", "x2", of("B")))
	k.write(func(tx store.Tx) error {
		return tx.PutStudents(context.Background(), k.stored("pat").Key, []int64{k.stored("ann").Key, k.stored("far").Key})
	})
	before := k.head()
	report := k.imports(app.ImportOptions{}, pupil("ben", "x3", nil), guardian("x3", "unknown", "x9"))
	if got := k.studentsOf("pat"); got != "far ben" {
		t.Errorf("got students %q, want the one of another school and the new one", got)
	}
	if got, want := counts(report), [6]int{1, 1, 0, 0, 0, 1}; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := problems(report.Warnings); got != "3: students: 2 of 3 are unknown, and were left out" {
		t.Errorf("got warnings %q", got)
	}
	if got := k.stored("pat").AuditSeq; got != before+1 {
		t.Errorf("got audit record %d at the guardian, want %d", got, before+1)
	}
}

func TestImportMakesSchools(t *testing.T) {
	k := newKit(t)
	r := rosterOf(pupil("ann", "x1", of("C")))
	r.Schools = []access.School{{Code: "A", Name: "Renamed"}, {Code: "C", Name: "School C"}}
	report, err := k.ImportRoster(context.Background(), root, r, app.ImportOptions{})
	if err != nil || report.SchoolsCreated != 1 {
		t.Fatalf("got %+v, %v, want one school made", report, err)
	}
	schools, err := k.Schools(context.Background(), root)
	if err != nil || len(schools) != 3 || schools[0].Name != "School A" || schools[2].Name != "School C" || schools[2].TimeZone != "Europe/Paris" {
		t.Errorf("got %+v, %v, want C beside what was there", schools, err)
	}
}

func TestImportStaysInTheOperatorsSchools(t *testing.T) {
	guardian := pupil("pat", "x9", func(e *access.RosterEntry) { e.Profile, e.StudentRefs = access.Guardian, []string{"x1", "x2"} })
	cases := []struct {
		name   string
		school string // of the operator
		entry  access.RosterEntry
		says   string // of the rejection or warning
		kind   error
		code   string
	}{
		{"a line of a foreign school", "A", pupil("new", "x3", of("B")), "2: school: unknown", access.ErrRefused, "roster_rejected"},
		{"a school that only the file knows", "A", pupil("new", "x3", of("C")), "2: school: unknown", access.ErrRefused, "roster_rejected"},
		{"a foreign account", "A", pupil("far", "x2", nil), "2: login or external id: taken", access.ErrRefused, "roster_rejected"},
		{"a foreign account that left", "A", pupil("far", "x2", gone), "", nil, ""},
		{"a foreign student", "A", guardian, "2: students: 1 of 2 are unknown, and were left out", nil, ""},
		{"no school given, and only one reached", "B", pupil("new", "x3", of()), "", nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.imports(app.ImportOptions{}, pupil("ann", "x1", nil), pupil("far", "x2", of("B")))
			r := rosterOf(c.entry)
			r.Schools = []access.School{{Code: "C"}}
			report, err := k.ImportRoster(context.Background(), operator(access.RoleAdmin, c.school), r, app.ImportOptions{})
			wantError(t, err, c.kind, c.code)
			if got := problems(report.Rejected) + problems(report.Warnings); got != c.says {
				t.Errorf("got %q, want %q", got, c.says)
			}
			if got := k.stored("far"); fmt.Sprint(got.Schools) != "[B]" || got.Status != access.Active {
				t.Errorf("got the foreign account in %v, %s", got.Schools, got.Status)
			}
			if c.school == "B" && fmt.Sprint(k.stored("new").Schools) != "[B]" {
				t.Errorf("got schools %v, want B", k.stored("new").Schools)
			}
		})
	}
}
