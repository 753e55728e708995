package access_test

import (
	"fmt"
	"testing"
	"time"

	"pinward/internal/access"
)

// A typist types PINs at one account, the way app does: sweep, admit, reserve,
// settle.
type typist struct {
	t   *testing.T
	a   access.Attempts
	now time.Time
	n   int
}

func newTypist(t *testing.T) *typist { return &typist{t: t, now: epoch()} }

func (p *typist) admission(login int64, spent int) access.Admission {
	p.t.Helper()
	p.a.Sweep(p.now)
	return p.a.Admit(p.now, login, spent)
}

// begin reserves an attempt that must be admitted.
func (p *typist) begin(login int64) string {
	p.t.Helper()
	if got := p.admission(login, 0); got != access.Admitted {
		p.t.Fatalf("attempt %d: got %s, want it admitted", p.n+1, admissionName(got))
	}
	p.n++
	id := fmt.Sprint("t", p.n)
	p.a.Reserve(access.Lease{ID: id, LoginKey: login, At: p.now})
	return id
}

func (p *typist) settle(id string, right bool) {
	p.t.Helper()
	if !p.a.Settle(id, right, p.now) {
		p.t.Fatalf("attempt %s: its lease is gone", id)
	}
}

func (p *typist) wrong(times int) {
	p.t.Helper()
	for range times {
		p.settle(p.begin(0), false)
	}
}

func (p *typist) right() {
	p.t.Helper()
	p.settle(p.begin(0), true)
}

// inFlight begins attempts and leaves them.
func (p *typist) inFlight(times int) {
	p.t.Helper()
	for range times {
		p.begin(0)
	}
}

func (p *typist) pass(d time.Duration) { p.now = p.now.Add(d) }

// lockAndWait types the five that lock, and waits until the lock is over.
func (p *typist) lockAndWait() {
	p.t.Helper()
	p.wrong(5)
	p.pass(15 * time.Minute)
}

func admissionName(a access.Admission) string {
	return [...]string{"admitted", "wait in line", "locked", "blocked", "login spent", "hour spent"}[a]
}

func TestAdmit(t *testing.T) {
	tests := []struct {
		name   string
		play   func(p *typist)
		want   access.Admission
		failed int
	}{
		{"nothing typed yet", func(*typist) {}, access.Admitted, 0},
		{"four wrong", func(p *typist) { p.wrong(4) }, access.Admitted, 4},
		{"the fifth wrong locks", func(p *typist) { p.wrong(5) }, access.TurnedLock, 5},
		{"just before the lock ends", func(p *typist) { p.wrong(5); p.pass(15*time.Minute - 1) }, access.TurnedLock, 5},
		{"as the lock ends", func(p *typist) { p.lockAndWait() }, access.Admitted, 5},
		{"four more after the lock", func(p *typist) { p.lockAndWait(); p.wrong(4) }, access.Admitted, 9},
		{"the tenth wrong blocks", func(p *typist) { p.lockAndWait(); p.wrong(5) }, access.TurnedBlock, 10},
		{"a block does not end in ten years", func(p *typist) { p.lockAndWait(); p.wrong(5); p.now = p.now.AddDate(10, 0, 0) }, access.TurnedBlock, 10},
		{"a block does not end as the clock goes back", func(p *typist) { p.lockAndWait(); p.wrong(5); p.pass(-time.Hour) }, access.TurnedBlock, 10},
		{"unlocking ends no block", func(p *typist) { p.lockAndWait(); p.wrong(5); p.a.Unlock() }, access.TurnedBlock, 10},
		{"a reset ends a block", func(p *typist) { p.lockAndWait(); p.wrong(5); p.a.Reset() }, access.Admitted, 0},
		{"a reset ends a lock", func(p *typist) { p.wrong(5); p.a.Reset() }, access.Admitted, 0},
		{"waiting lowers no count", func(p *typist) { p.wrong(4); p.now = p.now.AddDate(10, 0, 0); p.wrong(1) }, access.TurnedLock, 5},
		{"a success starts anew", func(p *typist) { p.wrong(4); p.right(); p.wrong(4) }, access.Admitted, 4},
		{"a success after a lock starts anew", func(p *typist) { p.lockAndWait(); p.wrong(4); p.right(); p.wrong(4) }, access.Admitted, 4},
		{"the fifth after a success locks again", func(p *typist) { p.lockAndWait(); p.wrong(4); p.right(); p.wrong(5) }, access.TurnedLock, 5},
		{"unlocking ends a lock", func(p *typist) { p.wrong(5); p.a.Unlock() }, access.Admitted, 5},
		{"unlocking gives five more, not ten", func(p *typist) { p.wrong(5); p.a.Unlock(); p.wrong(5) }, access.TurnedBlock, 10},
		{"a second unlocking gives none", func(p *typist) { p.wrong(5); p.a.Unlock(); p.wrong(4); p.a.Unlock(); p.wrong(1) }, access.TurnedBlock, 10},
		{"five in flight", func(p *typist) { p.inFlight(5) }, access.WaitInLine, 5},
		{"four wrong and one in flight", func(p *typist) { p.wrong(4); p.inFlight(1) }, access.WaitInLine, 5},
		{"four wrong, one in flight turns out right", func(p *typist) { p.wrong(4); p.right() }, access.Admitted, 0},
		{"after the lock, five in flight", func(p *typist) { p.lockAndWait(); p.inFlight(5) }, access.WaitInLine, 10},
		{"five whose outcome never came", func(p *typist) { p.inFlight(5); p.pass(30 * time.Second) }, access.TurnedLock, 5},
		{"ten whose outcome never came", func(p *typist) { p.lockAndWait(); p.inFlight(5); p.pass(30 * time.Second) }, access.TurnedBlock, 10},
		{"an attempt taken back", func(p *typist) { p.a.Release(p.begin(0)) }, access.Admitted, 0},
		{"one of five in flight taken back", func(p *typist) { p.inFlight(5); p.a.Release("t3") }, access.Admitted, 4},
		{"an unknown attempt taken back", func(p *typist) { p.wrong(4); p.a.Release("t1") }, access.Admitted, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newTypist(t)
			tt.play(p)
			if got := p.admission(0, 0); got != tt.want {
				t.Errorf("got %s, want %s", admissionName(got), admissionName(tt.want))
			}
			if p.a.Failed != tt.failed {
				t.Errorf("got %d counted, want %d", p.a.Failed, tt.failed)
			}
		})
	}
}

