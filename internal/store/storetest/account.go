package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func accounts(t *testing.T, open Opener) {
	t.Run("every field comes back by every name", func(t *testing.T) { accountRoundTrip(t, start(t, open)) })
	t.Run("what is unset comes back unset", func(t *testing.T) { accountUnset(t, start(t, open)) })
	t.Run("schools keep their order and can change", func(t *testing.T) { accountSchools(t, start(t, open)) })
	t.Run("a login and an external id are unique", func(t *testing.T) { accountTaken(t, start(t, open)) })
	t.Run("what is absent is not found", func(t *testing.T) { accountAbsent(t, start(t, open)) })
	t.Run("keys grow", func(t *testing.T) { accountKeys(t, start(t, open)) })
}

func fullAccount() access.Account {
	return access.Account{
		ID: "a_full", Login: "full@example.org", ExternalID: "ext-1", FamilyName: "d’Essai", GivenName: "Élise",
		Profile: access.Teacher, Schools: []string{"B", "A"}, Group: "3B", Lang: "en", Email: "full@example.org",
		EndsOn: access.Date{Year: 2027, Month: time.July, Day: 4}, Status: access.Suspended, Protection: access.Notify,
		StatusReason: "a reason", Imported: true, ChosenAt: epoch().Add(1), PasswordChangedAt: epoch().Add(2 * time.Millisecond), EmailChangedAt: epoch().Add(7 * time.Second), MailFailedAt: epoch().Add(8 * time.Second),
		PasswordAdvisedAt: epoch().Add(9 * time.Second),
		CreatedAt:         epoch().Add(3 * time.Millisecond), UpdatedAt: epoch().Add(4 * time.Millisecond), AuditSeq: 7,
	}
}

func accountRoundTrip(t *testing.T, f *fixture) {
	f.people()
	a := fullAccount()
	put := func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, &a) }
	f.update(put)
	filled(t, a)
	check := func(want access.Account) {
		t.Helper()
		for name, get := range map[string]func(ctx context.Context, tx store.Tx) (access.Account, error){
			"by key":   func(ctx context.Context, tx store.Tx) (access.Account, error) { return tx.AccountByKey(ctx, a.Key) },
			"by id":    func(ctx context.Context, tx store.Tx) (access.Account, error) { return tx.AccountByID(ctx, a.ID) },
			"by login": func(ctx context.Context, tx store.Tx) (access.Account, error) { return tx.AccountByLogin(ctx, a.Login) },
			"by external id": func(ctx context.Context, tx store.Tx) (access.Account, error) {
				return tx.AccountByExternalID(ctx, a.ExternalID)
			},
		} {
			same(t, name, read(f, get), want)
		}
	}
	want := a
	want.ChosenAt = epoch() // what is finer than a millisecond is cut
	check(want)

	a.Login, a.ExternalID, a.GivenName, a.Status, a.Imported = "other", "ext-2", "Other", access.Archived, false
	a.EndsOn, a.ChosenAt, a.AuditSeq = access.Date{}, time.Time{}, 8
	f.update(put)
	check(a)
}

func accountUnset(t *testing.T, f *fixture) {
	a := access.Account{ID: "a_bare", Login: "bare"}
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutAccount(ctx, &a); err != nil {
			return err
		}
		second := access.Account{ID: "a_bare2", Login: "bare2"} // no external id either
		return tx.PutAccount(ctx, &second)
	})
	f.view(func(ctx context.Context, tx store.Tx) error {
		got, err := tx.AccountByKey(ctx, a.Key)
		same(t, "account", got, a)
		if !got.CreatedAt.IsZero() || !got.EndsOn.IsZero() {
			t.Errorf("got created %v and ends %v, want both unset", got.CreatedAt, got.EndsOn)
		}
		_, byNone := tx.AccountByExternalID(ctx, "")
		absent(t, "by no external id", byNone)
		return err
	})
}

func accountSchools(t *testing.T, f *fixture) {
	ada := f.people("ab.ada")["ab.ada"]
	for _, want := range [][]string{{"A", "B"}, {"B", "A"}, {"B"}, {"A"}, {"A", "B"}} {
		ada.Schools = want
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, ada) })
		got := read(f, func(ctx context.Context, tx store.Tx) (access.Account, error) { return tx.AccountByKey(ctx, ada.Key) })
		same(t, "schools", got.Schools, want)
	}
	twice := newAccount("twice", "B", "A", "B")
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, &twice) })
	got := read(f, func(ctx context.Context, tx store.Tx) (access.Account, error) { return tx.AccountByKey(ctx, twice.Key) })
	same(t, "schools, one of them named twice", got.Schools, []string{"B", "A"})
	eve := newAccount("eve", "A", "none")
	f.update(func(ctx context.Context, tx store.Tx) error {
		absent(t, "unknown school", tx.PutAccount(ctx, &eve))
		_, err := tx.AccountByLogin(ctx, "eve")
		absent(t, "account at an unknown school", err)
		return nil
	})
}

func accountTaken(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"], all["a.bob"]
	ada.ExternalID = "ext"
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, ada) })
	for _, c := range []struct {
		name, code string
		change     func(a *access.Account)
	}{
		{"login", "login_taken", func(a *access.Account) { a.Login = "a.ada" }},
		{"external id", "external_id_taken", func(a *access.Account) { a.ExternalID = "ext" }},
	} {
		fresh := newAccount("a.eve", "A")
		c.change(&fresh)
		err := f.refusal(func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, &fresh) })
		kind(t, err, access.ErrRefused, c.code)
		same(t, c.name+": key after the refusal", fresh.Key, 0)
		changed := *bob
		c.change(&changed)
		err = f.refusal(func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, &changed) })
		kind(t, err, access.ErrRefused, c.code)
	}
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, ada) }) // its own values are free to it
}

func accountAbsent(t *testing.T, f *fixture) {
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.AccountByKey(ctx, 1)
		absent(t, "by key", err)
		_, err = tx.AccountByID(ctx, "x")
		absent(t, "by id", err)
		_, err = tx.AccountByLogin(ctx, "x")
		kind(t, err, access.ErrNotFound, "not_found")
		_, err = tx.AccountByExternalID(ctx, "x")
		absent(t, "by external id", err)
		return nil
	})
	ghost := newAccount("ghost")
	ghost.Key = 99
	absent(t, "update", f.refusal(func(ctx context.Context, tx store.Tx) error { return tx.PutAccount(ctx, &ghost) }))
}

// accountKeys: keys grow in the order of creation, and 0 is nobody's.
func accountKeys(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob", "a.eve")
	if k := all["a.ada"].Key; k <= 0 || all["a.bob"].Key <= k || all["a.eve"].Key <= all["a.bob"].Key {
		t.Errorf("got keys %d, %d, %d, want them above 0 and growing", k, all["a.bob"].Key, all["a.eve"].Key)
	}
}
