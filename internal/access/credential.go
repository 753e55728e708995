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

// Sealed is a small secret kept under the keyring beside an account.
type Sealed struct {
	KeyID string
	Blob  []byte
}
