package access

import "time"

// A Credential is the state of an account's PIN. The PIN itself is only in
// Sealed, which nothing but the keyring opens.
type Credential struct {
	KeyID     string    // the key that seals it
	Sealed    []byte    // nil: no PIN
	SetAt     time.Time // zero: never
	SetBy     string    // public id of who set it: the account's own, or an operator's
	Temporary bool      // to be changed at the next login
	ClearedAt time.Time // a reset took the PIN; only a set-up code lets a new one be set
	AuditSeq  int64
}

// Set reports whether there is a PIN.
func (c Credential) Set() bool { return c.Sealed != nil }

// Cleared reports whether a reset took the PIN and none has been set since.
func (c Credential) Cleared() bool { return !c.Set() && !c.ClearedAt.IsZero() }

// NeverSet reports whether the account never had a PIN.
func (c Credential) NeverSet() bool { return !c.Set() && c.SetAt.IsZero() && c.ClearedAt.IsZero() }

// A SetupCode lets its bearer set a PIN once. Only its MAC is kept.
type SetupCode struct {
	AccountKey int64
	KeyID      string
	MAC        []byte
	Tries      int // wrong entries, and those being judged
	CreatedAt  time.Time
	CreatedBy  string // an operator's public id
	ExpiresAt  time.Time
}

// Good reports whether the code may still be tried.
func (c SetupCode) Good(now time.Time) bool {
	return c.MAC != nil && c.Tries < SetupTries && now.Before(c.ExpiresAt)
}

// A ResetCode is a request for a code by mail, which lets its bearer replace a
// forgotten PIN in one login. Only the code's MAC is kept. Requests count
// whether or not they are owed a code that anybody gets.
type ResetCode struct {
	Key        int64
	AccountKey int64
	LoginKey   int64 // the login that it was asked for in, and is good for
	KeyID      string
	MAC        []byte // nil: void
	Tries      int    // wrong entries, and those being judged
	CreatedAt  time.Time
	ExpiresAt  time.Time
}

// The limits of a reset by mail.
const (
	MailCodeFor  = 15 * time.Minute // a mailed code is good
	ResetsInDay  = 3                // requests for one by an account in ResetsWithin
	ResetsWithin = Day
)

// Good reports whether the code may still be tried.
func (c ResetCode) Good(now time.Time) bool {
	return c.MAC != nil && c.Tries < MailCodeTries && now.Before(c.ExpiresAt)
}

// TriesLeft gives how many wrong entries are left before the code is void.
func (c ResetCode) TriesLeft() int { return max(0, MailCodeTries-c.Tries) }

// A LoginPass lets the next login of an account from a device that is not
// recognized pass without the PIN, once.
type LoginPass struct {
	AccountKey int64
	CreatedAt  time.Time
	CreatedBy  string // an operator's public id
	Reason     string
	ExpiresAt  time.Time
	AuditSeq   int64
}

// MaxLoginPass is the longest time that a pass may be good.
const MaxLoginPass = 60 * time.Minute

// Good reports whether the pass may be used.
func (p LoginPass) Good(now time.Time) bool {
	return now.Before(p.ExpiresAt) && !now.Before(p.CreatedAt)
}

// Sealed is a small secret kept under the keyring beside an account.
type Sealed struct {
	KeyID string
	Blob  []byte
}
