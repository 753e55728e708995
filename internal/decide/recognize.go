package decide

import (
	"time"

	"pinward/internal/access"
)

// A Recognition says what a presented device token is worth.
type Recognition string

// The recognitions. Only Recognized waives the PIN.
const (
	NoToken        Recognition = "no_token"
	UnknownToken   Recognition = "unknown"         // never issued, or malformed
	OtherAccount   Recognition = "other_account"   // another account's, on a shared browser
	Revoked        Recognition = "revoked"         // taken off the list
	Replayed       Recognition = "replayed"        // issued once, superseded since
	Expired        Recognition = "expired"         // outlived, or unused for too long
	BrowserChanged Recognition = "browser_changed" // from another browser or operating system
	ProvenWeaker   Recognition = "proven_weaker"   // registered by the password alone, a PIN is demanded
	Recognized     Recognition = "recognized"
)

// Recognitions lists all recognitions.
func Recognitions() []Recognition {
	return []Recognition{
		NoToken, UnknownToken, OtherAccount, Expired, Revoked, Replayed, BrowserChanged, ProvenWeaker, Recognized,
	}
}

// A Token is what is known of a presented device token.
type Token struct {
	Sent       bool
	Issued     bool // pinward made it, for Device, as generation Generation
	Device     access.Device
	Generation int64
}

// A Request is the login that a token is presented in.
type Request struct {
	AccountKey int64
	Protection access.Protection // the effective one
	Idle       time.Duration     // the policy's idle limit
	Browser    access.Browser
	Now        time.Time
}

// Recognize judges a token. The order matters: another account's token leaves
// that account's device alone, and a stolen token is noticed even when its
// device has expired.
func Recognize(t Token, r Request) Recognition {
	switch {
	case !t.Sent:
		return NoToken
	case !t.Issued:
		return UnknownToken
	case t.Device.AccountKey != r.AccountKey:
		return OtherAccount
	case t.Device.Revoked():
		return Revoked
	case superseded(t, r.Now):
		return Replayed
	case t.Device.Expired(r.Now, r.Idle):
		return Expired
	case !t.Device.Browser.SameFamily(r.Browser):
		return BrowserChanged
	case !t.Device.Proof.Suffices(r.Protection):
		return ProvenWeaker
	}
	return Recognized
}

// superseded reports whether a newer token took this one's place: any older
// generation, but for the direct predecessor while its successor was never
// presented or was so less than a minute ago.
func superseded(t Token, now time.Time) bool {
	switch t.Generation {
	case t.Device.Generation:
		return false
	case t.Device.Generation - 1:
		if t.Device.PresentedAt.IsZero() {
			return false
		}
		age := now.Sub(t.Device.PresentedAt)
		return age <= -access.PredecessorGrace || age >= access.PredecessorGrace
	}
	return true
}

// reason gives the reason for asking where a token did not recognize.
func (r Recognition) reason() access.Reason {
	switch r {
	case Revoked:
		return access.ReasonDeviceRevoked
	case Replayed:
		return access.ReasonDeviceReplayed
	case Expired:
		return access.ReasonDeviceExpired
	case BrowserChanged:
		return access.ReasonBrowserChanged
	case Recognized:
		return access.ReasonDeviceRecognized
	case NoToken, UnknownToken, OtherAccount, ProvenWeaker:
	}
	return access.ReasonNewDevice
}
