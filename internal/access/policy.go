package access

import (
	"fmt"
	"slices"
	"time"
)

// A Policy says what one profile may choose and must do. Policies are
// versioned: changing one adds a version, and the newest counts.
type Policy struct {
	Profile     Profile
	Version     int
	Allowed     []Protection  // strongest first
	Default     Protection    // the one offered first
	Imposed     bool          // a protection must be chosen; otherwise it is offered
	EffectiveAt time.Time     // from when on it is imposed, and the enrolment window's start
	Grace       time.Duration // after EffectiveAt, accounts that never had a PIN still pass
	Window      time.Duration // how long the password alone suffices for a first PIN
	PINMin      int           // digits
	PINMax      int           // digits
	PINSuggest  int           // digits of a proposed PIN
	DeviceDays  int           // lifetime of a recognized device, to which SpreadDays may come
	IdleDays    int           // unused for so long, a device is no longer recognized
	MaxDevices  int           // per account; lowering it removes none
	SelfReset   bool          // reset of a forgotten PIN by mail
	ChangedAt   time.Time
	AuditSeq    int64
}

// Limits of what a policy may say.
const (
	MinPINLength = 4 // the support page's least, and CNIL 2022-100's 13 bits
	MaxPINLength = 12
	MaxPINOfKids = 8
	Day          = 24 * time.Hour
)

// DefaultPolicy gives the policy of a new store: a PIN imposed on those who
// work at the school, a choice for students, guardians and external people.
func DefaultPolicy(p Profile, now time.Time) Policy {
	policy := Policy{
		Profile: p, Version: 1,
		Allowed: []Protection{ByPIN}, Default: ByPIN, Imposed: true,
		EffectiveAt: now, Window: 30 * Day, ChangedAt: now,
		PINMin: MinPINLength, PINMax: MaxPINLength, PINSuggest: 6,
		DeviceDays: 365, IdleDays: 180, MaxDevices: 10,
	}
	switch p {
	case Student, Guardian, External:
		policy.Imposed = false
		policy.Allowed = []Protection{ByPIN, Notify, None}
	case Teacher, Staff, Management:
	}
	if p == Student || p == Guardian {
		policy.PINMax = MaxPINOfKids
		policy.PINSuggest = MinPINLength
	}
	return policy
}

// SpreadDays is how many days may come to a device's lifetime at random, so that
// a class that registered in one morning is not asked again in one morning: a
// sixth, at most 60.
func (p Policy) SpreadDays() int { return min(60, p.DeviceDays/6) }

// Check refuses policies that contradict themselves.
func (p Policy) Check() error {
	switch {
	case len(p.Allowed) == 0:
		return Usage("policy: no protection allowed", "allow at least one of pin, notify, none")
	case slices.Contains(p.Allowed, NotChosen):
		return Usage("policy: not_chosen cannot be allowed", "allow any of pin, notify, none")
	case !slices.Contains(p.Allowed, p.Default):
		return Usage(fmt.Sprintf("policy: default %s is not among the allowed protections", p.Default), "choose the default among them with --default")
	case p.Imposed && slices.Contains(p.Allowed, None):
		return Usage("policy: none is allowed, so nothing is imposed", "leave none out of --allow, or use --offer")
	}
	return p.checkNumbers()
}

// checkNumbers refuses numbers and times that are out of their limits.
func (p Policy) checkNumbers() error {
	outside := func(n, least, most int) bool { return n < least || n > most }
	switch {
	case outside(p.PINMin, MinPINLength, MaxPINLength), outside(p.PINMax, MinPINLength, MaxPINLength):
		return Usage(fmt.Sprintf("policy: PIN length: not within %d to %d", MinPINLength, MaxPINLength), "give --pin-min and --pin-max within these")
	case p.PINMin > p.PINMax:
		return Usage(fmt.Sprintf("policy: PIN length: the minimum %d is above the maximum %d", p.PINMin, p.PINMax), "give both --pin-min and --pin-max")
	case outside(p.DeviceDays, 1, 400):
		return Usage("policy: device days: not within 1 to 400", "give --device-days within these; browsers forget cookies after 400 days")
	case outside(p.IdleDays, 1, 400):
		return Usage("policy: idle days: not within 1 to 400", "give --idle-days within these; browsers forget cookies after 400 days")
	case outside(p.MaxDevices, 1, 50):
		return Usage("policy: number of devices: not within 1 to 50", "give --max-devices within these")
	case p.Grace < 0 || p.Grace > 90*Day:
		return Usage("policy: grace: not within 0 to 90 days", "give --grace within these, such as 14d")
	case p.Window < 0 || p.Window > 366*Day:
		return Usage("policy: window: not within 0 to 366 days", "give --window within these, such as 30d")
	}
	return nil
}

// ImposedAt reports whether the policy demands a protection at now.
func (p Policy) ImposedAt(now time.Time) bool { return p.Imposed && !now.Before(p.EffectiveAt) }

// DemandedFrom gives from when on the policy's demands hold for the account of a
// credential: later, by the grace, where it never had a PIN.
func (p Policy) DemandedFrom(c Credential) time.Time {
	if c.NeverSet() {
		return p.EffectiveAt.Add(p.Grace)
	}
	return p.EffectiveAt
}

// EnrolmentOpen reports whether the password alone suffices for a first PIN of
// an account created at created: within the window that begins with the
// account or the policy, the later, and always where nothing is imposed.
func (p Policy) EnrolmentOpen(created, now time.Time) bool {
	if !p.ImposedAt(now) {
		return true
	}
	start := p.EffectiveAt
	if created.After(start) {
		start = created
	}
	return now.Before(start.Add(p.Window))
}

// AllowedFor gives what an account may choose, the default first. Without an
// address notify warns nobody, so it is not offered; where nothing else
// remains, a PIN is.
func (p Policy) AllowedFor(a Account) []Protection {
	var allowed []Protection
	for _, q := range append([]Protection{p.Default}, p.Allowed...) {
		if (q == Notify && a.Email == "") || slices.Contains(allowed, q) {
			continue
		}
		allowed = append(allowed, q)
	}
	if len(allowed) == 0 {
		return []Protection{ByPIN}
	}
	return allowed
}

// Effective gives the protection that counts at a login: notify without an
// address protects nobody.
func (a Account) Effective() Protection {
	if a.Protection == Notify && a.Email == "" {
		return None
	}
	return a.Protection
}

// Days gives the time that so many days take.
func Days(n int) time.Duration { return time.Duration(n) * Day }
