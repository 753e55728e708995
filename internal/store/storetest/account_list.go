package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func accountLists(t *testing.T, open Opener) {
	t.Run("an empty list is not nil", func(t *testing.T) {
		same(t, "list", read(start(t, open), listAccounts(store.AccountFilter{})), []store.AccountRow{})
	})
	t.Run("each filter keeps what it says", func(t *testing.T) { accountFilters(t, start(t, open)) })
	t.Run("pages follow each other", func(t *testing.T) { accountPages(t, start(t, open)) })
	t.Run("one by one until an error", func(t *testing.T) { accountEach(t, start(t, open)) })
	t.Run("rows hold the account and what stands beside it", func(t *testing.T) { accountRow(t, start(t, open)) })
}

func listAccounts(filter store.AccountFilter) func(context.Context, store.Tx) ([]store.AccountRow, error) {
	return func(ctx context.Context, tx store.Tx) ([]store.AccountRow, error) { return tx.Accounts(ctx, filter) }
}

func eachAccount(filter store.AccountFilter) func(context.Context, store.Tx) ([]store.AccountRow, error) {
	return func(ctx context.Context, tx store.Tx) ([]store.AccountRow, error) {
		var all []store.AccountRow
		err := tx.EachAccount(ctx, filter, func(a access.Account) error {
			all = append(all, store.AccountRow{Account: a})
			return nil
		})
		return all, err
	}
}

func loginsOf(rows []store.AccountRow) []string {
	all := []string{}
	for _, r := range rows {
		all = append(all, r.Account.Login)
	}
	return all
}

// crowd makes accounts that differ in what filters look at.
func crowd(f *fixture) map[string]*access.Account {
	f.t.Helper()
	all := f.people("a.ada", "b.bob", "ab.eve", "a.zed")
	ada, bob, eve, zed := all["a.ada"], all["b.bob"], all["ab.eve"], all["a.zed"]
	ada.Profile, ada.Group, ada.Email, ada.FamilyName = access.Student, "3B", "Ada@example.org", "Love_lace"
	bob.Profile, bob.Status, bob.ExternalID, bob.GivenName = access.Teacher, access.Suspended, "EXT-9", "Bob%"
	eve.Profile, eve.Protection, eve.Group = access.Guardian, access.ByPIN, "3b"
	zed.Profile, zed.Imported, zed.FamilyName, zed.GivenName = access.Staff, true, "Essai", "Élise"
	zed.MailFailedAt = epoch()
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, a := range []*access.Account{ada, bob, eve, zed} {
			if err := tx.PutAccount(ctx, a); err != nil {
				return err
			}
		}
		if err := tx.PutCredential(ctx, bob.Key, access.Credential{ClearedAt: epoch()}); err != nil {
			return err
		}
		return tx.PutCredential(ctx, eve.Key, access.Credential{Sealed: []byte("x"), SetAt: epoch()})
	})
	return all
}

func accountFilters(t *testing.T, f *fixture) {
	crowd(f)
	for _, c := range []struct {
		name   string
		filter store.AccountFilter
		want   []string
	}{
		{"nothing", store.AccountFilter{}, []string{"a.ada", "b.bob", "ab.eve", "a.zed"}},
		{"one school", store.AccountFilter{Schools: []string{"B"}}, []string{"b.bob", "ab.eve"}},
		{"any of two schools, each account once", store.AccountFilter{Schools: []string{"A", "B"}}, []string{"a.ada", "b.bob", "ab.eve", "a.zed"}},
		{"unknown school", store.AccountFilter{Schools: []string{"X"}}, []string{}},
		{"no school allowed", store.AccountFilter{Schools: []string{}}, []string{}},
		{"profiles", store.AccountFilter{Profiles: []access.Profile{access.Teacher, access.Staff}}, []string{"b.bob", "a.zed"}},
		{"group", store.AccountFilter{Group: "3B"}, []string{"a.ada"}},
		{"status", store.AccountFilter{Status: access.Suspended}, []string{"b.bob"}},
		{"protection", store.AccountFilter{Protection: access.ByPIN}, []string{"ab.eve"}},
		{"a mail address that fails", store.AccountFilter{MailFails: true}, []string{"a.zed"}},
		{"no mail address", store.AccountFilter{NoEmail: true}, []string{"b.bob", "ab.eve", "a.zed"}},
		{"no PIN, never or no longer", store.AccountFilter{NoPIN: true}, []string{"a.ada", "b.bob", "a.zed"}},
		{"imported", store.AccountFilter{Imported: true}, []string{"a.zed"}},
		{"search in logins, any case", store.AccountFilter{Search: "A.Z"}, []string{"a.zed"}},
		{"search in external ids", store.AccountFilter{Search: "ext-"}, []string{"b.bob"}},
		{"search in mail addresses", store.AccountFilter{Search: "ADA@EX"}, []string{"a.ada"}},
		{"search in names, given name first", store.AccountFilter{Search: "Élise Ess"}, []string{"a.zed"}},
		{"search in names, family name first", store.AccountFilter{Search: "essai É"}, []string{"a.zed"}},
		{"a search for _ is no wildcard", store.AccountFilter{Search: "_"}, []string{"a.ada"}},
		{"a search for % is no wildcard", store.AccountFilter{Search: "%"}, []string{"b.bob"}},
		{"a search for a quote is a search", store.AccountFilter{Search: "' OR 1=1 --"}, []string{}},
		{"filters add up", store.AccountFilter{Schools: []string{"A"}, NoPIN: true, Group: "3B"}, []string{"a.ada"}},
	} {
		same(t, c.name, loginsOf(read(f, listAccounts(c.filter))), c.want)
		n := read(f, func(ctx context.Context, tx store.Tx) (int, error) { return tx.CountAccounts(ctx, c.filter) })
		same(t, c.name+": count", n, len(c.want))
		same(t, c.name+": one by one", loginsOf(read(f, eachAccount(c.filter))), c.want)
	}
}

