package storetest

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func portals(t *testing.T, open Opener) {
	t.Run("every field comes back with its keys", func(t *testing.T) { portalRoundTrip(t, start(t, open)) })
	t.Run("a name is unique among those that are not revoked", func(t *testing.T) { portalTaken(t, start(t, open)) })
	t.Run("a key's use is kept, an unknown one's is not", func(t *testing.T) { portalKeyUse(t, start(t, open)) })
	t.Run("logins of one opener end", func(t *testing.T) { endLoginsOf(t, start(t, open)) })
}

func newPortal(name string) access.Portal {
	return access.Portal{
		Name: name, Scopes: []access.Scope{access.ScopeLogin, access.ScopeGate}, Schools: []string{"A", "B"},
		ReturnURLs: []string{"https://portal.example/back"}, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		UIDs: []uint32{33, 4294967295}, CreatedAt: epoch(), RevokedBy: "uid:0", AuditSeq: 7, IdentityHeader: "Remote-User",
		Keys: []access.PortalKey{
			{ID: "k1", Hash: []byte("one"), CreatedAt: epoch(), LastUsedAt: epoch()},
			{ID: "k2", Hash: []byte("two"), CreatedAt: epoch().Add(time.Hour)},
		},
	}
}

func getPortal(name string) func(context.Context, store.Tx) (access.Portal, error) {
	return func(ctx context.Context, tx store.Tx) (access.Portal, error) { return tx.Portal(ctx, name) }
}

func putPortal(f *fixture, p *access.Portal) {
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutPortal(ctx, p) })
}

func portalRoundTrip(t *testing.T, f *fixture) {
	p := newPortal("ent")
	putPortal(f, &p)
	same(t, "portal", read(f, getPortal("ent")), p)
	byKey := func(ctx context.Context, tx store.Tx) (access.Portal, error) { return tx.PortalByKeyID(ctx, "k2") }
	same(t, "portal by key", read(f, byKey), p)
	byRow := func(ctx context.Context, tx store.Tx) (access.Portal, error) { return tx.PortalByKey(ctx, p.Key) }
	same(t, "portal by row", read(f, byRow), p)

	p.Keys, p.RevokedAt = p.Keys[1:], epoch()
	filled(t, p)
	putPortal(f, &p)
	same(t, "revoked portal by key", read(f, byKey), p)
	same(t, "revoked portal by row", read(f, byRow), p)
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Portal(ctx, "ent")
		absent(t, "a revoked portal", err)
		_, err = tx.PortalByKeyID(ctx, "k1")
		absent(t, "the portal of a key that is gone", err)
		return nil
	})
	list := func(all bool) func(context.Context, store.Tx) ([]access.Portal, error) {
		return func(ctx context.Context, tx store.Tx) ([]access.Portal, error) { return tx.Portals(ctx, all) }
	}
	same(t, "list", read(f, list(false)), []access.Portal{})
	same(t, "whole list", read(f, list(true)), []access.Portal{p})
}

func portalTaken(t *testing.T, f *fixture) {
	first, second := newPortal("ent"), newPortal("ent")
	putPortal(f, &first)
	second.Keys = nil
	err := f.refusal(func(ctx context.Context, tx store.Tx) error { return tx.PutPortal(ctx, &second) })
	kind(t, err, access.ErrRefused, "portal_taken")
	first.RevokedAt = epoch()
	putPortal(f, &first)
	second.Key = 0
	putPortal(f, &second)
	same(t, "its successor", read(f, getPortal("ent")), second)
}

func portalKeyUse(t *testing.T, f *fixture) {
	p := newPortal("ent")
	putPortal(f, &p)
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.NotePortalKey(ctx, "k9", epoch()); err != nil {
			return err
		}
		return tx.NotePortalKey(ctx, "k2", epoch().Add(2*time.Hour))
	})
	p.Keys[1].LastUsedAt = epoch().Add(2 * time.Hour)
	same(t, "portal", read(f, getPortal("ent")), p)
}

func endLoginsOf(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	mine, passed, other := newLogin("1", ada), newLogin("2", ada), newLogin("3", ada)
	passed.State, other.OpenedBy = access.LoginPassed, "another"
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, l := range []*access.Login{&mine, &passed, &other} {
			if err := tx.PutLogin(ctx, l); err != nil {
				return err
			}
		}
		n, err := tx.EndLoginsOf(ctx, "portal", access.ReasonLoginExpired, epoch())
		if n != 2 {
			t.Errorf("ended %d logins, want 2", n)
		}
		return err
	})
	got := read(f, func(ctx context.Context, tx store.Tx) ([]store.LoginRow, error) {
		return tx.Logins(ctx, store.LoginFilter{})
	})
	open := []bool{got[0].OpenAt(epoch()), got[1].OpenAt(epoch()), got[2].OpenAt(epoch())}
	same(t, "what is open", open, []bool{false, false, true})
}
