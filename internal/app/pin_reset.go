package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/secret"
)

// How long a set-up code is good: handed to one person, or to a class whose
// members must first be met.
const (
	CodeValidOne  = 7 * access.Day
	CodeValidMany = 30 * access.Day
	maxCodeValid  = 90 * access.Day
)

// ResetPINs names whose PINs are to be reset: Logins, or every usable account
// of a group or school.
type ResetPINs struct {
	Logins     []string
	Group      string
	School     string
	WithoutPIN bool          // only accounts that have none
	Valid      time.Duration // of the codes; 0: CodeValidOne or CodeValidMany
	Bulk       bool          // a file, group or school was named
	Reason     string
}

// A ResetItem is what became of one account.
type ResetItem struct {
	Login     string // as typed, where Err is set
	Name      string
	Group     string
	Code      secret.Code
	ExpiresAt time.Time
	Ended     Ended
	Alerts    int // closed by a containment
	Err       error
}

func (r ResetPINs) choice() choice {
	return choice{
		action: PINReset, verb: "reset the PIN of", logins: r.Logins, group: r.Group, school: r.School,
		withoutPIN: r.WithoutPIN, bulk: r.Bulk,
	}
}

// PlanReset lists the accounts that ResetPINs would touch, and the errors of
// those it would not.
func (a *App) PlanReset(ctx context.Context, by access.Operator, req ResetPINs) ([]ResetItem, error) {
	return a.plan(ctx, by, req.choice())
}

// ResetPINs clears PINs, takes back all trust and issues one-time set-up codes,
// all in one transaction. Targets that are absent are reported in their item.
func (a *App) ResetPINs(ctx context.Context, by access.Operator, req ResetPINs) ([]ResetItem, error) {
	reason, err := optionalReason(req.Reason)
	if err != nil {
		return nil, err
	}
	if req.Valid < 0 || req.Valid > maxCodeValid {
		return nil, access.Usage("reset: a code cannot be valid for so long", "at most 90d")
	}
	if req.Valid == 0 {
		req.Valid = CodeValidOne
		if req.Bulk {
			req.Valid = CodeValidMany
		}
	}
	var items []ResetItem
	err = a.change(ctx, by, PINReset, func(c *change) error {
		c.note("reason", reason)
		items, err = c.resetPINs(ctx, req)
		return err
	})
	return items, err
}

func (c *change) resetPINs(ctx context.Context, req ResetPINs) ([]ResetItem, error) {
	targets, err := chosenAccounts(ctx, c.Tx, c.by, req.choice())
	if err != nil {
		return nil, err
	}
	return c.each(targets, func(account access.Account) (ResetItem, error) { return c.resetPIN(ctx, account, req.Valid) })
}

// resetPIN clears one PIN. An account that never had one is not made to wait
// for its code: the code is then one way in among others.
func (c *change) resetPIN(ctx context.Context, account access.Account, valid time.Duration) (ResetItem, error) {
	old, err := c.Credential(ctx, account.Key)
	if err != nil {
		return ResetItem{}, fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	ended, err := c.endTrust(ctx, account, "the PIN was reset")
	if err != nil {
		return ResetItem{}, err
	}
	if old.Set() || old.Cleared() {
		if err := c.clearPIN(ctx, account, old); err != nil {
			return ResetItem{}, err
		}
	}
	if err := c.PutAttempts(ctx, account.Key, access.Attempts{}); err != nil {
		return ResetItem{}, fmt.Errorf("reset the attempts at %s: %w", account.Login, err)
	}
	code, expires, err := c.newCode(ctx, account, valid)
	if err != nil {
		return ResetItem{}, err
	}
	item := ResetItem{Login: account.Login, Name: account.Name(), Group: account.Group, Code: code, ExpiresAt: expires, Ended: ended}
	if old.NeverSet() {
		return item, nil // the code is for a first PIN: nothing was reset
	}
	if err := c.raise(ctx, account, detect.Changed(access.AlertPINReset), occasion{}); err != nil {
		return item, err
	}
	return item, c.notify(ctx, account, access.Notice{
		Kind: access.NoticePINReset, Facts: access.NoticeFacts{By: string(c.by.Role), Until: expires},
	})
}

// clearPIN takes the PIN away; without a set-up code nobody sets another.
func (c *change) clearPIN(ctx context.Context, account access.Account, old access.Credential) error {
	cleared := access.Credential{SetAt: old.SetAt, SetBy: old.SetBy, ClearedAt: c.now, AuditSeq: c.seq}
	if err := c.PutCredential(ctx, account.Key, cleared); err != nil {
		return fmt.Errorf("clear the PIN of %s: %w", account.Login, err)
	}
	return nil
}
