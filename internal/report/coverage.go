// Package report shapes what a store holds into the rows of reports. It reads
// no store and writes no format.
package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"pinward/internal/access"
)

// A Coverage counts the active accounts of one profile at one school by what
// protects them. PIN, Notify, None and Nothing add up to Accounts.
type Coverage struct {
	School   string // code of the home school
	Profile  access.Profile
	Imposed  bool // by the policy, now
	Accounts int
	PIN      int // a PIN is set and asked for
	Notify   int // a mail is sent, to an address that is there
	None     int // chosen to have nothing
	Nothing  int // nothing yet: not chosen, or a PIN that is not set
	Owing    int // have less than the policy demands
}

// A Cover counts accounts into Coverages.
type Cover struct {
	Policies map[access.Profile]access.Policy
	Now      time.Time
	Zone     func(school string) *time.Location

	rows map[coverKey]*Coverage
}

type coverKey struct {
	school  string
	profile access.Profile
}

// Add counts an account, unless it cannot be used.
func (c *Cover) Add(a access.Account, pinSet bool) {
	if !a.Usable(c.Now, c.Zone(a.HomeSchool())) {
		return
	}
	if c.rows == nil {
		c.rows = map[coverKey]*Coverage{}
	}
	key := coverKey{a.HomeSchool(), a.Profile}
	row := c.rows[key]
	policy := c.Policies[a.Profile]
	if row == nil {
		row = &Coverage{School: key.school, Profile: key.profile, Imposed: policy.ImposedAt(c.Now)}
		c.rows[key] = row
	}
	row.Accounts++
	has := a.Effective()
	switch {
	case has == access.ByPIN && pinSet:
		row.PIN++
	case has == access.Notify:
		row.Notify++
	case has == access.None:
		row.None++
	default:
		row.Nothing++
		has = access.NotChosen
	}
	if row.Imposed && !slices.Contains(policy.Allowed, has) {
		row.Owing++
	}
}

// Rows gives the counts by school and profile.
func (c *Cover) Rows() []Coverage {
	rows := make([]Coverage, 0, len(c.rows))
	for _, key := range slices.SortedFunc(maps.Keys(c.rows), func(a, b coverKey) int {
		order := access.Profiles()
		return cmp.Or(cmp.Compare(a.school, b.school), cmp.Compare(slices.Index(order, a.profile), slices.Index(order, b.profile)))
	}) {
		rows = append(rows, *c.rows[key])
	}
	return rows
}
