package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An importer applies one roster inside one change. Accounts are held only as
// far as the roster gives them other logins. The others are read once, to note
// which entries may be about one of them, and each is looked up when its line is
// taken; for newcomers nothing is.
type importer struct {
	*change
	options ImportOptions
	report  ImportReport
	entries *access.RosterEntries

	schools  map[string]bool         // those that lines may name
	sole     string                  // the only one of them; else ""
	scope    map[string]bool         // schools that the file speaks of
	profiles map[access.Profile]bool // that the file speaks of
	linking  int                     // entries that name students

	known   bitset                 // places of entries that have the login or external id of an account of before
	moving  moves                  // accounts to which their lines give other logins
	parked  map[int64]bool         // keys of those whose login was freed, and whose line is to come
	seen    bitset                 // keys of accounts that a line has named
	present int                    // lines about people who are there
	members map[access.Profile]int // not archived, in the scope, before
	leaving int                    // accounts that lose a school
	nextID  func() string          // gives newcomers their public ids; nil before the first
}

func newImporter(ctx context.Context, c *change, r *access.Roster, o ImportOptions) (*importer, error) {
	m := &importer{
		change: c, options: o, entries: &r.Entries,
		schools: map[string]bool{}, scope: map[string]bool{}, profiles: map[access.Profile]bool{},
		known: bitset{}, moving: moves{}, parked: map[int64]bool{}, seen: bitset{}, members: map[access.Profile]int{},
	}
	m.options.ArchiveMissing = o.ArchiveMissing && !r.Delta // who is missing from a list of changes has not left
	m.report.Rejected = r.Rejected.Clone()
	m.report.Warnings = r.Warnings.Clone()
	if err := m.loadSchools(ctx, r.Schools); err != nil {
		return nil, err
	}
	for _, e := range m.entries.All() {
		m.survey(e)
	}
	if err := m.EachAccount(ctx, store.AccountFilter{}, m.meet); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return m, nil
}

// loadSchools notes the schools of the operator's scope, and creates those that
// only the file knows.
func (m *importer) loadSchools(ctx context.Context, told []access.School) error {
	schools, err := reachable(ctx, m.Tx, m.by)
	if err != nil {
		return err
	}
	for _, s := range schools {
		m.schools[s.Code] = true
	}
	for _, s := range told {
		if m.schools[s.Code] || m.by.Schools != nil {
			continue
		}
		if err := m.putNewSchool(ctx, s); err != nil {
			return err
		}
		m.schools[s.Code] = true
		m.report.SchoolsCreated++
	}
	if len(m.schools) == 1 {
		m.sole = sortedKeys(m.schools)[0]
	}
	return nil
}

// survey notes the schools and the profile that a line speaks of.
func (m *importer) survey(e access.RosterEntry) {
	for _, code := range e.Schools {
		if m.schools[code] {
			m.scope[code] = true
		}
	}
	if len(e.Schools) == 0 && m.sole != "" {
		m.scope[m.sole] = true
	}
	if e.Profile != "" {
		m.profiles[e.Profile] = true
	}
	if len(e.StudentRefs) > 0 {
		m.linking++
	}
}

// meet notes which entries may be about an account of before, and whether its
// own gives it another login.
func (m *importer) meet(a access.Account) error {
	if a.Status != access.Archived && m.inScope(a) {
		m.members[a.Profile]++
	}
	if place, ok := m.entries.ByLogin(a.Login); ok {
		m.known.set(int64(place))
	}
	place, ok := m.entries.ByExternalID(a.ExternalID)
	if !ok {
		return nil
	}
	m.known.set(int64(place))
	if e := m.entries.At(place); !e.Removed && e.Login != "" && e.Login != a.Login {
		m.moving[a.Key] = move{a, e.Login, place}
	}
	return nil
}

func (m *importer) inScope(a access.Account) bool {
	return slices.ContainsFunc(a.Schools, func(code string) bool { return m.scope[code] })
}

// byExternalID gives the account of an external id, nil where there is none.
func (m *importer) byExternalID(ctx context.Context, id string) (*access.Account, error) {
	if id == "" {
		return nil, nil
	}
	return found(m.AccountByExternalID(ctx, id))
}

// byLogin gives the account of a login, nil where there is none.
func (m *importer) byLogin(ctx context.Context, login string) (*access.Account, error) {
	return found(m.AccountByLogin(ctx, login))
}

func found(a access.Account, err error) (*access.Account, error) {
	if errors.Is(err, access.ErrNotFound) {
		return nil, nil
	}
	return &a, err
}

// A bitset is a set of numbers that lie close together.
type bitset map[int64]*[bitsetPage / 64]uint64

const bitsetPage = 1 << 12

func (b bitset) set(n int64) {
	page := b[n/bitsetPage]
	if page == nil {
		page = new([bitsetPage / 64]uint64)
		b[n/bitsetPage] = page
	}
	page[n%bitsetPage/64] |= 1 << (n % 64)
}

func (b bitset) has(n int64) bool {
	page := b[n/bitsetPage]
	return page != nil && page[n%bitsetPage/64]&(1<<(n%64)) != 0
}
