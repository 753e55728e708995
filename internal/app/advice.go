package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// passwordChangeAdvised reports whether the person should be told to change the
// password: an operator or the person said that somebody else knows it, or an
// alert says so that nobody has answered or that its person disputed; and no
// portal has told of a change since. Without unsettled alerts the latter is not
// looked for.
func passwordChangeAdvised(ctx context.Context, tx store.Tx, a access.Account, alerts bool, now time.Time) (bool, error) {
	if a.PasswordChangeAdvised(now) || !alerts {
		return a.PasswordChangeAdvised(now), nil
	}
	return guessed(ctx, tx, a, now)
}

// guessed reports whether somebody had the account's password and not the PIN,
// later than the last change of the password and within access.AdviceFor.
func guessed(ctx context.Context, tx store.Tx, a access.Account, now time.Time) (bool, error) {
	family := detect.Family(access.AlertPINWrong)
	since := latest(a.PasswordChangedAt, now.Add(-access.AdviceFor))
	rows, err := tx.Alerts(ctx, store.AlertFilter{
		AccountKey: a.Key, Since: since, States: []access.AlertState{access.AlertOpen, access.AlertDisputed},
	})
	if err != nil {
		return false, fmt.Errorf("list the alerts of %s: %w", a.Login, err)
	}
	return slices.ContainsFunc(rows, func(r store.AlertRow) bool {
		return slices.Contains(family, r.Kind) && r.At.After(since)
	}), nil
}
