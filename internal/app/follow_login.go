package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// FollowLogins gives every login after q.After as soon as any process commits
// it, and once more when its state changes, until ctx ends or each fails. With a
// state in q it gives a login when it comes to be in that state. A login that
// begins and ends between two looks is given once, ended.
func (a *App) FollowLogins(ctx context.Context, by access.Operator, q LoginQuery, each func(store.LoginRow) error) error {
	f := &loginFollower{app: a, by: by, state: q.State, each: each}
	q.State = ""                               // a login that is not in it yet is followed too
	if err := a.SweepLogins(ctx); err != nil { // else a login left long ago would seem to end now
		return ended(ctx, err)
	}
	if err := f.findOpen(ctx, q); err != nil {
		return ended(ctx, err)
	}
	return a.follow(ctx, func() (err error) {
		if err := a.SweepLogins(ctx); err != nil {
			return err
		}
		if err := f.readEnded(ctx); err != nil {
			return err
		}
		q.After, err = a.Logins(ctx, by, q, f.take)
		return err
	})
}

// A loginFollower remembers the logins that have yet to end. They are few: each
// ends within access.LoginFor, if only by the sweep.
type loginFollower struct {
	app   *App
	by    access.Operator
	state access.LoginState // to give; empty: any
	each  func(store.LoginRow) error
	open  []int64 // keys, ascending
}

// findOpen finds the logins that are open already and begin before the first one
// to give.
func (f *loginFollower) findOpen(ctx context.Context, q LoginQuery) error {
	before := q.After
	q.After, q.State = 0, access.LoginOpen
	// Twice the time is more than enough, and spares reading the whole log.
	if oldest := f.app.clock().Add(-2 * access.LoginFor); q.Since.Before(oldest) {
		q.Since = oldest
	}
	_, err := f.app.Logins(ctx, f.by, q, func(row store.LoginRow) error {
		if row.Key <= before {
			f.open = append(f.open, row.Key)
		}
		return nil
	})
	return err
}

// take gives a login that is new, or that has changed.
func (f *loginFollower) take(row store.LoginRow) error {
	if row.State == access.LoginOpen {
		f.open = append(f.open, row.Key)
	}
	if f.state != "" && row.State != f.state {
		return nil
	}
	return f.each(row)
}

// readEnded gives those of the open logins that are open no longer.
func (f *loginFollower) readEnded(ctx context.Context) error {
	if len(f.open) == 0 {
		return nil
	}
	var now []store.LoginRow
	err := f.app.store.View(ctx, func(tx store.Tx) error {
		now = now[:0]
		for _, key := range f.open {
			rows, err := tx.Logins(ctx, store.LoginFilter{Page: store.Page{After: key - 1, UpTo: key, Limit: 1}, Schools: f.by.Schools})
			if err != nil {
				return fmt.Errorf("read login %d: %w", key, err)
			}
			now = append(now, rows...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.open = f.open[:0]
	for _, row := range now {
		if row.State == access.LoginOpen {
			f.open = append(f.open, row.Key)
			continue
		}
		if err := f.take(row); err != nil {
			return err
		}
	}
	return nil
}
