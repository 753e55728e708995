package access_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pinward/internal/access"
)

// A machine plays attempts in any order under a clock that jumps, and keeps its
// own account of what was evaluated, in time that really passed.
type machine struct {
	t    *rapid.T
	a    access.Attempts
	now  time.Time     // what the clock shows
	real time.Duration // what has passed
	n    int

	alive  []string                 // attempts whose outcome may still come
	begun  map[string]time.Duration // when each attempt began
	inside map[string]int64         // the login of each
	spent  map[int64]int            // wrong PINs of each login

	sinceSuccess int // wrong PINs evaluated since the last success or reset
	sinceLock    int // and since a lock began
	blocked      bool
	lockedFor    time.Duration // how long the present lock has lasted
	jumpsBack    int           // while it did
	steady       bool          // the clock has not jumped since the last reset
	wrongs       []time.Duration
}

func TestAttemptsWhateverTheClockDoes(t *testing.T) {
	playMachine(t, []string{
		"guess wrong", "guess wrong", "guess wrong", "guess wrong", "guess right", "guess right",
		"reserve", "reserve", "reserve", "settle wrong", "settle wrong", "settle right", "lose the outcome", "take back",
		"sweep", "unlock", "reset", "time passes", "time passes", "time passes", "clock forward", "clock back",
	})
}

// TestAttemptsInAMonth plays a user who errs and succeeds in turn, so that the
// month's limit is reached and the others are not.
func TestAttemptsInAMonth(t *testing.T) {
	playMachine(t, []string{
		"guess wrong", "guess right", "guess wrong", "guess right", "guess wrong", "guess right",
		"reserve", "lose the outcome", "settle wrong", "unlock", "time passes",
	})
}

// playMachine draws from the named actions; one named twice comes twice as often.
func playMachine(t *testing.T, names []string) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{t: t, now: epoch()}
		m.forget()
		actions := map[string]func(){
			"guess wrong": m.guessWrong, "guess right": func() { m.guess(true) },
			"reserve": func() { m.reserve() }, "settle wrong": func() { m.settle(false) }, "settle right": func() { m.settle(true) },
			"lose the outcome": func() { m.drop() }, "take back": m.release, "sweep": m.sweep, "unlock": m.unlock, "reset": m.reset,
			"time passes": m.pass, "clock forward": m.forward, "clock back": m.back,
		}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			actions[rapid.SampledFrom(names).Draw(t, "action")]()
			m.check()
		}
	})
}

// forget is what a reset means for the machine's own account.
func (m *machine) forget() {
	m.alive, m.begun, m.inside, m.spent = nil, map[string]time.Duration{}, map[string]int64{}, map[int64]int{}
	m.sinceSuccess, m.sinceLock, m.blocked, m.lockedFor, m.jumpsBack, m.steady, m.wrongs = 0, 0, false, 0, 0, true, nil
}

// check holds the counters to the rules.
func (m *machine) check() {
	switch until, locked := m.a.Locked(m.now); {
	case m.sinceSuccess > 10:
		m.t.Fatalf("%d wrong PINs evaluated since the last success", m.sinceSuccess)
	case m.sinceLock > 5:
		m.t.Fatalf("%d wrong PINs evaluated without a lock between", m.sinceLock)
	case m.sinceSuccess == 10 && !m.a.Blocked():
		m.t.Fatal("the tenth wrong PIN did not block")
	case m.blocked && !m.a.Blocked():
		m.t.Fatal("a block ended without a reset")
	case m.lockedFor > time.Duration(1+m.jumpsBack)*15*time.Minute:
		m.t.Fatalf("locked for %s, with %d jumps back", m.lockedFor, m.jumpsBack)
	case locked && until.Sub(m.now) > 15*time.Minute:
		m.t.Fatalf("locked for %s from now on", until.Sub(m.now))
	case m.a.Failed < len(m.a.Leases) || m.a.Settled() != m.sinceSuccess:
		m.t.Fatalf("%d counted, %d in flight, want %d settled", m.a.Failed, len(m.a.Leases), m.sinceSuccess)
	case m.a.Left(0) < 0 || m.a.Left(5) < 0:
		m.t.Fatalf("%d, %d tries left", m.a.Left(0), m.a.Left(5))
	}
	m.checkMonth()
	m.blocked = m.a.Blocked()
}

