package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func gates(t *testing.T, open Opener) {
	t.Run("a way past a gate is found, counted and deleted", func(t *testing.T) { gateStarts(t, start(t, open)) })
	t.Run("a session comes back, and is seen", func(t *testing.T) { gateSessions(t, start(t, open)) })
	t.Run("sessions are counted and ended by filter", func(t *testing.T) { gateFilters(t, start(t, open)) })
}

// gated gives the keys of an account and of two portals.
func gated(f *fixture) (ada, bob, ent, other int64) {
	all := f.people("a.ada", "a.bob")
	first, second := newPortal("ent"), newPortal("other")
	second.Keys = nil
	putPortal(f, &first)
	putPortal(f, &second)
	return all["a.ada"].Key, all["a.bob"].Key, first.Key, second.Key
}

func gateStarts(t *testing.T, f *fixture) {
	ada, bob, ent, other := gated(f)
	s := access.GateStart{
		Hash: []byte("h"), KeyID: "k", Salt: []byte("s"), About: []byte("a"), PortalKey: ent, AccountKey: ada,
		SSOHash: []byte("o"), ReturnURL: "https://app.example/cb", URL: "https://app.example/x", ExpiresAt: epoch(),
	}
	second := access.GateStart{Hash: []byte("h2"), KeyID: "k", Salt: []byte("s"), About: []byte("a2"), PortalKey: ent, AccountKey: ada, ExpiresAt: epoch().Add(time.Hour)}
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutGateStart(ctx, &second); err != nil {
			return err
		}
		return tx.PutGateStart(ctx, &s)
	})
	filled(t, s)
	f.view(func(ctx context.Context, tx store.Tx) error {
		got, err := tx.GateStartByHash(ctx, []byte("h"))
		same(t, "by hash", got, s)
		if err != nil {
			return err
		}
		_, err = tx.GateStartByHash(ctx, []byte("x"))
		absent(t, "an unknown one", err)
		got, err = tx.GateStartAbout(ctx, []byte("a"))
		same(t, "about the same", got, s)
		if err != nil {
			return err
		}
		got, err = tx.GateStartAbout(ctx, []byte("x"))
		same(t, "about something else", got, access.GateStart{})
		return err
	})
	countedGateStarts(t, f, ada, bob, ent, other)
	s.URL, s.Hash = "https://app.example/y", []byte("h3")
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutGateStart(ctx, &s); err != nil {
			return err
		}
		for _, want := range []bool{true, false} {
			deleted, err := tx.DeleteGateStart(ctx, second.Key)
			same(t, "deleted", deleted, want)
			if err != nil {
				return err
			}
		}
		got, err := tx.GateStartByHash(ctx, []byte("h3"))
		same(t, "changed", got, s)
		return err
	})
}

func countedGateStarts(t *testing.T, f *fixture, ada, bob, ent, other int64) {
	t.Helper()
	for _, c := range []struct {
		account, portal int64
		now             time.Time
		want            int
	}{
		{ada, ent, epoch().Add(-time.Second), 2},
		{ada, ent, epoch(), 1},
		{ada, other, epoch().Add(-time.Second), 0},
		{bob, ent, epoch().Add(-time.Second), 0},
	} {
		n := read(f, func(ctx context.Context, tx store.Tx) (int, error) {
			return tx.CountGateStarts(ctx, c.account, c.portal, c.now)
		})
		same(t, "count", n, c.want)
	}
}

func getGateSession(hash string) func(context.Context, store.Tx) (access.GateSession, error) {
	return func(ctx context.Context, tx store.Tx) (access.GateSession, error) {
		return tx.GateSessionByHash(ctx, []byte(hash))
	}
}

func newGateSession(hash string, account, portal int64) access.GateSession {
	return access.GateSession{
		Hash: []byte(hash), PortalKey: portal, AccountKey: account, LoginKey: 7, DeviceID: "dev_1", State: access.GatePassed,
		SSOHash: []byte("o"), PassedAt: epoch(), SeenAt: epoch(), ExpiresAt: epoch().Add(access.GateFor), AuditSeq: 3,
	}
}

