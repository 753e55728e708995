package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"pinward/internal/access"
	"pinward/internal/store"
)

// workers is how many goroutines compete in each test below, half of them on a
// handle of their own.
const workers = 8

// parallel covers what many writers at once must not break.
func parallel(t *testing.T, open Opener) {
	for name, run := range map[string]func(*testing.T, *fixture){
		"increments lose nothing":               increments,
		"attempts are granted up to the limit":  reservations,
		"set-up tries are granted to the limit": setupReservations,
		"one of many equal labels wins":         labels,
		"views read whole states meanwhile":     viewsBesideUpdates,
		"two handles write without conflicts":   twoHandles,
	} {
		t.Run(name, func(t *testing.T) { run(t, start(t, open)) })
	}
}

// together runs work once per worker, at the same time, and waits.
func together(f *fixture, work func(n int, s store.Store) error) {
	f.t.Helper()
	other := f.another()
	var wg sync.WaitGroup
	for n := range workers {
		s := f.Store
		if n%2 == 1 {
			s = other
		}
		wg.Go(func() {
			if err := work(n, s); err != nil {
				f.t.Errorf("worker %d: %v", n, err)
			}
		})
	}
	wg.Wait()
}

// increment reads a number and writes the next one.
func increment(ctx context.Context, tx store.Tx, name string) error {
	v, err := tx.Meta(ctx, name)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(string(v))
	return tx.PutMeta(ctx, name, []byte(strconv.Itoa(n+1)))
}

func increments(t *testing.T, f *fixture) {
	const each = 25
	ctx := t.Context()
	together(f, func(_ int, s store.Store) error {
		for range each {
			if err := s.Update(ctx, func(tx store.Tx) error { return increment(ctx, tx, "n") }); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "count", f.stored("n"), strconv.Itoa(workers*each))
}

func twoHandles(t *testing.T, f *fixture) {
	ctx := t.Context()
	together(f, func(n int, s store.Store) error {
		for i := range 20 {
			err := s.Update(ctx, func(tx store.Tx) error { return tx.PutMeta(ctx, fmt.Sprint(n, ".", i), []byte("x")) })
			if err != nil {
				return err
			}
		}
		return nil
	})
	for n := range workers {
		for i := range 20 {
			same(t, "value", f.stored(fmt.Sprint(n, ".", i)), "x")
		}
	}
}

func reservations(t *testing.T, f *fixture) {
	const limit = 5
	ctx := t.Context()
	ada := f.people("a.ada")["a.ada"]
	var mu sync.Mutex
	granted := 0
	together(f, func(n int, s store.Store) error {
		for i := range 3 {
			err := s.Update(ctx, func(tx store.Tx) error {
				ok, err := tx.ReserveAttempt(ctx, ada.Key, limit, access.Lease{ID: fmt.Sprint(n, ".", i), At: epoch()})
				if ok {
					mu.Lock()
					granted++
					mu.Unlock()
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "granted", granted, limit)
	a := read(f, func(ctx context.Context, tx store.Tx) (access.Attempts, error) { return tx.Attempts(ctx, ada.Key) })
	same(t, "counted", a.Failed, limit)
	same(t, "leases", len(a.Leases), limit)
}

func setupReservations(t *testing.T, f *fixture) {
	const limit = 3
	ctx := t.Context()
	ada := f.people("a.ada")["a.ada"]
	f.update(func(ctx context.Context, tx store.Tx) error {
		return tx.PutSetupCode(ctx, access.SetupCode{AccountKey: ada.Key, KeyID: "k", MAC: []byte("m")})
	})
	var mu sync.Mutex
	granted := 0
	together(f, func(_ int, s store.Store) error {
		return s.Update(ctx, func(tx store.Tx) error {
			ok, err := tx.ReserveSetupTry(ctx, ada.Key, limit)
			if ok {
				mu.Lock()
				granted++
				mu.Unlock()
			}
			return err
		})
	})
	same(t, "granted", granted, limit)
}

func labels(t *testing.T, f *fixture) {
	ctx := t.Context()
	ada := f.people("a.ada")["a.ada"]
	spellings := []string{"Room 201", "room 201", "ROOM  201", " Room 201 "}
	var mu sync.Mutex
	won := 0
	together(f, func(n int, s store.Store) error {
		d := newDevice(fmt.Sprint("d", n), ada.Key)
		d.Label = spellings[n%len(spellings)]
		err := s.Update(ctx, func(tx store.Tx) error { return tx.PutDevice(ctx, &d) })
		if err == nil {
			mu.Lock()
			won++
			mu.Unlock()
			return nil
		}
		if !errors.Is(err, access.ErrRefused) || access.CodeOf(err) != "label_taken" {
			return err
		}
		return nil
	})
	same(t, "devices that got the label", won, 1)
}

// viewsBesideUpdates: two values that every update changes together are equal
// in every view.
func viewsBesideUpdates(t *testing.T, f *fixture) {
	ctx := t.Context()
	together(f, func(n int, s store.Store) error {
		for range 20 {
			var err error
			if n < 2 {
				err = s.Update(ctx, func(tx store.Tx) error {
					return errors.Join(increment(ctx, tx, "a"), increment(ctx, tx, "b"))
				})
			} else {
				err = s.View(ctx, func(tx store.Tx) error {
					a, errA := tx.Meta(ctx, "a")
					b, errB := tx.Meta(ctx, "b")
					if string(a) != string(b) {
						t.Errorf("got %s and %s in one view, want equal", a, b)
					}
					return errors.Join(errA, errB)
				})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
