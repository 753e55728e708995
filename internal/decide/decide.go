package decide

import (
	"slices"
	"time"

	"pinward/internal/access"
)

// Facts is all that a login is decided on.
type Facts struct {
	Now         time.Time
	Known       bool // the account exists
	Account     access.Account
	Location    *time.Location // of the home school; end dates end in it
	Policy      access.Policy
	Credential  access.Credential
	Attempts    access.Attempts // swept
	Recognition Recognition
	DeviceSince time.Time // when the recognized device was registered
	PassUntil   time.Time // when the pass that is out ends; zero: none is good
	PausedUntil time.Time // when the home school's pause ends; zero: there is none
}

// An Outcome is what happens to a login.
type Outcome struct {
	Decision     access.Decision
	Reason       access.Reason
	RetryAt      time.Time           // when a lock ends; zero: not locked
	AttemptsLeft int                 // where a PIN is asked
	Allowed      []access.Protection // where a protection is to be chosen, or may be
	MayChoose    bool                // nothing has been chosen yet: offer it
	MayReset     bool                // a forgotten PIN may be reset by mail; follows policy alone
}

// TrustAfter is how long a device must have been recognized before it vouches
// for a first PIN or a weaker protection.
const TrustAfter = access.Day

// Login decides (the order matters).
func Login(f Facts) Outcome {
	o := f.judge()
	if reason, waived := f.waiver(o); waived {
		return f.allow(reason)
	}
	return o
}

// waiver reports why a login passes that is held up otherwise. A pause is for
// everybody, so it does not lift a block, which a pass for one person does.
// Neither stands for the code of a PIN that was cleared, nor lets in whoever
// else knows the password.
func (f Facts) waiver(o Outcome) (access.Reason, bool) {
	switch {
	case o.Decision == access.Allow || !f.Known || !f.Account.Usable(f.Now, f.Location):
	case f.Credential.Cleared() || f.Account.PasswordChangeAdvised(f.Now):
	case !f.PassUntil.IsZero() && f.Recognition != Recognized:
		return access.ReasonLoginPass, true
	case !f.PausedUntil.IsZero() && o.Reason != access.ReasonPINBlocked:
		return access.ReasonPolicyPaused, true
	}
	return "", false
}

func (f Facts) judge() Outcome {
	if !f.Known {
		return Outcome{Decision: access.Deny, Reason: access.ReasonAccountUnknown}
	}
	if !f.Account.Usable(f.Now, f.Location) {
		return Outcome{Decision: access.Deny, Reason: access.ReasonAccountSuspended}
	}
	if reason, owed := f.setupOwed(); owed {
		return Outcome{Decision: access.SetUp, Reason: reason, Allowed: f.Policy.AllowedFor(f.Account)}
	}
	temporary := f.Account.Protection == access.ByPIN && f.Credential.Temporary
	if f.Recognition == Recognized && !temporary {
		return f.allow(access.ReasonDeviceRecognized)
	}
	switch f.Account.Effective() {
	case access.ByPIN:
		if !f.graceRuns() {
			return f.askPIN(temporary)
		}
	case access.Notify:
		return f.allow(access.ReasonNotifyOnly)
	case access.None, access.NotChosen:
	}
	if f.graceRuns() {
		return f.allow(access.ReasonGrace)
	}
	return f.allow(access.ReasonNoProtection)
}

func (f Facts) allow(r access.Reason) Outcome {
	out := Outcome{Decision: access.Allow, Reason: r}
	if f.Account.Protection == access.NotChosen {
		out.MayChoose, out.Allowed = true, f.Policy.AllowedFor(f.Account)
	}
	return out
}

func (f Facts) askPIN(temporary bool) Outcome {
	out := Outcome{Decision: access.AskPIN, Reason: f.Recognition.reason(), MayReset: f.Policy.SelfReset}
	until, locked := f.Attempts.Locked(f.Now)
	switch {
	case f.Attempts.Blocked():
		out.Decision, out.Reason = access.Deny, access.ReasonPINBlocked
	case locked:
		out.Decision, out.Reason, out.RetryAt = access.Deny, access.ReasonPINLocked, until
	case temporary:
		out.Reason = access.ReasonPINTemporary
		out.AttemptsLeft = f.Attempts.Left(0)
	default:
		out.AttemptsLeft = f.Attempts.Left(0)
	}
	return out
}

// setupOwed reports whether this login must choose a protection before it
// passes, and why. A recognized device does not spare it.
func (f Facts) setupOwed() (access.Reason, bool) {
	if f.Credential.Cleared() {
		return access.ReasonSetupCodeRequired, true
	}
	reason, owed := f.choiceOwed()
	if !owed || f.graceRuns() {
		return "", false
	}
	if !f.MayEnrol() {
		return access.ReasonEnrolmentClosed, true
	}
	return reason, true
}

func (f Facts) choiceOwed() (access.Reason, bool) {
	if f.Account.Protection == access.ByPIN {
		return access.ReasonPINNotSet, !f.Credential.Set()
	}
	if f.Now.Before(f.Policy.EffectiveAt) {
		return "", false
	}
	if f.Account.Protection == access.NotChosen {
		return access.ReasonProtectionImposed, f.Policy.Imposed
	}
	return access.ReasonProtectionNotAllowed, !slices.Contains(f.Policy.AllowedFor(f.Account), f.Account.Effective())
}

// graceRuns reports whether the policy still lets an account pass that never
// had a PIN, and would otherwise owe one.
func (f Facts) graceRuns() bool {
	end := f.Policy.DemandedFrom(f.Credential)
	if !end.After(f.Policy.EffectiveAt) || !f.Now.Before(end) {
		return false
	}
	_, owed := f.choiceOwed()
	return owed
}

// MayEnrol reports whether the password alone lets a first PIN be set (rule
// 16): within the enrolment window, or on a device recognized for long enough.
func (f Facts) MayEnrol() bool {
	return f.Policy.EnrolmentOpen(f.Account.CreatedAt, f.Now) || f.TrustedDevice()
}

// TrustedDevice reports whether the login came from a device that has been
// recognized for longer than TrustAfter.
func (f Facts) TrustedDevice() bool {
	return f.Recognition == Recognized && f.Now.Sub(f.DeviceSince) > TrustAfter
}