func gateSessions(t *testing.T, f *fixture) {
	ada, _, ent, _ := gated(f)
	s := newGateSession("h", ada, ent)
	s.EndedAt = epoch()
	filled(t, func() access.GateSession { v := s; v.Key = 1; return v }())
	put := func(ctx context.Context, tx store.Tx) error { return tx.PutGateSession(ctx, &s) }
	f.update(put)
	same(t, "ended", read(f, getGateSession("h")), s)
	note := func(at time.Time) {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.NoteGateSession(ctx, s.Key, at) })
	}
	note(epoch().Add(time.Hour))
	same(t, "an ended one is not seen", read(f, getGateSession("h")), s)
	s.EndedAt, s.State = time.Time{}, access.GateNotify
	f.update(put)
	note(epoch().Add(time.Hour))
	note(epoch().Add(time.Minute)) // late
	s.SeenAt = epoch().Add(time.Hour)
	same(t, "seen", read(f, getGateSession("h")), s)
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.GateSessionByHash(ctx, []byte("x"))
		absent(t, "an unknown one", err)
		return nil
	})
}

func gateFilters(t *testing.T, f *fixture) {
	ada, bob, ent, other := gated(f)
	one, two := newGateSession("1", ada, ent), newGateSession("2", ada, other)
	three, idle, over, ended := newGateSession("3", bob, ent), newGateSession("4", ada, ent), newGateSession("5", ada, ent), newGateSession("6", ada, ent)
	two.DeviceID, two.LoginKey, two.SeenAt = "dev_2", 8, epoch().Add(time.Minute)
	now := epoch().Add(access.GateIdle)
	one.SeenAt = now
	three.PassedAt, three.SeenAt = now, time.Time{}
	over.SeenAt, over.ExpiresAt = now, now
	ended.SeenAt, ended.EndedAt = now, epoch()
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, s := range []*access.GateSession{&one, &two, &three, &idle, &over, &ended} {
			if err := tx.PutGateSession(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		name string
		f    store.GateFilter
		want int
	}{
		{"all", store.GateFilter{}, 3},
		{"an account's", store.GateFilter{AccountKey: ada}, 2},
		{"a portal's", store.GateFilter{PortalKey: ent}, 2},
		{"a device's", store.GateFilter{DeviceID: "dev_2"}, 1},
		{"another device's", store.GateFilter{AccountKey: ada, ButDevice: "dev_2"}, 1},
		{"another login's", store.GateFilter{AccountKey: ada, ButLogin: 8}, 1},
		{"new", store.GateFilter{Since: now}, 1},
		{"unseen", store.GateFilter{Unseen: true}, 1},
	} {
		n := read(f, func(ctx context.Context, tx store.Tx) (int, error) { return tx.CountGateSessions(ctx, c.f, now) })
		same(t, c.name, n, c.want)
	}
	end := func(g store.GateFilter, want int) {
		f.update(func(ctx context.Context, tx store.Tx) error {
			n, err := tx.EndGateSessions(ctx, g, now, 9)
			same(t, "ended", n, want)
			return err
		})
	}
	end(store.GateFilter{AccountKey: ada, ButDevice: "dev_2"}, 1)
	one.EndedAt, one.AuditSeq = now, 9
	same(t, "one", read(f, getGateSession("1")), one)
	idle.EndedAt, idle.AuditSeq = now, 9
	same(t, "an idle one, which a clock moved back would wake", read(f, getGateSession("4")), idle)
	same(t, "another device's", read(f, getGateSession("2")), two)
	same(t, "ended before", read(f, getGateSession("6")), ended)
	end(store.GateFilter{AccountKey: ada}, 1)
	end(store.GateFilter{}, 1)
	end(store.GateFilter{}, 0)
}
