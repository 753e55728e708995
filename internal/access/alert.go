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
	AlertSpraying           AlertKind = "password_spraying"
	AlertManyNewDevices     AlertKind = "many_new_devices"
	AlertTokenStoreShared   AlertKind = "token_store_shared"
	AlertBrowserForgets     AlertKind = "browser_forgets"
	AlertNewAfterReset      AlertKind = "new_device_after_reset"
	AlertLongSilence        AlertKind = "long_silence"
	AlertPINResetByMail     AlertKind = "pin_reset_by_mail"
	AlertPolicyPaused       AlertKind = "policy_paused"
	AlertChangeDisputed     AlertKind = "change_disputed"
)

// AlertKinds lists all kinds of alert.
func AlertKinds() []AlertKind {
	return []AlertKind{
		AlertNewDevice, AlertPINWrong, AlertPINLocked, AlertPINBlocked, AlertDeviceReplayed, AlertNotifyOnlyLogin,
		AlertFirstPINSet, AlertProtectionWeakened, AlertPINReset, AlertLoginAbandoned, AlertSpraying,
		AlertManyNewDevices, AlertTokenStoreShared, AlertBrowserForgets, AlertNewAfterReset, AlertLongSilence,
		AlertPINResetByMail, AlertPolicyPaused, AlertChangeDisputed,
	}
}

// An Alert is a suspicious login or change. Later events never change it; only
// a person's answer moves its state. Alerts of one incident share IncidentID. One
// about an address rather than a person has no account, and then perhaps no
// school either.
type Alert struct {
	Key        int64 // the public number; grows with time
	At         time.Time
	Kind       AlertKind
	Severity   Severity
	State      AlertState
	AccountKey int64      // 0: about an address or a school
	School     string     // code of the home school; of the account that was last tried where it is about an address
	IP         netip.Addr // as SourceOf gives it where it is about an address
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
	case AlertSpraying:
		return "one address tried many accounts and failed"
	case AlertManyNewDevices:
		return "logged in from many new browsers and networks within a day"
	case AlertTokenStoreShared:
		return "one browser holds the device tokens of many accounts"
	case AlertBrowserForgets:
		return "the same device was registered again and again: its browser forgets"
	case AlertNewAfterReset:
		return "soon after the PIN was reset: logged in from a browser and network not seen before"
	case AlertLongSilence:
		return "the first login after a long silence, from a device that was not recognized"
	case AlertPINResetByMail:
		return "a forgotten PIN was replaced by a code that was mailed"
	case AlertPolicyPaused:
		return "the school's logins need no PIN for a while"
	case AlertChangeDisputed:
		return "the person says of a change that it was not them"
	}
	return string(k)
}
