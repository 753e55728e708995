package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// leftRoster is the status reason of accounts that a roster archived, and so
// may restore.
const leftRoster = "left the account file"

// create stores the account of a newcomer.
func (m *importer) create(ctx context.Context, e access.RosterEntry) error {
	if m.nextID == nil { // put off: most imports know everybody
		var err error
		if m.nextID, err = secret.NewPublicIDs(m.app.random, "a", m.entries.Len()); err != nil {
			return fmt.Errorf("make ids for accounts: %w", err)
		}
	}
	fresh := access.Account{
		ID: m.nextID(), Status: access.Active, Protection: access.NotChosen, Imported: true, CreatedAt: m.now,
	}
	after, fields, err := m.apply(ctx, fresh, e)
	if err != nil || len(fields) == 0 {
		return err
	}
	m.seen.set(after.Key)
	m.report.Created++
	m.did(after.Login, ImportCreated)
	return nil
}

// revise brings an account in line with its entry.
func (m *importer) revise(ctx context.Context, a *access.Account, e access.RosterEntry) error {
	if a.Status == access.Archived && a.StatusReason != leftRoster {
		m.warn(e, "the account was archived by an operator and stays so")
	}
	if doubtful(*a, e) {
		m.warn(e, "matched by its login alone, and the name is another one: is it the same person?")
	}
	rejected := m.report.Rejected.Len()
	after, fields, err := m.apply(ctx, *a, e)
	switch {
	case err != nil || m.report.Rejected.Len() > rejected:
		return err
	case len(fields) == 0:
		m.report.Unchanged++
		return nil
	case after.Profile != a.Profile:
		m.warn(e, fmt.Sprintf("the profile changes from %s to %s, and with it what the account must do", a.Profile, after.Profile))
	}
	delete(m.parked, a.Key)
	m.report.Updated++
	m.did(after.Login, ImportUpdated, fields...)
	return nil
}

// apply stores what an entry changes of an account, which is new where its Key
// is 0. It names the fields: none where that is nothing, and where the entry is
// rejected after all.
func (m *importer) apply(ctx context.Context, before access.Account, e access.RosterEntry) (after access.Account, fields []string, err error) {
	after = m.merged(before, e)
	students, err := m.students(ctx, after, e)
	if err != nil {
		return before, nil, err
	}
	plan, err := m.planAccount(ctx, before, after, e.BirthDate, students)
	if errors.Is(err, access.ErrRefused) {
		m.reject(e, err.Error())
		return before, nil, nil
	}
	if err != nil || len(plan.fields) == 0 {
		return before, nil, err
	}
	if err := m.putPlanned(ctx, &plan); err != nil {
		return before, nil, err
	}
	return plan.after, plan.fields, nil
}

// merged gives the account as the entry tells of it; what the entry does not
// speak of stays.
func (m *importer) merged(a access.Account, e access.RosterEntry) access.Account {
	held := a.Schools
	if a.Status == access.Archived && a.StatusReason == leftRoster {
		a.Status, a.StatusReason = access.Active, ""
		held = nil // it had left them all
	}
	a.Schools = m.membership(held, e.Schools)
	if e.Login != "" {
		a.Login = e.Login
	}
	if e.ExternalID != "" {
		a.ExternalID = e.ExternalID
	}
	if e.FamilyName+e.GivenName != "" {
		a.FamilyName, a.GivenName = e.FamilyName, e.GivenName
	}
	if e.Profile != "" {
		a.Profile = e.Profile
	}
	set(&a.Group, e.Group)
	set(&a.Lang, e.Lang)
	set(&a.Email, e.Email)
	set(&a.EndsOn, e.EndsOn)
	return a
}

// membership changes an account's schools as far as the file speaks of them.
// The order stays, so that home does, and what is new comes last.
func (m *importer) membership(held, wanted []string) []string {
	var schools []string
	for _, code := range append(slices.Clone(held), wanted...) {
		if (!m.scope[code] || slices.Contains(wanted, code)) && !slices.Contains(schools, code) {
			schools = append(schools, code)
		}
	}
	return schools
}

// students gives the keys of the students that a guardian answers for, nil
// where the entry does not speak of any. Links to students of schools that the
// file does not speak of stay.
func (m *importer) students(ctx context.Context, a access.Account, e access.RosterEntry) (*[]int64, error) {
	if len(e.StudentRefs) == 0 || a.Profile != access.Guardian {
		return nil, nil
	}
	keys := []int64{}
	unknown := 0
	for _, ref := range e.StudentRefs {
		student, err := m.byExternalID(ctx, ref)
		if err != nil {
			return nil, err
		}
		if student == nil || student.Profile != access.Student || !m.by.MayReach(student.Schools) {
			unknown++
			continue
		}
		keys = append(keys, student.Key)
	}
	if unknown > 0 {
		m.warn(e, fmt.Sprintf("students: %d of %d are unknown, and were left out", unknown, len(e.StudentRefs)))
	}
	held, err := m.heldStudents(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, key := range held {
		student, err := m.AccountByKey(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("read a student of %s: %w", a.Login, err)
		}
		if !m.inScope(student) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	return &keys, nil
}
