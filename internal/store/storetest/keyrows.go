package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func keyRows(t *testing.T, open Opener) {
	t.Run("uses of a key are counted by table", func(t *testing.T) { keyUses(t, start(t, open)) })
	t.Run("rows under another key are found page by page", func(t *testing.T) { sealedOtherwise(t, start(t, open)) })
	t.Run("tokens of dead devices are forgotten", func(t *testing.T) { forgetTokens(t, start(t, open)) })
	t.Run("names of meta values are listed", func(t *testing.T) { metaNames(t, start(t, open)) })
}

func putDevices(all ...*access.Device) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		for _, d := range all {
			if err := tx.PutDevice(ctx, d); err != nil {
				return err
			}
		}
		return nil
	}
}

// devicesOfKeys makes a living, a revoked and an expired device under "k2@3 k1"
// and a living one under "k2".
func (f *fixture) devicesOfKeys(account int64) {
	f.t.Helper()
	living, revoked, expired, other := newDevice("d_1", account), newDevice("d_2", account), newDevice("d_3", account), newDevice("d_4", account)
	living.TokenKeyID, revoked.TokenKeyID, expired.TokenKeyID, other.TokenKeyID = "k2@3 k1", "k2@3 k1", "k2@3 k1", "k2"
	revoked.RevokedAt, expired.ExpiresAt = epoch(), epoch()
	all := []*access.Device{&living, &revoked, &expired, &other}
	for _, d := range all {
		d.Salt, d.TokenHash = []byte("salt"), []byte("hash "+d.ID)
	}
	f.update(putDevices(all...))
}

func keyUses(t *testing.T, f *fixture) {
	uses := func(ctx context.Context, tx store.Tx) ([]store.KeyUse, error) { return tx.KeyUses(ctx, epoch()) }
	same(t, "uses of none", read(f, uses), []store.KeyUse{})
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	f.devicesOfKeys(ada)
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, put := range []func() error{
			func() error { return tx.PutCredential(ctx, ada, access.Credential{KeyID: "k1", Sealed: []byte{1}}) },
			func() error { return tx.PutCredential(ctx, bob, access.Credential{KeyID: "k0"}) },
			func() error { return tx.PutBirthDate(ctx, ada, access.Sealed{KeyID: "k1", Blob: []byte{1}}) },
			func() error { return tx.PutBirthDate(ctx, bob, access.Sealed{KeyID: "k2", Blob: []byte{1}}) },
			func() error {
				return tx.PutSetupCode(ctx, access.SetupCode{AccountKey: ada, KeyID: "k1", MAC: []byte{1}, ExpiresAt: epoch().Add(time.Hour)})
			},
			func() error {
				return tx.PutSetupCode(ctx, access.SetupCode{AccountKey: bob, KeyID: "k0", MAC: []byte{1}, ExpiresAt: epoch()})
			},
			func() error {
				return tx.PutResetCode(ctx, &access.ResetCode{AccountKey: ada, KeyID: "k2", MAC: []byte{1}, ExpiresAt: epoch().Add(time.Hour)})
			},
			func() error {
				return tx.PutResetCode(ctx, &access.ResetCode{AccountKey: ada, KeyID: "k0", MAC: []byte{1}, ExpiresAt: epoch()})
			},
			func() error {
				return tx.PutResetCode(ctx, &access.ResetCode{AccountKey: ada, KeyID: "k0", ExpiresAt: epoch().Add(time.Hour)})
			},
			func() error { return putSealed(ctx, tx, ada) },
		} {
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	})
	f.update(appendAudit(access.AuditRecord{Seq: 1, KeyID: "k1"}, access.AuditRecord{Seq: 2, KeyID: "k1"}, access.AuditRecord{Seq: 3, KeyID: "k2"}))
	same(t, "uses", read(f, uses), []store.KeyUse{
		{Table: "audit", Key: "k1", Rows: 2},
		{Table: "audit", Key: "k2", Rows: 1},
		{Table: "birth_date", Key: "k1", Rows: 1},
		{Table: "birth_date", Key: "k2", Rows: 1},
		{Table: "device", Key: "k2", Rows: 1},
		{Table: "device", Key: "k2@3 k1", Rows: 1},
		{Table: "kept_answer", Key: "k1", Rows: 2},
		{Table: "kept_answer", Key: "k2", Rows: 1},
		{Table: "notice", Key: "k2", Rows: 1},
		{Table: "pin", Key: "k1", Rows: 1},
		{Table: "reset_code", Key: "k2", Rows: 1},
		{Table: "setup_code", Key: "k1", Rows: 1},
	})
}

