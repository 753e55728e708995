package app_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

var here = netip.MustParseAddr("10.0.0.5")

// portal adds one for school A and gives its key.
func (k *kit) portal(p access.Portal) app.MadePortal {
	k.t.Helper()
	if p.Schools == nil {
		p.Schools = []string{"A"}
	}
	made, err := k.AddPortal(context.Background(), root, p)
	if err != nil {
		k.t.Fatal(err)
	}
	return made
}

func networksOf(all ...string) []netip.Prefix {
	var prefixes []netip.Prefix
	for _, s := range all {
		prefixes = append(prefixes, netip.MustParsePrefix(s))
	}
	return prefixes
}

func uid(n uint32) *uint32 { return &n }

func TestWhoMayCallAsPortal(t *testing.T) {
	k := newKit(t)
	ent := k.portal(access.Portal{Name: "ent", Scopes: []access.Scope{access.ScopeLogin}, UIDs: []uint32{33}})
	fixed := k.portal(access.Portal{Name: "fixed", Scopes: []access.Scope{access.ScopeLogin}, Networks: networksOf("10.0.0.0/24")})
	k.portal(access.Portal{Name: "llng", Scopes: []access.Scope{access.ScopeCompat}, Networks: networksOf("10.0.0.0/24", "192.0.2.1/32")})
	gone := k.portal(access.Portal{Name: "gone", Scopes: []access.Scope{access.ScopeLogin}})
	if _, err := k.RevokePortal(context.Background(), root, "gone"); err != nil {
		t.Fatal(err)
	}
	mangled := access.NewSecret(ent.Key.Reveal()[:len(ent.Key.Reveal())-1] + "_")
	elsewhere := netip.MustParseAddr("203.0.113.9")
	for _, c := range []struct {
		name string
		call app.PortalCall
		want string // the operator's id, or a code
	}{
		{"a good key", app.PortalCall{Key: ent.Key, Scope: access.ScopeLogin, Addr: here}, "portal:ent"},
		{"a good key on a socket", app.PortalCall{Key: fixed.Key, Scope: access.ScopeLogin, Local: true}, "portal:fixed"},
		{"a good key from its network", app.PortalCall{Key: fixed.Key, Scope: access.ScopeLogin, Addr: here}, "portal:fixed"},
		{"a good key from its network, mapped", app.PortalCall{Key: fixed.Key, Scope: access.ScopeLogin, Addr: netip.MustParseAddr("::ffff:10.0.0.5")}, "portal:fixed"},
		{"a good key from nobody knows where", app.PortalCall{Key: fixed.Key, Scope: access.ScopeLogin}, "portal_network"},
		{"a good key from elsewhere", app.PortalCall{Key: fixed.Key, Scope: access.ScopeLogin, Addr: elsewhere}, "portal_network"},
		{"a good key without the scope", app.PortalCall{Key: ent.Key, Scope: access.ScopeGate, Addr: here}, "portal_scope"},
		{"a wrong key of a portal", app.PortalCall{Key: mangled, Scope: access.ScopeLogin, Addr: here}, "portal_unauthenticated"},
		{"the key of a revoked portal", app.PortalCall{Key: gone.Key, Scope: access.ScopeLogin, Addr: here}, "portal_unauthenticated"},
		{"something else", app.PortalCall{Key: access.NewSecret("hunter2"), Scope: access.ScopeLogin, Addr: here}, "portal_unauthenticated"},
		{"a wrong key with a good uid", app.PortalCall{Key: mangled, UID: uid(33), Scope: access.ScopeLogin, Local: true}, "portal_unauthenticated"},
		{"nothing", app.PortalCall{Scope: access.ScopeLogin, Addr: here}, "portal_unauthenticated"},
		{"the uid on the portals' socket", app.PortalCall{UID: uid(33), Scope: access.ScopeLogin, Local: true}, "portal:ent"},
		{"the uid elsewhere", app.PortalCall{UID: uid(33), Scope: access.ScopeLogin}, "portal_unauthenticated"},
		{"another uid", app.PortalCall{UID: uid(0), Scope: access.ScopeLogin, Local: true}, "portal_unauthenticated"},
		{"the uid for another scope", app.PortalCall{UID: uid(33), Scope: access.ScopeRecognize, Local: true}, "portal_unauthenticated"},
		{"another product by its network", app.PortalCall{Scope: access.ScopeCompat, Addr: here}, "portal:llng"},
		{"another product from elsewhere", app.PortalCall{Scope: access.ScopeCompat, Addr: elsewhere}, "portal_unauthenticated"},
		{"a network stands for no login", app.PortalCall{Scope: access.ScopeLogin, Addr: here}, "portal_unauthenticated"},
		{"a contract that nobody was let into", app.PortalCall{Scope: access.ScopeRADIUS, Addr: here}, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			by, err := k.Portal(context.Background(), c.call)
			if got = by.ID; err != nil {
				got = access.CodeOf(err)
			}
			if got != c.want {
				t.Fatalf("got %q (%v), want %q", got, err, c.want)
			}
			if err != nil && !c.call.Key.Empty() && strings.Contains(err.Error(), c.call.Key.Reveal()) {
				t.Error("the error holds the key")
			}
			if err == nil && (by.Role != access.RolePortal || by.MayReach([]string{"B"}) || !by.MayReach([]string{"A"})) {
				t.Errorf("got operator %+v", by)
			}
		})
	}
}

