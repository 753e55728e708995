// Package storetest is the one conformance suite of the store contract. Every
// engine's own tests call Run; what Run asks is what pinward relies on. It
// knows the contract and the domain, and no engine.
package storetest

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An Opener gives a handle on the store that belongs to t, which it makes when
// it is first called with t. Called again with the same t, it gives another
// handle on the same store. Whoever calls it closes what it gave.
type Opener func(t *testing.T) store.Store

// Run holds an engine to the contract.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, group := range []struct {
		name string
		run  func(*testing.T, Opener)
	}{
		{"transactions", transactions},
		{"parallel transactions", parallel},
		{"views one after the other", often},
		{"watch and check", watchAndCheck},
		{"schools", schools},
		{"portals", portals},
		{"accounts", accounts},
		{"account lists", accountLists},
		{"beside accounts", besideAccounts},
		{"policies", policies},
		{"credentials and set-up codes", credentials},
		{"resets and passes", resets},
		{"attempts", attempts},
		{"devices", devices},
		{"device lists", deviceLists},
		{"logins", logins},
		{"login lists", loginLists},
		{"gates", gates},
		{"kept answers", keptAnswers},
		{"pages", pages},
		{"alerts", alerts},
		{"alert lists", alertLists},
		{"detection", detection},
		{"notices", notices},
		{"cursors", cursors},
		{"audits", audits},
		{"meta", meta},
		{"restoring", restoring},
		{"retention", retention},
		{"rows of keys", keyRows},
	} {
		t.Run(group.name, func(t *testing.T) { group.run(t, open) })
	}
}

// epoch is when everything in the suite happens, unless it says otherwise.
func epoch() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// A fixture is a store with a handle that is closed when the test ends.
type fixture struct {
	store.Store
	t    *testing.T
	open Opener
}

func start(t *testing.T, open Opener) *fixture {
	t.Helper()
	f := &fixture{t: t, open: open}
	f.Store = f.another()
	return f
}

// another gives one more handle on the same store.
func (f *fixture) another() store.Store {
	f.t.Helper()
	s := f.open(f.t)
	f.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			f.t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// update runs g and fails the test on any error.
func (f *fixture) update(g func(ctx context.Context, tx store.Tx) error) {
	f.t.Helper()
	ctx := f.t.Context()
	if err := f.Update(ctx, func(tx store.Tx) error { return g(ctx, tx) }); err != nil {
		f.t.Fatalf("update: %v", err)
	}
}

// view runs g and fails the test on any error.
func (f *fixture) view(g func(ctx context.Context, tx store.Tx) error) {
	f.t.Helper()
	ctx := f.t.Context()
	if err := f.View(ctx, func(tx store.Tx) error { return g(ctx, tx) }); err != nil {
		f.t.Fatalf("view: %v", err)
	}
}

// read runs one reading method in a View of its own.
func read[T any](f *fixture, g func(ctx context.Context, tx store.Tx) (T, error)) T {
	f.t.Helper()
	var v T
	f.view(func(ctx context.Context, tx store.Tx) (err error) {
		v, err = g(ctx, tx)
		return err
	})
	return v
}

// refusal runs g in an Update and gives the error that it must end in.
func (f *fixture) refusal(g func(ctx context.Context, tx store.Tx) error) error {
	f.t.Helper()
	ctx := f.t.Context()
	err := f.Update(ctx, func(tx store.Tx) error { return g(ctx, tx) })
	if err == nil {
		f.t.Fatal("update: got no error, want one")
	}
	return err
}

// same fails the test unless got and want are deeply equal.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

// kind fails the test unless err is of that kind and code.
func kind(t *testing.T, err, want error, code string) {
	t.Helper()
	if !errors.Is(err, want) || access.CodeOf(err) != code {
		t.Errorf("got error %q with code %q, want kind %q with code %q", err, access.CodeOf(err), want, code)
	}
}

// absent fails the test unless err says that the target is not there.
func absent(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, access.ErrNotFound) {
		t.Errorf("%s: got error %v, want not found", what, err)
	}
}

// filled fails the test where a field of v is zero: a round trip would prove
// nothing about it. It is what makes a new field fail until it is stored.
func filled(t *testing.T, v any) {
	t.Helper()
	value := reflect.ValueOf(v)
	for i := range value.NumField() {
		if value.Field(i).IsZero() {
			t.Errorf("%T.%s: the test leaves it empty", v, value.Type().Field(i).Name)
		}
	}
}

func newSchool(code string) access.School {
	return access.School{Code: code, Name: "School " + code, TimeZone: "Europe/Paris", Lang: "fr", CreatedAt: epoch()}
}

func newAccount(login string, schools ...string) access.Account {
	return access.Account{
		ID: "a_" + login, Login: login, FamilyName: "Sample", GivenName: login,
		Profile: access.Student, Schools: schools, Status: access.Active,
		Protection: access.NotChosen, CreatedAt: epoch(), UpdatedAt: epoch(),
	}
}

func newDevice(id string, account int64) access.Device {
	return access.Device{
		ID: id, AccountKey: account, Label: "Device " + id, Kind: "computer", Proof: access.ProofPIN,
		FirstSeenAt: epoch(), LastSeenAt: epoch(), ExpiresAt: epoch().Add(access.Day),
	}
}

func newLogin(id string, account int64) access.Login {
	return access.Login{
		IDHash: []byte(id), AccountKey: account, OpenedBy: "portal", State: access.LoginOpen,
		StartedAt: epoch(), ExpiresAt: epoch().Add(access.LoginFor),
	}
}

func newAlert(k access.AlertKind, account int64) access.Alert {
	return access.Alert{
		At: epoch(), Kind: k, Severity: access.Warn, State: access.AlertOpen,
		AccountKey: account, IncidentID: "i1", Text: k.Sentence(),
	}
}

func address(s string) netip.Addr { return netip.MustParseAddr(s) }

// people makes the schools A and B and one account for each login, at the
// schools whose codes are its first letters before the dot: "ab.ada" is at A,
// her home, and at B.
func (f *fixture) people(logins ...string) map[string]*access.Account {
	f.t.Helper()
	all := map[string]*access.Account{}
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, code := range []string{"A", "B"} {
			s := newSchool(code)
			if err := tx.PutSchool(ctx, &s); err != nil {
				return err
			}
		}
		for _, login := range logins {
			a := newAccount(login, codesOf(login)...)
			if err := tx.PutAccount(ctx, &a); err != nil {
				return err
			}
			all[login] = &a
		}
		return nil
	})
	return all
}

func codesOf(login string) []string {
	codes := []string{}
	for _, c := range login {
		if c == '.' {
			break
		}
		codes = append(codes, string(c-'a'+'A'))
	}
	return codes
}
