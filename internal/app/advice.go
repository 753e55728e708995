package app

import (
	"context"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// passwordChangeAdvised reports whether the person should be told to change the
// password: an operator or the person said that somebody else knows it, or an
// alert says so that nobody has answered or that its person disputed; and no
// portal has told of a change since. Without unsettled alerts the latter is not
// looked for.
func (c *change) passwordChangeAdvised(ctx context.Context, a access.Account, alerts bool) (bool, error) {
	if a.PasswordChangeAdvised(c.now) || !alerts {
		return a.PasswordChangeAdvised(c.now), nil
	}
	return c.guessed(ctx, a)
}

// guessed reports whether somebody had the account's password and not the PIN,
// later than the last change of the password and within access.AdviceFor.
func (c *change) guessed(ctx context.Context, a access.Account) (bool, error) {
	family := detect.Family(access.AlertPINWrong)
	since := latest(a.PasswordChangedAt, c.now.Add(-access.AdviceFor))
	rows, err := c.Alerts(ctx, store.AlertFilter{
		AccountKey: a.Key, Since: since, States: []access.AlertState{access.AlertOpen, access.AlertDisputed},
	})
	if err != nil {
		return false, fmt.Errorf("list the alerts of %s: %w", a.Login, err)
	}
	return slices.ContainsFunc(rows, func(r store.AlertRow) bool {
		return slices.Contains(family, r.Kind) && r.At.After(since)
	}), nil
}