// putSealed stores notices and kept answers, some of which rest on a key.
func putSealed(ctx context.Context, tx store.Tx, account int64) error {
	carries, plain := newNotice("n1", account), newNotice("n2", account)
	carries.Secret = access.Sealed{KeyID: "k2", Blob: []byte{1}}
	for _, n := range []*access.Notice{&carries, &plain} {
		if err := tx.PutNotice(ctx, n); err != nil {
			return err
		}
	}
	answered, begun, expired := newKept("portal:ent", "one"), newKept("portal:ent", "two"), newKept("portal:ent", "three")
	begun.Answer, expired.ExpiresAt = access.Sealed{}, epoch()
	for _, k := range []*access.KeptAnswer{&answered, &begun, &expired} {
		if err := tx.PutKeptAnswer(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func sealedOtherwise(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob", "a.eve", "a.zoe")
	ada, bob, eve := all["a.ada"], all["a.bob"], all["a.eve"]
	pin := func(key string) access.Credential { return access.Credential{KeyID: key, Sealed: []byte("pin " + key)} }
	date := func(key string) access.Sealed { return access.Sealed{KeyID: key, Blob: []byte("date " + key)} }
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, put := range []func() error{
			func() error { return tx.PutCredential(ctx, ada.Key, pin("k1")) },
			func() error { return tx.PutBirthDate(ctx, ada.Key, date("k2")) },
			func() error { return tx.PutCredential(ctx, bob.Key, access.Credential{KeyID: "k1"}) },
			func() error { return tx.PutBirthDate(ctx, bob.Key, date("k1")) },
			func() error { return tx.PutCredential(ctx, eve.Key, pin("k2")) },
		} {
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	})
	find := func(p store.Page) []store.SealedRow {
		return read(f, func(ctx context.Context, tx store.Tx) ([]store.SealedRow, error) {
			return tx.SealedOtherwise(ctx, "k2", p)
		})
	}
	want := []store.SealedRow{
		{AccountKey: ada.Key, AccountID: ada.ID, Login: ada.Login, PIN: access.Sealed{KeyID: "k1", Blob: []byte("pin k1")}, BirthDate: date("k2")},
		{AccountKey: bob.Key, AccountID: bob.ID, Login: bob.Login, BirthDate: date("k1")},
	}
	same(t, "all", find(store.Page{}), want)
	same(t, "first page", find(store.Page{Limit: 1}), want[:1])
	same(t, "second page", find(store.Page{After: ada.Key, Limit: 1}), want[1:])
	same(t, "last page", find(store.Page{After: bob.Key, Limit: 1}), []store.SealedRow{})
}

func forgetTokens(t *testing.T, f *fixture) {
	f.devicesOfKeys(f.people("a.ada")["a.ada"].Key)
	for _, want := range []int{2, 0} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			n, err := tx.ForgetTokens(ctx, "k1", epoch())
			same(t, "devices", n, want)
			return err
		})
	}
	for id, want := range map[string]string{"d_1": "k2@3 k1", "d_2": "", "d_3": "", "d_4": "k2"} {
		d := read(f, func(ctx context.Context, tx store.Tx) (access.Device, error) { return tx.Device(ctx, id) })
		if kept := d.Salt != nil && d.TokenHash != nil; d.TokenKeyID != want || kept != (want != "") {
			t.Errorf("device %s: got key %q, its tokens told: %v, want key %q", id, d.TokenKeyID, kept, want)
		}
	}
}

func metaNames(t *testing.T, f *fixture) {
	for _, name := range []string{"key_check:b", "key_check:a", "key_checks", "store_id"} {
		f.update(putMeta(name, "x"))
	}
	names := func(prefix string) []string {
		return read(f, func(ctx context.Context, tx store.Tx) ([]string, error) { return tx.MetaNames(ctx, prefix) })
	}
	same(t, "names", names("key_check:"), []string{"key_check:a", "key_check:b"})
	same(t, "all names", len(names("")), 4)
	same(t, "no names", names("%"), []string{})
}
