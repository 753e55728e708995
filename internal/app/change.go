package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// A change is one writing use case under way: the transaction and the audit
// record that commits with it. seq is that record's number, for the rows that
// the change touches.
type change struct {
	store.Tx
	app    *App
	by     access.Operator
	action Action
	now    time.Time
	seq    int64
	record access.AuditRecord
	detail map[string]any
	silent bool  // nothing changed: no record
	warned int64 // key of the login of which a warning was owed

	sessions int // at gates, that ended
}

// change runs a writing use case: authorize, one transaction, one audit record.
func (a *App) change(ctx context.Context, by access.Operator, action Action, f func(c *change) error) error {
	err := authorize(by, action)
	if err == nil {
		err = a.update(ctx, by, action, f)
	}
	return a.denied(ctx, by, action, err)
}

// changeMany is change for very many rows.
func (a *App) changeMany(ctx context.Context, by access.Operator, action Action, f func(c *change) error) error {
	err := authorize(by, action)
	if err == nil {
		err = a.store.UpdateMany(ctx, a.recorded(ctx, by, action, f))
	}
	return a.denied(ctx, by, action, err)
}

// update is change without asking whether the role may: for what pinward does
// by itself.
func (a *App) update(ctx context.Context, by access.Operator, action Action, f func(c *change) error) error {
	return a.store.Update(ctx, a.recorded(ctx, by, action, f))
}

// recorded gives the transaction of a change: f, then its audit record.
func (a *App) recorded(ctx context.Context, by access.Operator, action Action, f func(c *change) error) func(store.Tx) error {
	return func(tx store.Tx) error {
		c, err := a.begin(ctx, tx, by, action)
		if err != nil {
			return err
		}
		if err := f(c); err != nil {
			return err
		}
		if c.silent {
			return nil
		}
		return c.append(ctx)
	}
}

func (a *App) begin(ctx context.Context, tx store.Tx, by access.Operator, action Action) (*change, error) {
	head, err := tx.AuditHead(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the audit head: %w", err)
	}
	now := a.clock()
	c := &change{Tx: tx, app: a, by: by, action: action, now: now, seq: head.Seq + 1, detail: map[string]any{}}
	c.record = access.AuditRecord{
		Seq: c.seq, At: now, Actor: by.ID, Role: by.Role, Action: string(action),
		Result: access.AuditDone, KeyID: a.keys.ActiveID(), Prev: head.MAC,
	}
	return c, nil
}

// target names what the change is done to, by public id.
func (c *change) target(kind, id string) { c.record.TargetKind, c.record.Target = kind, id }

// targetAccount names an account as target, and in the detail by login and name.
func (c *change) targetAccount(a access.Account) {
	c.target("account", a.ID)
	c.note("login", a.Login)
	c.note("name", a.Name())
}

// note adds to the record's detail. Nothing noted may be a secret.
func (c *change) note(key string, value any) {
	if value != "" && value != nil {
		c.detail[key] = value
	}
}

// nothing says that the change came to nothing and leaves no record.
func (c *change) nothing() { c.silent = true }

// append seals the record into the chain.
func (c *change) append(ctx context.Context) error {
	detail := map[string]any{"actor_name": c.by.Name}
	if c.by.Claimed != "" {
		detail["actor_claimed"] = c.by.Claimed
	}
	maps.Copy(detail, c.detail)
	if c.sessions > 0 {
		detail["sessions_ended"] = c.sessions
	}
	r := &c.record
	var err error
	if r.Detail, err = json.Marshal(detail); err != nil {
		return fmt.Errorf("write the audit detail: %w", err)
	}
	if r.DetailMAC, err = c.app.keys.DetailMAC(r.KeyID, r.Seq, r.Detail); err != nil {
		return fmt.Errorf("seal the audit detail: %w", err)
	}
	if r.MAC, err = c.app.keys.AuditMAC(r.KeyID, r.Prev, r.ChainBytes()); err != nil {
		return fmt.Errorf("seal the audit record: %w", err)
	}
	if err := c.AppendAudit(ctx, *r); err != nil {
		return fmt.Errorf("write the audit record: %w", err)
	}
	return nil
}

// account loads the account that a user named, if the operator may act on it.
func (c *change) account(ctx context.Context, typed string) (access.Account, error) {
	return findAccount(ctx, c.Tx, c.by, c.action, typed)
}

// findAccount loads the account that a user named by login, if the operator may
// act on it. A malformed login names nobody.
func findAccount(ctx context.Context, tx store.Tx, by access.Operator, action Action, typed string) (access.Account, error) {
	login, err := access.NormalizeLogin(typed)
	if err != nil {
		return access.Account{}, access.NotFound("account", shortened(typed))
	}
	a, err := tx.AccountByLogin(ctx, login)
	if err != nil {
		return access.Account{}, notFoundAs(err, "account", login)
	}
	return a, authorizeTarget(by, action, a, login)
}

// shortened keeps an error line readable when a target is absurdly long, and
// says no device token and no portal's key that was given in the place of an id.
func shortened(s string) string {
	switch {
	case strings.HasPrefix(s, "pwd_"):
		return "[token]"
	case strings.HasPrefix(s, "pgk_"):
		return "[key]"
	}
	if len(s) <= access.MaxLogin {
		return s
	}
	return access.CutUserAgent(s)[:40] + "…"
}
