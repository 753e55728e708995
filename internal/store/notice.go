package store

import (
	"context"
	"time"

	"pinward/internal/access"
)

// A NoticeRow is a notice with what lists show beside it.
type NoticeRow struct {
	access.Notice
	AccountID string
	Login     string
}

// A NoticeFilter selects notices; empty fields select all.
type NoticeFilter struct {
	Page
	AccountKey int64
	Named      string   // with AccountKey: also those that name that login in their facts
	Schools    []string // of the notice; nil: all, empty: none
	States     []access.NoticeState
	Unseen     bool // only those that nobody has seen
	Since      time.Time
}

// Due says which notices may be mailed now: those that wait, whose time has come
// and that nobody is sending. A time past those that can have been set at Now is
// one of a clock that has been moved back since, and holds up nothing.
type Due struct {
	Now     time.Time
	LeaseBy time.Time // the latest that a lease can end
	NextBy  time.Time // the latest that a next try can be put off to
	Since   time.Time // owed at or after it; zero: any
	Limit   int
}

// Notices are what people are owed to be told, and how far their mails came.
type Notices interface {
	Notice(ctx context.Context, id string) (NoticeRow, error)
	Notices(ctx context.Context, f NoticeFilter) ([]NoticeRow, error)
	// Unsettled reports, cheaply, whether the account has notices owed at or after
	// since that nobody has seen, and alerts that are open or disputed.
	Unsettled(ctx context.Context, accountKey int64, since time.Time) (notices, alerts bool, err error)
	// CountNotices counts what Notices gives without a limit, and gives when the
	// oldest of it was owed; zero: there is none.
	CountNotices(ctx context.Context, f NoticeFilter) (int, time.Time, error)
	PutNotice(ctx context.Context, n *access.Notice) error
	// DueNotices gives notices whose mail may be tried now, those due first.
	DueNotices(ctx context.Context, d Due) ([]access.Notice, error)
	// MailsTo counts the mails to an address that were sent after since, or are
	// being sent at now, and gives when the first of them was; zero: none yet.
	MailsTo(ctx context.Context, address string, since, now time.Time) (int, time.Time, error)
	// WaitingDigest gives the digest to an address, about the account or, where
	// accountKey is 0, to a school, that nobody is sending yet, or ErrNotFound.
	WaitingDigest(ctx context.Context, address string, accountKey int64) (access.Notice, error)
	// LastOfTopic gives the account's newest notice of that kind and topic that
	// was mailed or waits to be, or ErrNotFound.
	LastOfTopic(ctx context.Context, accountKey int64, k access.NoticeKind, topic string) (access.Notice, error)
}
