package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// PINStatus is the state of an account's PIN, without anything of the PIN.
type PINStatus struct {
	Account       access.Account
	Set           bool
	SetAt         time.Time
	SetBy         string
	Temporary     bool
	Cleared       bool // a reset took it; the set-up code is needed
	Failed        int  // wrong PINs since the last success, those in flight included
	LockedUntil   time.Time
	Blocked       bool
	CodeExpiresAt time.Time // of a pending set-up code
}

// PINStatuses gives the state of the named accounts, and of a group's. Targets
// that are absent are given as errors beside it.
func (a *App) PINStatuses(ctx context.Context, by access.Operator, logins []string, group string) ([]PINStatus, []error, error) {
	var statuses []PINStatus
	var absent []error
	err := a.read(ctx, by, PINStatusRead, func(tx store.Tx) error {
		accounts := make([]access.Account, 0, len(logins))
		for _, login := range logins {
			account, err := findAccount(ctx, tx, by, PINStatusRead, login)
			switch {
			case errors.Is(err, access.ErrNotFound):
				absent = append(absent, err)
			case err != nil:
				return err
			default:
				accounts = append(accounts, account)
			}
		}
		if group != "" {
			members, err := groupMembers(ctx, tx, by, group)
			if err != nil {
				return err
			}
			accounts = append(accounts, members...)
		}
		for _, account := range accounts {
			s, err := a.pinStatus(ctx, tx, account)
			if err != nil {
				return err
			}
			statuses = append(statuses, s)
		}
		return nil
	})
	return statuses, absent, err
}

func groupMembers(ctx context.Context, tx store.Tx, by access.Operator, group string) ([]access.Account, error) {
	rows, err := tx.Accounts(ctx, store.AccountFilter{Schools: by.Schools, Group: group, Status: access.Active})
	if err != nil {
		return nil, fmt.Errorf("list group %q: %w", group, err)
	}
	members := make([]access.Account, 0, len(rows))
	for _, row := range rows {
		if authorizeTarget(by, PINStatusRead, row.Account, row.Login) == nil {
			members = append(members, row.Account)
		}
	}
	return members, nil
}

func (a *App) pinStatus(ctx context.Context, tx store.Tx, account access.Account) (PINStatus, error) {
	credential, err := tx.Credential(ctx, account.Key)
	if err != nil {
		return PINStatus{}, fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	counts, err := tx.Attempts(ctx, account.Key)
	if err != nil {
		return PINStatus{}, fmt.Errorf("read the attempts at %s: %w", account.Login, err)
	}
	code, err := tx.SetupCode(ctx, account.Key)
	if err != nil {
		return PINStatus{}, fmt.Errorf("read the set-up code of %s: %w", account.Login, err)
	}
	now := a.clock()
	counts.Sweep(now)
	s := PINStatus{
		Account: account, Set: credential.Set(), SetAt: credential.SetAt, SetBy: credential.SetBy,
		Temporary: credential.Temporary, Cleared: credential.Cleared(),
		Failed: counts.Failed, Blocked: counts.Blocked(),
	}
	if until, locked := counts.Locked(now); locked {
		s.LockedUntil = until
	}
	if code.Good(now) {
		s.CodeExpiresAt = code.ExpiresAt
	}
	return s, nil
}

// UnlockPIN ends a lock. It lowers no count and lifts no block; changed is false
// where nothing was locked.
func (a *App) UnlockPIN(ctx context.Context, by access.Operator, login, reason string) (changed bool, err error) {
	if reason, err = requiredReason(reason, "unlock a PIN"); err != nil {
		return false, err
	}
	err = a.change(ctx, by, PINUnlock, func(c *change) error {
		account, err := c.account(ctx, login)
		if err != nil {
			return err
		}
		c.targetAccount(account)
		c.note("reason", reason)
		counts, err := c.Attempts(ctx, account.Key)
		if err != nil {
			return fmt.Errorf("read the attempts at %s: %w", account.Login, err)
		}
		counts.Sweep(c.now)
		if counts.Blocked() {
			return access.Refused("pin_blocked", fmt.Sprintf("unlock the PIN of %s: it is blocked, not locked", account.Login), "only a reset lifts a block: pinward pin reset "+account.Login)
		}
		if _, changed = counts.Locked(c.now); !changed {
			c.nothing()
			return nil
		}
		counts.Unlock()
		if err := c.PutAttempts(ctx, account.Key, counts); err != nil {
			return fmt.Errorf("store the attempts at %s: %w", account.Login, err)
		}
		return nil
	})
	return changed, err
}

// requiredReason gives the stored form of a reason that must be given.
func requiredReason(s, what string) (string, error) {
	reason, err := optionalReason(s)
	if err == nil && reason == "" {
		return "", reasonRequired(what)
	}
	return reason, err
}
