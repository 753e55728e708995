package access

import (
	"slices"
	"time"
)

// The limits on wrong PINs (rule 2 of docs/rules.md). CNIL's reading for short codes
// is a block after at most 10 in a row.
const (
	LoginTries    = 3  // wrong PINs that end one login
	LockAfter     = 5  // wrong PINs since the last success that lock
	BlockAfter    = 10 // wrong PINs since the last success that block
	BlockInMonth  = 25 // wrong PINs in MonthOfTries that block
	MonthOfTries  = 30 * Day
	LockFor       = 15 * time.Minute
	WrongAnHour   = 5                // wrong PINs in an hour, after which no caller without proof of the password is heard
	LeaseFor      = 30 * time.Second // an attempt without an outcome counts as wrong then
	SetupTries    = 5                // wrong entries that void a set-up code
	MailCodeTries = 3                // wrong entries that void a mailed code
)

// A Lease is an attempt that has been counted and whose outcome is not known.
type Lease struct {
	ID       string
	LoginKey int64 // the login it belongs to; 0 for none
	At       time.Time
}

func (l Lease) inForce(now time.Time) bool {
	age := now.Sub(l.At)
	return age > -LeaseFor && age < LeaseFor
}

// Attempts is what pinward remembers of wrong PINs at one account. Failed
// counts attempts since the last success or reset, those in flight included.
type Attempts struct {
	Failed      int
	Leases      []Lease
	Wrong       []time.Time // settled as wrong in the last MonthOfTries
	LockedAt    time.Time
	LockedUntil time.Time
	BlockedAt   time.Time
}

// An Admission says whether an attempt may be evaluated now.
type Admission int

// The admissions.
const (
	Admitted    Admission = iota
	WaitInLine            // the limit is filled by attempts in flight; their outcome decides
	TurnedLock            // locked until LockedUntil
	TurnedBlock           // blocked until a reset
	LoginSpent            // this login has used its tries
	TurnedHour            // the hour has had its wrong PINs
)

// Settled gives how many wrong PINs stand since the last success or reset.
func (a Attempts) Settled() int { return max(a.Failed-len(a.Leases), 0) }

// Ceiling gives how many attempts may stand before the next lock or block.
func (a Attempts) Ceiling() int {
	if a.Settled() < LockAfter {
		return LockAfter
	}
	return BlockAfter
}

// Blocked reports whether only a reset lets an attempt be evaluated again.
func (a Attempts) Blocked() bool { return !a.BlockedAt.IsZero() }

// Locked reports whether attempts are refused for now, and until when.
func (a Attempts) Locked(now time.Time) (time.Time, bool) {
	return a.LockedUntil, now.Before(a.LockedUntil)
}

// Admit decides about one more attempt, in the login of that key where it is
// not 0; spent is the number of wrong PINs that login has already had.
// Call Sweep first.
func (a Attempts) Admit(now time.Time, loginKey int64, spent int) Admission {
	if a.Blocked() {
		return TurnedBlock
	}
	if _, locked := a.Locked(now); locked {
		return TurnedLock
	}
	inLogin := 0
	for _, l := range a.Leases {
		if loginKey != 0 && l.LoginKey == loginKey {
			inLogin++
		}
	}
	switch {
	case loginKey != 0 && spent >= LoginTries:
		return LoginSpent
	case loginKey != 0 && spent+inLogin >= LoginTries:
		return WaitInLine
	case a.Failed >= a.Ceiling() || len(a.Wrong)+len(a.Leases) >= BlockInMonth:
		return WaitInLine
	}
	return Admitted
}

