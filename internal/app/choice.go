package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"pinward/internal/access"
	"pinward/internal/store"
)

// A choice names the accounts that a bulk use case acts on: by login, or every
// usable account of a group or school. A group without any is not found.
type choice struct {
	action     Action
	verb       string // as in "reset the PIN of"
	logins     []string
	group      string
	school     string
	withoutPIN bool // only those that have none
	bulk       bool // a file, group or school was named
}

// A chosen account, or the error of one that was named and is not to be touched.
type chosen struct {
	typed   string
	account access.Account
	err     error
}

// plan lists the accounts that a bulk use case would touch, and the errors of
// those it would not.
func (a *App) plan(ctx context.Context, by access.Operator, ch choice) ([]ResetItem, error) {
	var items []ResetItem
	err := a.read(ctx, by, ch.action, func(tx store.Tx) error {
		targets, err := chosenAccounts(ctx, tx, by, ch)
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

// each does one thing to every account and writes the counts into the audit
// record, with whom it was done to: one account, or the digest of the list.
func (c *change) each(targets []chosen, do func(access.Account) (ResetItem, error)) ([]ResetItem, error) {
	items := make([]ResetItem, 0, len(targets))
	list := sha256.New()
	var ended Ended
	done, login := 0, ""
	for _, t := range targets {
		item := ResetItem{Login: t.typed, Err: t.err}
		if t.err == nil {
			var err error
			if item, err = do(t.account); err != nil {
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

// chosenAccounts resolves whom a choice means, each account once: a second code
// would void the first. A named login that cannot be touched carries its error.
func chosenAccounts(ctx context.Context, tx store.Tx, by access.Operator, ch choice) ([]chosen, error) {
	if ch.bulk || len(ch.logins) > 1 || ch.group != "" || ch.school != "" {
		if err := authorizeBulk(by, ch.action); err != nil {
			return nil, err
		}
	}
	var targets []chosen
	named := map[int64]bool{}
	for _, login := range ch.logins {
		t := chosen{typed: login}
		t.account, t.err = findAccount(ctx, tx, by, ch.action, login)
		switch {
		case t.err != nil && !errors.Is(t.err, access.ErrNotFound):
			return nil, t.err
		case t.err == nil && named[t.account.Key]:
			continue
		case t.err == nil && t.account.Status == access.Archived:
			t.err = access.Refused("account_archived", fmt.Sprintf("%s %s: the account is archived", ch.verb, t.account.Login), "restore it first: pinward account restore "+t.account.Login+" --reason TEXT")
		}
		named[t.account.Key] = t.err == nil
		targets = append(targets, t)
	}
	if ch.group != "" || ch.school != "" {
		rows, err := bulkAccounts(ctx, tx, by, ch)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !named[row.Key] {
				targets = append(targets, chosen{typed: row.Login, account: row.Account})
			}
		}
	}
	if !ch.withoutPIN {
		return targets, nil
	}
	return withoutPIN(ctx, tx, targets)
}

func bulkAccounts(ctx context.Context, tx store.Tx, by access.Operator, ch choice) ([]store.AccountRow, error) {
	var named []string
	if ch.school != "" {
		named = []string{ch.school}
	}
	schools, err := scopeSchools(ctx, tx, by, named)
	if err != nil {
		return nil, err
	}
	filter := store.AccountFilter{Schools: schools, Group: ch.group, Status: access.Active}
	rows, err := tx.Accounts(ctx, filter)
	if err != nil {
		return nil, fmt.Errorf("list the accounts of %s: %w", ch.action, err)
	}
	if len(rows) == 0 && ch.group != "" {
		return nil, noGroup(ctx, tx, filter)
	}
	return rows, nil
}

// noGroup says that nobody is in the group, which may be called otherwise.
func noGroup(ctx context.Context, tx store.Tx, f store.AccountFilter) error {
	name, hint := f.Group, "only active accounts count; see: pinward account list --status active"
	f.Group = ""
	err := tx.EachAccount(ctx, f, func(account access.Account) error {
		if strings.EqualFold(account.Group, name) {
			hint = "did you mean: " + account.Group
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for group %q: %w", name, err)
	}
	return access.NotFoundHint("group", shortened(name), hint)
}

// withoutPIN keeps the targets that have no PIN, and those with an error.
func withoutPIN(ctx context.Context, tx store.Tx, targets []chosen) ([]chosen, error) {
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
