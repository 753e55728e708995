package store

import (
	"context"
	"time"

	"pinward/internal/access"
)

// A Viewer can be read, as View of Store describes.
type Viewer interface {
	View(ctx context.Context, f func(Tx) error) error
}

// Upkeep concerns the store as a whole.
type Upkeep interface {
	Restoring
	Retention
	KeyRows
}

// Restoring is what a backup needs before it takes a store's place.
type Restoring interface {
	// EndAll revokes every unrevoked device, ends every login as EndLogins does,
	// voids every code and pass, and gives the three numbers. Notices that carry a
	// secret lose it and are mailed no more; kept answers go.
	EndAll(ctx context.Context, r Revocation, reason access.Reason) (devices, logins, codes int, err error)
	// AttemptAccounts gives the keys of the accounts at which wrong PINs are
	// remembered or an attempt is in flight, ascending.
	AttemptAccounts(ctx context.Context) ([]int64, error)
	// Numbers gives, by name, the highest key that was ever given to what people
	// and cursors name by its key. RaiseNumbers lets new keys begin above those
	// given, and lowers none.
	Numbers(ctx context.Context) (map[string]int64, error)
	RaiseNumbers(ctx context.Context, highest map[string]int64) error
}

// Aged is a kind of row, or of address in rows, that is kept for a time only.
type Aged string

// What is kept for a time only. An address is cut to its access.NetworkOf.
const (
	AgedLogins          Aged = "logins"           // that have ended, by their start
	AgedAlerts          Aged = "alerts"           // answered or not, by their time
	AgedNotices         Aged = "notices"          // mailed or not, by their time
	AgedLoginAddresses  Aged = "login_addresses"  // by the login's start
	AgedAlertAddresses  Aged = "alert_addresses"  // by the alert's time
	AgedDeviceAddresses Aged = "device_addresses" // by when the device was last seen
	AgedNoticeAddresses Aged = "notice_addresses" // of their facts, by the notice's time
	AgedSetupCodes      Aged = "setup_codes"      // by their expiry
	AgedResetCodes      Aged = "reset_codes"      // by the time they were asked for
	AgedLoginPasses     Aged = "login_passes"     // by their expiry
	AgedKeptAnswers     Aged = "kept_answers"     // by their expiry
	AgedPages           Aged = "pages"            // by when they were made
	AgedGateStarts      Aged = "gate_starts"      // by their expiry
	AgedGateSessions    Aged = "gate_sessions"    // ended or not, by their expiry
)

// Retention forgets what was kept long enough.
type Retention interface {
	// CountAged counts what PruneAged would remove or cut without a limit.
	CountAged(ctx context.Context, a Aged, before time.Time) (int, error)
	// PruneAged removes or cuts what is older than before, the oldest first, at
	// most limit of it, and gives the number.
	PruneAged(ctx context.Context, a Aged, before time.Time, limit int) (int, error)
	// LongArchived gives the keys of archived accounts that nothing has changed
	// since before, ascending, at most limit, 0 for all.
	LongArchived(ctx context.Context, before time.Time, limit int) ([]int64, error)
	// EraseAccounts removes accounts with all that belongs to them: PIN, birth
	// date, attempts, codes, devices, logins, sessions, alerts, memberships and links, and
	// the notices about them, those to a school that name them by their login
	// too. Of the audit records that name them or what was theirs the details are
	// erased; the records stay.
	EraseAccounts(ctx context.Context, keys []int64) error
	// PruneAudit removes the audit records up to the one of that number, with
	// their details.
	PruneAudit(ctx context.Context, through int64) error
}

// A KeyUse counts the rows of a table that rest on a key.
type KeyUse struct {
	Table string // "pin", "birth_date", "setup_code", "reset_code", "notice", "device", "kept_answer" or "audit"
	Key   string // as the row names it: for devices possibly several keys
	Rows  int
}

// A SealedRow is what an account has sealed.
type SealedRow struct {
	AccountKey int64
	AccountID  string
	Login      string
	PIN        access.Sealed // zero where no PIN is set
	BirthDate  access.Sealed // zero where none is kept
}

// KeyRows tells which rows rest on which key.
type KeyRows interface {
	// KeyUses counts rows by table and key, in that order. Devices that are
	// revoked or past their lifetime at now, and codes and answers that have expired, rest on
	// none.
	KeyUses(ctx context.Context, now time.Time) ([]KeyUse, error)
	// SealedOtherwise gives the accounts of which the PIN or the birth date is
	// sealed under another key, with both of these.
	SealedOtherwise(ctx context.Context, keyID string, p Page) ([]SealedRow, error)
	// ForgetTokens forgets by what the tokens of devices that are revoked or past
	// their lifetime could be told, where that rests on the key; it gives the
	// number of devices.
	ForgetTokens(ctx context.Context, keyID string, now time.Time) (int, error)
	// MetaNames gives the names that begin with prefix, in order.
	MetaNames(ctx context.Context, prefix string) ([]string, error)
}
