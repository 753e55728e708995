package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// How often following a log asks whether anything was committed (it costs a few
// microseconds), and how often it looks for abandoned logins.
const (
	followStep = 50 * time.Millisecond
	sweepEvery = 5 * time.Second
)

// FollowAlerts gives every alert after q.After as soon as any process commits
// it, in order, none missed or doubled, until ctx ends or each fails.
func (a *App) FollowAlerts(ctx context.Context, by access.Operator, q AlertQuery, each func(store.AlertRow) error) error {
	return a.follow(ctx, func() (err error) {
		q.After, err = a.Alerts(ctx, by, q, each)
		return err
	})
}

// follow calls read after every commit of any process. The watch is asked
// before reading, so that a commit during the read is not lost.
func (a *App) follow(ctx context.Context, read func() error) error {
	watch, err := a.store.Watch(ctx)
	if err != nil {
		return fmt.Errorf("follow the store: %w", err)
	}
	defer func() { _ = watch.Close() }()
	tick := time.NewTicker(followStep)
	defer tick.Stop()
	for lastRead := time.Duration(0); ; lastRead += followStep {
		changed, err := watch.Changed(ctx)
		if err != nil {
			return ended(ctx, fmt.Errorf("follow the store: %w", err))
		}
		if changed || lastRead >= sweepEvery {
			if err := read(); err != nil {
				return ended(ctx, err)
			}
			lastRead = 0
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// ended prefers the end of the context to the error that it caused.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// AlertsBefore gives the key to follow from, so that the newest n alerts that q
// selects are given first.
func (a *App) AlertsBefore(ctx context.Context, by access.Operator, q AlertQuery, n int) (int64, error) {
	keys := make([]int64, 0, n+1)
	newest, err := a.Alerts(ctx, by, q, func(row store.AlertRow) error {
		keys = lastKeys(keys, row.Key, n)
		return nil
	})
	return before(keys, newest), err
}

// LoginsBefore does the same for logins.
func (a *App) LoginsBefore(ctx context.Context, by access.Operator, q LoginQuery, n int) (int64, error) {
	keys := make([]int64, 0, n+1)
	newest, err := a.Logins(ctx, by, q, func(row store.LoginRow) error {
		keys = lastKeys(keys, row.Key, n)
		return nil
	})
	return before(keys, newest), err
}

func lastKeys(keys []int64, key int64, n int) []int64 {
	keys = append(keys, key)
	if len(keys) > n {
		return keys[:copy(keys, keys[1:])]
	}
	return keys
}

func before(keys []int64, newest int64) int64 {
	if len(keys) == 0 {
		return newest
	}
	return keys[0] - 1
}
