package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func logins(t *testing.T, open Opener) {
	t.Run("every field comes back", func(t *testing.T) { loginRoundTrip(t, start(t, open)) })
	t.Run("a login of an unknown account is kept", func(t *testing.T) { loginOfNobody(t, start(t, open)) })
	t.Run("overdue logins are the open ones past their time", func(t *testing.T) { overdueLogins(t, start(t, open)) })
	t.Run("ending logins spares one, the ended and other accounts", func(t *testing.T) { endLogins(t, start(t, open)) })
	t.Run("what is absent is not found", func(t *testing.T) { loginAbsent(t, start(t, open)) })
}

func getLogin(f *fixture, id string) access.Login {
	f.t.Helper()
	return read(f, func(ctx context.Context, tx store.Tx) (access.Login, error) { return tx.LoginByIDHash(ctx, []byte(id)) })
}

func putLogin(l *access.Login) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutLogin(ctx, l) }
}

func loginRoundTrip(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	l := access.Login{
		IDHash: []byte{0, 1, 2}, AccountKey: ada, OpenedBy: "portal:ent", StartedAt: epoch().Add(1 * time.Second),
		ExpiresAt: epoch().Add(2 * time.Second), EndedAt: epoch().Add(3 * time.Second), State: access.LoginPassed,
		Decision: access.Allow, Reason: access.ReasonNewDevice, IP: address("192.0.2.1"), UserAgent: "Mozilla/5.0 “x”",
		DeviceID: "d1", Token: "good", Borrowed: "d2", WrongPINs: 2, PINAt: epoch().Add(4 * time.Second), Recognized: true, MayChoose: true, Registered: true,
	}
	f.update(putLogin(&l))
	filled(t, l)
	same(t, "login", getLogin(f, "\x00\x01\x02"), l)
	l.State, l.EndedAt, l.Recognized, l.WrongPINs, l.IP = access.LoginOpen, time.Time{}, false, 3, address("2001:db8::1")
	f.update(putLogin(&l))
	same(t, "changed login", getLogin(f, "\x00\x01\x02"), l)
}

func loginOfNobody(t *testing.T, f *fixture) {
	newest := func(ctx context.Context, tx store.Tx) (int64, error) { return tx.NewestLogin(ctx) }
	same(t, "newest of none", read(f, newest), 0)
	l := access.Login{IDHash: []byte("x"), State: access.LoginDenied}
	f.update(putLogin(&l))
	same(t, "login", getLogin(f, "x"), l)
	same(t, "newest", read(f, newest), l.Key)
	same(t, "rows", read(f, listLogins(store.LoginFilter{})), []store.LoginRow{{Login: l}})
	same(t, "rows of a school", read(f, listLogins(store.LoginFilter{Schools: []string{"A"}})), []store.LoginRow{})
}

func overdueLogins(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	due, late, open, passed := newLogin("due", ada), newLogin("late", 0), newLogin("open", ada), newLogin("passed", ada)
	due.ExpiresAt = epoch()
	late.ExpiresAt = epoch().Add(-time.Minute)
	passed.ExpiresAt, passed.State = epoch().Add(-time.Hour), access.LoginPassed
	for _, l := range []*access.Login{&due, &late, &open, &passed} {
		f.update(putLogin(l))
	}
	overdue := func(now time.Time, limit int) []access.Login {
		t.Helper()
		return read(f, func(ctx context.Context, tx store.Tx) ([]access.Login, error) {
			return tx.OverdueLogins(ctx, now, limit)
		})
	}
	got := overdue(epoch(), 10)
	if len(got) != 2 || got[0].Key+got[1].Key != due.Key+late.Key {
		t.Errorf("overdue: got %+v, want those of keys %d and %d", got, due.Key, late.Key)
	}
	same(t, "at most one", len(overdue(epoch(), 1)), 1)
	same(t, "before any is due", overdue(epoch().Add(-time.Hour), 10), []access.Login{})
}