func accountPages(t *testing.T, f *fixture) {
	all := f.people("a.one", "a.two", "b.three", "a.four", "a.five")
	filter := store.AccountFilter{Schools: []string{"A"}, Page: store.Page{Limit: 2, UpTo: all["a.four"].Key}}
	first := read(f, listAccounts(filter))
	same(t, "first page", loginsOf(first), []string{"a.one", "a.two"})
	filter.After = first[1].Key
	same(t, "second page", loginsOf(read(f, listAccounts(filter))), []string{"a.four"})
	filter.After = all["a.four"].Key
	same(t, "page after the last", read(f, listAccounts(filter)), []store.AccountRow{})
	n := read(f, func(ctx context.Context, tx store.Tx) (int, error) {
		return tx.CountAccounts(ctx, store.AccountFilter{Page: store.Page{Limit: 2}})
	})
	same(t, "count, whatever the limit", n, 5)
}

func accountRow(t *testing.T, f *fixture) {
	all := f.people("a.ada", "b.bob")
	ada := all["a.ada"]
	f.update(func(ctx context.Context, tx store.Tx) error {
		counted, endless, past, revoked := newDevice("d1", ada.Key), newDevice("d2", ada.Key), newDevice("d3", ada.Key), newDevice("d4", ada.Key)
		endless.ExpiresAt = epoch().Add(1000 * access.Day)
		past.ExpiresAt = epoch()
		revoked.RevokedAt = epoch()
		for _, d := range []*access.Device{&counted, &endless, &past, &revoked} {
			if err := tx.PutDevice(ctx, d); err != nil {
				return err
			}
		}
		for i, state := range []access.LoginState{access.LoginPassed, access.LoginPassed, access.LoginDenied, access.LoginOpen} {
			l := newLogin(string(state)+string(rune('0'+i)), ada.Key)
			l.State, l.StartedAt = state, epoch().Add(time.Duration(i)*time.Minute)
			if err := tx.PutLogin(ctx, &l); err != nil {
				return err
			}
		}
		return tx.PutCredential(ctx, ada.Key, access.Credential{Sealed: []byte("x")})
	})
	rows := read(f, listAccounts(store.AccountFilter{Now: epoch()}))
	same(t, "rows", rows, []store.AccountRow{
		{Account: *ada, PINSet: true, Devices: 2, LastLoginAt: epoch().Add(time.Minute)},
		{Account: *all["b.bob"]},
	})
	same(t, "one by one", read(f, eachAccount(store.AccountFilter{})), []store.AccountRow{{Account: *ada}, {Account: *all["b.bob"]}})
}

// accountEach: the first error of each ends the listing, and the transaction
// goes on; reading inside of it is fine.
func accountEach(t *testing.T, f *fixture) {
	f.people("a.one", "a.two")
	enough, calls := errors.New("enough"), 0
	f.update(func(ctx context.Context, tx store.Tx) error {
		err := tx.EachAccount(ctx, store.AccountFilter{}, func(a access.Account) error {
			calls++
			if again, err := tx.AccountByLogin(ctx, a.Login); err != nil || again.Key != a.Key {
				t.Errorf("got %v, %v while listing, want %s", again, err, a.Login)
			}
			return enough
		})
		if !errors.Is(err, enough) || calls != 1 {
			t.Errorf("got %v after %d calls, want %v after 1", err, calls, enough)
		}
		_, err = tx.AccountByLogin(ctx, "a.two")
		return err
	})
}
