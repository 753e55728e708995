package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// sweepBatch bounds how many overdue logins one transaction ends.
const sweepBatch = 100

// system is pinward acting by itself.
func system() access.Operator {
	return access.Operator{ID: "pinward", Name: "pinward", Role: access.RoleAdmin}
}

// sweepLogins ends logins whose time ran out and raises what that means: the
// password was right and the PIN never came. It gives their number.
func (c *change) sweepLogins(ctx context.Context) (int, error) {
	overdue, err := c.OverdueLogins(ctx, c.now, sweepBatch)
	if err != nil {
		return 0, fmt.Errorf("find abandoned logins: %w", err)
	}
	for _, l := range overdue {
		decision, reason := l.Decision, l.Reason
		l.End(access.LoginExpired, decision, reason, c.now)
		if err := c.PutLogin(ctx, &l); err != nil {
			return 0, fmt.Errorf("end login %d: %w", l.Key, err)
		}
		account, err := c.AccountByKey(ctx, l.AccountKey)
		if err != nil {
			return 0, fmt.Errorf("read the account of login %d: %w", l.Key, err)
		}
		if err := c.raiseEnd(ctx, account, l); err != nil {
			return 0, err
		}
	}
	if len(overdue) > 0 {
		c.note("logins_expired", len(overdue))
	}
	return len(overdue), nil
}

// SweepLogins ends abandoned logins where there are any; commands that show
// alerts call it first.
func (a *App) SweepLogins(ctx context.Context) error {
	for {
		var overdue []access.Login
		err := a.store.View(ctx, func(tx store.Tx) (err error) {
			overdue, err = tx.OverdueLogins(ctx, a.clock(), 1)
			return err
		})
		if err != nil || len(overdue) == 0 {
			return err
		}
		err = a.update(ctx, system(), loginSweep, func(c *change) error {
			n, err := c.sweepLogins(ctx)
			if n == 0 {
				c.nothing() // another process swept meanwhile
			}
			return err
		})
		if err != nil {
			return err
		}
	}
}
