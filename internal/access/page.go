package access

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// A PageKind says what pinward's own pages are visited for.
type PageKind string

// The kinds of page.
const (
	PageLogin   PageKind = "login"   // the PIN of a login is entered there
	PageAccount PageKind = "account" // the person looks after the account
)

// PageKinds lists all kinds of page.
func PageKinds() []PageKind { return []PageKind{PageLogin, PageAccount} }

// How long what belongs to a page is good.
const (
	AccountLinkFor = time.Minute      // the link to an account's pages, until its visit
	AccountFor     = 15 * time.Minute // the account's pages, from the visit on
	ReturnCodeFor  = time.Minute      // the code that a browser brings back to the portal
	ReturnTries    = 5                // wrong codes void the right one
)

// A Page is one visit of pinward's own pages: of a login whose PIN is entered
// there, or of an account's pages after a login. A link opens it once, for the
// browser that comes first; that browser then holds a secret of its own. Link,
// secret and code have 256 random bits each and stand here as SHA-256.
type Page struct {
	Key         int64
	LoginKey    int64 // whom it is for, and what ends it
	Kind        PageKind
	LinkHash    []byte
	LinkUntil   time.Time
	BrowserHash []byte // nil: no browser came yet, or it left
	VisitedAt   time.Time
	ReturnURL   string // one of the portal's; empty: nowhere to go back to
	State       string // the portal's own text, given back to it
	CodeHash    []byte // nil: none is out
	CodeUntil   time.Time
	CodeTries   int
	RedeemedAt  time.Time
	CreatedAt   time.Time

	// PasswordChangedAt waits for the browser: its device is spared.
	PasswordChangedAt time.Time
}

// Visited reports whether a browser came.
func (p Page) Visited() bool { return !p.VisitedAt.IsZero() }

// Redeemed reports whether the portal has learned how the login ended.
func (p Page) Redeemed() bool { return !p.RedeemedAt.IsZero() }

// CodeGood reports whether a code is out that may still be redeemed. A clock
// that was moved back lengthens no code's life by more than its span.
func (p Page) CodeGood(now time.Time) bool {
	return p.CodeHash != nil && p.CodeTries < ReturnTries && now.Before(p.CodeUntil) &&
		!now.Before(p.CodeUntil.Add(-2*ReturnCodeFor))
}

// MaxState is the longest text, in bytes, that a portal is given back.
const MaxState = 512

// CheckState refuses a portal's text that is too long or no text.
func CheckState(s string) error {
	if len(s) > MaxState || !utf8.ValidString(s) {
		return Refused("state_invalid", "state: not a text of at most 512 bytes", fmt.Sprintf("send at most %d bytes of UTF-8", MaxState))
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return Refused("state_invalid", "state: holds a control character", "")
		}
	}
	return nil
}
