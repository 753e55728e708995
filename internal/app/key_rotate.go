package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// metaRotation is where a store keeps the id of the key that a rotation under
// way has begun with.
const metaRotation = "key_rotation"

// A Rotation is what RotateKey did, or would do.
type Rotation struct {
	Key       string   // the active key at the end
	Continued bool     // a rotation begun before was ended; no key was made
	Rows      int      // PINs and birth dates sealed anew
	Failed    []string // logins of accounts whose rows do not open
	Removed   []string // retired keys that nothing needed any more
}

// PlanRotation tells what RotateKey would do: end a rotation or begin one, and
// how many rows it would seal anew.
func (a *App) PlanRotation(ctx context.Context, by access.Operator) (Rotation, error) {
	r := Rotation{Key: a.keys.ActiveID()}
	err := a.read(ctx, by, KeyRotate, func(tx store.Tx) error {
		if err := authorizeWhole(by, KeyRotate); err != nil {
			return err
		}
		uses, err := a.keyUses(ctx, tx)
		if err != nil {
			return err
		}
		all, stale := 0, 0
		for id, u := range uses {
			all += u.PINs + u.BirthDates
			if id != r.Key {
				stale += u.PINs + u.BirthDates
			}
		}
		if r.Continued, err = a.underWay(ctx, tx); err != nil {
			return err
		}
		// A key that waits in the file takes all rows.
		if r.Rows = all; r.Continued && a.keys.NextID() == "" {
			r.Rows = stale
		}
		return nil
	})
	return r, err
}

// underWay reports whether a rotation has begun and not ended.
func (a *App) underWay(ctx context.Context, tx store.Tx) (bool, error) {
	begun, err := tx.Meta(ctx, metaRotation)
	if err != nil {
		return false, fmt.Errorf("look for a rotation under way: %w", err)
	}
	stale, err := tx.SealedOtherwise(ctx, a.keys.ActiveID(), store.Page{Limit: 1})
	if err != nil {
		return false, fmt.Errorf("look for rows under older keys: %w", err)
	}
	return begun != nil || len(stale) > 0 || a.keys.NextID() != "", nil
}

// RotateKey makes a new key the active one in the keyring file at path, and
// seals PINs and birth dates with it, which takes no PIN to know. What rests on
// the old key otherwise goes on with it: set-up codes until they expire, tokens
// that devices hold until the next ones, audit records until retention removes
// them. The old key stays in the file, retired, until nothing needs it.
//
// Every step ends whole, and is found done when RotateKey is called again: the
// key in the file, waiting; the key known to the store; the key active; a batch
// of rows. Where a rotation has not ended, or rows are left under an older key,
// no new key is made, and only the rest is done.
func (a *App) RotateKey(ctx context.Context, by access.Operator, path string) (Rotation, error) {
	var r Rotation
	err := authorize(by, KeyRotate)
	if err == nil {
		err = authorizeWhole(by, KeyRotate)
	}
	if err != nil {
		return r, a.denied(ctx, by, KeyRotate, err)
	}
	if r.Continued, err = a.addKey(ctx, path); err != nil {
		return r, fmt.Errorf("add a key: %w", err)
	}
	b, err := a.activateKey(ctx, by, path)
	if err != nil {
		return r, err
	}
	r.Key = b.keys.ActiveID()
	if err := b.resealAll(ctx, by, &r); err != nil {
		return r, fmt.Errorf("seal rows anew: %w", err)
	}
	if r.Removed, err = b.removeKeys(ctx, by, path); err != nil {
		return r, fmt.Errorf("remove keys that nothing needs: %w", err)
	}
	if err := b.endRotation(ctx, by); err != nil {
		return r, fmt.Errorf("end the rotation: %w", err)
	}
	if len(r.Failed) > 0 {
		return r, resealFailed(r.Failed)
	}
	return r, nil
}

// with gives the same App on another ring.
func (a *App) with(keys *secret.Keyring) *App {
	b := *a
	b.keys = keys
	return &b
}

// onKeyring calls f with the ring as the file holds it now, in a transaction
// that keeps every other rotation of this store out.
func (a *App) onKeyring(ctx context.Context, path string, f func(tx store.Tx, now *App) error) error {
	return a.store.Update(ctx, func(tx store.Tx) error {
		ring, err := secret.LoadKeyring(path)
		if err != nil {
			return err
		}
		id, err := tx.Meta(ctx, metaStoreID)
		if err != nil {
			return fmt.Errorf("read the store's id: %w", err)
		}
		now := a.with(ring)
		if _, err := now.checkKeys(ctx, tx, string(id)); err != nil {
			return err
		}
		return f(tx, now)
	})
}

// addKey puts a key into the file unless a rotation is to be ended first.
func (a *App) addKey(ctx context.Context, path string) (continued bool, err error) {
	err = a.onKeyring(ctx, path, func(tx store.Tx, now *App) error {
		if continued, err = now.underWay(ctx, tx); err != nil || continued {
			return err
		}
		ring, err := now.keys.WithNext(a.random, a.clock())
		if err != nil {
			return err
		}
		return ring.Replace(path)
	})
	return continued, err
}

// activateKey lets the store know the key that waits in the file, if one does,
// and then makes it the active one. It gives the App on the ring as it then is.
func (a *App) activateKey(ctx context.Context, by access.Operator, path string) (*App, error) {
	ring, err := secret.LoadKeyring(path)
	if err != nil {
		return nil, err
	}
	next := ring.NextID()
	if next == "" {
		return a.with(ring), nil
	}
	if err := a.with(ring).admitNext(ctx, by, next); err != nil {
		return nil, fmt.Errorf("let the store know key %s: %w", next, err)
	}
	err = a.onKeyring(ctx, path, func(_ store.Tx, now *App) error {
		if now.keys.NextID() != next {
			ring = now.keys // another rotation was faster
			return nil
		}
		if ring, err = now.keys.Activated(); err != nil {
			return err
		}
		return ring.Replace(path)
	})
	if err != nil {
		return nil, fmt.Errorf("activate key %s: %w", next, err)
	}
	return a.with(ring), nil
}

func (a *App) admitNext(ctx context.Context, by access.Operator, keyID string) error {
	return a.update(ctx, by, KeyRotate, func(c *change) error {
		known, err := c.Meta(ctx, metaKeyCheck+keyID)
		if err != nil {
			return err
		}
		if known != nil {
			c.nothing()
			return nil
		}
		id, err := c.Meta(ctx, metaStoreID)
		if err != nil {
			return err
		}
		c.target("key", keyID)
		c.note("replaces", a.keys.ActiveID())
		c.note("fingerprint", a.keys.Fingerprint(keyID))
		if err := c.forgetKeyNote(ctx); err != nil {
			return err
		}
		if err := c.PutMeta(ctx, metaRotation, []byte(keyID)); err != nil {
			return err
		}
		return c.admitKey(ctx, string(id), keyID)
	})
}

// endRotation notes that nothing of the rotation is left to do.
func (a *App) endRotation(ctx context.Context, by access.Operator) error {
	return a.update(ctx, by, KeyRotate, func(c *change) error {
		begun, err := c.Meta(ctx, metaRotation)
		if err != nil {
			return err
		}
		if begun == nil {
			c.nothing()
			return nil
		}
		c.target("key", a.keys.ActiveID())
		c.note("ended", true)
		return c.PutMeta(ctx, metaRotation, nil)
	})
}
