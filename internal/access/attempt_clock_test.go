package access_test

import (
	"slices"
	"testing"
	"time"

	"pinward/internal/access"
)

// TestBlockInAMonth types wrong PINs with successes between, so that no count
// since the last success is ever near its limit.
func TestBlockInAMonth(t *testing.T) {
	spread := func(p *typist, times int, every time.Duration) {
		for range times {
			p.wrong(1)
			p.right()
			p.pass(every)
		}
	}
	tests := []struct {
		name string
		play func(p *typist)
		want access.Admission
	}{
		{"24 at once", func(p *typist) { spread(p, 24, 0) }, access.Admitted},
		{"25 at once", func(p *typist) { spread(p, 24, 0); p.wrong(1) }, access.TurnedBlock},
		{"25 just within 30 days", func(p *typist) { spread(p, 24, 0); p.pass(access.Days(30) - 1); p.wrong(1) }, access.TurnedBlock},
		{"the first of 25 is 30 days old", func(p *typist) { spread(p, 24, 0); p.pass(access.Days(30)); p.wrong(1) }, access.Admitted},
		{"one every 30 hours", func(p *typist) { spread(p, 23, 30*time.Hour); p.wrong(1); p.right(); p.wrong(1) }, access.TurnedBlock},
		{"one every second day, for a year", func(p *typist) { spread(p, 180, access.Days(2)) }, access.Admitted},
		{"24 and one in flight", func(p *typist) { spread(p, 24, 0); p.inFlight(1) }, access.WaitInLine},
		{"24 a month ago and one in flight", func(p *typist) { spread(p, 24, 0); p.pass(access.Days(30)); p.inFlight(1) }, access.Admitted},
		{"24 that turn a month old while one is in flight", func(p *typist) {
			spread(p, 24, 0)
			p.pass(access.Days(30) - time.Second)
			p.inFlight(1)
			p.pass(time.Minute)
		}, access.Admitted},
		{"24 and one whose outcome never came, seen after the month", func(p *typist) { spread(p, 24, 0); p.inFlight(1); p.pass(access.Days(40)) }, access.TurnedBlock},
		{"24 and one whose outcome never came", func(p *typist) { spread(p, 24, 0); p.inFlight(1); p.pass(time.Minute) }, access.TurnedBlock},
		{"the block outlives the month", func(p *typist) { spread(p, 24, 0); p.wrong(1); p.pass(access.Days(300)) }, access.TurnedBlock},
		{"24 before a reset", func(p *typist) { spread(p, 24, 0); p.a.Reset(); p.wrong(1) }, access.Admitted},
		{"24 under a clock ten years ahead, and two months of the right time", func(p *typist) {
			p.now = p.now.AddDate(10, 0, 0)
			spread(p, 24, 0)
			p.now = p.now.AddDate(-10, 0, 0)
			p.admission(0, 0)
			p.pass(access.Days(60))
			p.wrong(1)
		}, access.Admitted},
		{"24 an hour ahead of a clock set right, and one more", func(p *typist) { spread(p, 24, 0); p.pass(-time.Hour); p.wrong(1) }, access.TurnedBlock},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newTypist(t)
			tt.play(p)
			if got := p.admission(0, 0); got != tt.want {
				t.Errorf("got %s, want %s", admissionName(got), admissionName(tt.want))
			}
		})
	}
}

func TestASuccessEndsALock(t *testing.T) {
	p := newTypist(t)
	p.lockAndWait()
	p.right()
	p.pass(-10 * time.Minute)
	if got := p.admission(0, 0); got != access.Admitted {
		t.Errorf("after a success the clock went back into the lock: got %s, want admitted", admissionName(got))
	}
}

func TestLockAndTheClock(t *testing.T) {
	tests := []struct {
		name string
		jump time.Duration // after five minutes of the lock
		left time.Duration // of the lock then
	}{
		{"no jump", 0, 10 * time.Minute},
		{"a minute back", -time.Minute, 11 * time.Minute},
		{"five minutes back", -5 * time.Minute, 15 * time.Minute},
		{"an hour back", -time.Hour, 15 * time.Minute},
		{"ten years back", -access.Days(3650), 15 * time.Minute},
		{"a minute forward", time.Minute, 9 * time.Minute},
		{"ten years forward", access.Days(3650), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newTypist(t)
			p.wrong(5)
			p.pass(5*time.Minute + tt.jump)
			p.a.Sweep(p.now)
			until, locked := p.a.Locked(p.now)
			if locked != (tt.left > 0) || locked && until.Sub(p.now) != tt.left {
				t.Fatalf("got locked %v for %s, want %s", locked, until.Sub(p.now), tt.left)
			}
			// Looking again later must not prolong it further.
			for range 3 {
				p.pass(5 * time.Minute)
				p.a.Sweep(p.now)
			}
			if got := p.admission(0, 0); got != access.Admitted {
				t.Errorf("fifteen minutes later: got %s, want admitted", admissionName(got))
			}
		})
	}
}

// TestLostOutcomesLockOnce reads without storing, as a status does: the lock
// must not begin anew each time somebody looks.
func TestLostOutcomesLockOnce(t *testing.T) {
	for name, step := range map[string]time.Duration{"the clock runs": 10 * time.Second, "the clock goes back": -10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			p := newTypist(t)
			p.inFlight(3)
			p.pass(step)
			p.inFlight(2)
			lost := epoch().Add(max(step, 0) + 30*time.Second)
			end := lost.Add(15 * time.Minute)
			for _, after := range []time.Duration{0, time.Minute, 10 * time.Minute, 15*time.Minute - 1} {
				read := access.Attempts{Failed: p.a.Failed, Leases: slices.Clone(p.a.Leases)}
				now := lost.Add(after)
				read.Sweep(now)
				if until, locked := read.Locked(now); !locked || !until.Equal(end) {
					t.Errorf("%s later: got locked %v until %s, want until %s", after, locked, until, end)
				}
				if len(read.Wrong) != 5 || read.Settled() != 5 {
					t.Errorf("%s later: got %d wrong, %d settled, want 5, 5", after, len(read.Wrong), read.Settled())
				}
			}
			p.now = end
			if got := p.admission(0, 0); got != access.Admitted {
				t.Errorf("as the lock ends: got %s, want admitted", admissionName(got))
			}
		})
	}
}