// checkMonth holds a block against the wrong PINs of the last 30 days, which a
// clock that jumps cannot tell; leases are a minute's doubt.
func (m *machine) checkMonth() {
	if !m.steady || m.blocked {
		return
	}
	most := func(span time.Duration) int {
		found := 0
		for i, last := range m.wrongs {
			in := 0
			for _, at := range m.wrongs[:i+1] {
				if last-at < span {
					in++
				}
			}
			found = max(found, in)
		}
		return found
	}
	const month = 30 * 24 * time.Hour
	if most(month-time.Minute) >= 25 && !m.a.Blocked() {
		m.t.Fatal("25 wrong PINs in 30 days did not block")
	}
	if m.a.Blocked() && m.sinceSuccess < 10 && most(month+time.Minute) < 25 {
		m.t.Fatalf("blocked after %d wrong PINs, and %d in 30 days", m.sinceSuccess, most(month+time.Minute))
	}
}

// count notes wrong PINs, and whether a lock began with them.
func (m *machine) count(at ...time.Duration) func() {
	before := m.a.LockedUntil
	return func() {
		m.sinceSuccess += len(at)
		m.sinceLock += len(at)
		m.wrongs = append(m.wrongs, at...)
		if m.sinceLock <= 5 && !m.a.LockedUntil.IsZero() && !m.a.LockedUntil.Equal(before) {
			m.sinceLock, m.lockedFor, m.jumpsBack = 0, 0, 0
		}
	}
}

func (m *machine) sweep() {
	var late []time.Duration
	was := slices.Clone(m.a.Leases)
	counted := m.a.Failed
	swept := m.a
	swept.Leases, swept.Wrong = slices.Clone(m.a.Leases), slices.Clone(m.a.Wrong)
	swept.Sweep(m.now)
	for _, l := range was {
		if !slices.ContainsFunc(swept.Leases, func(k access.Lease) bool { return k.ID == l.ID }) {
			late = append(late, min(m.begun[l.ID]+30*time.Second, m.real))
		}
	}
	note := m.count(late...)
	m.a = swept
	if len(late) > 0 {
		note()
	}
	if m.a.Failed != counted {
		m.t.Fatalf("a sweep changed the count from %d to %d", counted, m.a.Failed)
	}
	again := swept
	again.Leases, again.Wrong = slices.Clone(swept.Leases), slices.Clone(swept.Wrong)
	if again.Sweep(m.now); !reflect.DeepEqual(again, swept) {
		m.t.Fatalf("swept twice: got %+v, want %+v", again, swept)
	}
}

// reserve asks for one more attempt and gives its lease, or "".
func (m *machine) reserve() string {
	m.sweep()
	login := rapid.Int64Range(0, 2).Draw(m.t, "login")
	inLogin := 0
	for _, l := range m.a.Leases {
		if l.LoginKey == login {
			inLogin++
		}
	}
	_, locked := m.a.Locked(m.now)
	got := m.a.Admit(m.now, login, m.spent[login])
	switch got {
	case access.Admitted:
		if m.a.Blocked() || locked || login != 0 && m.spent[login]+inLogin >= 3 || m.a.Failed >= m.a.Ceiling() {
			m.t.Fatalf("admitted: blocked %v, locked %v, %d spent and %d in flight in the login, %d of %d", m.a.Blocked(), locked, m.spent[login], inLogin, m.a.Failed, m.a.Ceiling())
		}
		if m.sinceLock+len(m.a.Leases) >= 5 {
			m.t.Fatalf("admitted with %d wrong since the last lock and %d in flight", m.sinceLock, len(m.a.Leases))
		}
	case access.WaitInLine:
		if len(m.a.Leases) == 0 {
			m.t.Fatal("waits for nothing")
		}
		return ""
	case access.TurnedBlock, access.TurnedLock, access.LoginSpent, access.TurnedHour:
		if !m.a.Blocked() && !locked && m.spent[login] < 3 {
			m.t.Fatalf("turned away as %s", admissionName(got))
		}
		return ""
	}
	m.n++
	id := fmt.Sprint("t", m.n)
	ceiling := m.a.Ceiling()
	m.a.Reserve(access.Lease{ID: id, LoginKey: login, At: m.now})
	if m.a.Failed > ceiling {
		m.t.Fatalf("%d counted, above %d", m.a.Failed, ceiling)
	}
	m.alive = append(m.alive, id)
	m.begun[id], m.inside[id] = m.real, login
	return id
}