func TestTwoNetworksThatFitAreNobodys(t *testing.T) {
	k := newKit(t)
	for _, name := range []string{"one", "two"} {
		k.portal(access.Portal{Name: name, Scopes: []access.Scope{access.ScopeCompat}, Networks: networksOf("10.0.0.0/8")})
	}
	if _, err := k.Portal(context.Background(), app.PortalCall{Scope: access.ScopeCompat, Addr: here}); access.CodeOf(err) != app.CodePortalUnknown {
		t.Errorf("got %v", err)
	}
}

func TestPortalKeysRotate(t *testing.T) {
	k := newKit(t)
	made := []app.MadePortal{k.portal(access.Portal{Name: "ent", Scopes: []access.Scope{access.ScopeLogin}})}
	for range 2 {
		k.now = k.now.Add(time.Hour)
		next, err := k.RotatePortal(context.Background(), root, "ent")
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, next)
	}
	good := func(i int) bool {
		_, err := k.Portal(context.Background(), app.PortalCall{Key: made[i].Key, Scope: access.ScopeLogin})
		return err == nil
	}
	if good(0) || !good(1) || !good(2) || made[2].Dropped != made[0].KeyID || made[1].Dropped != "" {
		t.Fatalf("good: %v %v %v; dropped %q", good(0), good(1), good(2), made[2].Dropped)
	}
	if err := k.RevokePortalKey(context.Background(), root, "ent", made[1].KeyID); err != nil || good(1) || !good(2) {
		t.Fatalf("after the revocation of a key (%v): good %v %v", err, good(1), good(2))
	}
	if err := k.RevokePortalKey(context.Background(), root, "ent", made[1].KeyID); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("a key that is gone: got %v", err)
	}
}

func TestPortalKeyUseIsNotedHourly(t *testing.T) {
	k := newKit(t)
	made := k.portal(access.Portal{Name: "ent", Scopes: []access.Scope{access.ScopeLogin}})
	for _, step := range []struct {
		wait time.Duration
		want time.Duration
	}{{0, 0}, {59 * time.Minute, 0}, {time.Minute, time.Hour}} {
		k.now = k.now.Add(step.wait)
		if _, err := k.Portal(context.Background(), app.PortalCall{Key: made.Key, Scope: access.ScopeLogin}); err != nil {
			t.Fatal(err)
		}
		all, err := k.Portals(context.Background(), root, false)
		if err != nil || !all[0].LastUsedAt().Equal(morning.Add(step.want)) {
			t.Fatalf("last used %v (%v)", all[0].LastUsedAt(), err)
		}
	}
}

func TestRevokedPortalLosesItsLogins(t *testing.T) {
	k := teacher(t)
	k.portal(access.Portal{Name: "ent", Scopes: []access.Scope{access.ScopeLogin}})
	by := access.Portal{Name: "ent", Schools: []string{"A"}}.Operator()
	answer, err := k.StartLogin(context.Background(), by, app.StartLogin{Login: "lea", IP: "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	ended, err := k.RevokePortal(context.Background(), root, "ent")
	if err != nil || ended.Logins != 1 {
		t.Fatalf("got %+v, %v", ended, err)
	}
	given, err := k.GivePIN(context.Background(), by, app.GivePIN{LoginID: access.NewSecret(answer.LoginID), PIN: access.NewPIN(rightPIN)})
	if err != nil {
		t.Fatal(err)
	}
	want(t, given, access.Deny, access.ReasonLoginExpired)
	if _, err := k.RevokePortal(context.Background(), root, "ent"); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("revoked twice: got %v", err)
	}
}

func TestPortalsThatAreRefused(t *testing.T) {
	k := newKit(t)
	good := access.Portal{Name: "ent", Scopes: []access.Scope{access.ScopeLogin}, Schools: []string{"A"}}
	for _, c := range []struct {
		name string
		by   access.Operator
		edit func(p *access.Portal)
		want error
	}{
		{"a name with blanks", root, func(p *access.Portal) { p.Name = "the ent" }, access.ErrRefused},
		{"no scope", root, func(p *access.Portal) { p.Scopes = nil }, access.ErrUsage},
		{"no school", root, func(p *access.Portal) { p.Schools = nil }, access.ErrUsage},
		{"a school that is not there", root, func(p *access.Portal) { p.Schools = []string{"A", "Z"} }, access.ErrNotFound},
		{"a return address in clear", root, func(p *access.Portal) { p.ReturnURLs = []string{"http://ent.example/"} }, access.ErrRefused},
		{"a principal", operator(access.RolePrincipal), func(*access.Portal) {}, access.ErrForbidden},
		{"an admin of one school", operator(access.RoleAdmin, "A"), func(*access.Portal) {}, access.ErrForbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := good
			c.edit(&p)
			if _, err := k.AddPortal(context.Background(), c.by, p); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
