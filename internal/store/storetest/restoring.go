package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func restoring(t *testing.T, open Opener) {
	t.Run("ending all leaves no device, login or code", func(t *testing.T) { endAll(t, start(t, open)) })
	t.Run("accounts with attempts are found", func(t *testing.T) { attemptAccounts(t, start(t, open)) })
	t.Run("numbers are raised and never lowered", func(t *testing.T) { numbers(t, start(t, open)) })
}

func endAll(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	gone, kept := newDevice("d_gone", bob), newDevice("d_ada", ada)
	gone.RevokedAt, gone.RevokedBy, gone.RevokedReason = epoch().Add(-time.Hour), "uid:1", "lost"
	open1, passed, over, nobody := newLogin("open", ada), newLogin("passed", bob), newLogin("over", bob), newLogin("nobody", 0)
	passed.State, over.State, over.ExpiresAt = access.LoginPassed, access.LoginPassed, epoch()
	nobody.State = access.LoginDenied
	n, plain := newNotice("n_code", ada), newNotice("n_plain", ada)
	answer := newKept("portal:ent", "one")
	putKept(f, &answer)
	r := store.Revocation{At: epoch().Add(time.Minute), By: "uid:0", Reason: "restored", AuditSeq: 7}
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, d := range []*access.Device{&kept, &gone} {
			if err := tx.PutDevice(ctx, d); err != nil {
				return err
			}
		}
		for _, l := range []*access.Login{&open1, &passed, &over, &nobody} {
			if err := tx.PutLogin(ctx, l); err != nil {
				return err
			}
		}
		if err := tx.PutSetupCode(ctx, access.SetupCode{AccountKey: ada, KeyID: "k1", MAC: []byte{1}, ExpiresAt: epoch()}); err != nil {
			return err
		}
		if err := tx.PutResetCode(ctx, &access.ResetCode{AccountKey: ada, MAC: []byte{1}, CreatedAt: epoch()}); err != nil {
			return err
		}
		if err := tx.PutLoginPass(ctx, access.LoginPass{AccountKey: bob, ExpiresAt: epoch()}); err != nil {
			return err
		}
		n.Secret, n.LeasedUntil = access.Sealed{KeyID: "k1", Blob: []byte{1}}, epoch()
		for _, one := range []*access.Notice{&n, &plain} {
			if err := tx.PutNotice(ctx, one); err != nil {
				return err
			}
		}
		devices, logins, codes, err := tx.EndAll(ctx, r, access.ReasonLoginExpired)
		same(t, "ended", [3]int{devices, logins, codes}, [3]int{1, 2, 3})
		return err
	})
	kept.RevokedAt, kept.RevokedBy, kept.RevokedReason, kept.AuditSeq = r.At, r.By, r.Reason, r.AuditSeq
	for _, want := range []access.Device{kept, gone} {
		same(t, want.ID, read(f, func(ctx context.Context, tx store.Tx) (access.Device, error) { return tx.Device(ctx, want.ID) }), want)
	}
	open1.End(access.LoginDenied, access.Deny, access.ReasonLoginExpired, r.At)
	passed.ExpiresAt = r.At
	for _, want := range []access.Login{open1, passed, over, nobody} {
		same(t, string(want.IDHash), getLogin(f, string(want.IDHash)), want)
	}
	same(t, "kept answer", read(f, getKept("portal:ent", "one")), access.KeptAnswer{})
	same(t, "code", read(f, getSetupCode(ada)), access.SetupCode{})
	same(t, "mailed code", read(f, getResetCode(ada)).MAC, nil)
	n.Secret, n.LeasedUntil, n.State = access.Sealed{}, time.Time{}, access.NoticeUnmailed
	for _, want := range []access.Notice{n, plain} {
		same(t, want.ID, read(f, getNotice(want.ID)).Notice, want)
	}
}

func attemptAccounts(t *testing.T, f *fixture) {
	keys := func(ctx context.Context, tx store.Tx) ([]int64, error) { return tx.AttemptAccounts(ctx) }
	same(t, "none", read(f, keys), []int64{})
	all := f.people("a.ada", "a.bob", "a.eve")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutAttempts(ctx, bob, access.Attempts{Failed: 1, Wrong: []time.Time{epoch(), epoch()}}); err != nil {
			return err
		}
		if err := tx.PutAttempts(ctx, 0, access.Attempts{Failed: 1}); err != nil {
			return err
		}
		_, err := tx.ReserveAttempt(ctx, ada, 5, access.Lease{ID: "l", At: epoch()})
		return err
	})
	same(t, "accounts", read(f, keys), []int64{ada, bob})
}

func numbers(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	get := func(ctx context.Context, tx store.Tx) (map[string]int64, error) { return tx.Numbers(ctx) }
	f.update(func(ctx context.Context, tx store.Tx) error {
		l := newLogin("l", ada)
		return tx.PutLogin(ctx, &l)
	})
	other := &fixture{Store: f.another(), t: t, open: f.open}
	raised := read(other, get)
	for name := range raised {
		raised[name] += 100
	}
	raised["alert"] = 41
	lowered := map[string]int64{"login": 1, "alert": 1}
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.RaiseNumbers(ctx, raised) })
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.RaiseNumbers(ctx, lowered) })
	same(t, "numbers", read(f, get), raised)
	f.update(func(ctx context.Context, tx store.Tx) error {
		l, a := newLogin("m", ada), newAlert(access.AlertPINWrong, ada)
		if err := tx.PutLogin(ctx, &l); err != nil {
			return err
		}
		same(t, "next login", l.Key, raised["login"]+1)
		err := tx.PutAlert(ctx, &a)
		same(t, "first alert", a.Key, int64(42))
		return err
	})
}