// AdmitUnproven is Admit for a caller that holds no proof of the password: it
// may try no more once an account has had WrongAnHour wrong PINs in the last
// hour, from wherever.
func (a Attempts) AdmitUnproven(now time.Time, loginKey int64, spent int) Admission {
	recent := 0
	for _, at := range a.Wrong {
		if now.Sub(at) < time.Hour {
			recent++
		}
	}
	admission := a.Admit(now, loginKey, spent)
	switch {
	case admission != Admitted && admission != WaitInLine:
		return admission
	case recent >= WrongAnHour:
		return TurnedHour
	case recent+len(a.Leases) >= WrongAnHour:
		return WaitInLine
	}
	return admission
}

// Sweep settles attempts whose outcome never came as wrong, forgets wrong ones
// of more than a month ago, and bounds what a clock moved back would lengthen:
// a lock, and the month of a wrong PIN.
func (a *Attempts) Sweep(now time.Time) {
	if a.LockedUntil.After(now.Add(LockFor)) {
		a.LockedAt, a.LockedUntil = now, now.Add(LockFor)
	}
	late, at := 0, time.Time{}
	a.Leases = slices.DeleteFunc(a.Leases, func(l Lease) bool {
		if l.inForce(now) {
			return false
		}
		late++
		at = later(at, l.At.Add(LeaseFor))
		return true
	})
	// Their lock begins when the lease ran out, not when somebody looks: a
	// reader that stores nothing would see it begin anew each time.
	for range late {
		a.wrong(earlier(at, now))
	}
	a.forget(now)
	for i, at := range a.Wrong {
		a.Wrong[i] = earlier(at, now)
	}
}

// forget drops wrong PINs that are a month old at that time.
func (a *Attempts) forget(now time.Time) {
	a.Wrong = slices.DeleteFunc(a.Wrong, func(at time.Time) bool { return now.Sub(at) >= MonthOfTries })
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Reserve counts one attempt before it is evaluated.
func (a *Attempts) Reserve(l Lease) {
	a.Failed++
	a.Leases = append(a.Leases, l)
}

// Settle records the outcome of the attempt with that lease. It reports false
// where the lease is gone: it ran out and counts as wrong, or a reset ended it.
func (a *Attempts) Settle(leaseID string, right bool, now time.Time) bool {
	i := slices.IndexFunc(a.Leases, func(l Lease) bool { return l.ID == leaseID })
	if i < 0 {
		return false
	}
	a.Leases = slices.Delete(a.Leases, i, i+1)
	if !right {
		a.wrong(now)
		return true
	}
	a.Failed = len(a.Leases)
	a.LockedAt, a.LockedUntil = time.Time{}, time.Time{}
	return true
}

// Release takes an attempt back that was never evaluated.
func (a *Attempts) Release(leaseID string) {
	i := slices.IndexFunc(a.Leases, func(l Lease) bool { return l.ID == leaseID })
	if i < 0 {
		return
	}
	a.Leases = slices.Delete(a.Leases, i, i+1)
	a.Failed--
}

// wrong follows an attempt that has left Leases and stays in Failed.
func (a *Attempts) wrong(at time.Time) {
	a.forget(at)
	a.Wrong = append(a.Wrong, at)
	switch settled := a.Settled(); {
	case settled >= BlockAfter || len(a.Wrong) >= BlockInMonth:
		if a.BlockedAt.IsZero() {
			a.BlockedAt = at
		}
	case settled == LockAfter:
		a.LockedAt, a.LockedUntil = at, at.Add(LockFor)
	}
}

// Unlock ends a lock. It lowers no count and lifts no block.
func (a *Attempts) Unlock() { a.LockedAt, a.LockedUntil = time.Time{}, time.Time{} }

// Reset forgets everything, attempts in flight included: the PIN that they
// were meant for is gone.
func (a *Attempts) Reset() { *a = Attempts{} }

// Left gives how many wrong PINs are left before the login of that many wrong
// ones ends, or the account locks or blocks.
func (a Attempts) Left(spent int) int {
	return max(0, min(LoginTries-spent, a.Ceiling()-a.Failed, BlockInMonth-len(a.Wrong)-len(a.Leases)))
}
