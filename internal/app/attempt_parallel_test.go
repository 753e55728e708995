package app_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// faces are the ways by which a hundred guesses reach an account at once.
func faces() map[string]func(k *kit, a *app.App, pin string, n int) map[string]int {
	logins := func(k *kit, n int) []string {
		ids := make([]string, n)
		for i := range ids {
			ids[i] = k.start("lea", "").LoginID
		}
		return ids
	}
	return map[string]func(k *kit, a *app.App, pin string, n int) map[string]int{
		"outside any login": func(_ *kit, a *app.App, pin string, n int) map[string]int {
			return together(n, func(int) string { return verify(a, pin) })
		},
		"in several logins": func(k *kit, a *app.App, pin string, n int) map[string]int {
			ids := logins(k, n/4)
			return together(n, func(i int) string { return guess(a, ids[i%len(ids)], pin) })
		},
		"both ways": func(k *kit, a *app.App, pin string, n int) map[string]int {
			ids := logins(k, n/8)
			return together(n, func(i int) string {
				if i%2 == 0 {
					return verify(a, pin)
				}
				return guess(a, ids[i%len(ids)], pin)
			})
		},
	}
}

func TestHundredParallelWrongPINsEvaluateTheLimit(t *testing.T) {
	for name, guesses := range faces() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := teacher(t)
			s := &counting{Store: k.store}
			a := k.over(s)
			for round, want := range []struct {
				wrong, failed int
				blocked       bool
			}{{5, 5, false}, {10, 10, true}} {
				guesses(k, a, wrongPIN, 100)
				k.wantAttempts(want.failed, 0, want.wrong)
				if got := int(s.admitted.Load()); got != want.wrong {
					t.Errorf("round %d: %d attempts were let in, want %d", round, got, want.wrong)
				}
				if got := k.attempts().Blocked(); got != want.blocked {
					t.Errorf("round %d: blocked: got %t, want %t", round, got, want.blocked)
				}
				// What is shut does not look at the PIN.
				for o, n := range together(10, func(int) string { return verify(a, rightPIN) }) {
					if o != "pin_locked" && o != "pin_blocked" {
						t.Errorf("round %d: %d right PINs after the limit: got %q", round, n, o)
					}
				}
				k.now = k.now.Add(access.LockFor)
			}
			if n := k.wrongInLogins(); name == "in several logins" && n != 10 {
				t.Errorf("the logins count %d wrong PINs, want 10", n)
			}
		})
	}
}

// wrongInLogins sums the wrong PINs that the logins of lea have counted.
func (k *kit) wrongInLogins() int {
	k.t.Helper()
	n := 0
	for _, l := range k.logins("lea") {
		n += l.WrongPINs
	}
	return n
}

// logins lists the logins of an account, oldest first.
func (k *kit) logins(login string) (rows []store.LoginRow) {
	k.t.Helper()
	_, err := k.Logins(k.t.Context(), root, app.LoginQuery{Login: login}, func(r store.LoginRow) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return rows
}

func TestFiftyParallelRightPINsAllPass(t *testing.T) {
	t.Run("outside any login", func(t *testing.T) {
		t.Parallel()
		k := teacher(t)
		if got := together(50, func(int) string { return k.verify(rightPIN) }); got["right"] != 50 {
			t.Errorf("got %v, want 50 right", got)
		}
		k.wantAttempts(0, 0, 0)
	})
	t.Run("in a login each", func(t *testing.T) {
		t.Parallel()
		k := teacher(t)
		ids := make([]string, 50)
		for i := range ids {
			ids[i] = k.start("lea", "").LoginID
		}
		got := together(50, func(i int) string { return guess(k.App, ids[i], rightPIN) })
		if got["allow new_device"] != 50 {
			t.Errorf("got %v, want 50 times allow", got)
		}
		k.wantAttempts(0, 0, 0)
	})
	t.Run("after four wrong ones", func(t *testing.T) {
		t.Parallel()
		k := teacher(t)
		for range 4 {
			k.verify(wrongPIN)
		}
		if got := together(10, func(int) string { return k.verify(rightPIN) }); got["right"] != 10 {
			t.Errorf("got %v, want 10 right", got)
		}
	})
}

// A right PIN among wrong ones lets at most four wrong ones be evaluated before
// it and five after it.
func TestRightPINAmongParallelGuessesBuysNoMore(t *testing.T) {
	t.Parallel()
	k := teacher(t)
	for round := range 4 {
		k.pin("lea", rightPIN)
		s := &counting{Store: k.store}
		a := k.over(s)
		at := rand.IntN(31)
		got := together(31, func(i int) string {
			if i == at {
				return verify(a, rightPIN)
			}
			return verify(a, wrongPIN)
		})
		counts := k.attempts()
		wrong, passed := len(counts.Wrong), got["right"]
		if least, most := 5, 5+4*passed; wrong < least || wrong > most {
			t.Errorf("round %d: %d wrong PINs evaluated (right passed: %d), want %d to %d", round, wrong, passed, least, most)
		}
		if admitted := int(s.admitted.Load()); admitted != wrong+passed {
			t.Errorf("round %d: %d attempts let in, %d of them settled", round, admitted, wrong+passed)
		}
		if _, locked := counts.Locked(k.now); counts.Failed != 5 || !locked {
			t.Errorf("round %d: got %d failed, locked %t, want 5 and a lock", round, counts.Failed, locked)
		}
		if got["pin_wrong"]+got["pin_locked"]+passed != 31 {
			t.Errorf("round %d: got %v", round, got)
		}
	}
}

func TestThreeParallelGuessesSpendALogin(t *testing.T) {
	t.Parallel()
	k := teacher(t)
	id := k.start("lea", "").LoginID
	together(20, func(int) string { return guess(k.App, id, wrongPIN) })
	k.wantAttempts(3, 0, 3)
	if got := guess(k.App, id, rightPIN); got != "deny login_exhausted" {
		t.Errorf("right PIN in a spent login: got %q", got)
	}
	if got := k.verify(rightPIN); got != "right" {
		t.Errorf("right PIN elsewhere: got %q", got)
	}
}

// Counters outlive the process: a second one, on the same file, goes on.
func TestCountersAreSharedByProcesses(t *testing.T) {
	t.Parallel()
	k := teacher(t)
	other := k.reopened()
	for i := range 4 {
		verify([]*app.App{k.App, other}[i%2], wrongPIN)
	}
	if got := verify(other, wrongPIN); !strings.HasPrefix(got, "pin_locked") {
		t.Errorf("fifth wrong PIN: got %q", got)
	}
	if got := k.verify(rightPIN); got != "pin_locked" {
		t.Errorf("the first process: got %q, want pin_locked", got)
	}
	k.now = k.now.Add(access.LockFor - time.Millisecond)
	if got := verify(other, rightPIN); got != "pin_locked" {
		t.Errorf("a moment before the lock ends: got %q", got)
	}
	k.now = k.now.Add(time.Millisecond)
	if got := verify(other, rightPIN); got != "right" {
		t.Errorf("after the lock: got %q", got)
	}
}
