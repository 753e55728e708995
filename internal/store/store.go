// Package store is the contract between pinward's use cases and the database
// engine that keeps its data: what can be asked of a transaction, and what a
// transaction promises. It knows no SQL. Package storetest holds the one suite
// that every engine must pass.
package store

import (
	"context"
	"time"

	"pinward/internal/access"
)

// A Store keeps everything pinward knows. Its errors wrap the kinds of package
// access: ErrBusy where another process held the store for too long,
// ErrUnusable where it cannot be read or written, ErrDamaged where its content
// is not what an engine wrote.
type Store interface {
	// View runs f on one consistent state. Writing in it is an error.
	View(ctx context.Context, f func(Tx) error) error
	// Update runs f in one transaction that excludes every other writer, of any
	// process, from its first statement. When f and the commit succeed, the
	// change outlives a crash and a power cut; otherwise nothing has changed.
	// f must not call the Store again.
	Update(ctx context.Context, f func(Tx) error) error
	// ViewMany and UpdateMany promise the same, for transactions of very many
	// rows, and ViewOften for very many transactions: they cost more to begin
	// with and less for each row. A statement of theirs that has begun is not
	// interrupted when ctx is cancelled.
	ViewMany(ctx context.Context, f func(Tx) error) error
	ViewOften(ctx context.Context, f func(Tx) error) error
	UpdateMany(ctx context.Context, f func(Tx) error) error
	// Watch follows the commits of every process.
	Watch(ctx context.Context) (Watch, error)
	// Check asks the engine to read all it has and reports what is wrong.
	Check(ctx context.Context) ([]Problem, error)
	// EachRow reads every row of every table, by the code that reads it for
	// everything else, in pages of a transaction each. A row that cannot be read
	// hides none of those after it. each must not change the store.
	EachRow(ctx context.Context, each func(Row)) error
	Close() error
}

// A Watch tells whether anything has been committed.
type Watch interface {
	// Changed reports whether a commit happened since the last call. The first
	// call reports true. It costs microseconds and reads no table.
	Changed(ctx context.Context) (bool, error)
	Close() error
}

// A Problem is one thing that a check found.
type Problem struct {
	Table  string
	Row    string // the row's key or public id; empty for the whole table or file
	Text   string
	Damage bool // content is not what pinward wrote; otherwise a finding
}

// Page bounds a listing: rows with a key above After and, where UpTo is not 0,
// of at most UpTo; at most Limit of them, 0 for all. Listings come in key order,
// which is the order of creation.
type Page struct {
	After, UpTo int64
	Limit       int
}

// A Tx is one transaction. Single reads give access.ErrNotFound-wrapping
// errors for what is absent, unless they say otherwise; lists give an empty,
// non-nil slice. Put… methods insert where Key is 0, and then set Key;
// otherwise they update. A conflict with a unique value is access.ErrRefused
// with the code "login_taken", "external_id_taken", "school_taken" or
// "label_taken".
type Tx interface {
	Schools
	Portals
	Accounts
	Policies
	PINs
	Resets
	Devices
	Logins
	Pages
	Gates
	KeptAnswers
	Alerts
	Detection
	Notices
	Cursors
	Audits
	Meta
	Upkeep
}

// Schools are few; lists give them all, by code.
type Schools interface {
	School(ctx context.Context, code string) (access.School, error)
	Schools(ctx context.Context) ([]access.School, error)
	PutSchool(ctx context.Context, s *access.School) error
}

// An AccountRow is an account with what lists show beside it.
type AccountRow struct {
	access.Account
	PINSet      bool
	Devices     int       // neither revoked nor past their lifetime
	LastLoginAt time.Time // last login that passed; zero: never
}

// An AccountFilter selects accounts; empty fields select all.
type AccountFilter struct {
	Page
	Schools    []string // member of any of these; nil: all, empty: none
	Profiles   []access.Profile
	Group      string
	Status     access.Status
	Protection access.Protection
	NoEmail    bool
	MailFails  bool // a mail to the present address was refused for good
	NoPIN      bool
	Search     string // part of login, external id, name or e-mail; case and accents of ASCII only
	Imported   bool   // only those that a roster made
	Now        time.Time
}

