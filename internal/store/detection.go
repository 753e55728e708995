package store

import (
	"context"
	"net/netip"
	"time"

	"pinward/internal/access"
)

// Tried counts what was tried from one address and failed.
type Tried struct {
	Accounts int // different ones
	Unknown  int // logins of unknown accounts: nobody knows how many those were
}

// A Passed is what detection looks at of a login that passed.
type Passed struct {
	StartedAt time.Time
	IP        netip.Addr
	UserAgent string
	Known     bool // access.Login.Known
}

// Detection answers what the rules of detection ask about what came before a
// login. Spans take in both of their ends, so that a login of the past can be
// judged as it was then.
type Detection interface {
	// PassedBefore gives the account's logins of a lower key that passed, newest
	// first, at most limit.
	PassedBefore(ctx context.Context, accountKey, loginKey int64, limit int) ([]Passed, error)
	// LastAlertAt gives when the account's newest alert of a kind was, a zero time
	// where there is none.
	LastAlertAt(ctx context.Context, accountKey int64, kind access.AlertKind) (time.Time, error)
	// TriedFrom counts, among the newest 500, the logins that began in the span at
	// access.SourceOf(ip) and failed (access.Login.Failed).
	TriedFrom(ctx context.Context, ip netip.Addr, from, to time.Time) (Tried, error)
	// RegisteredFrom counts the accounts that registered a device in the span, at
	// that address and by that user agent.
	RegisteredFrom(ctx context.Context, ip netip.Addr, userAgent string, from, to time.Time) (int, error)
	// BorrowersOf counts the accounts whose logins of the span presented the token
	// of another account's device of that public id.
	BorrowersOf(ctx context.Context, deviceID string, from, to time.Time) (int, error)
	// RegisteredAgain counts the devices of d's account, d among them, that were
	// first seen in the span and are called the same, or are a phone or tablet of
	// the same browser family; revoked or not.
	RegisteredAgain(ctx context.Context, d access.Device, from, to time.Time) (int, error)
	// AddressAlerts gives the newest alerts of a kind about an address rather than
	// an account, newest first, at most limit.
	AddressAlerts(ctx context.Context, kind access.AlertKind, ip netip.Addr, limit int) ([]access.Alert, error)
}
