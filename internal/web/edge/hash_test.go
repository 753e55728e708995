package edge

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pinward/internal/access"
)

// fill takes every slot and gives what frees the first.
func fill(t *testing.T, e *Edge) func() {
	t.Helper()
	var first func()
	for range cap(e.Hashing.slots) {
		release, err := e.Hash(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = release
		}
	}
	return first
}

func TestHashingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &Edge{Hashing: NewHashing(2)}
		release := fill(t, e)
		if got := e.Hashing.Running(); got != 4 {
			t.Fatalf("got %d running on 2 cores, want 4", got)
		}
		let := make(chan error)
		go func() {
			_, err := e.Hash(t.Context())
			let <- err
		}()
		synctest.Wait()
		if got := e.Hashing.Waiting(); got != 1 {
			t.Errorf("got %d waiting, want 1", got)
		}
		release()
		release() // twice frees one slot
		if err := <-let; err != nil || e.Hashing.Running() != 4 || e.Hashing.Waiting() != 0 {
			t.Errorf("got %v with %d running, %d waiting, want it let in", err, e.Hashing.Running(), e.Hashing.Waiting())
		}
	})
}

func TestHashingGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &Edge{Hashing: NewHashing(1)}
		fill(t, e)
		began := time.Now()
		_, err := e.Hash(t.Context())
		if !errors.Is(err, access.ErrBusy) || access.CodeOf(err) != "hashing_busy" || Status(err) != 503 {
			t.Errorf("got %v, want busy", err)
		}
		if waited := time.Since(began); waited != 2*time.Second {
			t.Errorf("waited %v, want 2s", waited)
		}
	})
}

func TestHashingRefusesALongLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &Edge{Hashing: NewHashing(1)}
		fill(t, e)
		ctx, stop := context.WithCancel(t.Context())
		left := make(chan error, 2*queuePerSlot)
		for range 2 * queuePerSlot {
			go func() {
				_, err := e.Hash(ctx)
				left <- err
			}()
		}
		synctest.Wait()
		began := time.Now()
		if _, err := e.Hash(ctx); !errors.Is(err, access.ErrBusy) || time.Since(began) != 0 {
			t.Errorf("got %v after %v, want busy at once", err, time.Since(began))
		}
		stop()
		for range 2 * queuePerSlot {
			if err := <-left; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the caller's own end", err)
			}
		}
		if e.Hashing.Waiting() != 0 {
			t.Errorf("got %d waiting, want none", e.Hashing.Waiting())
		}
	})
}

func TestHashingUnbounded(t *testing.T) {
	release, err := new(Edge).Hash(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
}
