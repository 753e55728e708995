package access

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A Severity says how urgent an alert is.
type Severity string

// The severities.
const (
	Info     Severity = "info"
	Warn     Severity = "warn"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists all severities, least urgent first.
func Severities() []Severity { return []Severity{Info, Warn, High, Critical} }

// Rank orders severities: a higher number is more urgent.
func (s Severity) Rank() int { return slices.Index(Severities(), s) }

// ParseSeverity reads a severity's name.
func ParseSeverity(s string) (Severity, error) { return parseOneOf("severity", s, Severities()) }

// AtLeast lists the severities from s up.
func (s Severity) AtLeast() []Severity { return Severities()[max(s.Rank(), 0):] }

// An AlertState says what has been done about an alert.
type AlertState string

// The states of an alert.
const (
	AlertOpen         AlertState = "open"
	AlertAcknowledged AlertState = "acknowledged"
	AlertDisputed     AlertState = "disputed"
	AlertClosed       AlertState = "closed"
)

// AlertStates lists all states of an alert.
func AlertStates() []AlertState {
	return []AlertState{AlertOpen, AlertAcknowledged, AlertDisputed, AlertClosed}
}

// ParseAlertState reads an alert state's name.
func ParseAlertState(s string) (AlertState, error) { return parseOneOf("state", s, AlertStates()) }

// An AlertKind names what was suspicious.
type AlertKind string

// The kinds of alert.
const (
	AlertNewDevice          AlertKind = "new_device"
	AlertPINWrong           AlertKind = "pin_wrong"
	AlertPINLocked          AlertKind = "pin_locked"
	AlertPINBlocked         AlertKind = "pin_blocked"
	AlertDeviceReplayed     AlertKind = "device_replayed"
	AlertNotifyOnlyLogin    AlertKind = "notify_only_login"
	AlertFirstPINSet        AlertKind = "first_pin_set"
	AlertProtectionWeakened AlertKind = "protection_weakened"
	AlertPINReset           AlertKind = "pin_reset_by_operator"
	AlertLoginAbandoned     AlertKind = "login_abandoned"
	AlertPINResetByMail     AlertKind = "pin_reset_by_mail"
	AlertPolicyPaused       AlertKind = "policy_paused"
)

// An Alert is a suspicious login or change. Later events never change it; only
// a person's answer moves its state. Alerts of one incident share IncidentID.
type Alert struct {
	Key        int64 // the public number; grows with time
	At         time.Time
	Kind       AlertKind
	Severity   Severity
	State      AlertState
	AccountKey int64  // 0: it is about the school
	School     string // code of the home school
	IP         netip.Addr
	UserAgent  string
	DeviceID   string
	LoginKey   int64
	IncidentID string
	Text       string // one plain sentence for people
	AnsweredAt time.Time
	AnsweredBy string
	Answer     string // the reason given
	AuditSeq   int64
}

// ParsePublicNumber reads the number of an alert or login as people type it.
// What is no number names an absent target.
func ParsePublicNumber(what, s string) (int64, error) {
	var n int64
	for _, c := range strings.TrimPrefix(s, "#") {
		if c < '0' || c > '9' || n > 1<<50 {
			return 0, NotFound(what, s)
		}
		n = n*10 + int64(c-'0')
	}
	if n == 0 {
		return 0, NotFound(what, s)
	}
	return n, nil
}

// Sentence gives the plain words for an alert's kind.
func (k AlertKind) Sentence() string {
	switch k {
	case AlertNewDevice:
		return "logged in from a device that was not recognized"
	case AlertPINWrong:
		return "the password was right, the PIN was wrong"
	case AlertPINLocked:
		return fmt.Sprintf("%d wrong PINs: locked for %d minutes", LockAfter, int(LockFor.Minutes()))
	case AlertPINBlocked:
		return "too many wrong PINs: blocked until the PIN is reset"
	case AlertDeviceReplayed:
		return "an old token of a recognized device came back: the device was revoked"
	case AlertNotifyOnlyLogin:
		return "logged in from a device that was not recognized; the account asks for a notice only"
	case AlertFirstPINSet:
		return "the first PIN was set"
	case AlertProtectionWeakened:
		return "the account now asks for less than before"
	case AlertPINReset:
		return "an operator reset the PIN"
	case AlertLoginAbandoned:
		return "the password was right, the PIN was never given"
	case AlertPINResetByMail:
		return "a forgotten PIN was replaced by a code that was mailed"
	case AlertPolicyPaused:
		return "the school's logins need no PIN for a while"
	}
	return string(k)
}
