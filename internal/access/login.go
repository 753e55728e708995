package access

import (
	"net/netip"
	"time"
)

// LoginFor is how long a login may take from password to end.
const LoginFor = 10 * time.Minute

// A Decision is what the portal must do next.
type Decision string

// The decisions.
const (
	Allow  Decision = "allow"
	AskPIN Decision = "pin"
	SetUp  Decision = "setup"
	Deny   Decision = "deny"
	ToPage Decision = "page" // send the browser to pinward's own page
)

// Decisions lists all decisions.
func Decisions() []Decision { return []Decision{Allow, AskPIN, SetUp, Deny, ToPage} }

// A Reason is the stable code of why a decision was taken.
type Reason string

// The reasons.
const (
	ReasonDeviceRecognized     Reason = "device_recognized"
	ReasonNewDevice            Reason = "new_device"
	ReasonDeviceExpired        Reason = "device_expired"
	ReasonDeviceRevoked        Reason = "device_revoked"
	ReasonDeviceReplayed       Reason = "device_replayed"
	ReasonBrowserChanged       Reason = "browser_changed"
	ReasonPINWrong             Reason = "pin_wrong"
	ReasonPINLocked            Reason = "pin_locked"
	ReasonPINBlocked           Reason = "pin_blocked"
	ReasonPINNotSet            Reason = "pin_not_set"
	ReasonPINTemporary         Reason = "pin_temporary"
	ReasonProtectionImposed    Reason = "protection_imposed"
	ReasonProtectionNotAllowed Reason = "protection_not_allowed"
	ReasonGrace                Reason = "grace"
	ReasonNotifyOnly           Reason = "notify_only"
	ReasonNoProtection         Reason = "no_protection"
	ReasonAccountSuspended     Reason = "account_suspended"
	ReasonAccountUnknown       Reason = "account_unknown"
	ReasonLoginExpired         Reason = "login_expired"
	ReasonLoginExhausted       Reason = "login_exhausted"
	ReasonHourlyLimit          Reason = "hourly_limit"
	ReasonSetupCodeRequired    Reason = "setup_code_required"
	ReasonSetupCodeWrong       Reason = "setup_code_wrong"
	ReasonEnrolmentClosed      Reason = "enrolment_closed"
	ReasonPasswordWrong        Reason = "password_wrong" // of an imported log only
	ReasonLoginPass            Reason = "login_pass"
	ReasonPolicyPaused         Reason = "policy_paused"
	ReasonResetSent            Reason = "reset_code_sent"
	ReasonResetWrong           Reason = "reset_code_wrong"
	ReasonResetLimit           Reason = "reset_limit"
	ReasonResetNotAllowed      Reason = "reset_not_allowed"
	ReasonPINResetByMail       Reason = "pin_reset_by_mail"
	ReasonLoginCodeWrong       Reason = "login_code_wrong"
)

// Reasons lists all reasons.
func Reasons() []Reason {
	return []Reason{
		ReasonDeviceRecognized, ReasonNewDevice, ReasonDeviceExpired, ReasonDeviceRevoked, ReasonDeviceReplayed,
		ReasonBrowserChanged, ReasonPINWrong, ReasonPINLocked, ReasonPINBlocked, ReasonPINNotSet, ReasonPINTemporary,
		ReasonProtectionImposed, ReasonProtectionNotAllowed, ReasonGrace, ReasonNotifyOnly, ReasonNoProtection,
		ReasonAccountSuspended, ReasonAccountUnknown, ReasonLoginExpired, ReasonLoginExhausted, ReasonHourlyLimit,
		ReasonSetupCodeRequired, ReasonSetupCodeWrong, ReasonEnrolmentClosed, ReasonPasswordWrong,
		ReasonLoginPass, ReasonPolicyPaused, ReasonResetSent, ReasonResetWrong, ReasonResetLimit, ReasonResetNotAllowed,
		ReasonPINResetByMail, ReasonLoginCodeWrong,
	}
}

// Waived reports whether a login passed for that reason though nobody proved to
// be its account's owner; no device is registered in it.
func (r Reason) Waived() bool { return r == ReasonLoginPass || r == ReasonPolicyPaused }

