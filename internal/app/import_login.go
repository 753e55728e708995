package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
)

// moves are the accounts that their lines, by external id, give other logins.
type moves map[*access.Account]*access.RosterEntry

// freeLogins takes their logins from the accounts that the file renames, as far
// as other lines want them, so that the order of the lines decides nothing: two
// people may even swap their logins. Until its line is taken such an account
// stands in the store under a login that nobody can have.
func (m *importer) freeLogins(ctx context.Context, entries []access.RosterEntry) error {
	moving, err := m.moves(ctx, entries)
	if err != nil || len(moving) == 0 {
		return err
	}
	m.keepBlocked(moving)
	leaving := map[string]*access.Account{}
	for a := range moving {
		leaving[a.Login] = a
	}
	for _, e := range entries {
		a := leaving[e.Login]
		if a == nil || m.parked[a] {
			continue
		}
		parked := *a
		parked.Login = "/" + a.ID // no login holds a slash
		if err := m.PutAccount(ctx, &parked); err != nil {
			return fmt.Errorf("free login %s: %w", a.Login, err)
		}
		delete(m.byLogin, a.Login)
		m.parked[a] = true
	}
	return nil
}

// moves finds the accounts that will surely get another login if it is free.
func (m *importer) moves(ctx context.Context, entries []access.RosterEntry) (moves, error) {
	moving := moves{}
	lines := map[*access.Account]int{}
	wanted := map[string]int{}
	for i := range entries {
		e := &entries[i]
		a := m.byExternal[e.ExternalID]
		if a == nil {
			continue
		}
		lines[a]++
		if e.Removed || e.Login == "" || e.Login == a.Login {
			continue
		}
		taken, err := m.acceptable(ctx, a, *e)
		if err != nil {
			return nil, err
		}
		if taken {
			moving[a] = e
			wanted[e.Login] = 0
		}
	}
	for _, e := range entries {
		if n, ok := wanted[e.Login]; ok && !e.Removed {
			wanted[e.Login] = n + 1
		}
	}
	for a, e := range moving {
		if lines[a] > 1 || wanted[e.Login] > 1 {
			delete(moving, a)
		}
	}
	return moving, nil
}

// acceptable reports whether nothing but its login can get an entry rejected.
func (m *importer) acceptable(ctx context.Context, a *access.Account, e access.RosterEntry) (bool, error) {
	if !m.by.MayReach(a.Schools) || m.check(a, &e) != "" {
		return false, nil
	}
	if e.BirthDate == nil {
		return true, nil
	}
	err := m.planBirthDate(ctx, &accountPlan{after: *a}, *e.BirthDate)
	if errors.Is(err, access.ErrRefused) {
		return false, nil
	}
	return err == nil, err
}

// keepBlocked leaves out those whose new login belongs to somebody who keeps
// it, and then those who wait for the login of one left out.
func (m *importer) keepBlocked(moving moves) {
	waiting := map[string]*access.Account{}
	for a, e := range moving {
		waiting[e.Login] = a
	}
	for a, e := range moving {
		holder := m.byLogin[e.Login]
		if holder == nil || moving[holder] != nil {
			continue
		}
		for a != nil && moving[a] != nil {
			delete(moving, a)
			a = waiting[a.Login]
		}
	}
}
