package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// pointer gives the address of a value, for the fields of an update.
func pointer[T any](v T) *T { return &v }

// person adds an account named after its login: a student of school A unless
// change says otherwise.
func (k *kit) person(login string, change func(n *app.NewAccount)) access.Account {
	k.t.Helper()
	n := app.NewAccount{Login: login, Name: "Sample, " + login, Profile: access.Student, Schools: []string{"A"}}
	if change != nil {
		change(&n)
	}
	a, err := k.AddAccount(context.Background(), root, n)
	if err != nil {
		k.t.Fatalf("add account %s: %v", login, err)
	}
	return a
}

// view reads the store.
func (k *kit) view(f func(tx store.Tx) error) {
	k.t.Helper()
	if err := k.store.View(context.Background(), f); err != nil {
		k.t.Fatal(err)
	}
}

// write changes the store behind the use cases' back.
func (k *kit) write(f func(tx store.Tx) error) {
	k.t.Helper()
	if err := k.store.Update(context.Background(), f); err != nil {
		k.t.Fatal(err)
	}
}

// stored gives an account as it is stored.
func (k *kit) stored(login string) (a access.Account) {
	k.t.Helper()
	k.view(func(tx store.Tx) (err error) {
		a, err = tx.AccountByLogin(context.Background(), login)
		return err
	})
	return a
}

// born gives an account's birth date, opened.
func (k *kit) born(login string) access.Date {
	k.t.Helper()
	a := k.stored(login)
	var sealed access.Sealed
	k.view(func(tx store.Tx) (err error) {
		sealed, err = tx.BirthDate(context.Background(), a.Key)
		return err
	})
	if sealed.Blob == nil {
		return access.Date{}
	}
	d, err := k.keys.OpenDate(a.ID, secret.Sealed(sealed))
	if err != nil {
		k.t.Fatal(err)
	}
	return d
}

// studentsOf gives the logins of a guardian's students.
func (k *kit) studentsOf(login string) string {
	k.t.Helper()
	guardian := k.stored(login)
	var logins []string
	k.view(func(tx store.Tx) error {
		keys, err := tx.Students(context.Background(), guardian.Key)
		for _, key := range keys {
			a, err := tx.AccountByKey(context.Background(), key)
			if err != nil {
				return err
			}
			logins = append(logins, a.Login)
		}
		return err
	})
	return strings.Join(logins, " ")
}

// trail gives the audit records from number after on.
func (k *kit) trail(after int64) (records []access.AuditRecord) {
	k.t.Helper()
	k.view(func(tx store.Tx) (err error) {
		records, err = tx.Audits(context.Background(), store.AuditFilter{Page: store.Page{After: after}})
		return err
	})
	return records
}

// head gives the number of the newest audit record.
func (k *kit) head() int64 {
	k.t.Helper()
	var r access.AuditRecord
	k.view(func(tx store.Tx) (err error) {
		r, err = tx.AuditHead(context.Background())
		return err
	})
	return r.Seq
}

// lastDetail gives the detail of the newest audit record of an action.
func (k *kit) lastDetail(action app.Action) map[string]any {
	k.t.Helper()
	var detail map[string]any
	for _, r := range k.trail(0) {
		if r.Action == string(action) && r.Result == access.AuditDone {
			detail = nil
			if err := json.Unmarshal(r.Detail, &detail); err != nil {
				k.t.Fatal(err)
			}
		}
	}
	if detail == nil {
		k.t.Fatalf("no audit record of %s", action)
	}
	return detail
}

// trusted gives an account a device, an open login and a pending code, the
// things that endTrust takes away.
func (k *kit) trusted(login string) {
	k.t.Helper()
	ctx := context.Background()
	a := k.stored(login)
	k.write(func(tx store.Tx) error {
		err := tx.PutDevice(ctx, &access.Device{
			ID: "d-" + login, AccountKey: a.Key, Label: "Room 1", Kind: "computer", Proof: access.ProofPIN,
			TokenKeyID: k.keys.ActiveID(), Salt: []byte("salt"), Generation: 1, TokenHash: []byte("hash of " + login),
			FirstSeenAt: k.now.Add(-2 * access.Day), LastSeenAt: k.now, ExpiresAt: k.now.Add(100 * access.Day),
		})
		if err != nil {
			return err
		}
		err = tx.PutLogin(ctx, &access.Login{
			IDHash: secret.HashLoginID(login), AccountKey: a.Key, OpenedBy: root.ID, StartedAt: k.now,
			ExpiresAt: k.now.Add(access.LoginFor), State: access.LoginOpen, Decision: access.AskPIN, Reason: access.ReasonNewDevice,
		})
		if err != nil {
			return err
		}
		return tx.PutSetupCode(ctx, access.SetupCode{
			AccountKey: a.Key, KeyID: k.keys.ActiveID(), MAC: []byte("mac"), CreatedAt: k.now, CreatedBy: root.ID,
			ExpiresAt: k.now.Add(access.Day),
		})
	})
}

// wantError checks the kind and code of an error; no kind means none is wanted.
func wantError(t *testing.T, err, kind error, code string) {
	t.Helper()
	if kind == nil {
		if err != nil {
			t.Fatalf("got error %v, want none", err)
		}
		return
	}
	if !errors.Is(err, kind) || access.CodeOf(err) != code {
		t.Fatalf("got error %v (code %q), want kind %q, code %q", err, access.CodeOf(err), kind, code)
	}
}

// listed gives the logins of all accounts.
func (k *kit) listed() (logins []string) {
	k.t.Helper()
	err := k.Accounts(context.Background(), root, store.AccountFilter{}, func(row store.AccountRow) error {
		logins = append(logins, row.Login)
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return logins
}
