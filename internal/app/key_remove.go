package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// removeKeys takes retired keys that nothing needs any more out of the store and
// then out of the file at path, and gives their ids. The end of a pruned audit
// chain is sealed with the active key first.
func (a *App) removeKeys(ctx context.Context, by access.Operator, path string) ([]string, error) {
	if err := a.renewCheckpoint(ctx, by); err != nil {
		return nil, err
	}
	if err := a.dropCodes(ctx, by); err != nil {
		return nil, err
	}
	var removed []string
	for _, info := range a.keys.Keys() {
		if info.ID == a.keys.ActiveID() || info.ID == a.keys.NextID() {
			continue
		}
		done, err := a.removeKey(ctx, by, path, info.ID)
		if err != nil {
			return removed, fmt.Errorf("key %s: %w", info.ID, err)
		}
		if done {
			removed = append(removed, info.ID)
		}
	}
	return removed, nil
}

func (a *App) renewCheckpoint(ctx context.Context, by access.Operator) error {
	return a.update(ctx, by, KeyRotate, func(c *change) error {
		start, err := a.readCheckpoint(ctx, c.Tx)
		if err != nil {
			return err
		}
		if start.Seq == 0 || start.KeyID == a.keys.ActiveID() {
			c.nothing()
			return nil
		}
		c.target("key", a.keys.ActiveID())
		c.note("audit_checkpoint", start.Seq)
		return c.putCheckpoint(ctx, AuditHead{start.Seq, start.MAC})
	})
}

// removeKey removes a key unless something needs it. The store forgets it first:
// a key in the file that no store knows harms nobody, and the next rotation
// removes it.
func (a *App) removeKey(ctx context.Context, by access.Operator, path, keyID string) (done bool, err error) {
	err = a.update(ctx, by, KeyRotate, func(c *change) error {
		uses, err := a.keyUses(ctx, c.Tx)
		if err != nil {
			return err
		}
		known, err := c.Meta(ctx, metaKeyCheck+keyID)
		if err != nil {
			return err
		}
		if done = uses[keyID] == nil; !done || known == nil {
			c.nothing()
			return nil
		}
		c.target("key", keyID)
		c.note("removed", true)
		if _, err := c.ForgetTokens(ctx, keyID, c.now); err != nil {
			return err
		}
		return c.PutMeta(ctx, metaKeyCheck+keyID, nil)
	})
	if err != nil || !done {
		return false, err
	}
	err = a.onKeyring(ctx, path, func(_ store.Tx, now *App) error {
		ring, err := now.keys.Without(keyID)
		if err != nil {
			return err
		}
		return ring.Replace(path)
	})
	return err == nil, err
}
