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
	Schools    []string // of the notice; nil: all, empty: none
	States     []access.NoticeState
	Unseen     bool // only those that nobody has seen
	Since      time.Time
}

// Notices are what people are owed to be told, and how far their mails came.
type Notices interface {
	Notice(ctx context.Context, id string) (NoticeRow, error)
	Notices(ctx context.Context, f NoticeFilter) ([]NoticeRow, error)
	PutNotice(ctx context.Context, n *access.Notice) error
	// LastOfTopic gives the account's newest notice of that kind and topic that
	// was mailed or waits to be, or ErrNotFound.
	LastOfTopic(ctx context.Context, accountKey int64, k access.NoticeKind, topic string) (access.Notice, error)
}
