package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
)

// A move is an account that its line, by external id, gives another login.
type move struct {
	access.Account
	to    string
	place int // of the line's entry
}

// moves holds moves by the accounts' keys.
type moves map[int64]move

// freeLogins takes their logins from the accounts that the file renames, as far
// as other lines want them, so that the order of the lines decides nothing: two
// people may even swap their logins. Until its line is taken such an account
// stands in the store under a login that nobody can have.
func (m *importer) freeLogins(ctx context.Context) error {
	for key, move := range m.moving {
		ok, err := m.acceptable(ctx, &move.Account, m.entries.At(move.place))
		if err != nil {
			return err
		}
		if !ok {
			delete(m.moving, key)
		}
	}
	if err := m.keepBlocked(ctx); err != nil {
		return err
	}
	for key, move := range m.moving {
		if _, wanted := m.entries.ByLogin(move.Login); !wanted {
			continue
		}
		parked := move.Account
		parked.Login = "/" + move.ID // no login holds a slash
		if err := m.PutAccount(ctx, &parked); err != nil {
			return fmt.Errorf("free login %s: %w", move.Login, err)
		}
		m.parked[key] = true
	}
	m.moving = nil
	return nil
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
func (m *importer) keepBlocked(ctx context.Context) error {
	waiting := map[string]int64{}
	for key, move := range m.moving {
		waiting[move.to] = key
	}
	for key, next := range m.moving {
		holder, err := m.byLogin(ctx, next.to)
		if err != nil {
			return err
		}
		if holder == nil {
			continue
		}
		if _, moves := m.moving[holder.Key]; moves {
			continue
		}
		for moves := true; moves; next, moves = m.moving[key] {
			delete(m.moving, key)
			key = waiting[next.Login]
		}
	}
	return nil
}
