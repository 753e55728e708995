package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func schools(t *testing.T, open Opener) {
	t.Run("every field comes back, times in whole milliseconds", func(t *testing.T) { schoolRoundTrip(t, start(t, open)) })
	t.Run("lists are by code and never nil", func(t *testing.T) { schoolList(t, start(t, open)) })
	t.Run("a code is unique", func(t *testing.T) { schoolTaken(t, start(t, open)) })
	t.Run("what is absent is not found", func(t *testing.T) { schoolAbsent(t, start(t, open)) })
}

func getSchool(code string) func(context.Context, store.Tx) (access.School, error) {
	return func(ctx context.Context, tx store.Tx) (access.School, error) { return tx.School(ctx, code) }
}

func networks(t *testing.T, all ...string) []access.Network {
	t.Helper()
	var networks []access.Network
	for _, s := range all {
		n, err := access.ParseNetwork(s)
		if err != nil {
			t.Fatal(err)
		}
		networks = append(networks, n)
	}
	return networks
}

func schoolRoundTrip(t *testing.T, f *fixture) {
	s := access.School{
		Code: "0750001A", Name: "École d’essai", Contact: "the office,\nroom 1", Email: "office@example.org", TimeZone: "Europe/Paris", Lang: "fr",
		Networks:  networks(t, "10.1.0.0/16", "10.2.0.0/16=shared", "2001:db8::/32=never"),
		CreatedAt: epoch().Add(1234567 * time.Nanosecond).In(time.FixedZone("elsewhere", 3600)),
		PausedAt:  epoch().Add(time.Hour), PausedUntil: epoch().Add(2 * time.Hour), PauseReason: "the mail is down",
	}
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutSchool(ctx, &s) })
	filled(t, s)
	want := s
	want.CreatedAt = epoch().Add(time.Millisecond)
	same(t, "school", read(f, getSchool(s.Code)), want)

	s.Code, s.Name, s.Networks, s.CreatedAt = "0750001B", "Other", nil, time.Time{}
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutSchool(ctx, &s) })
	same(t, "changed school", read(f, getSchool(s.Code)), s)
}

func schoolList(t *testing.T, f *fixture) {
	list := func(ctx context.Context, tx store.Tx) ([]access.School, error) { return tx.Schools(ctx) }
	same(t, "empty list", read(f, list), []access.School{})
	b, a := newSchool("B"), newSchool("A")
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutSchool(ctx, &b); err != nil {
			return err
		}
		return tx.PutSchool(ctx, &a)
	})
	same(t, "list", read(f, list), []access.School{a, b})
}

func schoolTaken(t *testing.T, f *fixture) {
	f.people()
	twin := newSchool("A")
	put := func(ctx context.Context, tx store.Tx) error { return tx.PutSchool(ctx, &twin) }
	kind(t, f.refusal(put), access.ErrRefused, "school_taken")
	same(t, "key after the refusal", twin.Key, 0)
	twin = read(f, getSchool("B"))
	twin.Code = "A"
	kind(t, f.refusal(put), access.ErrRefused, "school_taken")
}

func schoolAbsent(t *testing.T, f *fixture) {
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.School(ctx, "none")
		kind(t, err, access.ErrNotFound, "not_found")
		return nil
	})
	ghost := newSchool("X")
	ghost.Key = 99
	absent(t, "update", f.refusal(func(ctx context.Context, tx store.Tx) error { return tx.PutSchool(ctx, &ghost) }))
}
