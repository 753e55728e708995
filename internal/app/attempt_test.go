package app_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func TestAttemptWithoutOutcomeCountsAsWrong(t *testing.T) {
	k := teacher(t)
	k.dieJudging(4)
	k.wantAttempts(4, 4, 0)
	if got := k.verify(wrongPIN); got != "pin_wrong" {
		t.Errorf("beside four in flight: got %q", got)
	}
	k.now = k.now.Add(access.LeaseFor - time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Millisecond)
	defer cancel()
	if err := k.VerifyPIN(ctx, root, "lea", access.NewPIN(rightPIN)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while four are in flight: got %v, want to wait for them", err)
	}
	k.wantAttempts(5, 4, 1)
	k.now = k.now.Add(time.Millisecond)
	if got := k.verify(rightPIN); got != "pin_locked" {
		t.Errorf("after their 30 seconds: got %q, want pin_locked", got)
	}
	k.wantAttempts(5, 0, 5)
}

// A caller that hangs up after its attempt was counted gets no free guess.
func TestCallerWhoHangsUpHasSpentAnAttempt(t *testing.T) {
	k := teacher(t)
	ctx, cancel := context.WithCancel(t.Context())
	a := k.over(after{k.store, cancel})
	if err := a.VerifyPIN(ctx, root, "lea", access.NewPIN(rightPIN)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's end", err)
	}
	k.wantAttempts(1, 1, 0)
	k.now = k.now.Add(access.LeaseFor)
	if got := k.verify(wrongPIN); got != "pin_wrong" {
		t.Errorf("the next: got %q", got)
	}
	k.wantAttempts(2, 0, 2)
}

// What took longer than its lease has been counted as wrong, right or not.
func TestOutcomeAfterTheLeaseIsNotCounted(t *testing.T) {
	k := teacher(t)
	var id string
	for name, judge := range map[string]func(s store.Store) string{
		"outside any login": func(s store.Store) string { return verify(k.over(s), rightPIN) },
		"in a login":        func(s store.Store) string { return guess(k.over(s), id, rightPIN) },
	} {
		k.pin("lea", rightPIN)
		id = k.start("lea", "").LoginID
		got := judge(after{k.store, func() { k.now = k.now.Add(access.LeaseFor) }})
		if got != "pin_wrong" && got != "deny login_exhausted" {
			t.Errorf("%s: got %q, want it refused", name, got)
		}
		k.wantAttempts(1, 0, 1)
	}
}

// A reset between counting and judging means that the PIN judged is gone.
func TestResetOvertakesAnAttempt(t *testing.T) {
	k := teacher(t)
	var id string
	for name, judge := range map[string]func(s store.Store) string{
		"outside any login": func(s store.Store) string { return verify(k.over(s), rightPIN) },
		"in a login":        func(s store.Store) string { return guess(k.over(s), id, rightPIN) },
	} {
		k.pin("lea", rightPIN)
		id = k.start("lea", "").LoginID
		once := false
		got := judge(after{k.store, func() {
			if !once {
				once = true
				k.pin("lea", "694038")
			}
		}})
		if got != "pin_wrong" && got != "deny login_expired" {
			t.Errorf("%s: got %q, want it refused", name, got)
		}
	}
}

// A slow store takes a second for every transaction that writes.
type slow struct{ store.Store }

func (s slow) Update(ctx context.Context, f func(store.Tx) error) error {
	time.Sleep(time.Second)
	return s.Store.Update(ctx, f)
}

func TestWaiterGivesUpAfterEightSeconds(t *testing.T) {
	for name, over := range map[string]func(s store.Store) store.Store{
		"a fast store": func(s store.Store) store.Store { return s },
		"a slow store": func(s store.Store) store.Store { return slow{s} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := teacher(t)
				id := k.start("lea", "").LoginID
				k.dieJudging(access.LockAfter)
				a := k.over(over(k.store))
				for face, attempt := range map[string]func() string{
					"verify": func() string { return verify(a, rightPIN) },
					"login":  func() string { return guess(a, id, rightPIN) },
				} {
					began := time.Now()
					if got := attempt(); got != "attempts_in_flight" {
						t.Errorf("%s: got %q, want attempts_in_flight", face, got)
					}
					if took := time.Since(began); took < 8*time.Second || took > 10*time.Second {
						t.Errorf("%s: gave up after %s, want 8s", face, took)
					}
				}
				err := a.VerifyPIN(t.Context(), root, "lea", access.NewPIN(rightPIN))
				wantError(t, err, access.ErrBusy, "attempts_in_flight")
				k.wantAttempts(5, 5, 0)
			})
		})
	}
}

// A lock that began with attempts whose outcome never came ends, even where
// nothing but new logins is asked.
func TestLockOfLostAttemptsEnds(t *testing.T) {
	k := teacher(t)
	k.dieJudging(access.LockAfter)
	k.now = k.now.Add(access.LeaseFor)
	ends := k.now.Add(access.LockFor)
	for k.now.Before(ends) {
		answer := k.start("lea", "")
		want(t, answer, access.Deny, access.ReasonPINLocked)
		if answer.RetryAt == nil || !answer.RetryAt.Equal(ends) {
			t.Fatalf("at %s: retry at: got %v, want %s", k.now, answer.RetryAt, ends)
		}
		k.now = k.now.Add(5 * time.Minute)
	}
	want(t, k.start("lea", ""), access.AskPIN, access.ReasonNewDevice)
}

