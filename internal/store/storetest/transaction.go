package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// transactions covers Update, View and Close by themselves.
func transactions(t *testing.T, open Opener) {
	for name, run := range map[string]func(*testing.T, *fixture){
		"an error takes everything back":                 takenBackOnError,
		"a panic takes everything back and goes on":      takenBackOnPanic,
		"a refusal leaves the rest of the transaction":   refusalLeavesTheRest,
		"writing in a view is an error":                  viewRefusesWrites,
		"a view sees one state until it ends":            viewIsASnapshot,
		"an update sees its own changes":                 updateSeesItself,
		"a cancelled context changes nothing":            cancelledContext,
		"waiting for the writer ends with the context":   waitEndsWithContext,
		"a transaction that is over cannot be used":      overIsOver,
		"what was committed is there after reopening":    outlivesClosing,
		"a closed store does nothing and may be closed":  closedStore,
		"nothing is committed where the function failed": failedStatement,
	} {
		t.Run(name, func(t *testing.T) { run(t, start(t, open)) })
	}
}

func putMeta(name, value string) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutMeta(ctx, name, []byte(value)) }
}

// stored gives the value under a name as a string.
func (f *fixture) stored(name string) string {
	f.t.Helper()
	return string(read(f, func(ctx context.Context, tx store.Tx) ([]byte, error) { return tx.Meta(ctx, name) }))
}

func takenBackOnError(t *testing.T, f *fixture) {
	f.update(putMeta("a", "before"))
	mine := errors.New("mine")
	err := f.refusal(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutMeta(ctx, "a", []byte("after")); err != nil {
			return err
		}
		return mine
	})
	if !errors.Is(err, mine) {
		t.Errorf("got error %v, want the function's own", err)
	}
	same(t, "value", f.stored("a"), "before")
}

func takenBackOnPanic(t *testing.T, f *fixture) {
	panicked := func() (v any) {
		defer func() { v = recover() }()
		_ = f.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.PutMeta(t.Context(), "a", []byte("after")); err != nil {
				return err
			}
			panic("mine")
		})
		return nil
	}()
	same(t, "panic", panicked, any("mine"))
	same(t, "value", f.stored("a"), "")
	f.update(putMeta("a", "next")) // the writer is free again
	same(t, "value", f.stored("a"), "next")
}

func refusalLeavesTheRest(t *testing.T, f *fixture) {
	f.people("a.ada")
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutMeta(ctx, "a", []byte("kept")); err != nil {
			return err
		}
		twin := newAccount("a.ada", "A")
		twin.ID = "a_twin"
		kind(t, tx.PutAccount(ctx, &twin), access.ErrRefused, "login_taken")
		_, err := tx.AccountByLogin(ctx, "nobody")
		absent(t, "account", err)
		return tx.PutMeta(ctx, "b", []byte("kept"))
	})
	same(t, "values", f.stored("a")+f.stored("b"), "keptkept")
}

func viewRefusesWrites(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"]
	for name, write := range map[string]func(context.Context, store.Tx) error{
		"meta": putMeta("a", "x"),
		"account": func(ctx context.Context, tx store.Tx) error {
			a := newAccount("a.eve", "A")
			return tx.PutAccount(ctx, &a)
		},
		"attempt": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.ReserveAttempt(ctx, ada.Key, 5, access.Lease{ID: "l"})
			return err
		},
		"code": func(ctx context.Context, tx store.Tx) error {
			_, err := tx.DeleteSetupCode(ctx, ada.Key)
			return err
		},
	} {
		err := f.View(t.Context(), func(tx store.Tx) error { return write(t.Context(), tx) })
		if err == nil {
			t.Errorf("%s: got no error from writing in a view, want one", name)
		}
	}
	same(t, "value", f.stored("a"), "")
	n := read(f, func(ctx context.Context, tx store.Tx) (int, error) {
		return tx.CountAccounts(ctx, store.AccountFilter{})
	})
	same(t, "accounts", n, 1)
}

func viewIsASnapshot(t *testing.T, f *fixture) {
	f.update(putMeta("a", "before"))
	f.view(func(ctx context.Context, tx store.Tx) error {
		first, err := tx.Meta(ctx, "a")
		if err != nil {
			return err
		}
		f.update(putMeta("a", "after"))
		second, err := tx.Meta(ctx, "a")
		same(t, "value in the view", string(first)+" "+string(second), "before before")
		return err
	})
	same(t, "value after the view", f.stored("a"), "after")
}

func updateSeesItself(t *testing.T, f *fixture) {
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutMeta(ctx, "a", []byte("mine")); err != nil {
			return err
		}
		v, err := tx.Meta(ctx, "a")
		same(t, "value", string(v), "mine")
		return err
	})
}

func cancelledContext(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	err := f.Update(ctx, func(tx store.Tx) error {
		if err := tx.PutMeta(ctx, "a", []byte("x")); err != nil {
			return err
		}
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("update cancelled before its commit: got %v, want %v", err, context.Canceled)
	}
	called := false
	err = f.Update(ctx, func(store.Tx) error { called = true; return nil })
	if !errors.Is(err, context.Canceled) || called {
		t.Errorf("update begun too late: got %v (function called: %t), want %v", err, called, context.Canceled)
	}
	err = f.View(ctx, func(store.Tx) error { called = true; return nil })
	if !errors.Is(err, context.Canceled) || called {
		t.Errorf("view begun too late: got %v (function called: %t), want %v", err, called, context.Canceled)
	}
	same(t, "value", f.stored("a"), "")
}

func waitEndsWithContext(t *testing.T, f *fixture) {
	other := f.another()
	for name, s := range map[string]store.Store{"same handle": f.Store, "other handle": other} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			err := s.Update(short, func(store.Tx) error { return nil })
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: got %v, want %v", name, err, context.DeadlineExceeded)
			}
			return nil
		})
	}
}

func overIsOver(t *testing.T, f *fixture) {
	var kept store.Tx
	f.update(func(_ context.Context, tx store.Tx) error { kept = tx; return nil })
	if err := kept.PutMeta(t.Context(), "a", []byte("late")); err == nil {
		t.Error("write after the end: got no error, want one")
	}
	if _, err := kept.Meta(t.Context(), "a"); err == nil {
		t.Error("read after the end: got no error, want one")
	}
	same(t, "value", f.stored("a"), "")
}

func outlivesClosing(t *testing.T, f *fixture) {
	s := f.open(t)
	err := s.Update(t.Context(), func(tx store.Tx) error { return putMeta("a", "kept")(t.Context(), tx) })
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	again := &fixture{Store: f.another(), t: t, open: f.open}
	same(t, "value", again.stored("a"), "kept")
}

func closedStore(t *testing.T, f *fixture) {
	s := f.open(t)
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Errorf("close twice: got %v, want no error", err)
	}
	nothing := func(store.Tx) error { return nil }
	if s.Update(t.Context(), nothing) == nil || s.View(t.Context(), nothing) == nil {
		t.Error("use of a closed store: got no error, want one")
	}
	f.update(putMeta("a", "x")) // the other handle lives on
}

// failedStatement: a function that goes on after a statement was interrupted
// must not commit what is left of its work.
func failedStatement(t *testing.T, f *fixture) {
	err := f.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.PutMeta(t.Context(), "a", []byte("half")); err != nil {
			return err
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := tx.PutMeta(gone, "b", []byte("other half")); err == nil {
			t.Error("statement with a cancelled context: got no error, want one")
		}
		return nil
	})
	if err == nil {
		t.Error("update: got no error, want the statement's")
	}
	same(t, "values", f.stored("a")+f.stored("b"), "")
}
