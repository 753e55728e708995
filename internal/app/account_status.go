package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
)

// SuspendAccount bars an account until it is restored and takes back all trust
// in it (rule 6). An account that is suspended already stays as it is; an
// archived one is refused.
func (a *App) SuspendAccount(ctx context.Context, by access.Operator, login, reason string) (AccountChange, error) {
	return a.setStatus(ctx, by, AccountSuspend, login, access.Suspended, reason)
}

// RestoreAccount makes a suspended or archived account active again. What was
// taken back from it stays taken.
func (a *App) RestoreAccount(ctx context.Context, by access.Operator, login, reason string) (AccountChange, error) {
	return a.setStatus(ctx, by, AccountRestore, login, access.Active, reason)
}

// ArchiveAccount marks an account as one of somebody who left, and takes back
// all trust in it. It stays a member of its schools, so that their operators
// still find it.
func (a *App) ArchiveAccount(ctx context.Context, by access.Operator, login, reason string) (AccountChange, error) {
	return a.setStatus(ctx, by, AccountArchive, login, access.Archived, reason)
}

func (a *App) setStatus(ctx context.Context, by access.Operator, action Action, login string, to access.Status, reason string) (AccountChange, error) {
	var done AccountChange
	err := a.change(ctx, by, action, func(c *change) error {
		account, err := c.account(ctx, login)
		if err != nil {
			return err
		}
		if reason, err = requiredReason(reason, string(action)+" "+account.Login); err != nil {
			return err
		}
		done.Account = account
		if account.Status == to {
			c.nothing()
			return nil
		}
		if account.Status == access.Archived && to == access.Suspended {
			return access.Refused("account_archived", fmt.Sprintf("suspend %s: the account is archived", account.Login),
				"nobody gets in with it; restore it first to suspend it")
		}
		c.targetAccount(account)
		c.note("reason", reason)
		done, err = c.putStatus(ctx, account, to, reason)
		return err
	})
	return done, err
}

// putStatus stores an account's status and, where it bars the account, takes
// back all trust.
func (c *change) putStatus(ctx context.Context, account access.Account, to access.Status, why string) (AccountChange, error) {
	done := AccountChange{Changed: true, Fields: []string{"status"}}
	account.Status, account.StatusReason = to, why
	if to == access.Active {
		account.StatusReason = ""
	}
	account.UpdatedAt, account.AuditSeq = c.now, c.seq
	if err := c.PutAccount(ctx, &account); err != nil {
		return AccountChange{}, fmt.Errorf("store account %s: %w", account.Login, err)
	}
	done.Account = account
	if to == access.Active {
		return done, nil
	}
	var err error
	if done.Ended, err = c.endTrust(ctx, account, "the account was "+string(to)); err != nil {
		return AccountChange{}, err
	}
	c.noteEnded(done.Ended)
	return done, nil
}
