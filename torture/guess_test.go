package torture_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// What rule 2 of docs/rules.md allows.
const (
	lockAfter  = 5
	blockAfter = 10
	lockFor    = 15 * time.Minute
)

// epoch is when tests with a clock of their own begin.
func epoch() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// attempts is what the store says of the attempts at the only account.
func (s *site) attempts() string {
	s.t.Helper()
	return s.ask(`SELECT printf('%d failed, %d wrong, %d in flight, %s', t.failed,
		(SELECT count(*) FROM attempt_wrong WHERE account_id = 1), (SELECT count(*) FROM attempt_lease WHERE account_id = 1),
		iif(t.blocked_at IS NOT NULL, 'blocked', iif(t.locked_until IS NOT NULL, 'locked', 'open')))
		FROM attempt t WHERE t.account_id = 1`)
}

// openLogins opens n logins of lea that ask for the PIN.
func (s *site) openLogins(n int) []string {
	s.t.Helper()
	ids := make([]string, n)
	for i := range ids {
		a := s.start("lea")
		if a.Decision != "pin" {
			s.t.Fatalf("login start: got %+v, want it to ask for the PIN", a)
		}
		ids[i] = a.LoginID
	}
	return ids
}

// bothWays gives PINs at once, every other one in one of the logins; pin says
// which PIN goes where. Who is told to try again does so, since nothing was
// judged: on a machine that needs more than 8 seconds for what is in flight.
func (s *site) bothWays(n int, ids []string, pin func(i int) string) []result {
	return together(n, func(i int) result {
		give := func() result { return s.guess(ids[i%len(ids)], pin(i)) }
		if i%2 == 0 {
			give = func() result { return s.verify("lea", pin(i)) }
		}
		return insisting(n, give)
	})
}

// insisting gives a PIN again as long as nothing was judged.
func insisting(tries int, give func() result) result {
	r := give()
	for ; r.code == 9 && tries > 0; tries-- {
		r = give()
	}
	return r
}

func wrong(int) string { return wrongPIN }

// passed counts the results that let somebody in.
func passed(all []result) int {
	n := 0
	for _, r := range all {
		if r.code == 0 {
			n++
		}
	}
	return n
}

// allRefused fails where a guess got any other answer than a refusal.
func allRefused(t *testing.T, all []result) {
	t.Helper()
	for _, r := range all {
		if r.code != 5 {
			t.Errorf("a guess: want exit 5, got %s", r)
		}
	}
}

// TestParallelGuesses: a hundred wrong PINs at once are judged up to the lock,
// after it up to the block, and then not at all.
func TestParallelGuesses(t *testing.T) {
	size := howMuch(t)
	s := newSite(t).clockAt(epoch())
	s.teacher("lea")
	began := time.Now()
	for round := range size.rounds {
		s.setPIN("lea", []string{otherPIN, rightPIN}[round%2]) // ends what stood before
		for _, want := range []string{"5 failed, 5 wrong, 0 in flight, locked", "10 failed, 10 wrong, 0 in flight, blocked"} {
			ids := s.openLogins(8)
			allRefused(t, s.bothWays(size.guesses, ids, wrong))
			if got := s.attempts(); got != want {
				t.Fatalf("round %d: got %s, want %s", round, got, want)
			}
			s = s.clockAt(s.clock.Add(lockFor))
		}
		s.wantCode(5, otherPIN+"\n", "pin", "verify", "lea", "--pin-stdin")
		s.wantCode(5, rightPIN+"\n", "pin", "verify", "lea", "--pin-stdin")
	}
	figure(t, "%d times %d wrong PINs at once: 5 judged, after the lock 5 more, then none (%v)",
		size.rounds, size.guesses, time.Since(began).Round(time.Second))
	s.sound()
}

// TestRightPINAmongGuesses: hidden among a hundred guesses at once, the right
// one wins no more often than five guesses in a row would find it.
func TestRightPINAmongGuesses(t *testing.T) {
	size := howMuch(t)
	s := newSite(t).clockAt(epoch())
	s.teacher("lea")
	wins := 0
	for round := range size.hidings {
		s.setPIN("lea", []string{otherPIN, rightPIN}[round%2])
		right := []string{otherPIN, rightPIN}[round%2]
		ids := s.openLogins(8)
		at := rand.IntN(size.guesses)
		won := passed(s.bothWays(size.guesses, ids, func(i int) string {
			if i == at {
				return right
			}
			return wrongPIN
		}))
		wins += won
		var judged int
		if _, err := fmt.Sscanf(s.ask(`SELECT count(*) FROM attempt_wrong`), "%d", &judged); err != nil {
			t.Fatal(err)
		}
		if won > 1 || judged < lockAfter || judged > lockAfter+(lockAfter-1)*won {
			t.Errorf("round %d: %d wrong PINs judged and %d right ones, want 5, and at most 4 more where the right one came among them", round, judged, won)
		}
		if got := s.attempts(); !strings.HasPrefix(got, "5 failed") || !strings.HasSuffix(got, "0 in flight, locked") {
			t.Errorf("round %d: got %s, want 5 failed and a lock", round, got)
		}
	}
	n, chance := float64(size.hidings), float64(lockAfter)/float64(size.guesses)
	most := int(math.Ceil(n*chance + 5*math.Sqrt(n*chance*(1-chance)))) // five standard deviations
	if wins > most {
		t.Errorf("the right PIN won %d times of %d, want at most %d", wins, size.hidings, most)
	}
	figure(t, "the right PIN among %d guesses at once won %d times of %d (five guesses: %.1f)", size.guesses, wins, size.hidings, n*chance)
}

// TestParallelRightPINs: nobody who types the right PIN is refused because
// others type it too.
func TestParallelRightPINs(t *testing.T) {
	size := howMuch(t)
	s := newSite(t)
	s.teacher("lea")
	ids := s.openLogins(size.rightPINs)
	began := time.Now()
	all := s.bothWays(size.rightPINs, ids, func(int) string { return rightPIN })
	for _, r := range all {
		if r.code != 0 {
			t.Errorf("a right PIN: want exit 0, got %s", r)
		}
	}
	if got := s.attempts(); got != "0 failed, 0 wrong, 0 in flight, open" {
		t.Errorf("got %s, want nothing counted", got)
	}
	figure(t, "%d right PINs at once: %d passed (%v)", size.rightPINs, passed(all), time.Since(began).Round(time.Millisecond))
}