// A LoginState says where a login stands.
type LoginState string

// The states of a login.
const (
	LoginOpen    LoginState = "open"
	LoginPassed  LoginState = "passed"
	LoginDenied  LoginState = "denied"
	LoginExpired LoginState = "expired"
)

// LoginStates lists all states of a login.
func LoginStates() []LoginState {
	return []LoginState{LoginOpen, LoginPassed, LoginDenied, LoginExpired}
}

// A Login is one transaction: it begins after the portal checked the password
// and ends passed, denied or expired. Its record is the login log.
type Login struct {
	Key        int64  // the public number
	IDHash     []byte // SHA-256 of the secret login id
	AccountKey int64  // 0 for an unknown account
	OpenedBy   string // the operator or portal that it is bound to
	StartedAt  time.Time
	ExpiresAt  time.Time
	EndedAt    time.Time
	State      LoginState
	Decision   Decision
	Reason     Reason
	IP         netip.Addr
	UserAgent  string
	DeviceID   string // recognized or registered in it
	Token      string // what the presented device token was worth (decide.Recognition)
	Borrowed   string // public id of another account's device, whose token was presented

	WrongPINs  int
	PINAt      time.Time // when the right PIN was given
	Recognized bool      // a device was recognized at its start
	MayChoose  bool      // protection may be chosen in it
	Registered bool      // a device was registered in it
}

// Browser gives the browser family of the login.
func (l Login) Browser() Browser { return ParseBrowser(l.UserAgent) }

// OpenAt reports whether the login still takes requests: open, or passed and
// not yet past its time (a device may be named, a protection chosen).
func (l Login) OpenAt(now time.Time) bool {
	return (l.State == LoginOpen || l.State == LoginPassed) && now.Before(l.ExpiresAt) && !now.Before(l.StartedAt.Add(-LoginFor))
}

// ImportedBy stands as OpenedBy of the logins that come from the log of a portal
// that asked nobody.
const ImportedBy = "import"

// Imported reports whether the login was read from a portal's log. Its device is
// its browser family and network; no token proves it.
func (l Login) Imported() bool { return l.OpenedBy == ImportedBy }

// Known reports whether the login passed from a device that was known.
func (l Login) Known() bool {
	return l.Recognized || (l.Imported() && l.Reason == ReasonDeviceRecognized)
}

// Failed reports whether the login ended in a way that trying accounts would end:
// a password, PIN or code that was wrong, a PIN that never came, an account that
// is not there.
func (l Login) Failed() bool {
	switch l.State {
	case LoginExpired:
		return l.Abandoned()
	case LoginDenied:
	case LoginOpen, LoginPassed:
		return false
	}
	switch l.Reason { //nolint:exhaustive // the other denials say nothing of who tried
	case ReasonPINWrong, ReasonLoginExhausted, ReasonHourlyLimit, ReasonSetupCodeWrong, ReasonPINLocked, ReasonPINBlocked,
		ReasonAccountUnknown, ReasonPasswordWrong:
		return true
	}
	return false
}

// Abandoned reports whether the login expired though the person had yet to prove
// something. One that merely waited for its browser owed nothing, unless the PIN
// was locked or blocked.
func (l Login) Abandoned() bool {
	if l.State != LoginExpired || l.Recognized {
		return false
	}
	return l.Decision != ToPage || l.Reason == ReasonPINLocked || l.Reason == ReasonPINBlocked
}

// End closes the login.
func (l *Login) End(state LoginState, d Decision, r Reason, now time.Time) {
	l.State, l.Decision, l.Reason, l.EndedAt = state, d, r, now
}

// Sentence gives the plain words for a reason that turns somebody away.
func (r Reason) Sentence() string {
	switch r { //nolint:exhaustive // reasons that let pass need no words here
	case ReasonPINWrong:
		return "the PIN is wrong"
	case ReasonPINLocked:
		return "too many wrong PINs, locked for a while"
	case ReasonPINBlocked:
		return "too many wrong PINs, blocked until the PIN is reset"
	case ReasonPINNotSet:
		return "there is no PIN"
	case ReasonAccountSuspended:
		return "the account is not active"
	}
	return string(r)
}
