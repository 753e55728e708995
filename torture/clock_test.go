package torture_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// killJudging starts an attempt and kills it once it is counted.
func (s *site) killJudging(pin string) {
	s.t.Helper()
	before, _ := strconv.Atoi(s.ask(`SELECT failed FROM attempt WHERE account_id = 1`))
	c := s.command(context.Background(), "pin", "verify", "lea", "--pin-stdin")
	c.Stdin = strings.NewReader(pin + "\n")
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	db := s.open(false)
	defer func() { _ = db.Close() }()
	for deadline := time.Now().Add(hangs); ; {
		var failed int
		// Before the first attempt there is no row.
		_ = db.QueryRowContext(s.t.Context(), `SELECT failed FROM attempt WHERE account_id = 1`).Scan(&failed)
		if failed > before {
			break
		}
		if time.Now().After(deadline) {
			s.t.Fatal("the attempt was not counted")
		}
	}
	_ = c.Process.Kill()
	_ = c.Wait()
}

// TestLockOutlivesKill: killing the process that judges gives no guess back and
// ends no lock.
func TestLockOutlivesKill(t *testing.T) {
	size := howMuch(t)
	s := newSite(t).clockAt(epoch())
	s.teacher("lea")
	for range size.lockedTries {
		s.killJudging(wrongPIN)
	}
	// What was in flight counts as wrong once its lease is over.
	s = s.clockAt(s.clock.Add(31 * time.Second))
	r := s.verify("lea", rightPIN)
	if r.code != 5 || !strings.Contains(r.err+r.out, "pin_locked") {
		t.Errorf("right PIN after five killed attempts: want pin_locked, got %s", r)
	}
	if got := s.attempts(); got != "5 failed, 5 wrong, 0 in flight, locked" {
		t.Errorf("got %s, want five wrong and a lock", got)
	}
	for range 3 { // killed while it is turned away
		c := s.command(context.Background(), "pin", "verify", "lea", "--pin-stdin")
		c.Stdin = strings.NewReader(rightPIN + "\n")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		_ = c.Process.Kill()
		_ = c.Wait()
		if r := s.verify("lea", rightPIN); r.code != 5 {
			t.Errorf("right PIN under the lock: want exit 5, got %s", r)
		}
	}
	s.sound()
}

// TestClockMoved: an hour back lengthens a lock by a quarter of an hour at
// most; ten years on may end a lock, never a block.
func TestClockMoved(t *testing.T) {
	s := newSite(t).clockAt(epoch())
	s.teacher("lea")
	guess := func(at time.Time, pin string, want int, what string) {
		t.Helper()
		if r := s.clockAt(at).verify("lea", pin); r.code != want {
			t.Errorf("%s: want exit %d, got %s", what, want, r)
		}
	}
	fiveWrong := func(at time.Time) {
		t.Helper()
		for range lockAfter {
			guess(at, wrongPIN, 5, "a wrong PIN")
		}
	}
	now := epoch()
	fiveWrong(now)
	back := now.Add(-time.Hour)
	guess(back, rightPIN, 5, "right PIN with the clock an hour back")
	guess(back.Add(lockFor-time.Second), rightPIN, 5, "right PIN just before the lengthened lock ends")
	guess(back.Add(lockFor), rightPIN, 0, "right PIN after the lengthened lock")

	fiveWrong(now)
	later := now.AddDate(10, 0, 0)
	guess(later, wrongPIN, 5, "wrong PIN ten years on")
	for range blockAfter {
		guess(later, wrongPIN, 5, "wrong PINs ten years on")
		later = later.Add(lockFor)
	}
	if got := s.ask(`SELECT failed FROM attempt WHERE account_id = 1`); got != "10" {
		t.Errorf("%s wrong PINs were judged, want 10", got)
	}
	for _, at := range []time.Time{later, later.AddDate(10, 0, 0), now, now.AddDate(-10, 0, 0)} {
		guess(at, rightPIN, 5, "right PIN under a block")
	}
}

// TestClockWalks: whatever the clock does between them, no more than ten wrong
// PINs are judged.
func TestClockWalks(t *testing.T) {
	size := howMuch(t)
	s := newSite(t).clockAt(epoch())
	s.teacher("lea")
	jumps := []time.Duration{
		-time.Hour, time.Hour, lockFor, -lockFor, time.Minute, 31 * time.Second, -31 * time.Second,
		31 * 24 * time.Hour, -31 * 24 * time.Hour, 10 * 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour,
	}
	for walk := range size.walks {
		s = s.clockAt(epoch())
		s.setPIN("lea", []string{otherPIN, rightPIN}[walk%2])
		var way []time.Duration
		judged := 0
		for range 12 {
			allRefused(t, together(4, func(int) result { return s.verify("lea", wrongPIN) }))
			failed, _ := strconv.Atoi(s.ask(`SELECT failed FROM attempt WHERE account_id = 1`))
			if failed < judged || failed > blockAfter {
				t.Fatalf("walk %v: %d counted after %d, want no fewer and at most 10", way, failed, judged)
			}
			judged = failed
			jump := jumps[rand.IntN(len(jumps))]
			way = append(way, jump)
			s = s.clockAt(s.clock.Add(jump))
		}
		if judged < lockAfter {
			t.Errorf("walk %v: %d judged, want at least the five that need no lock to end", way, judged)
		}
		if blocked := s.ask(`SELECT blocked_at FROM attempt WHERE account_id = 1`) != ""; blocked != (judged == blockAfter) {
			t.Errorf("walk %v: %d judged, blocked: %t", way, judged, blocked)
		}
	}
	figure(t, "%d walks of the clock, 12 jumps of up to ten years each: never more than 10 wrong PINs judged", size.walks)
}
