package decide

import (
	"slices"

	"pinward/internal/access"
)

// A Choice is what a set-up asks for.
type Choice struct {
	Protection access.Protection
	CodeGiven  bool // a set-up code was sent along; whether it is right is judged apart
	PINProven  bool // this login gave the right PIN
}

// A Verdict says whether a choice may be made, or what it still needs.
type Verdict struct {
	Allowed  bool
	Reason   access.Reason // why not
	NeedCode bool          // allowed only if the set-up code is right
	NeedPIN  bool          // the current PIN first
}

// Setup judges a choice of protection (rules 7, 8 and 16).
func Setup(f Facts, c Choice) Verdict {
	if !slices.Contains(f.Policy.AllowedFor(f.Account), c.Protection) {
		return Verdict{Reason: access.ReasonProtectionNotAllowed}
	}
	switch {
	case f.Credential.Cleared():
		return codeVerdict(c, access.ReasonSetupCodeRequired)
	case f.Credential.Set() && f.Account.Protection == access.ByPIN:
		return Verdict{Allowed: c.PINProven, NeedPIN: !c.PINProven, Reason: f.Recognition.reason()}
	case f.Account.Effective() == access.Notify && c.Protection == access.None && !f.TrustedDevice():
		return codeVerdict(c, access.ReasonEnrolmentClosed)
	case c.CodeGiven:
		return Verdict{Allowed: true, NeedCode: true}
	case !f.MayEnrol():
		return Verdict{Reason: access.ReasonEnrolmentClosed}
	}
	return Verdict{Allowed: true}
}

func codeVerdict(c Choice, missing access.Reason) Verdict {
	if !c.CodeGiven {
		return Verdict{Reason: missing}
	}
	return Verdict{Allowed: true, NeedCode: true}
}