func TestClockMovedBackLengthensALockByAQuarterOfAnHour(t *testing.T) {
	for _, back := range []time.Duration{time.Minute, time.Hour, 10 * 365 * access.Day} {
		t.Run(back.String(), func(t *testing.T) {
			k := teacher(t)
			for range access.LockAfter {
				k.verify(wrongPIN)
			}
			k.now = k.now.Add(5*time.Minute - back)
			latest := k.now.Add(10*time.Minute + access.LockFor)
			for range 5 {
				want(t, k.start("lea", ""), access.Deny, access.ReasonPINLocked)
				k.now = k.now.Add(2 * time.Minute)
			}
			k.now = latest
			if got := guess(k.App, k.start("lea", "").LoginID, rightPIN); got != "allow new_device" {
				t.Errorf("%s after the jump: got %q, want the lock to have ended", 10*time.Minute+access.LockFor, got)
			}
		})
	}
}

func TestClockMovedForwardEndsALockAndNoBlock(t *testing.T) {
	k := teacher(t)
	for range access.LockAfter {
		k.verify(wrongPIN)
	}
	k.now = k.now.Add(10 * 365 * access.Day)
	for i := range access.LockAfter {
		if got := k.verify(wrongPIN); got != "pin_wrong" && i < 4 {
			t.Errorf("wrong PIN %d after the jump: got %q", i+6, got)
		}
	}
	if got := k.verify(rightPIN); got != "pin_blocked" {
		t.Errorf("after ten wrong PINs: got %q", got)
	}
	for _, jump := range []time.Duration{10 * 365 * access.Day, -20 * 365 * access.Day} {
		k.now = k.now.Add(jump)
		if got := k.verify(rightPIN); got != "pin_blocked" {
			t.Errorf("after a jump of %s: got %q", jump, got)
		}
		want(t, k.start("lea", ""), access.Deny, access.ReasonPINBlocked)
	}
	if c := k.attempts(); c.Failed != 10 {
		t.Errorf("got %d failed, want 10", c.Failed)
	}
	k.pin("lea", rightPIN)
	if got := k.verify(rightPIN); got != "right" {
		t.Errorf("after a reset: got %q", got)
	}
}

// Whatever the clock does, ten wrong PINs are evaluated and no more.
func TestNoClockBuysAnEleventhGuess(t *testing.T) {
	k := teacher(t)
	clock := rand.New(rand.NewPCG(1, 2))
	s := &counting{Store: k.store}
	a := k.over(s)
	for range 80 {
		hours := time.Duration(clock.IntN(2000) - 1000)
		k.now = k.now.Add(hours * time.Hour)
		verify(a, wrongPIN)
	}
	if got := s.admitted.Load(); got != 10 {
		t.Errorf("%d wrong PINs were let in, want 10", got)
	}
}

func TestTwentyFiveWrongPINsInAMonthBlock(t *testing.T) {
	k := teacher(t)
	for range 6 {
		for range 4 {
			k.verify(wrongPIN)
		}
		if got := k.verify(rightPIN); got != "right" {
			t.Fatalf("after four wrong PINs: got %q", got)
		}
		k.now = k.now.Add(access.Day)
	}
	k.wantAttempts(0, 0, 24)
	if got := k.verify(wrongPIN); got != "pin_blocked" {
		t.Errorf("the 25th: got %q, want pin_blocked", got)
	}
	k.now = k.now.Add(40 * access.Day)
	if got := k.verify(rightPIN); got != "pin_blocked" {
		t.Errorf("a month later: got %q, want pin_blocked until a reset", got)
	}
}

func TestWrongPINsOfAMonthAgoAreForgotten(t *testing.T) {
	k := teacher(t)
	for range 6 {
		for range 4 {
			k.verify(wrongPIN)
		}
		k.verify(rightPIN)
	}
	k.now = k.now.Add(access.MonthOfTries)
	if got := k.verify(wrongPIN); got != "pin_wrong" {
		t.Errorf("got %q, want pin_wrong", got)
	}
	k.wantAttempts(1, 0, 1)
}

func TestRecognizedLoginDoesNotResetTheCount(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Home")
	for range 4 {
		k.verify(wrongPIN)
	}
	want(t, k.start("lea", token), access.Allow, access.ReasonDeviceRecognized)
	k.wantAttempts(4, 0, 4)
	if got := k.verify(wrongPIN); got != "pin_locked" {
		t.Errorf("the fifth wrong PIN: got %q, want pin_locked", got)
	}
}

func TestUnlockEndsALockAndNothingElse(t *testing.T) {
	k := teacher(t)
	_, err := k.UnlockPIN(t.Context(), root, "lea", " ")
	wantError(t, err, access.ErrConfirm, "reason_required")
	unlock := func(want bool) {
		t.Helper()
		if changed, err := k.UnlockPIN(t.Context(), root, "lea", "came to the office"); err != nil || changed != want {
			t.Errorf("unlock: got %t, %v, want %t", changed, err, want)
		}
	}
	for range access.LockAfter {
		k.verify(wrongPIN)
	}
	unlock(true)
	k.wantAttempts(5, 0, 5)
	head := k.head()
	unlock(false)
	if k.head() != head {
		t.Error("an unlock of what is not locked left an audit record")
	}
	for range access.LockAfter {
		k.verify(wrongPIN)
	}
	k.wantAttempts(10, 0, 10)
	_, err = k.UnlockPIN(t.Context(), root, "lea", "came to the office")
	wantError(t, err, access.ErrRefused, "pin_blocked")
	if got := k.verify(rightPIN); got != "pin_blocked" {
		t.Errorf("after the refused unlock: got %q", got)
	}
}
