package detect

import (
	"slices"
	"time"

	"pinward/internal/access"
)

// IncidentGap is how long after one alert another of its family still belongs
// to the same incident.
const IncidentGap = time.Hour

// Family lists the kinds that may share an incident with k: all signs of somebody
// who has the password and not the PIN, all that one arrival can mean, otherwise
// k alone.
func Family(k access.AlertKind) []access.AlertKind {
	guessing := []access.AlertKind{
		access.AlertPINWrong, access.AlertPINLocked, access.AlertPINBlocked,
		access.AlertLoginAbandoned, access.AlertDeviceReplayed,
	}
	arriving := []access.AlertKind{access.AlertManyNewDevices, access.AlertNewAfterReset, access.AlertLongSilence}
	for _, family := range [][]access.AlertKind{guessing, arriving} {
		if slices.Contains(family, k) {
			return family
		}
	}
	return []access.AlertKind{k}
}

// gap gives how long an incident of the kind goes on without an alert.
func gap(k access.AlertKind) time.Duration {
	switch k { //nolint:exhaustive // the others are told at once
	case access.AlertManyNewDevices, access.AlertNewAfterReset, access.AlertLongSilence,
		access.AlertSpraying, access.AlertTokenStoreShared:
		return day
	case access.AlertBrowserForgets:
		return forgetfulFor
	}
	return IncidentGap
}

// SameIncident reports whether an alert at now continues the incident of last,
// the newest alert of its family at the account or address.
func SameIncident(last access.Alert, now time.Time) bool {
	between := now.Sub(last.At)
	return between > -gap(last.Kind) && between < gap(last.Kind)
}

// AboutAddress reports whether alerts of the kind are about an address rather than
// an account.
func AboutAddress(k access.AlertKind) bool {
	return k == access.AlertSpraying || k == access.AlertTokenStoreShared
}

// Repeat decides about an alert of an address that may have been told of: earlier
// are its alerts of the kind, newest first. It gives the incident to continue, ""
// for a new one, and whether to raise: for each school whose accounts are tried
// once in IncidentGap, however many more are.
func Repeat(earlier []access.Alert, school string, now time.Time) (incident string, raise bool) {
	for _, a := range earlier {
		if !SameIncident(a, now) {
			continue
		}
		if incident == "" {
			incident = a.IncidentID
		}
		if since := now.Sub(a.At); a.School == school && since > -IncidentGap && since < IncidentGap {
			return incident, false
		}
	}
	return incident, true
}
