package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// token finds out what a presented device token is. What is malformed or was
// never issued is merely unknown.
func (a *App) token(ctx context.Context, tx store.Tx, presented access.Secret) (decide.Token, error) {
	if presented.Empty() {
		return decide.Token{}, nil
	}
	t := decide.Token{Sent: true}
	id, token, ok := secret.ParseToken(presented.Reveal())
	if !ok {
		return t, nil
	}
	d, err := tx.Device(ctx, id)
	if errors.Is(err, access.ErrNotFound) {
		return t, nil
	}
	if err != nil {
		return t, fmt.Errorf("read device %s: %w", id, err)
	}
	if d.Salt == nil { // long revoked, and the key of its tokens is gone
		return t, nil
	}
	// The row counts the tokens that were presented; the successor of the newest
	// may be out already, and takes its place by being presented.
	t.Generation, t.Issued, err = a.keys.TokenGeneration(d.TokenKeyID, d.ID, d.Salt, d.Generation+1, token)
	if err != nil {
		return t, fmt.Errorf("judge a token of device %s: %w", id, err)
	}
	if t.Issued && t.Generation > d.Generation {
		d.Generation, d.PresentedAt = t.Generation, time.Time{}
	}
	t.Device = d
	return t, nil
}

// present notes that a recognized device was seen and, where the login passes
// by it, hands out the next token. A predecessor gets the successor it already
// has, so that parallel requests of one browser end with the same token.
func (c *change) present(ctx context.Context, s *session, t decide.Token, answer *LoginAnswer) error {
	if !s.login.Recognized {
		return nil
	}
	d := t.Device
	d.LastSeenAt, d.LastIP, d.AuditSeq = c.now, s.login.IP, c.seq
	first := t.Generation == d.Generation && d.PresentedAt.IsZero()
	if first {
		d.PresentedAt = c.now
	}
	if answer.Decision == access.Allow {
		c.moveTokens(&d, first)
		if err := c.issue(&d, s.facts.Account, t.Generation+1, answer); err != nil {
			return err
		}
	}
	if err := c.PutDevice(ctx, &d); err != nil {
		return fmt.Errorf("store device %s: %w", d.ID, err)
	}
	answer.Device = deviceInfo(d, s.facts.Account.Login)
	return nil
}

// moveTokens lets the device's tokens to come be derived under the active key.
// Those that were handed out keep their key, the successor of a token that was
// presented before (not for the first time now) among them.
func (c *change) moveTokens(d *access.Device, first bool) {
	keys, active := secret.TokenKeys(d.TokenKeyID), c.app.keys.ActiveID()
	if keys.Newest() == active {
		return
	}
	from := d.Generation + 1
	if !first {
		from++
	}
	d.TokenKeyID = string(keys.From(active, from))
}

// issue derives the device's token of a generation into the answer, with the
// name of the cookie that a browser keeps it in.
func (c *change) issue(d *access.Device, account access.Account, generation int64, answer *LoginAnswer) error {
	token, err := c.app.keys.DeviceToken(d.TokenKeyID, d.ID, generation, d.Salt)
	if err != nil {
		return fmt.Errorf("derive a token of device %s: %w", d.ID, err)
	}
	if generation > d.Generation || d.TokenHash == nil {
		d.TokenHash = token.Hash()
	}
	answer.DeviceToken, answer.CookieName = token.Reveal(), c.app.keys.CookieName(account.ID)
	return nil
}

// revoke takes one device off the list, and ends its sessions at gates.
func (c *change) revoke(ctx context.Context, d access.Device, why string) error {
	d.RevokedAt, d.RevokedBy, d.RevokedReason, d.AuditSeq = c.now, c.by.ID, why, c.seq
	if err := c.PutDevice(ctx, &d); err != nil {
		return fmt.Errorf("revoke device %s: %w", d.ID, err)
	}
	_, err := c.endSessions(ctx, store.GateFilter{AccountKey: d.AccountKey, DeviceID: d.ID})
	return err
}
