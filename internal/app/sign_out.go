package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// SignOutAccount ends the account's open logins and its sessions at gates: each
// of its browsers is asked again as soon as it comes. Devices and codes stay.
func (a *App) SignOutAccount(ctx context.Context, by access.Operator, login, reason string) (Ended, error) {
	reason, err := optionalReason(reason)
	if err != nil {
		return Ended{}, err
	}
	var ended Ended
	err = a.change(ctx, by, AccountSignOut, func(c *change) error {
		account, err := c.account(ctx, login)
		if err != nil {
			return err
		}
		c.targetAccount(account)
		c.note("reason", reason)
		if ended.Logins, err = c.EndLogins(ctx, account.Key, 0, access.ReasonLoginExpired, c.now); err != nil {
			return fmt.Errorf("end the logins of %s: %w", account.Login, err)
		}
		if ended.Sessions, err = c.endSessions(ctx, store.GateFilter{AccountKey: account.Key}); err != nil {
			return err
		}
		c.note("logins_ended", ended.Logins)
		if ended == (Ended{}) {
			c.nothing()
		}
		return nil
	})
	return ended, err
}
