package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// besideAccounts covers birth dates and the students of guardians.
func besideAccounts(t *testing.T, open Opener) {
	t.Run("a birth date is kept, replaced and removed", func(t *testing.T) { birthDates(t, start(t, open)) })
	t.Run("guardians and students find each other", func(t *testing.T) { students(t, start(t, open)) })
}

func birthDates(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"]
	get := func(ctx context.Context, tx store.Tx) (access.Sealed, error) { return tx.BirthDate(ctx, ada.Key) }
	same(t, "none", read(f, get), access.Sealed{})
	for _, want := range []access.Sealed{{KeyID: "k1", Blob: []byte{0, 1}}, {KeyID: "k2", Blob: []byte{2}}, {}} {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutBirthDate(ctx, ada.Key, want) })
		same(t, "birth date", read(f, get), want)
	}
}

func students(t *testing.T, f *fixture) {
	all := f.people("a.mum", "a.dad", "a.kim", "a.lou")
	mum, dad, kim, lou := all["a.mum"].Key, all["a.dad"].Key, all["a.kim"].Key, all["a.lou"].Key
	put := func(guardian int64, students ...int64) {
		t.Helper()
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutStudents(ctx, guardian, students) })
	}
	check := func(what string, got func(store.Tx, context.Context, int64) ([]int64, error), key int64, want ...int64) {
		t.Helper()
		keys := read(f, func(ctx context.Context, tx store.Tx) ([]int64, error) { return got(tx, ctx, key) })
		same(t, what, keys, append([]int64{}, want...))
	}
	check("students of nobody", store.Tx.Students, mum)
	check("guardians of nobody", store.Tx.Guardians, kim)
	put(mum, lou, kim, lou)
	put(dad, kim)
	check("students", store.Tx.Students, mum, kim, lou)
	check("guardians", store.Tx.Guardians, kim, mum, dad)
	put(mum, lou)
	check("students after a change", store.Tx.Students, mum, lou)
	check("guardians after a change", store.Tx.Guardians, kim, dad)
	put(mum)
	check("students after all left", store.Tx.Students, mum)
}

func policies(t *testing.T, open Opener) {
	t.Run("the newest version counts and every field comes back", func(t *testing.T) { policyVersions(t, start(t, open)) })
	t.Run("a profile without a policy is not found", func(t *testing.T) {
		start(t, open).view(func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Policy(ctx, access.Student)
			kind(t, err, access.ErrNotFound, "not_found")
			return nil
		})
	})
}

func policyVersions(t *testing.T, f *fixture) {
	first := access.DefaultPolicy(access.Student, epoch())
	second := access.Policy{
		Profile: access.Student, Allowed: []access.Protection{access.ByPIN, access.Notify}, Default: access.Notify, Imposed: true,
		EffectiveAt: epoch().Add(time.Hour), Grace: 3 * access.Day, Window: 90 * time.Second, PINMin: 5, PINMax: 9, PINSuggest: 6,
		DeviceDays: 100, IdleDays: 50, MaxDevices: 4, SelfReset: true, ChangedAt: epoch().Add(time.Minute), AuditSeq: 12,
	}
	other := access.DefaultPolicy(access.Teacher, time.Time{})
	f.update(func(ctx context.Context, tx store.Tx) error {
		for i, p := range []*access.Policy{&first, &second, &other} {
			p.Version = 77 // the store numbers versions itself
			if err := tx.AddPolicy(ctx, p); err != nil {
				return err
			}
			same(t, "version", p.Version, []int{1, 2, 1}[i])
		}
		return nil
	})
	filled(t, second)
	for _, want := range []access.Policy{second, other} {
		got := read(f, func(ctx context.Context, tx store.Tx) (access.Policy, error) { return tx.Policy(ctx, want.Profile) })
		same(t, "policy", got, want)
	}
}