// TestAdmitUnproven: who proves no password is heard as long as an account had
// fewer than five wrong PINs in the hour.
func TestAdmitUnproven(t *testing.T) {
	for _, tt := range []struct {
		name string
		play func(p *typist)
		want access.Admission
	}{
		{"nothing typed yet", func(*typist) {}, access.Admitted},
		{"four wrong", func(p *typist) { p.wrong(4) }, access.Admitted},
		{"four wrong, one in flight", func(p *typist) { p.wrong(4); p.inFlight(1) }, access.WaitInLine},
		{"three wrong and a success, two in flight", func(p *typist) { p.wrong(3); p.right(); p.inFlight(2) }, access.WaitInLine},
		{"three wrong and a success, one in flight", func(p *typist) { p.wrong(3); p.right(); p.inFlight(1) }, access.Admitted},
		{"the fifth wrong locks", func(p *typist) { p.wrong(5) }, access.TurnedLock},
		{"after the lock", func(p *typist) { p.lockAndWait() }, access.TurnedHour},
		{"after an unlocking", func(p *typist) { p.wrong(5); p.a.Unlock() }, access.TurnedHour},
		{"a success opens nothing", func(p *typist) { p.wrong(4); p.right(); p.wrong(1) }, access.TurnedHour},
		{"just before the hour is over", func(p *typist) { p.lockAndWait(); p.pass(45*time.Minute - 1) }, access.TurnedHour},
		{"as the hour is over", func(p *typist) { p.lockAndWait(); p.pass(45 * time.Minute) }, access.Admitted},
		{"a reset opens it", func(p *typist) { p.wrong(5); p.a.Reset() }, access.Admitted},
		{"a block stays one", func(p *typist) { p.lockAndWait(); p.wrong(5) }, access.TurnedBlock},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newTypist(t)
			tt.play(p)
			p.a.Sweep(p.now)
			if got := p.a.AdmitUnproven(p.now, 0, 0); got != tt.want {
				t.Errorf("got %s, want %s", admissionName(got), admissionName(tt.want))
			}
		})
	}
}

func TestAdmitInALogin(t *testing.T) {
	const this, other = 7, 8
	tests := []struct {
		name  string
		play  func(p *typist)
		spent int
		want  access.Admission
	}{
		{"two wrong in it", func(p *typist) { p.wrong(2) }, 2, access.Admitted},
		{"three wrong in it", func(p *typist) { p.wrong(3) }, 3, access.LoginSpent},
		{"two wrong and one in flight", func(p *typist) { p.wrong(2); p.begin(this) }, 2, access.WaitInLine},
		{"three in flight", func(p *typist) { p.begin(this); p.begin(this); p.begin(this) }, 0, access.WaitInLine},
		{"three in flight in another login", func(p *typist) { p.begin(other); p.begin(other); p.begin(other) }, 0, access.Admitted},
		{"three in flight outside any login", func(p *typist) { p.inFlight(3) }, 0, access.Admitted},
		{"three wrong in others", func(p *typist) { p.wrong(3) }, 0, access.Admitted},
		{"a lock goes before", func(p *typist) { p.wrong(5) }, 3, access.TurnedLock},
		{"a block goes before", func(p *typist) { p.lockAndWait(); p.wrong(5) }, 3, access.TurnedBlock},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newTypist(t)
			tt.play(p)
			if got := p.admission(this, tt.spent); got != tt.want {
				t.Errorf("got %s, want %s", admissionName(got), admissionName(tt.want))
			}
		})
	}
}

