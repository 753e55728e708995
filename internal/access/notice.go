package access

import (
	"net/netip"
	"time"
)

// A NoticeKind names what a person is told.
type NoticeKind string

// The kinds of notice.
const (
	NoticeNewDevice       NoticeKind = "new_device"       // a login from a device that was not recognized
	NoticeLoginSuspicious NoticeKind = "login_suspicious" // the password was right and the rest was not
	NoticePINSet          NoticeKind = "pin_set"          // the first PIN, or one after a reset
	NoticePINChanged      NoticeKind = "pin_changed"
	NoticePINReset        NoticeKind = "pin_reset" // cleared: a new one must be set
	NoticePINBlocked      NoticeKind = "pin_blocked"
	NoticeProtection      NoticeKind = "protection_changed"
	NoticeDeviceAdded     NoticeKind = "device_added"
	NoticeDeviceRemoved   NoticeKind = "device_removed"
	NoticeResetCode       NoticeKind = "reset_code"    // carries a secret
	NoticeEmailChanged    NoticeKind = "email_changed" // to the old address
	NoticeContained       NoticeKind = "account_contained"
	NoticeLoginPass       NoticeKind = "login_pass"    // one login without the PIN was allowed
	NoticeUnreachable     NoticeKind = "unreachable"   // to the school: somebody has no address that works
	NoticePolicyPaused    NoticeKind = "policy_paused" // to the school
	NoticeDigest          NoticeKind = "digest"
)

// NoticeKinds lists all kinds of notice.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{
		NoticeNewDevice, NoticeLoginSuspicious, NoticePINSet, NoticePINChanged, NoticePINReset, NoticePINBlocked,
		NoticeProtection, NoticeDeviceAdded, NoticeDeviceRemoved, NoticeResetCode, NoticeEmailChanged,
		NoticeContained, NoticeLoginPass, NoticeUnreachable, NoticePolicyPaused, NoticeDigest,
	}
}

// A NoticeState says where the mail of a notice stands.
type NoticeState string

// The states of a notice.
const (
	NoticeWaiting  NoticeState = "waiting"  // to be mailed
	NoticeSent     NoticeState = "sent"     // a mail server took it
	NoticeDead     NoticeState = "dead"     // refused for good, or tried for too long
	NoticeDigested NoticeState = "digested" // told by a digest instead
	NoticeUnmailed NoticeState = "unmailed" // never to be mailed: no address, or told before; shown on pages only
)

// NoticeStates lists all states of a notice.
func NoticeStates() []NoticeState {
	return []NoticeState{NoticeWaiting, NoticeSent, NoticeDead, NoticeDigested, NoticeUnmailed}
}

// ParseNoticeState reads a notice state's name.
func ParseNoticeState(s string) (NoticeState, error) { return parseOneOf("state", s, NoticeStates()) }

// NoticeFacts are what a notice tells; its kind says which of them. They hold no
// secret. A store keeps them as JSON, so fields are only ever added.
type NoticeFacts struct {
	At      time.Time  `json:"at,omitzero"`       // when it happened
	Browser string     `json:"browser,omitempty"` // "Firefox on Windows"
	IP      netip.Addr `json:"ip,omitzero"`
	Inside  bool       `json:"inside,omitempty"` // the address is the school's own
	Label   string     `json:"label,omitempty"`  // of the device
	By      string     `json:"by,omitempty"`     // the role of who did it; empty: the person
	Reason  string     `json:"reason,omitempty"` // that was given
	Until   time.Time  `json:"until,omitzero"`   // when what it tells of ends
	Login   string     `json:"login,omitempty"`  // of whom, where that is not the recipient
	Count   int        `json:"count,omitempty"`
	Items   []string   `json:"items,omitempty"` // a digest's lines, in plain words

	LoginKey  int64 `json:"login_number,omitempty"` // of the login that it comes from
	SelfReset bool  `json:"self_reset,omitempty"`   // policy lets the person replace a forgotten PIN by mail
	Suspended bool  `json:"suspended,omitempty"`    // the account is: the person cannot log in
}

// A Notice is a message owed to a person or a school: mailed from the outbox,
// and shown on the pages until it was seen.
type Notice struct {
	Key        int64
	ID         string // public id
	At         time.Time
	Kind       NoticeKind
	AccountKey int64  // whom it is about; 0: nobody in particular
	School     string // code of the school that sends it
	ToSchool   bool   // goes to the school's address, not the account's
	Address    string // where the mail goes; empty: nowhere
	Lang       string // "fr" or "en"
	Facts      NoticeFacts
	Secret     Sealed // what only the mail may show, sealed for the notice's id; zero: nothing
	Topic      string // notices of one topic are mailed once in a while only; empty: always
	AlertKey   int64  // 0: no alert
	MessageID  string // of the mail, the same at every try

	State       NoticeState
	Tries       int       // of sending it
	NextAt      time.Time // not to be tried before
	LeasedUntil time.Time // somebody is sending it; zero: nobody
	SentAt      time.Time
	LastError   string // of the last try, without addresses
	SeenAt      time.Time
	AuditSeq    int64
}

// ToPerson reports whether the notice tells its account's person of one thing.
func (n Notice) ToPerson() bool { return !n.ToSchool && n.Kind != NoticeDigest && n.AccountKey != 0 }

// TopicSilence is how long after a mail another one of the same topic is not
// sent, but shown on the pages only.
const TopicSilence = 30 * Day

// LoginTopic gives the topic of a login after a right PIN: one browser family in
// one network of one account.
func LoginTopic(b Browser, ip netip.Addr) string {
	return b.Family + " " + b.OS + " " + NetworkOf(ip).String()
}
