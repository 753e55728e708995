package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pinward/internal/access"
)

// A role is what a user is in an org: a row of roles.csv, or the role column of
// users.csv.
type role struct {
	profile access.Profile
	org     string
	primary bool
}

// role reads a row of roles.csv.
func (b *bundle) role(t *table) error {
	user := strings.Clone(t.cell("userSourcedId"))
	if user == "" {
		return errors.New("userSourcedId: empty")
	}
	if removed(t) {
		return nil
	}
	profile, err := b.profile(t)
	if err != nil {
		return err
	}
	b.roles[user] = append(b.roles[user], role{
		profile: profile, org: strings.Clone(t.cell("orgSourcedId")), primary: strings.EqualFold(t.cell("roleType"), "primary"),
	})
	return nil
}

// profile reads the role column of the row at hand, by --map-value first.
func (b *bundle) profile(t *table) (access.Profile, error) {
	cell := t.cell("role")
	if value := b.values.of(fieldProfile, cell); value != cell && value != "" {
		return access.ParseProfile(value)
	}
	profile, known := rosterProfile(cell)
	if !known {
		t.warn("role: not one of OneRoster's; taken as external")
	}
	return profile, nil
}

// user reads a row of users.csv.
func (b *bundle) user(t *table) (err error) {
	e := access.RosterEntry{Line: t.line, File: t.file, Removed: removed(t) || disabled(t)}
	id := t.cell("sourcedId")
	if id == "" {
		return errors.New("sourcedId: empty")
	}
	if e.ExternalID, err = text("sourcedId", id); err != nil {
		return err
	}
	if e.Login, err = login(t.cell("username")); err != nil {
		return err
	}
	if e.FamilyName, err = text("familyName", t.cell("familyName")); err != nil {
		return err
	}
	if e.GivenName, err = text("givenName", t.cell("givenName")); err != nil {
		return err
	}
	if e.Email, err = email(t.cell("email")); err != nil {
		return fmt.Errorf("email: %w", err)
	}
	if err := b.place(t, &e); err != nil {
		return err
	}
	e.BirthDate = b.birthDates[id]
	if e.Profile == access.Student {
		e.Group = b.group(id)
	}
	if e.Profile == access.Student || e.Profile == access.Guardian {
		if e.StudentRefs, err = ids("agentSourcedIds", t.cell("agentSourcedIds"), ","); err != nil {
			return err
		}
	}
	keep(b.roster, e)
	return nil
}

func disabled(t *table) bool {
	switch strings.ToLower(t.cell("enabledUser")) {
	case "", "true", "1", "yes":
		return false
	case "false", "0", "no":
		return true
	default:
		t.warn("enabledUser: neither true nor false; taken as true")
		return false
	}
}

// place sets the profile and the schools of a user.
func (b *bundle) place(t *table, e *access.RosterEntry) error {
	orgs := list(t.cell("orgSourcedIds"), ",")
	roles := b.roles[t.cell("sourcedId")]
	if _, inFile := b.files["roles.csv"]; b.version == "1.2" && inFile {
		orgs = list(t.cell("primaryOrgSourcedId"), ",")
	} else {
		profile, err := b.profile(t)
		if err != nil {
			return err
		}
		roles = []role{{profile: profile}}
		orgs = append(list(t.cell("primaryOrgSourcedId"), ","), orgs...)
	}
	e.Profile = access.External
	if len(roles) == 0 {
		t.warn("no role in roles.csv; taken as external")
	} else {
		first := leading(roles, orgs)
		e.Profile = roles[first].profile
		orgs = append(orgs, roles[first].org)
	}
	for _, r := range roles {
		orgs = append(orgs, r.org)
	}
	return b.schools(t, e, slices.DeleteFunc(orgs, func(id string) bool { return id == "" }))
}

// leading gives the role that decides the profile: the primary one at the
// user's primary org, else the first primary one, else the first.
func leading(roles []role, orgs []string) int {
	for i, r := range roles {
		if r.primary && slices.Contains(orgs, r.org) {
			return i
		}
	}
	return max(0, slices.IndexFunc(roles, func(r role) bool { return r.primary }))
}

func (b *bundle) schools(t *table, e *access.RosterEntry, orgs []string) error {
	codes, known := b.orgs.codes(orgs)
	if len(codes) == 0 && b.opts.School != "" {
		codes = []string{b.opts.School}
	}
	if len(codes) == 0 && !e.Removed {
		return errors.New("no school: none of the user's orgs is in orgs.csv")
	}
	if !known {
		t.warn("an org of the user is not in orgs.csv; left out")
	}
	e.Schools = codes
	return nil
}

// linkGuardians turns the agents of guardians and of students, read into
// StudentRefs, into the students of guardians. Agents who are known to be
// somebody else, such as teachers, are left out.
func linkGuardians(entries *access.RosterEntries) {
	students := map[int][]string{} // by the guardian's place
	for place, e := range entries.All() {
		if e.Profile != access.Guardian || len(e.StudentRefs) == 0 {
			continue
		}
		students[place] = slices.DeleteFunc(e.StudentRefs, func(id string) bool {
			at, here := entries.ByExternalID(id)
			return here && entries.At(at).Profile != access.Student
		})
	}
	for place, e := range entries.All() {
		if e.Profile != access.Student || len(e.StudentRefs) == 0 {
			continue
		}
		for _, id := range e.StudentRefs {
			at, here := entries.ByExternalID(id)
			if !here || entries.At(at).Profile != access.Guardian || slices.Contains(students[at], e.ExternalID) {
				continue
			}
			students[at] = append(students[at], e.ExternalID)
		}
		e.StudentRefs = nil
		entries.Replace(place, e)
	}
	for place, refs := range students {
		e := entries.At(place)
		if !slices.Equal(e.StudentRefs, refs) {
			e.StudentRefs = refs
			entries.Replace(place, e)
		}
	}
}
