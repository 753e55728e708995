// Package detect holds the rules that turn the end of a login, or a change,
// into an alert: pure functions, each alert with its kind and severity. It
// knows neither store nor clock.
package detect

import (
	"net/netip"
	"time"

	"pinward/internal/access"
)

// A Finding is an alert to be raised.
type Finding struct {
	Kind     access.AlertKind
	Severity access.Severity
}

// Ended judges a login whose outcome is known; ok is false where nothing is to
// be said, as after a login from a recognized device.
func Ended(l access.Login) (f Finding, ok bool) {
	if l.Recognized && l.State != access.LoginDenied {
		return Finding{}, false
	}
	switch l.State {
	case access.LoginPassed:
		return passed(l), true
	case access.LoginDenied:
		return denied(l.Reason)
	case access.LoginExpired:
		return abandoned(l), true
	case access.LoginOpen:
	}
	return Finding{}, false
}

func passed(l access.Login) Finding {
	if l.Reason == access.ReasonNotifyOnly {
		return Finding{access.AlertNotifyOnlyLogin, access.Warn}
	}
	return Finding{access.AlertNewDevice, access.Info}
}

func denied(r access.Reason) (Finding, bool) {
	switch r { //nolint:exhaustive // the other reasons have no alert of their own
	case access.ReasonPINLocked:
		return Finding{access.AlertPINLocked, access.High}, true
	case access.ReasonPINBlocked:
		return Finding{access.AlertPINBlocked, access.Critical}, true
	case access.ReasonLoginExhausted, access.ReasonPINWrong, access.ReasonSetupCodeWrong:
		return Finding{access.AlertPINWrong, access.Warn}, true
	}
	return Finding{}, false
}

func abandoned(l access.Login) Finding {
	if l.WrongPINs > 0 {
		return Finding{access.AlertPINWrong, access.Warn}
	}
	return Finding{access.AlertLoginAbandoned, access.Warn}
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
	return Finding{access.AlertDeviceReplayed, severity}
}

// Changed gives the finding for a change that is worth telling.
func Changed(k access.AlertKind) Finding {
	switch k { //nolint:exhaustive // what is not listed was done by somebody who may
	case access.AlertProtectionWeakened, access.AlertPINResetByMail:
		return Finding{k, access.Warn}
	case access.AlertPolicyPaused:
		return Finding{k, access.Critical}
	}
	return Finding{k, access.Info}
}

// IncidentGap is how long after one alert another of its family still belongs
// to the same incident.
const IncidentGap = time.Hour

// Family lists the kinds that may share an incident with k: all signs of
// somebody who has the password and not the PIN, otherwise k alone.
func Family(k access.AlertKind) []access.AlertKind {
	guessing := []access.AlertKind{
		access.AlertPINWrong, access.AlertPINLocked, access.AlertPINBlocked,
		access.AlertLoginAbandoned, access.AlertDeviceReplayed,
	}
	for _, g := range guessing {
		if g == k {
			return guessing
		}
	}
	return []access.AlertKind{k}
}

// SameIncident reports whether an alert at now continues the incident of last,
// the newest alert of its family at the account.
func SameIncident(last access.Alert, now time.Time) bool {
	gap := now.Sub(last.At)
	return gap > -IncidentGap && gap < IncidentGap
}
