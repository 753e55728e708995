package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
)

// ImportOptions say how to apply a roster.
type ImportOptions struct {
	DryRun         bool // report what would happen and change nothing
	Partial        bool // store the good lines where others are rejected
	ArchiveMissing bool // imported accounts that the file no longer holds leave its schools
	MaxAffected    int  // so many accounts may leave even if that is more than a tenth
	ListAll        bool // the report's Items hold every account made or changed
	Progress       func(done int)
}

// An ImportReport counts what became of a roster's entries, each in one of
// Created, Updated, Unchanged, Archived and Rejected. Accounts that are missing
// from the file count as Archived, or as Updated where other schools keep them.
// With DryRun it is what would have become of them.
type ImportReport struct {
	Created, Updated, Unchanged, Archived int
	SchoolsCreated                        int
	Items                                 []ImportItem // those archived; with ListAll all
	Rejected, Warnings                    access.RosterProblems
	Ended                                 Ended
}

// An ImportItem is an account that an import made, changed or archived.
type ImportItem struct {
	Login  string   // as it is now
	Result string   // ImportCreated, ImportUpdated or ImportArchived
	Fields []string // that were updated, by name
}

// What an import did to an account.
const (
	ImportCreated  = "created"
	ImportUpdated  = "updated"
	ImportArchived = "archived"
)

// progressStep is how many entries lie between two calls of Progress.
const progressStep = 500

// errRehearsed rolls a dry run back.
var errRehearsed = errors.New("dry run")

// ImportRoster brings the accounts in line with an account file, all in one
// transaction with one audit record. A rejected line fails it with the code
// roster_rejected and stores nothing; with Partial the rest is stored and the
// error is of kind ErrPartial. Where more than a tenth of the accounts of the
// schools and profiles in the file would leave, it fails with the code
// too_many_affected unless MaxAffected allows it. A dry run gives the same
// report and the same errors.
func (a *App) ImportRoster(ctx context.Context, by access.Operator, r access.Roster, o ImportOptions) (ImportReport, error) {
	var report ImportReport
	err := a.changeMany(ctx, by, AccountImport, func(c *change) error {
		m, err := newImporter(ctx, c, &r, o)
		if err != nil {
			return err
		}
		if err := m.run(ctx); err != nil {
			return err
		}
		report = m.report
		if err := m.verdict(); err != nil {
			return err
		}
		if o.DryRun {
			return errRehearsed
		}
		m.record(r)
		return nil
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	if err == nil && report.Rejected.Len() > 0 {
		err = partlyImported(report.Rejected.Len(), o.DryRun)
	}
	if err != nil && !errors.Is(err, access.ErrPartial) && !o.DryRun {
		report = ImportReport{Rejected: report.Rejected, Warnings: report.Warnings} // nothing was stored
	}
	return report, err
}

func partlyImported(rejected int, dryRun bool) error {
	others := "the others were taken"
	if dryRun {
		others = "the others would be taken"
	}
	return &access.Error{
		Kind: access.ErrPartial, Code: "roster_rejected",
		Text: fmt.Sprintf("account import: %s, %s", linesRejected(rejected), others),
		Hint: "correct those lines and import the file again",
	}
}

func linesRejected(n int) string {
	if n == 1 {
		return "1 line was rejected"
	}
	return fmt.Sprintf("%d lines were rejected", n)
}

// run takes every entry, then those whom the file lacks. Guardians come after
// the students whom they answer for.
func (m *importer) run(ctx context.Context) error {
	if err := m.freeLogins(ctx); err != nil {
		return err
	}
	if err := m.takeAll(ctx); err != nil {
		return err
	}
	if len(m.parked) > 0 {
		return errors.New("account import: a renamed account got no login")
	}
	if m.options.ArchiveMissing {
		if err := m.archiveMissing(ctx); err != nil {
			return err
		}
	}
	m.explainProfiles()
	m.report.Rejected.Sort()
	m.report.Warnings.Sort()
	return nil
}

func (m *importer) takeAll(ctx context.Context) error {
	done := 0
	for _, linking := range []bool{false, true} {
		if linking && m.linking == 0 {
			break
		}
		for place, e := range m.entries.All() {
			if (len(e.StudentRefs) > 0) != linking {
				continue
			}
			if err := m.take(ctx, place, e); err != nil {
				return err
			}
			if done++; done%progressStep == 0 {
				m.progress(done)
			}
		}
	}
	m.progress(done)
	return nil
}

func (m *importer) progress(done int) {
	if m.options.Progress != nil {
		m.options.Progress(done)
	}
}

// verdict says whether what was done in this transaction may stand.
func (m *importer) verdict() error {
	if n := m.report.Rejected.Len(); n > 0 && !m.options.Partial {
		return access.Refused("roster_rejected", fmt.Sprintf("account import: %s, so nothing was taken", linesRejected(n)),
			"correct those lines, or take the others with --partial")
	}
	return m.tooMany()
}

// record writes the audit record, if anything was changed.
func (m *importer) record(r access.Roster) {
	done := m.report
	if done.Created+done.Updated+done.Archived+done.SchoolsCreated == 0 {
		m.nothing()
		return
	}
	m.target("roster", r.Digest)
	m.note("format", r.Format)
	m.note("schools", sortedKeys(m.scope))
	m.note("created", done.Created)
	m.note("updated", done.Updated)
	m.note("unchanged", done.Unchanged)
	m.note("archived", done.Archived)
	m.note("schools_created", done.SchoolsCreated)
	m.note("rejected", done.Rejected.Len())
	m.noteEnded(done.Ended)
}

// take brings one account in line with an entry. What is wrong with the entry
// is reported as a rejection; an error is a failure of the whole import.
func (m *importer) take(ctx context.Context, place int, e access.RosterEntry) error {
	a, reason, err := m.match(ctx, place, e)
	if err != nil {
		return err
	}
	if reason == "" {
		reason = m.check(a, &e)
	}
	if reason != "" {
		m.reject(e, reason)
		return nil
	}
	if a != nil {
		m.seen.set(a.Key)
		m.profiles[a.Profile] = true
	}
	switch {
	case a == nil && e.Removed:
		m.report.Unchanged++ // left before anybody came to know of them
		return nil
	case e.Removed:
		return m.leave(ctx, a)
	}
	m.present++
	if a == nil {
		return m.create(ctx, e)
	}
	return m.revise(ctx, a, e)
}

func (m *importer) reject(e access.RosterEntry, reason string) {
	m.report.Rejected.Add(access.RosterProblem{File: e.File, Line: e.Line, Text: reason})
}

// explainProfiles says what helps where no line at all tells a profile.
func (m *importer) explainProfiles() {
	r := &m.report
	if r.Created+r.Updated+r.Unchanged+r.Archived > 0 {
		return
	}
	var explained access.RosterProblems
	for p := range r.Rejected.All() {
		if p.Text != noProfile {
			return
		}
		p.Text += "; --profile gives one to all, --map profile=COLUMN names its column"
		explained.Add(p)
	}
	r.Rejected = explained
}

func (m *importer) did(login, result string, fields ...string) {
	if result != ImportArchived && !m.options.ListAll {
		return
	}
	m.report.Items = append(m.report.Items, ImportItem{Login: login, Result: result, Fields: fields})
}

func (m *importer) warn(e access.RosterEntry, text string) {
	m.report.Warnings.Add(access.RosterProblem{File: e.File, Line: e.Line, Text: text})
}