// Accounts are people's entries.
type Accounts interface {
	AccountByKey(ctx context.Context, key int64) (access.Account, error)
	AccountByID(ctx context.Context, id string) (access.Account, error)
	AccountByLogin(ctx context.Context, login string) (access.Account, error)
	AccountByExternalID(ctx context.Context, externalID string) (access.Account, error)
	PutAccount(ctx context.Context, a *access.Account) error
	Accounts(ctx context.Context, f AccountFilter) ([]AccountRow, error)
	// EachAccount gives the accounts alone, one by one, to keep none of them in
	// memory; each must not write. It ends at the first error of each, and gives
	// it back.
	EachAccount(ctx context.Context, f AccountFilter, each func(access.Account) error) error
	CountAccounts(ctx context.Context, f AccountFilter) (int, error)

	// BirthDate gives the sealed birth date; a zero Sealed where none is kept.
	BirthDate(ctx context.Context, accountKey int64) (access.Sealed, error)
	PutBirthDate(ctx context.Context, accountKey int64, s access.Sealed) error
	// Students gives the keys of the students that a guardian answers for,
	// Guardians the other way round; both ascending.
	Students(ctx context.Context, guardianKey int64) ([]int64, error)
	Guardians(ctx context.Context, studentKey int64) ([]int64, error)
	PutStudents(ctx context.Context, guardianKey int64, studentKeys []int64) error
}

// Policies are versioned; the newest version of a profile is its policy.
type Policies interface {
	Policy(ctx context.Context, p access.Profile) (access.Policy, error)
	// AddPolicy stores p as the next version and sets p.Version.
	AddPolicy(ctx context.Context, p *access.Policy) error
}

// PINs are the sealed PINs, what is remembered of wrong ones, and set-up codes.
type PINs interface {
	// Credential gives a zero Credential where nothing was ever stored.
	Credential(ctx context.Context, accountKey int64) (access.Credential, error)
	PutCredential(ctx context.Context, accountKey int64, c access.Credential) error

	// Attempts gives zero Attempts where nothing was ever counted. The account
	// key 0 stands for every unknown account, and costs the same.
	Attempts(ctx context.Context, accountKey int64) (access.Attempts, error)
	// ReserveAttempt counts one attempt and records its lease if fewer than
	// limit stand, in one statement; it reports whether it did.
	ReserveAttempt(ctx context.Context, accountKey int64, limit int, l access.Lease) (bool, error)
	PutAttempts(ctx context.Context, accountKey int64, a access.Attempts) error

	// SetupCode gives a zero SetupCode where none is pending.
	SetupCode(ctx context.Context, accountKey int64) (access.SetupCode, error)
	// ReserveSetupTry counts one try of the pending code if fewer than limit
	// stand, in one statement; it reports whether it did.
	ReserveSetupTry(ctx context.Context, accountKey int64, limit int) (bool, error)
	// PutSetupCode replaces the account's pending code.
	PutSetupCode(ctx context.Context, c access.SetupCode) error
	// DeleteSetupCode voids the pending code and reports whether there was one.
	DeleteSetupCode(ctx context.Context, accountKey int64) (bool, error)
}

// A DeviceRow is a device with what lists show beside it.
type DeviceRow struct {
	access.Device
	AccountID string
	Login     string
	Name      string
	Profile   access.Profile
	Group     string
	School    string // code of the home school
}

// A DeviceFilter selects devices; empty fields select all.
type DeviceFilter struct {
	Page
	AccountKey int64
	Schools    []string // of the account; nil: all, empty: none
	Profile    access.Profile
	Group      string
	Label      string    // part of the label, case folded as by access.Fold
	UnusedAt   time.Time // last seen before it; zero: any
	ExpiredAt  time.Time // only those past their lifetime at it; zero: any
	Revoked    bool      // only revoked ones; otherwise only those that are not
	All        bool      // revoked or not
}

// Devices are recognized devices, the revoked ones included.
type Devices interface {
	Device(ctx context.Context, id string) (access.Device, error)
	Devices(ctx context.Context, f DeviceFilter) ([]DeviceRow, error)
	// PutDevice refuses a label that another unrevoked device of the account
	// has, compared by access.Fold, with access.ErrRefused "label_taken".
	PutDevice(ctx context.Context, d *access.Device) error
	// RevokeDevices revokes the account's unrevoked devices except the one of
	// key except, and gives their number.
	RevokeDevices(ctx context.Context, accountKey, except int64, r Revocation) (int, error)
	// CountDevices counts the account's devices that are neither revoked nor
	// past their lifetime.
	CountDevices(ctx context.Context, accountKey int64, now time.Time) (int, error)
}