// drop draws one of the attempts whose outcome may still come, which then
// comes or is lost; "" where there is none.
func (m *machine) drop() string {
	if len(m.alive) == 0 {
		return ""
	}
	i := rapid.IntRange(0, len(m.alive)-1).Draw(m.t, "attempt")
	id := m.alive[i]
	m.alive = slices.Delete(m.alive, i, i+1)
	return id
}

func (m *machine) settle(right bool) { m.outcome(m.drop(), right) }

func (m *machine) outcome(id string, right bool) {
	if id == "" {
		return
	}
	m.sweep()
	held := slices.ContainsFunc(m.a.Leases, func(l access.Lease) bool { return l.ID == id })
	note := m.count(m.real)
	if m.a.Settle(id, right, m.now) != held {
		m.t.Fatalf("settled %v, want %v", !held, held)
	}
	login := m.inside[id]
	switch {
	case !held:
	case right:
		m.sinceSuccess, m.sinceLock, m.lockedFor, m.jumpsBack = 0, 0, 0, 0
	default:
		note()
		m.spent[login]++
	}
	if login != 0 && m.spent[login] > 3 {
		m.t.Fatalf("%d wrong PINs in one login", m.spent[login])
	}
}

func (m *machine) guessWrong() {
	for range rapid.IntRange(1, 4).Draw(m.t, "times") {
		m.guess(false)
		m.check()
	}
}

// guess reserves one attempt and settles it at once.
func (m *machine) guess(right bool) {
	id := m.reserve()
	if id != "" {
		m.alive = m.alive[:len(m.alive)-1]
	}
	m.outcome(id, right)
}

func (m *machine) release() {
	m.sweep()
	if id := m.drop(); id != "" {
		m.a.Release(id)
	}
}

func (m *machine) unlock() {
	counted, blocked := m.a.Failed, m.a.Blocked()
	m.a.Unlock()
	if _, locked := m.a.Locked(m.now); locked || m.a.Failed != counted || m.a.Blocked() != blocked {
		m.t.Fatalf("unlocked: locked %v, %d counted of %d, blocked %v of %v", locked, m.a.Failed, counted, m.a.Blocked(), blocked)
	}
}

func (m *machine) reset() {
	m.a.Reset()
	if !reflect.DeepEqual(m.a, access.Attempts{}) {
		m.t.Fatalf("a reset left %+v", m.a)
	}
	m.forget()
}

func (m *machine) pass() {
	minutes := rapid.Int64Range(0, int64(20*time.Minute))
	days := rapid.Int64Range(0, int64(48*time.Hour))
	d := time.Duration(rapid.OneOf(minutes, days).Draw(m.t, "passes"))
	if until, locked := m.a.Locked(m.now); locked {
		m.lockedFor += min(d, until.Sub(m.now))
	}
	m.now, m.real = m.now.Add(d), m.real+d
	m.sweep()
}

func (m *machine) forward() {
	m.steady = false
	m.now = m.now.Add(time.Duration(rapid.Int64Range(0, int64(access.Days(3652))).Draw(m.t, "forward")))
	m.sweep()
}

func (m *machine) back() {
	m.steady = false
	m.jumpsBack++
	m.now = m.now.Add(-time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(m.t, "back")))
	m.sweep()
}
