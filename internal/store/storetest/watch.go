package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// watchAndCheck covers Watch, and Check, Orphans and EachRow on a sound store.
func watchAndCheck(t *testing.T, open Opener) {
	t.Run("a watch sees the commits of every handle", func(t *testing.T) { watchSees(t, start(t, open)) })
	t.Run("a watch sees nothing in what is taken back", func(t *testing.T) { watchIgnores(t, start(t, open)) })
	t.Run("a sound store has no problems", func(t *testing.T) { soundStore(t, start(t, open)) })
	t.Run("every row is read as it was put", func(t *testing.T) { everyRow(t, start(t, open)) })
}

func (f *fixture) watch() store.Watch {
	f.t.Helper()
	w, err := f.Watch(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() {
		if err := w.Close(); err != nil {
			f.t.Errorf("close the watch: %v", err)
		}
	})
	return w
}

func changes(t *testing.T, when string, w store.Watch, want bool) {
	t.Helper()
	got, err := w.Changed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "changed "+when, got, want)
}

func watchSees(t *testing.T, f *fixture) {
	other := &fixture{Store: f.another(), t: t, open: f.open}
	w := f.watch()
	changes(t, "at the first call", w, true)
	changes(t, "where nothing happened", w, false)
	f.update(putMeta("a", "1"))
	changes(t, "after a commit of its own handle", w, true)
	changes(t, "at the second call after it", w, false)
	other.update(putMeta("a", "2"))
	other.update(putMeta("a", "3"))
	changes(t, "after commits of another handle", w, true)
	changes(t, "at the second call after them", w, false)
}

func watchIgnores(t *testing.T, f *fixture) {
	w := f.watch()
	changes(t, "at the first call", w, true)
	_ = f.refusal(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutMeta(ctx, "a", []byte("1")); err != nil {
			return err
		}
		return context.Canceled
	})
	f.stored("a")
	changes(t, "after a rollback and a view", w, false)
}

func soundStore(t *testing.T, f *fixture) {
	all := f.people("a.ada", "b.bob")
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, a := range all {
			d := newDevice("d_"+a.Login, a.Key)
			l := newLogin("l_"+a.Login, a.Key)
			al := newAlert(access.AlertPINWrong, a.Key)
			for _, err := range []error{
				tx.PutDevice(ctx, &d), tx.PutLogin(ctx, &l), tx.PutAlert(ctx, &al),
				tx.PutCredential(ctx, a.Key, access.Credential{Sealed: []byte("x")}),
				tx.PutBirthDate(ctx, a.Key, access.Sealed{KeyID: "k", Blob: []byte("x")}),
				tx.PutSetupCode(ctx, access.SetupCode{AccountKey: a.Key, MAC: []byte("m")}),
				tx.PutAttempts(ctx, a.Key, access.Attempts{Failed: 1}),
			} {
				if err != nil {
					return err
				}
			}
		}
		unknown := newLogin("l_unknown", 0)
		if err := tx.PutLogin(ctx, &unknown); err != nil {
			return err
		}
		_, err := tx.ReserveAttempt(ctx, 0, 5, access.Lease{ID: "decoy"})
		return err
	})
	found, err := f.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "problems", found, []store.Problem{})
	orphans := read(f, func(ctx context.Context, tx store.Tx) ([]store.Problem, error) { return tx.Orphans(ctx) })
	same(t, "orphans", orphans, []store.Problem{})
}

// everyRow holds what was put against what a check is given.
func everyRow(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"]
	d, l, al := newDevice("d_ada", ada.Key), newLogin("l_ada", ada.Key), newAlert(access.AlertPINWrong, ada.Key)
	credential := access.Credential{KeyID: "k", Sealed: []byte("x"), SetAt: epoch()}
	birth := access.Sealed{KeyID: "k", Blob: []byte("y")}
	code := access.SetupCode{AccountKey: ada.Key, KeyID: "k", MAC: []byte("m"), CreatedAt: epoch(), ExpiresAt: epoch()}
	lease := access.Lease{ID: "l", At: epoch()}
	policy := access.DefaultPolicy(access.Student, epoch())
	f.update(func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			tx.PutDevice(ctx, &d), tx.PutLogin(ctx, &l), tx.PutAlert(ctx, &al), tx.AddPolicy(ctx, &policy),
			tx.PutCredential(ctx, ada.Key, credential), tx.PutBirthDate(ctx, ada.Key, birth), tx.PutSetupCode(ctx, code),
			tx.PutAttempts(ctx, ada.Key, access.Attempts{Failed: 2, Leases: []access.Lease{lease}, Wrong: []time.Time{epoch()}}),
			tx.PutMeta(ctx, "a", []byte("1")),
		)
	})
	var got []any
	err := f.EachRow(t.Context(), func(r store.Row) {
		if r.Fault != "" {
			t.Errorf("%s %s: %s", r.Table, r.Name, r.Fault)
		}
		got = append(got, reflect.ValueOf(r.Value).Elem().Interface())
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []any{
		*ada, policy, code,
		access.Attempts{Failed: 2},
		lease, d, l, al,
		store.CredentialRow{AccountID: ada.ID, Login: ada.Login, Credential: credential},
		store.BirthDateRow{AccountID: ada.ID, Sealed: birth},
	} {
		if !slices.ContainsFunc(got, func(v any) bool { return reflect.DeepEqual(v, want) }) {
			t.Errorf("not among the rows: %+v", want)
		}
	}
}
