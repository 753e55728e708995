package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/secret"
	"pinward/internal/store"
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
	Err       error
}

// PlanReset lists the accounts that ResetPINs would touch, and the errors of
// those it would not.
func (a *App) PlanReset(ctx context.Context, by access.Operator, req ResetPINs) ([]ResetItem, error) {
	var items []ResetItem
	err := a.read(ctx, by, PINReset, func(tx store.Tx) error {
		targets, err := resetTargets(ctx, tx, by, req)
		for _, t := range targets {
			item := ResetItem{Login: t.typed, Err: t.err}
			if t.err == nil {
				item = ResetItem{Login: t.account.Login, Name: t.account.Name(), Group: t.account.Group}
			}
			items = append(items, item)
		}
		return err
	})
	return items, err
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
	targets, err := resetTargets(ctx, c.Tx, c.by, req)
	if err != nil {
		return nil, err
	}
	items := make([]ResetItem, 0, len(targets))
	list := sha256.New()
	var ended Ended
	done, login := 0, ""
	for _, t := range targets {
		item := ResetItem{Login: t.typed, Err: t.err}
		if t.err == nil {
			if item, err = c.resetPIN(ctx, t.account, req.Valid); err != nil {
				return nil, err
			}
			ended = ended.Add(item.Ended)
			_, _ = fmt.Fprintln(list, t.account.ID)
			c.target("account", t.account.ID)
			done, login = done+1, item.Login
		}
		items = append(items, item)
	}
	switch done {
	case 0:
		c.nothing()
	case 1:
		c.note("login", login)
	default:
		c.target("accounts", hex.EncodeToString(list.Sum(nil)))
	}
	c.note("accounts", done)
	c.noteEnded(ended)
	return items, nil
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
		cleared := access.Credential{SetAt: old.SetAt, SetBy: old.SetBy, ClearedAt: c.now, AuditSeq: c.seq}
		if err := c.PutCredential(ctx, account.Key, cleared); err != nil {
			return ResetItem{}, fmt.Errorf("clear the PIN of %s: %w", account.Login, err)
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
	if err := c.raise(ctx, account, detect.Changed(access.AlertPINReset), occasion{}); err != nil || old.NeverSet() {
		return item, err
	}
	return item, c.notify(ctx, account, access.Notice{
		Kind: access.NoticePINReset, Facts: access.NoticeFacts{By: string(c.by.Role), Until: expires},
	})
}

type resetTarget struct {
	typed   string
	account access.Account
	err     error
}

// resetTargets resolves whom a reset means, each account once: a second code
// would void the first. A group or school means its usable accounts; a named
// login that cannot be reset carries its error.
func resetTargets(ctx context.Context, tx store.Tx, by access.Operator, req ResetPINs) ([]resetTarget, error) {
	if req.Bulk || len(req.Logins) > 1 || req.Group != "" || req.School != "" {
		if err := authorizeBulk(by, PINReset); err != nil {
			return nil, err
		}
	}
	var targets []resetTarget
	named := map[int64]bool{}
	for _, login := range req.Logins {
		t := resetTarget{typed: login}
		t.account, t.err = findAccount(ctx, tx, by, PINReset, login)
		switch {
		case t.err != nil && !errors.Is(t.err, access.ErrNotFound):
			return nil, t.err
		case t.err == nil && named[t.account.Key]:
			continue
		case t.err == nil && t.account.Status == access.Archived:
			t.err = access.Refused("account_archived", fmt.Sprintf("reset the PIN of %s: the account is archived", t.account.Login), "restore it first: pinward account restore "+t.account.Login+" --reason TEXT")
		}
		named[t.account.Key] = t.err == nil
		targets = append(targets, t)
	}
	if req.Group != "" || req.School != "" {
		rows, err := bulkAccounts(ctx, tx, by, req)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !named[row.Key] {
				targets = append(targets, resetTarget{typed: row.Login, account: row.Account})
			}
		}
	}
	if !req.WithoutPIN {
		return targets, nil
	}
	return withoutPIN(ctx, tx, targets)
}

func bulkAccounts(ctx context.Context, tx store.Tx, by access.Operator, req ResetPINs) ([]store.AccountRow, error) {
	var named []string
	if req.School != "" {
		named = []string{req.School}
	}
	schools, err := scopeSchools(ctx, tx, by, named)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Accounts(ctx, store.AccountFilter{Schools: schools, Group: req.Group, Status: access.Active})
	if err != nil {
		return nil, fmt.Errorf("list the accounts to reset: %w", err)
	}
	return rows, nil
}

// withoutPIN keeps the targets that have no PIN, and those with an error.
func withoutPIN(ctx context.Context, tx store.Tx, targets []resetTarget) ([]resetTarget, error) {
	kept := targets[:0]
	for _, t := range targets {
		if t.err == nil {
			credential, err := tx.Credential(ctx, t.account.Key)
			if err != nil {
				return nil, fmt.Errorf("read the PIN of %s: %w", t.typed, err)
			}
			if credential.Set() {
				continue
			}
		}
		kept = append(kept, t)
	}
	return kept, nil
}
