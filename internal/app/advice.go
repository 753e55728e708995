package app

import (
	"context"

	"pinward/internal/access"
	"pinward/internal/store"
)

// passwordChangeAdvised reports whether the person should be told to change the
// password: somebody was found to know it, and no portal has told of a change
// since.
func passwordChangeAdvised(_ context.Context, _ store.Tx, a access.Account) (bool, error) {
	return a.PasswordChangeAdvised(), nil
}