func TestSettle(t *testing.T) {
	tests := []struct {
		name   string
		play   func(p *typist) bool
		want   bool
		failed int
		flying int
	}{
		{"a wrong one stays counted", func(p *typist) bool { return p.a.Settle(p.begin(0), false, p.now) }, true, 1, 0},
		{"a right one is refunded", func(p *typist) bool { return p.a.Settle(p.begin(0), true, p.now) }, true, 0, 0},
		{"a right one keeps those in flight counted", func(p *typist) bool {
			p.wrong(2)
			p.inFlight(2)
			return p.a.Settle(p.begin(0), true, p.now)
		}, true, 2, 2},
		{"an unknown one", func(p *typist) bool { p.wrong(1); return p.a.Settle("t9", true, p.now) }, false, 1, 0},
		{"one settled before", func(p *typist) bool { p.wrong(1); return p.a.Settle("t1", true, p.now) }, false, 1, 0},
		{"just before its lease ends", func(p *typist) bool {
			id := p.begin(0)
			p.pass(30*time.Second - 1)
			p.a.Sweep(p.now)
			return p.a.Settle(id, true, p.now)
		}, true, 0, 0},
		{"as its lease ends", func(p *typist) bool {
			id := p.begin(0)
			p.pass(30 * time.Second)
			p.a.Sweep(p.now)
			return p.a.Settle(id, true, p.now)
		}, false, 1, 0},
		{"the clock went back less than a lease", func(p *typist) bool {
			id := p.begin(0)
			p.pass(-29 * time.Second)
			p.a.Sweep(p.now)
			return p.a.Settle(id, true, p.now)
		}, true, 0, 0},
		{"the clock went back an hour", func(p *typist) bool {
			id := p.begin(0)
			p.pass(-time.Hour)
			p.a.Sweep(p.now)
			return p.a.Settle(id, true, p.now)
		}, false, 1, 0},
		{"a reset came between", func(p *typist) bool {
			id := p.begin(0)
			p.a.Reset()
			return p.a.Settle(id, true, p.now)
		}, false, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newTypist(t)
			if got := tt.play(p); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if p.a.Failed != tt.failed || len(p.a.Leases) != tt.flying {
				t.Errorf("got %d counted, %d in flight, want %d, %d", p.a.Failed, len(p.a.Leases), tt.failed, tt.flying)
			}
		})
	}
}

func TestLeft(t *testing.T) {
	tests := []struct {
		name  string
		play  func(p *typist)
		spent int
		want  int
	}{
		{"a fresh login", func(*typist) {}, 0, 3},
		{"one wrong in it", func(p *typist) { p.wrong(1) }, 1, 2},
		{"two wrong in it", func(p *typist) { p.wrong(2) }, 2, 1},
		{"three wrong in it", func(p *typist) { p.wrong(3) }, 3, 0},
		{"more wrong in it than there may be", func(*typist) {}, 9, 0},
		{"a new login after three wrong", func(p *typist) { p.wrong(3) }, 0, 2},
		{"a new login after four wrong", func(p *typist) { p.wrong(4) }, 0, 1},
		{"four wrong and one in flight", func(p *typist) { p.wrong(4); p.inFlight(1) }, 0, 0},
		{"after the lock", func(p *typist) { p.lockAndWait() }, 0, 3},
		{"one before the block", func(p *typist) { p.lockAndWait(); p.wrong(4) }, 0, 1},
		{"blocked", func(p *typist) { p.lockAndWait(); p.wrong(5) }, 0, 0},
		{"one before the month's block", func(p *typist) {
			for range 24 {
				p.wrong(1)
				p.right()
			}
		}, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newTypist(t)
			tt.play(p)
			if got := p.a.Left(tt.spent); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

// TestParallelAttempts is rule 1: of 100 parallel wrong PINs exactly the limit
// is evaluated, and 100 parallel right ones all pass.
func TestParallelAttempts(t *testing.T) {
	for _, right := range []bool{false, true} {
		p := newTypist(t)
		var flying []string
		evaluated, passed, turnedAway, waiting := 0, 0, 0, 100
		for waiting > 0 {
			switch p.admission(0, 0) {
			case access.Admitted:
				flying = append(flying, p.begin(0))
				waiting--
			case access.WaitInLine:
				if len(flying) == 0 {
					t.Fatal("an attempt waits for nothing")
				}
				p.settle(flying[0], right)
				flying = flying[1:]
				evaluated++
			case access.TurnedLock, access.TurnedBlock, access.LoginSpent, access.TurnedHour:
				turnedAway++
				waiting--
			}
		}
		for _, id := range flying {
			p.settle(id, right)
			evaluated++
		}
		if right {
			passed = evaluated
		}
		if right && passed != 100 || !right && (evaluated != 5 || turnedAway != 95) {
			t.Errorf("right %v: got %d evaluated, %d passed, %d turned away", right, evaluated, passed, turnedAway)
		}
	}
}
