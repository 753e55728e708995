package store

import (
	"context"

	"pinward/internal/access"
)

// KeptAnswers are the answers that are kept for requests that come again.
type KeptAnswers interface {
	// KeptAnswer gives a zero KeptAnswer where the caller has none of that name.
	KeptAnswer(ctx context.Context, caller string, nameHash []byte) (access.KeptAnswer, error)
	PutKeptAnswer(ctx context.Context, k *access.KeptAnswer) error
	DeleteKeptAnswer(ctx context.Context, key int64) error
}
