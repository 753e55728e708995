package detect

import (
	"net/netip"
	"time"

	"pinward/internal/access"
)

// Remembered is how many of an account's logins that passed the rules look back
// on: what lies behind them is forgotten.
const Remembered = 32

// A Place is what a device is where no token tells: a browser family on an
// operating system, in a network.
type Place struct {
	Browser access.Browser
	Network netip.Prefix
}

// PlaceOf gives the place of a login.
func PlaceOf(l access.Login) Place { return Place{l.Browser(), access.NetworkOf(l.IP)} }

// A Visit is an earlier login that passed.
type Visit struct {
	Place Place
	At    time.Time
	New   bool // from a device that was not recognized
}

// VisitOf gives the visit that a login was.
func VisitOf(l access.Login) Visit { return Visit{PlaceOf(l), l.StartedAt, !l.Known()} }

// An Arrival is what is known of an account at a login that passed.
type Arrival struct {
	Visits   []Visit   // the earlier ones, at most Remembered
	LastSign time.Time // of the person where there are no visits; zero: none
	ResetAt  time.Time // of the newest reset of the PIN; zero: none
	Inside   bool      // the address is the school's own
}

// before gives the visits that began no later than at.
func (a Arrival) before(at time.Time) []Visit {
	var visits []Visit
	for _, v := range a.Visits {
		if !v.At.After(at) {
			visits = append(visits, v)
		}
	}
	return visits
}

func familiar(visits []Visit, p Place) bool {
	for _, v := range visits {
		if v.Place == p {
			return true
		}
	}
	return false
}

// Familiar reports whether the account has been where the login came from.
func (a Arrival) Familiar(l access.Login) bool { return familiar(a.before(l.StartedAt), PlaceOf(l)) }

// Arrived judges a login that passed from a device that was not recognized.
func Arrived(l access.Login, a Arrival, t Thresholds) []Finding {
	visits := a.before(l.StartedAt)
	known := familiar(visits, PlaceOf(l))
	found := []Finding{passed(l, known)}
	if n := newPlaces(visits, l); reached(n, t.NewDevices) {
		found = append(found, Finding{access.AlertManyNewDevices, access.Warn, n})
	}
	if sinceReset := l.EndedAt.Sub(a.ResetAt); t.ResetHours > 0 && !a.ResetAt.IsZero() && !known && !a.Inside &&
		sinceReset >= 0 && sinceReset < time.Duration(t.ResetHours)*time.Hour {
		found = append(found, Finding{Kind: access.AlertNewAfterReset, Severity: access.Warn})
	}
	if days := silence(visits, a.LastSign, l); reached(days, t.SilenceDays) {
		found = append(found, Finding{access.AlertLongSilence, access.Warn, days})
	}
	return found
}

// passed gives the finding that every such login has. Where an account asks for a
// notice only, a place it has been at before is told of and no alarm: a computer
// room that is wiped every night would raise one every day.
func passed(l access.Login, known bool) Finding {
	if l.Reason != access.ReasonNotifyOnly {
		return Finding{Kind: access.AlertNewDevice, Severity: access.Info}
	}
	if known {
		return Finding{Kind: access.AlertNotifyOnlyLogin, Severity: access.Info}
	}
	return Finding{Kind: access.AlertNotifyOnlyLogin, Severity: access.Warn}
}

// newPlaces counts the places that the account has come from within a day, the
// login's among them, and never before.
func newPlaces(visits []Visit, l access.Login) int {
	fresh, older := map[Place]bool{}, map[Place]bool{}
	for _, v := range append(visits, Visit{PlaceOf(l), l.StartedAt, true}) {
		switch {
		case l.StartedAt.Sub(v.At) >= day || !v.New:
			older[v.Place] = true
		default:
			fresh[v.Place] = true
		}
	}
	n := 0
	for p := range fresh {
		if !older[p] {
			n++
		}
	}
	return n
}

// silence gives how many whole days nobody had logged in, or given another sign.
func silence(visits []Visit, sign time.Time, l access.Login) int {
	for _, v := range visits {
		if v.At.After(sign) {
			sign = v.At
		}
	}
	if sign.IsZero() {
		return 0
	}
	return int(l.StartedAt.Sub(sign) / day)
}

// reached reports whether a count is at a threshold that is on.
func reached(n, threshold int) bool { return threshold > 0 && n >= threshold }
