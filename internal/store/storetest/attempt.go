package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func attempts(t *testing.T, open Opener) {
	t.Run("all that is remembered comes back", func(t *testing.T) { attemptRoundTrip(t, start(t, open)) })
	t.Run("a reservation counts, and ends at the limit", func(t *testing.T) { reserve(t, start(t, open)) })
	t.Run("the account 0 works like any other", func(t *testing.T) { decoy(t, start(t, open)) })
}

func getAttempts(f *fixture, key int64) access.Attempts {
	f.t.Helper()
	return read(f, func(ctx context.Context, tx store.Tx) (access.Attempts, error) { return tx.Attempts(ctx, key) })
}

func attemptRoundTrip(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	same(t, "never counted", getAttempts(f, ada), access.Attempts{})
	full := access.Attempts{
		Failed: 6,
		Leases: []access.Lease{{ID: "z", LoginKey: 4, At: epoch()}, {ID: "a", At: epoch().Add(-time.Second)}},
		Wrong:  []time.Time{epoch(), epoch().Add(-time.Hour), epoch()},

		LockedAt: epoch(), LockedUntil: epoch().Add(access.LockFor), BlockedAt: epoch().Add(time.Hour),
	}
	filled(t, full)
	filled(t, full.Leases[0])
	for _, want := range []access.Attempts{full, {Failed: 1, Wrong: []time.Time{epoch()}}, {}} {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAttempts(ctx, ada, want) })
		same(t, "attempts", getAttempts(f, ada), want)
		same(t, "another account's", getAttempts(f, bob), access.Attempts{})
	}
}

func reserve(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	try := func(limit int, id string, want bool) {
		t.Helper()
		f.update(func(ctx context.Context, tx store.Tx) error {
			ok, err := tx.ReserveAttempt(ctx, ada, limit, access.Lease{ID: id, LoginKey: 3, At: epoch().Add(time.Microsecond)})
			same(t, "granted "+id, ok, want)
			return err
		})
	}
	try(0, "none", false)
	same(t, "after a limit of 0", getAttempts(f, ada), access.Attempts{})
	try(2, "one", true)
	try(2, "two", true)
	try(2, "three", false)
	try(3, "three", true)
	want := access.Attempts{Failed: 3, Leases: []access.Lease{
		{ID: "one", LoginKey: 3, At: epoch()}, {ID: "two", LoginKey: 3, At: epoch()}, {ID: "three", LoginKey: 3, At: epoch()},
	}}
	same(t, "attempts", getAttempts(f, ada), want)
	want.Settle("one", false, epoch())
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAttempts(ctx, ada, want) })
	try(3, "four", false)
	try(4, "four", true)
}

func decoy(t *testing.T, f *fixture) {
	f.update(func(ctx context.Context, tx store.Tx) error {
		ok, err := tx.ReserveAttempt(ctx, 0, 1, access.Lease{ID: "one", At: epoch()})
		same(t, "granted", ok, true)
		return err
	})
	a := getAttempts(f, 0)
	same(t, "attempts", a, access.Attempts{Failed: 1, Leases: []access.Lease{{ID: "one", At: epoch()}}})
	a.Settle("one", false, epoch())
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAttempts(ctx, 0, a) })
	same(t, "settled", getAttempts(f, 0), access.Attempts{Failed: 1, Wrong: []time.Time{epoch()}})
	orphans := read(f, func(ctx context.Context, tx store.Tx) ([]store.Problem, error) { return tx.Orphans(ctx) })
	same(t, "orphans", orphans, []store.Problem{})
}
