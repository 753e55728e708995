package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An importer applies one roster inside one change. All accounts are read once
// and held in maps: a look-up per line would make a large school wait.
type importer struct {
	*change
	options ImportOptions
	report  ImportReport

	known    map[string]bool         // schools that lines may name
	sole     string                  // the only one of them; else ""
	scope    map[string]bool         // schools that the file speaks of
	profiles map[access.Profile]bool // that the file speaks of

	accounts   []*access.Account // those of before, by key
	byKey      map[int64]*access.Account
	byLogin    map[string]*access.Account
	byExternal map[string]*access.Account
	parked     map[*access.Account]bool // renamed ones whose login was freed, and whose line is to come
	seen       map[int64]bool           // accounts that a line has named
	present    int                      // lines about people who are there
	members    map[access.Profile]int   // not archived, in the scope, before
	leaving    int                      // accounts that lose a school
}

func newImporter(ctx context.Context, c *change, r access.Roster, o ImportOptions) (*importer, error) {
	m := &importer{
		change: c, options: o,
		known: map[string]bool{}, scope: map[string]bool{}, profiles: map[access.Profile]bool{},
		byKey: map[int64]*access.Account{}, byLogin: map[string]*access.Account{}, byExternal: map[string]*access.Account{},
		parked: map[*access.Account]bool{}, seen: map[int64]bool{}, members: map[access.Profile]int{},
	}
	m.options.ArchiveMissing = o.ArchiveMissing && !r.Delta // who is missing from a list of changes has not left
	m.report.Rejected = slices.Clone(r.Rejected)
	m.report.Warnings = slices.Clone(r.Warnings)
	if err := m.loadSchools(ctx, r.Schools); err != nil {
		return nil, err
	}
	for _, e := range r.Entries {
		m.survey(e)
	}
	return m, m.loadAccounts(ctx)
}

// loadSchools notes the schools of the operator's scope, and creates those that
// only the file knows.
func (m *importer) loadSchools(ctx context.Context, told []access.School) error {
	schools, err := reachable(ctx, m.Tx, m.by)
	if err != nil {
		return err
	}
	for _, s := range schools {
		m.known[s.Code] = true
	}
	for _, s := range told {
		if m.known[s.Code] || m.by.Schools != nil {
			continue
		}
		if err := m.putNewSchool(ctx, s); err != nil {
			return err
		}
		m.known[s.Code] = true
		m.report.SchoolsCreated++
	}
	if len(m.known) == 1 {
		m.sole = sortedKeys(m.known)[0]
	}
	return nil
}

// survey notes the schools and the profile that a line speaks of.
func (m *importer) survey(e access.RosterEntry) {
	for _, code := range e.Schools {
		if m.known[code] {
			m.scope[code] = true
		}
	}
	if len(e.Schools) == 0 && m.sole != "" {
		m.scope[m.sole] = true
	}
	if e.Profile != "" {
		m.profiles[e.Profile] = true
	}
}

func (m *importer) loadAccounts(ctx context.Context) error {
	filter := store.AccountFilter{Page: store.Page{Limit: pageSize}, Now: m.now}
	for {
		rows, err := m.Accounts(ctx, filter)
		if err != nil {
			return fmt.Errorf("list accounts: %w", err)
		}
		for _, row := range rows {
			a := row.Account
			m.accounts = append(m.accounts, &a)
			m.index(&a)
			if a.Status != access.Archived && m.inScope(a) {
				m.members[a.Profile]++
			}
		}
		if len(rows) < pageSize {
			return nil
		}
		filter.After = rows[len(rows)-1].Key
	}
}

func (m *importer) inScope(a access.Account) bool {
	return slices.ContainsFunc(a.Schools, func(code string) bool { return m.scope[code] })
}

func (m *importer) index(a *access.Account) {
	m.byKey[a.Key] = a
	m.byLogin[a.Login] = a
	if a.ExternalID != "" {
		m.byExternal[a.ExternalID] = a
	}
}

// replace notes the new state of an account.
func (m *importer) replace(a *access.Account, after access.Account) {
	if m.byLogin[a.Login] == a { // a renamed one's may be somebody else's already
		delete(m.byLogin, a.Login)
	}
	delete(m.parked, a)
	*a = after
	m.index(a)
}

