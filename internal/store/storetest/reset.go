package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func resets(t *testing.T, open Opener) {
	t.Run("the newest request for a code comes back", func(t *testing.T) { resetCodes(t, start(t, open)) })
	t.Run("tries of a mailed code end at the limit", func(t *testing.T) { resetTries(t, start(t, open)) })
	t.Run("voided codes stay counted", func(t *testing.T) { voidedCodes(t, start(t, open)) })
	t.Run("a pass is kept, replaced and deleted", func(t *testing.T) { loginPasses(t, start(t, open)) })
}

func getResetCode(key int64) func(context.Context, store.Tx) (access.ResetCode, error) {
	return func(ctx context.Context, tx store.Tx) (access.ResetCode, error) { return tx.ResetCode(ctx, key) }
}

func (f *fixture) putResetCodes(all ...*access.ResetCode) {
	f.t.Helper()
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, c := range all {
			if err := tx.PutResetCode(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func resetCodes(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	same(t, "none", read(f, getResetCode(ada)), access.ResetCode{})
	// The newest is the last stored, whatever the clock did.
	first := access.ResetCode{AccountKey: ada, LoginKey: 7, KeyID: "k0", MAC: []byte{9}, CreatedAt: epoch().Add(time.Hour)}
	second := access.ResetCode{
		AccountKey: ada, LoginKey: 8, KeyID: "k1", MAC: []byte{0, 1}, Tries: 1, CreatedAt: epoch(), ExpiresAt: epoch().Add(time.Minute),
	}
	f.putResetCodes(&first, &second)
	filled(t, second)
	same(t, "newest", read(f, getResetCode(ada)), second)
	second.MAC, second.Tries = nil, 2
	f.putResetCodes(&second)
	same(t, "changed", read(f, getResetCode(ada)), second)
	same(t, "another account's", read(f, getResetCode(bob)), access.ResetCode{})
}

func resetTries(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	code, void := access.ResetCode{AccountKey: ada, MAC: []byte{1}}, access.ResetCode{AccountKey: ada}
	f.putResetCodes(&void, &code)
	for _, c := range []struct {
		key  int64
		want bool
	}{{void.Key, false}, {code.Key, true}, {code.Key, true}, {code.Key, false}, {99, false}} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			ok, err := tx.ReserveResetTry(ctx, c.key, 2)
			same(t, "granted", ok, c.want)
			return err
		})
	}
	same(t, "tries", read(f, getResetCode(ada)).Tries, 2)
}

func voidedCodes(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	early, late := access.ResetCode{AccountKey: ada, MAC: []byte{1}, CreatedAt: epoch()}, access.ResetCode{AccountKey: ada, MAC: []byte{2}, CreatedAt: epoch().Add(time.Hour)}
	others := access.ResetCode{AccountKey: bob, MAC: []byte{3}, CreatedAt: epoch()}
	f.putResetCodes(&early, &late, &others)
	for _, want := range []int{2, 0} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			n, err := tx.VoidResetCodes(ctx, ada)
			same(t, "voided", n, want)
			return err
		})
	}
	late.MAC = nil
	same(t, "void", read(f, getResetCode(ada)), late)
	same(t, "another account's", read(f, getResetCode(bob)), others)
	for since, want := range map[time.Time]int{epoch(): 2, epoch().Add(time.Hour): 1, epoch().Add(2 * time.Hour): 0} {
		same(t, "requests", read(f, func(ctx context.Context, tx store.Tx) (int, error) { return tx.CountResetCodes(ctx, ada, since) }), want)
	}
}

func loginPasses(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	get := func(ctx context.Context, tx store.Tx) (access.LoginPass, error) { return tx.LoginPass(ctx, ada) }
	same(t, "none", read(f, get), access.LoginPass{})
	first := access.LoginPass{
		AccountKey: ada, CreatedAt: epoch(), CreatedBy: "uid:0", Reason: "an exam", ExpiresAt: epoch().Add(time.Hour), AuditSeq: 4,
	}
	filled(t, first)
	for _, want := range []access.LoginPass{first, {AccountKey: ada}} {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutLoginPass(ctx, want) })
		same(t, "pass", read(f, get), want)
	}
	for _, want := range []bool{true, false} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			was, err := tx.DeleteLoginPass(ctx, ada)
			same(t, "there was one", was, want)
			return err
		})
	}
	same(t, "after deleting", read(f, get), access.LoginPass{})
}
