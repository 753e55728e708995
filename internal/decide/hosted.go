package decide

import "pinward/internal/access"

// Hosted gives what stands of an outcome while the browser, which may hold a
// device token, has yet to come to pinward's own page: what would let the login
// pass waits for it, and so does a lock, which a recognized device goes past.
func Hosted(o Outcome) Outcome {
	locked := o.Reason == access.ReasonPINLocked || o.Reason == access.ReasonPINBlocked
	if o.Decision == access.Allow || o.Decision == access.Deny && locked {
		return Outcome{Decision: access.ToPage, Reason: o.Reason}
	}
	return o
}
