package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

const (
	rightPIN = "730416"
	wrongPIN = "502917"
)

// teacher makes a kit with the teacher lea, who has the right PIN.
func teacher(t *testing.T) *kit {
	t.Helper()
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", rightPIN)
	return k
}

// over gives an App like the kit's on another store.
func (k *kit) over(s store.Store) *app.App {
	return app.New(app.Deps{
		Store: s, Keys: k.keys, Random: rand.Reader,
		Hasher: secret.Hasher{MemoryKiB: 64, Time: 1},
		Now:    func() time.Time { return k.now },
	})
}

// outcome names what came of a verification: "right", or the code of its error.
func outcome(err error) string {
	switch code := access.CodeOf(err); {
	case err == nil:
		return "right"
	case code != "":
		return code
	}
	return err.Error()
}

// verify judges a PIN of lea outside any login.
func (k *kit) verify(pin string) string { return verify(k.App, pin) }

func verify(a *app.App, pin string) string {
	return outcome(a.VerifyPIN(context.Background(), root, "lea", access.NewPIN(pin)))
}

// guess judges a PIN in a login and names what came of it.
func guess(a *app.App, id, pin string) string {
	answer, err := a.GivePIN(context.Background(), root, app.GivePIN{LoginID: access.NewSecret(id), PIN: access.NewPIN(pin)})
	if err != nil {
		return outcome(err)
	}
	return fmt.Sprintf("%s %s", answer.Decision, answer.Reason)
}

// together runs f n times at once and counts what came of it.
func together(n int, f func(i int) string) map[string]int {
	outcomes := make([]string, n)
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			outcomes[i] = f(i)
		})
	}
	close(begin)
	all.Wait()
	counts := map[string]int{}
	for _, o := range outcomes {
		counts[o]++
	}
	return counts
}

// attempts gives what is stored of the attempts at lea.
func (k *kit) attempts() (counts access.Attempts) {
	k.t.Helper()
	key := k.stored("lea").Key
	k.view(func(tx store.Tx) (err error) {
		counts, err = tx.Attempts(context.Background(), key)
		return err
	})
	return counts
}

// dieJudging counts n attempts at lea whose processes died before the outcome.
func (k *kit) dieJudging(n int) {
	k.t.Helper()
	key := k.stored("lea").Key
	k.write(func(tx store.Tx) error {
		for i := range n {
			ok, err := tx.ReserveAttempt(context.Background(), key, access.LockAfter, access.Lease{ID: fmt.Sprintf("dead%d", i), At: k.now})
			if err != nil || !ok {
				return fmt.Errorf("reserve attempt %d: %t, %w", i, ok, err)
			}
		}
		return nil
	})
}

// wantAttempts checks the stored counters: failed since the last success, those
// in flight, and those settled as wrong in the last month.
func (k *kit) wantAttempts(failed, inFlight, wrong int) {
	k.t.Helper()
	c := k.attempts()
	if c.Failed != failed || len(c.Leases) != inFlight || len(c.Wrong) != wrong {
		k.t.Errorf("attempts: got %d failed, %d in flight, %d wrong, want %d, %d, %d",
			c.Failed, len(c.Leases), len(c.Wrong), failed, inFlight, wrong)
	}
}

// A counting store counts the attempts that were let in to be judged.
type counting struct {
	store.Store
	admitted atomic.Int64
}

func (s *counting) Update(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return f(countingTx{tx, s}) })
}

type countingTx struct {
	store.Tx
	of *counting
}

func (t countingTx) ReserveAttempt(ctx context.Context, key int64, limit int, l access.Lease) (bool, error) {
	ok, err := t.Tx.ReserveAttempt(ctx, key, limit, l)
	if ok {
		t.of.admitted.Add(1)
	}
	return ok, err
}

// An after store calls done after each of its transactions that write.
type after struct {
	store.Store
	done func()
}

func (s after) Update(ctx context.Context, f func(store.Tx) error) error {
	err := s.Store.Update(ctx, f)
	s.done()
	return err
}