// A Revocation says when, by whom and why devices are revoked.
type Revocation struct {
	At       time.Time
	By       string
	Reason   string
	AuditSeq int64
}

// A LoginRow is a login with what lists show beside it.
type LoginRow struct {
	access.Login
	AccountID    string
	AccountLogin string
	School       string // code of the home school
}

// A LoginFilter selects logins; empty fields select all.
type LoginFilter struct {
	Page
	AccountKey int64
	Schools    []string // of the account; nil: all, empty: none
	State      access.LoginState
	Since      time.Time // started at or after it
}

// Logins are the login log.
type Logins interface {
	LoginByIDHash(ctx context.Context, idHash []byte) (access.Login, error)
	LoginByKey(ctx context.Context, key int64) (access.Login, error)
	PutLogin(ctx context.Context, l *access.Login) error
	Logins(ctx context.Context, f LoginFilter) ([]LoginRow, error)
	// EachLogin gives the same rows one by one, to keep none of them in memory.
	// It ends at the first error of each, and gives it back.
	EachLogin(ctx context.Context, f LoginFilter, each func(LoginRow) error) error
	// OverdueLogins gives open logins whose time ran out at now, at most limit.
	OverdueLogins(ctx context.Context, now time.Time, limit int) ([]access.Login, error)
	// EndLogins ends the account's open and passed-but-usable logins except the
	// one of key except, as denied (open) or by cutting their time (passed),
	// and gives their number.
	EndLogins(ctx context.Context, accountKey, except int64, reason access.Reason, now time.Time) (int, error)
	// EndLoginsOf does so to all logins that the operator of that id opened.
	EndLoginsOf(ctx context.Context, openedBy string, reason access.Reason, now time.Time) (int, error)
	// NewestLogin gives the highest key, 0 where there is none.
	NewestLogin(ctx context.Context) (int64, error)
}

// An AlertRow is an alert with what lists show beside it.
type AlertRow struct {
	access.Alert
	AccountID string
	Login     string
	Name      string
}

// An AlertFilter selects alerts; empty fields select all.
type AlertFilter struct {
	Page
	AccountKey int64
	Schools    []string // of the alert; nil: all, empty: none
	Severities []access.Severity
	States     []access.AlertState
	IncidentID string
	Since      time.Time // at or after it
	Until      time.Time // before it
}

// Alerts are what looked wrong.
type Alerts interface {
	Alert(ctx context.Context, key int64) (AlertRow, error)
	Alerts(ctx context.Context, f AlertFilter) ([]AlertRow, error)
	// EachAlert gives the same rows one by one, to keep none of them in memory,
	// and leaves their names out.
	// It ends at the first error of each, and gives it back.
	EachAlert(ctx context.Context, f AlertFilter, each func(AlertRow) error) error
	// CountAlerts counts all that f selects, whatever its Limit.
	CountAlerts(ctx context.Context, f AlertFilter) (int, error)
	PutAlert(ctx context.Context, a *access.Alert) error
	// LastAlert gives the account's newest alert among kinds, or ErrNotFound.
	LastAlert(ctx context.Context, accountKey int64, kinds []access.AlertKind) (access.Alert, error)
	// NewestAlert gives the highest key, 0 where there is none.
	NewestAlert(ctx context.Context) (int64, error)
}

// An AuditFilter selects audit records; empty fields select all. Page's keys
// are sequence numbers.
type AuditFilter struct {
	Page
	Actor  string
	Action string // exact, or a noun before the dot
	Target string // public id
	Since  time.Time
}

// Audits is the chain of audit records. Records are only ever appended.
type Audits interface {
	// AuditHead gives the newest record, a zero one where there is none.
	AuditHead(ctx context.Context) (access.AuditRecord, error)
	AppendAudit(ctx context.Context, r access.AuditRecord) error
	Audits(ctx context.Context, f AuditFilter) ([]access.AuditRecord, error)
}

// Meta holds the few values that belong to the store as a whole.
type Meta interface {
	// Meta gives nil where nothing is stored under the name.
	Meta(ctx context.Context, name string) ([]byte, error)
	PutMeta(ctx context.Context, name string, value []byte) error
	// Orphans finds rows whose owner is gone.
	Orphans(ctx context.Context) ([]Problem, error)
}
