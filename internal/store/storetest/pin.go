package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func credentials(t *testing.T, open Opener) {
	t.Run("a credential is kept and replaced", func(t *testing.T) { credentialRoundTrip(t, start(t, open)) })
	t.Run("a set-up code is kept, replaced and deleted", func(t *testing.T) { setupCodes(t, start(t, open)) })
	t.Run("set-up tries end at the limit", func(t *testing.T) { setupTries(t, start(t, open)) })
}

func credentialRoundTrip(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	get := func(key int64) access.Credential {
		t.Helper()
		return read(f, func(ctx context.Context, tx store.Tx) (access.Credential, error) { return tx.Credential(ctx, key) })
	}
	same(t, "never stored", get(ada), access.Credential{})
	full := access.Credential{
		KeyID: "k1", Sealed: []byte{0, 255, 0}, SetAt: epoch(), SetBy: "uid:0", Temporary: true,
		ClearedAt: epoch().Add(-time.Hour), AuditSeq: 5,
	}
	filled(t, full)
	cleared := access.Credential{KeyID: "k1", SetBy: "uid:0", ClearedAt: epoch().Add(time.Hour), AuditSeq: 6}
	for _, want := range []access.Credential{full, cleared, full} {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutCredential(ctx, ada, want) })
		same(t, "credential", get(ada), want)
		same(t, "set", get(ada).Set(), want.Sealed != nil)
	}
	same(t, "another account's", get(bob), access.Credential{})
}

func getSetupCode(key int64) func(context.Context, store.Tx) (access.SetupCode, error) {
	return func(ctx context.Context, tx store.Tx) (access.SetupCode, error) { return tx.SetupCode(ctx, key) }
}

func setupCodes(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	same(t, "none pending", read(f, getSetupCode(ada)), access.SetupCode{})
	first := access.SetupCode{
		AccountKey: ada, KeyID: "k1", MAC: []byte{1, 2}, Tries: 2, CreatedAt: epoch(), CreatedBy: "uid:0",
		ExpiresAt: epoch().Add(access.Day),
	}
	filled(t, first)
	second := access.SetupCode{AccountKey: ada, KeyID: "k2", MAC: []byte{3}}
	for _, want := range []access.SetupCode{first, second} {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutSetupCode(ctx, want) })
		same(t, "code", read(f, getSetupCode(ada)), want)
	}
	for _, want := range []bool{true, false} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			was, err := tx.DeleteSetupCode(ctx, ada)
			same(t, "there was one", was, want)
			return err
		})
	}
	same(t, "after deleting", read(f, getSetupCode(ada)), access.SetupCode{})
}

func setupTries(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	try := func(want bool) {
		t.Helper()
		f.update(func(ctx context.Context, tx store.Tx) error {
			ok, err := tx.ReserveSetupTry(ctx, ada, 2)
			same(t, "granted", ok, want)
			return err
		})
	}
	try(false) // no code is pending
	f.update(func(ctx context.Context, tx store.Tx) error {
		return tx.PutSetupCode(ctx, access.SetupCode{AccountKey: ada, MAC: []byte{1}})
	})
	try(true)
	try(true)
	try(false)
	same(t, "tries", read(f, getSetupCode(ada)).Tries, 2)
}
