package store

import (
	"context"
	"time"

	"pinward/internal/access"
)

// Resets are requests for codes by mail, and passes that an operator gave.
type Resets interface {
	// ResetCode gives the account's newest request, a zero one where there is none.
	ResetCode(ctx context.Context, accountKey int64) (access.ResetCode, error)
	// CountResetCodes counts the account's requests at or after since, those
	// whose code is void included.
	CountResetCodes(ctx context.Context, accountKey int64, since time.Time) (int, error)
	// ReserveResetTry counts one try of the code of that request if it is not
	// void and fewer than limit stand, in one statement; it reports whether it did.
	ReserveResetTry(ctx context.Context, key int64, limit int) (bool, error)
	PutResetCode(ctx context.Context, c *access.ResetCode) error
	// VoidResetCodes takes the account's codes away, leaves the requests, and
	// gives the number of codes.
	VoidResetCodes(ctx context.Context, accountKey int64) (int, error)

	// LoginPass gives a zero LoginPass where none is out.
	LoginPass(ctx context.Context, accountKey int64) (access.LoginPass, error)
	// PutLoginPass replaces the account's pass.
	PutLoginPass(ctx context.Context, p access.LoginPass) error
	// DeleteLoginPass takes the pass away and reports whether there was one.
	DeleteLoginPass(ctx context.Context, accountKey int64) (bool, error)
}
