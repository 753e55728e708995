// Package detect holds the rules that turn the end of a login, or a change,
// into an alert: pure functions, each alert with its kind and severity. It
// knows neither store nor clock.
package detect

import (
	"fmt"
	"net/netip"

	"pinward/internal/access"
)

// A Finding is an alert to be raised.
type Finding struct {
	Kind     access.AlertKind
	Severity access.Severity
	Count    int // of what the rule counts; 0: it counts nothing
}

// Sentence gives the plain words for the finding.
func (f Finding) Sentence() string {
	switch f.Kind { //nolint:exhaustive // the others count nothing
	case access.AlertSpraying:
		return fmt.Sprintf("one address tried %s and failed", counted(f.Count, "account"))
	case access.AlertManyNewDevices:
		return fmt.Sprintf("logged in from %d new browsers and networks within a day", f.Count)
	case access.AlertTokenStoreShared:
		return fmt.Sprintf("one browser holds the device tokens of %s", counted(f.Count, "account"))
	case access.AlertBrowserForgets:
		return fmt.Sprintf("the same device was registered %s in 30 days: its browser forgets", counted(f.Count, "time"))
	case access.AlertLongSilence:
		return fmt.Sprintf("the first login after %s, from a device that was not recognized", counted(f.Count, "day"))
	}
	return f.Kind.Sentence()
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Ended judges a login whose outcome is known and that did not pass; ok is false
// where nothing is to be said. Arrived judges those that passed.
func Ended(l access.Login) (f Finding, ok bool) {
	switch l.State {
	case access.LoginDenied:
		return denied(l.Reason)
	case access.LoginExpired:
		return abandoned(l)
	case access.LoginOpen, access.LoginPassed:
	}
	return Finding{}, false
}

func denied(r access.Reason) (Finding, bool) {
	switch r { //nolint:exhaustive // the other reasons have no alert of their own
	case access.ReasonPINLocked:
		return Finding{Kind: access.AlertPINLocked, Severity: access.High}, true
	case access.ReasonPINBlocked:
		return Finding{Kind: access.AlertPINBlocked, Severity: access.Critical}, true
	case access.ReasonLoginExhausted, access.ReasonPINWrong, access.ReasonSetupCodeWrong:
		return Finding{Kind: access.AlertPINWrong, Severity: access.Warn}, true
	}
	return Finding{}, false
}

func abandoned(l access.Login) (Finding, bool) {
	if !l.Abandoned() {
		return Finding{}, false
	}
	if l.WrongPINs > 0 {
		return Finding{Kind: access.AlertPINWrong, Severity: access.Warn}, true
	}
	return Finding{Kind: access.AlertLoginAbandoned, Severity: access.Warn}, true
}

// WrongPIN judges an attempt that belongs to no login, by the counters after
// it; r is its reason.
func WrongPIN(r access.Reason) (Finding, bool) { return denied(r) }

// Replay judges a superseded token: critical from another browser family or
// network than the device was last seen in, else perhaps a restored profile.
func Replay(d access.Device, b access.Browser, ip netip.Addr) Finding {
	severity := access.High
	if !d.Browser.SameFamily(b) || access.NetworkOf(d.LastIP) != access.NetworkOf(ip) {
		severity = access.Critical
	}
	return Finding{Kind: access.AlertDeviceReplayed, Severity: severity}
}

// Changed gives the finding for a change that is worth telling.
func Changed(k access.AlertKind) Finding {
	switch k { //nolint:exhaustive // what is not listed was done by somebody who may
	case access.AlertProtectionWeakened, access.AlertPINResetByMail:
		return Finding{Kind: k, Severity: access.Warn}
	case access.AlertChangeDisputed:
		return Finding{Kind: k, Severity: access.High}
	case access.AlertPolicyPaused:
		return Finding{Kind: k, Severity: access.Critical}
	}
	return Finding{Kind: k, Severity: access.Info}
}