// match finds the account that an entry speaks of, nil for nobody known, or says
// why the entry is rejected. Who left and is not surely known is nobody known.
func (m *importer) match(ctx context.Context, e access.RosterEntry) (a *access.Account, reason string, err error) {
	holder := m.byLogin[e.Login]
	if e.ExternalID != "" {
		a = m.byExternal[e.ExternalID]
	}
	switch {
	case a == nil && holder == nil:
		return nil, "", nil
	case a == nil:
		a = holder
		if reason, err = m.otherPerson(ctx, *holder, e); err != nil {
			return nil, "", err
		}
	case holder != nil && holder != a && !e.Removed:
		reason = "login: belongs to another account"
	}
	switch {
	case reason != "":
	case m.seen[a.Key]:
		reason = "the same account as in another line"
	case !m.by.MayReach(a.Schools):
		reason = "login or external id: taken"
	}
	if e.Removed && reason != "" {
		return nil, "", nil
	}
	return a, reason, nil
}

// otherPerson says why an entry that has the login of an account, and no
// external id in common with it, is not about that account. A login may have
// been given to somebody else since, and with it would go the leaver's PIN.
func (m *importer) otherPerson(ctx context.Context, holder access.Account, e access.RosterEntry) (string, error) {
	switch {
	case holder.ExternalID != "" && e.ExternalID != "":
		return "login: belongs to an account with another external id", nil
	case holder.Status == access.Archived && !slices.Equal(nameWords(holder.FamilyName, holder.GivenName), nameWords(e.FamilyName, e.GivenName)):
		return "login: belongs to an archived account of another name; give that account another login first", nil
	case e.ExternalID == "" || !doubtful(holder, e):
		return "", nil
	}
	trusted, err := m.trusted(ctx, holder)
	if !trusted {
		return "", err
	}
	return "login: belongs to an account of another name, which has had a PIN or a device; give that account another login, or its external id, first", nil
}

// trusted reports whether an account has, or had, something that would be
// handed on with it.
func (m *importer) trusted(ctx context.Context, a access.Account) (bool, error) {
	held, err := m.Credential(ctx, a.Key)
	if err != nil {
		return false, fmt.Errorf("read the PIN of %s: %w", a.Login, err)
	}
	if !held.NeverSet() {
		return true, nil
	}
	n, err := m.CountDevices(ctx, a.Key, m.now)
	if err != nil {
		return false, fmt.Errorf("count the devices of %s: %w", a.Login, err)
	}
	return n > 0, nil
}

// doubtful reports whether an entry was matched by its login alone and has no
// word of the name in common with the account.
func doubtful(a access.Account, e access.RosterEntry) bool {
	if e.ExternalID != "" && e.ExternalID == a.ExternalID {
		return false
	}
	held, told := nameWords(a.FamilyName, a.GivenName), nameWords(e.FamilyName, e.GivenName)
	return len(held) > 0 && len(told) > 0 &&
		!slices.ContainsFunc(told, func(word string) bool { return slices.Contains(held, word) })
}

// nameWords gives the words of a name as they compare, sorted.
func nameWords(family, given string) []string {
	words := strings.Fields(access.Fold(family + " " + given))
	slices.Sort(words)
	return words
}

// noProfile is why a newcomer without a profile is rejected.
const noProfile = "profile: none given"

// check settles an entry's schools and says why it cannot be taken.
func (m *importer) check(a *access.Account, e *access.RosterEntry) string {
	if e.Removed {
		if len(m.scope) == 0 {
			return "school: none given"
		}
		return ""
	}
	if len(e.Schools) == 0 && m.sole != "" {
		e.Schools = []string{m.sole}
	}
	if len(e.Schools) == 0 {
		return "school: none given"
	}
	if slices.ContainsFunc(e.Schools, func(code string) bool { return !m.known[code] }) {
		return "school: unknown"
	}
	if a != nil {
		return ""
	}
	switch {
	case e.Login == "":
		return "login: empty"
	case e.Profile == "":
		return noProfile
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