func endLogins(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada := all["a.ada"].Key
	open, spared, usable, past, denied, others := newLogin("open", ada), newLogin("spared", ada), newLogin("usable", ada),
		newLogin("past", ada), newLogin("denied", ada), newLogin("others", all["a.bob"].Key)
	usable.State, past.State, denied.State = access.LoginPassed, access.LoginPassed, access.LoginDenied
	past.ExpiresAt = epoch().Add(-time.Second)
	for _, l := range []*access.Login{&open, &spared, &usable, &past, &denied, &others} {
		f.update(putLogin(l))
	}
	for _, want := range []int{2, 0} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			n, err := tx.EndLogins(ctx, ada, spared.Key, access.ReasonLoginExpired, epoch())
			same(t, "ended", n, want)
			return err
		})
	}
	open.End(access.LoginDenied, access.Deny, access.ReasonLoginExpired, epoch())
	usable.ExpiresAt = epoch()
	for id, want := range map[string]access.Login{
		"open": open, "spared": spared, "usable": usable, "past": past, "denied": denied, "others": others,
	} {
		same(t, id, getLogin(f, id), want)
	}
	same(t, "usable afterwards", getLogin(f, "usable").OpenAt(epoch()), false)
}

func loginAbsent(t *testing.T, f *fixture) {
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.LoginByIDHash(ctx, []byte("none"))
		kind(t, err, access.ErrNotFound, "not_found")
		_, err = tx.LoginByIDHash(ctx, nil)
		absent(t, "by no hash", err)
		return nil
	})
	ghost := newLogin("ghost", 0)
	ghost.Key = 99
	absent(t, "update", f.refusal(putLogin(&ghost)))
}

func loginLists(t *testing.T, open Opener) {
	t.Run("an empty list is not nil", func(t *testing.T) {
		same(t, "list", read(start(t, open), listLogins(store.LoginFilter{})), []store.LoginRow{})
	})
	t.Run("each filter keeps what it says", func(t *testing.T) { loginFilters(t, start(t, open)) })
}

func listLogins(filter store.LoginFilter) func(context.Context, store.Tx) ([]store.LoginRow, error) {
	return func(ctx context.Context, tx store.Tx) ([]store.LoginRow, error) { return tx.Logins(ctx, filter) }
}

func loginFilters(t *testing.T, f *fixture) {
	all := f.people("a.ada", "ba.bob")
	ada, bob := all["a.ada"], all["ba.bob"]
	rows := []store.LoginRow{
		{Login: newLogin("l1", ada.Key), AccountID: ada.ID, AccountLogin: ada.Login, School: "A"},
		{Login: newLogin("l2", bob.Key), AccountID: bob.ID, AccountLogin: bob.Login, School: "B"},
		{Login: newLogin("l3", 0)},
		{Login: newLogin("l4", ada.Key), AccountID: ada.ID, AccountLogin: ada.Login, School: "A"},
	}
	rows[1].StartedAt = epoch().Add(time.Hour)
	rows[3].State = access.LoginPassed
	for i := range rows {
		f.update(putLogin(&rows[i].Login))
	}
	for _, c := range []struct {
		name   string
		filter store.LoginFilter
		want   []store.LoginRow
	}{
		{"nothing", store.LoginFilter{}, rows},
		{"account", store.LoginFilter{AccountKey: ada.Key}, []store.LoginRow{rows[0], rows[3]}},
		{"one school", store.LoginFilter{Schools: []string{"B"}}, rows[1:2]},
		{"a school that is not home", store.LoginFilter{Schools: []string{"A"}}, []store.LoginRow{rows[0], rows[1], rows[3]}},
		{"no school allowed", store.LoginFilter{Schools: []string{}}, []store.LoginRow{}},
		{"state", store.LoginFilter{State: access.LoginPassed}, rows[3:]},
		{"since", store.LoginFilter{Since: epoch().Add(time.Hour)}, rows[1:2]},
		{"page", store.LoginFilter{Page: store.Page{After: rows[0].Key, Limit: 2}}, rows[1:3]},
		{"page up to", store.LoginFilter{Page: store.Page{UpTo: rows[1].Key}}, rows[:2]},
	} {
		same(t, c.name, read(f, listLogins(c.filter)), c.want)
	}
	same(t, "newest", read(f, func(ctx context.Context, tx store.Tx) (int64, error) { return tx.NewestLogin(ctx) }), rows[3].Key)
}
