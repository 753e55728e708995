package roster

import (
	"errors"
	"strings"

	"pinward/internal/access"
)

// An org is a row of orgs.csv.
type org struct {
	id, identifier, name, parent string
	line                         int
	school, department, removed  bool

	code string // under which it is a school; "" where it is none
}

// orgs holds the rows of orgs.csv in file order.
type orgs struct {
	all  []*org
	byID map[string]*org
}

func newOrgs() orgs { return orgs{byID: map[string]*org{}} }

// org reads a row of orgs.csv.
func (b *bundle) org(t *table) error {
	id := strings.Clone(t.cell("sourcedId"))
	if id == "" {
		return errors.New("sourcedId: empty")
	}
	if b.orgs.byID[id] != nil {
		return errors.New("sourcedId: the same as in a line above")
	}
	name, err := text("name", t.cell("name"))
	if err != nil {
		return err
	}
	kind := strings.ToLower(t.cell("type"))
	o := &org{
		id: id, name: strings.Clone(name), line: t.line,
		identifier: strings.Clone(t.cell("identifier")), parent: strings.Clone(t.cell("parentSourcedId")),
		school: kind == "school", department: kind == "department", removed: removed(t),
	}
	b.orgs.byID[id] = o
	b.orgs.all = append(b.orgs.all, o)
	return nil
}

// settleOrgs gives each org that can be a school its code: its identifier, or
// its sourcedId where that is no code or another org's.
func (b *bundle) settleOrgs() {
	taken := map[string]bool{}
	free := func(code string) bool { return access.CheckSchoolCode(code) == nil && !taken[code] }
	for _, o := range b.orgs.all {
		if b.orgs.standing(o) != o {
			continue
		}
		switch {
		case free(o.identifier):
			o.code = o.identifier
		case free(o.id):
			o.code = o.id
		default:
			b.roster.Rejected.Add(access.RosterProblem{
				File: "orgs.csv", Line: o.line, Text: "identifier and sourcedId: neither can be a school code of its own",
			})
			continue
		}
		taken[o.code] = true
	}
}

// standing gives the org that an org counts as: a department is its parent,
// where the file has that. Parents that go round in a circle count as none.
func (s orgs) standing(o *org) *org {
	const deepest = 16
	at := o
	for range deepest {
		parent := s.byID[at.parent]
		if !at.department || parent == nil {
			return at
		}
		at = parent
	}
	return o
}

// codes gives the school codes of a user's orgs, home first. known is false
// where orgs.csv lacks one of them.
func (s orgs) codes(ids []string) (codes []string, known bool) {
	known = true
	seen := map[string]bool{}
	for _, id := range ids {
		o := s.byID[id]
		if o == nil {
			known = false
			continue
		}
		o = s.standing(o)
		if o.code == "" || seen[o.code] {
			continue
		}
		seen[o.code] = true
		codes = append(codes, o.code)
	}
	return codes, known
}

// schools lists, in file order, the orgs that entries use and the schools that
// are there without any.
func (s orgs) schools(entries *access.RosterEntries) []access.School {
	used := map[string]bool{}
	for _, e := range entries.All() {
		for _, code := range e.Schools {
			used[code] = true
		}
	}
	var schools []access.School
	for _, o := range s.all {
		if o.code == "" || !used[o.code] && (!o.school || o.removed) {
			continue
		}
		school := access.School{Code: o.code, Name: o.name}
		if school.Name == "" {
			school.Name = o.code
		}
		schools = append(schools, school)
	}
	return schools
}
