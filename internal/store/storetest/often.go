package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// often covers what an engine may remember from one view to the next: each kind
// of view gives what was committed last, whoever did it.
func often(t *testing.T, open Opener) {
	for name, view := range views() {
		t.Run("a "+name+" sees what another handle changed", func(t *testing.T) { freshAfterChange(t, start(t, open), view) })
		t.Run("a "+name+" holds on to its own state", func(t *testing.T) { steadyUntilItEnds(t, start(t, open), view) })
		t.Run("what a "+name+" gave belongs to the caller", func(t *testing.T) { givenAway(t, start(t, open), view) })
	}
}

type viewer func(store.Store, context.Context, func(store.Tx) error) error

func views() map[string]viewer {
	return map[string]viewer{"View": store.Store.View, "ViewMany": store.Store.ViewMany, "ViewOften": store.Store.ViewOften}
}

// rules are the rows that belong to no account and that every login asks for.
type rules struct {
	school access.School
	policy access.Policy
}

// rules reads an account first, as a login does.
func (f *fixture) rules(ctx context.Context, tx store.Tx) (r rules) {
	f.t.Helper()
	a, err := tx.AccountByLogin(ctx, "a.ada")
	if err == nil {
		r.school, err = tx.School(ctx, a.HomeSchool())
	}
	if err == nil {
		r.policy, err = tx.Policy(ctx, a.Profile)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *fixture) rulesIn(view viewer) (r rules) {
	f.t.Helper()
	ctx := f.t.Context()
	err := view(f.Store, ctx, func(tx store.Tx) error {
		r = f.rules(ctx, tx)
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// schoolIn gives the school by a view's first read.
func (f *fixture) schoolIn(view viewer) (s access.School) {
	f.t.Helper()
	ctx := f.t.Context()
	err := view(f.Store, ctx, func(tx store.Tx) (err error) {
		s, err = tx.School(ctx, "A")
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// putRules stores a school and a policy that tell of the nth change.
func (f *fixture) putRules(n int) (want rules) {
	f.t.Helper()
	f.update(func(ctx context.Context, tx store.Tx) (err error) {
		if want.school, err = tx.School(ctx, "A"); err != nil {
			return err
		}
		want.school.PausedAt = epoch().Add(time.Duration(n) * time.Minute)
		want.school.Networks = networks(f.t, "192.0.2.0/24")
		want.policy = access.DefaultPolicy(access.Student, epoch())
		want.policy.MaxDevices, want.policy.AuditSeq = n, int64(n)
		if err := tx.PutSchool(ctx, &want.school); err != nil {
			return err
		}
		return tx.AddPolicy(ctx, &want.policy)
	})
	return want
}

func freshAfterChange(t *testing.T, f *fixture, view viewer) {
	f.people("a.ada")
	other := &fixture{Store: f.another(), t: t, open: f.open}
	for n, writer := range []*fixture{f, other, f, other} {
		want := writer.putRules(n + 1)
		same(t, "school, read first", f.schoolIn(view), want.school)
		for range 3 {
			same(t, "rules", f.rulesIn(view), want)
		}
	}
	f.update(putMeta("a", "1"))
	f.update(func(ctx context.Context, tx store.Tx) error {
		s, err := tx.School(ctx, "A")
		if err != nil {
			return err
		}
		s.Code = "C" // the account goes with it
		return tx.PutSchool(ctx, &s)
	})
	same(t, "code", f.rulesIn(view).school.Code, "C")
}

func steadyUntilItEnds(t *testing.T, f *fixture, view viewer) {
	f.people("a.ada")
	other := &fixture{Store: f.another(), t: t, open: f.open}
	before := other.putRules(1)
	var after rules
	err := view(f.Store, t.Context(), func(tx store.Tx) error {
		same(t, "before the change", f.rules(t.Context(), tx), before)
		after = other.putRules(2)
		same(t, "after the change", f.rules(t.Context(), tx), before)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "in the next view", f.rulesIn(view), after)
}

func givenAway(t *testing.T, f *fixture, view viewer) {
	f.people("a.ada")
	want := f.putRules(1)
	for range 3 {
		got := f.rulesIn(view)
		same(t, "rules", got, want)
		got.school.Networks[0] = access.Network{}
		got.policy.Allowed[0] = access.None
	}
}
