package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// The names under which a store keeps what ties it to its keyring.
const (
	metaStoreID  = "store_id"
	metaKeyCheck = "key_check:" // followed by the key's id
)

// Init fills a new store: its identity, the check of its key, the default
// policies and the schools. Every school needs a code and a name; time zone and
// language are filled in where empty.
func (a *App) Init(ctx context.Context, by access.Operator, schools []access.School) error {
	return a.change(ctx, by, storeInit, func(c *change) error {
		id, err := secret.NewPublicID(a.random, "s")
		if err != nil {
			return fmt.Errorf("make the store's id: %w", err)
		}
		if err := c.bindKey(ctx, id); err != nil {
			return err
		}
		for _, p := range access.Profiles() {
			policy := access.DefaultPolicy(p, c.now)
			policy.AuditSeq = c.seq
			if err := c.AddPolicy(ctx, &policy); err != nil {
				return fmt.Errorf("store the policy of %s: %w", p, err)
			}
		}
		for _, s := range schools {
			if err := c.putNewSchool(ctx, s); err != nil {
				return err
			}
		}
		c.target("store", id)
		c.note("schools", len(schools))
		return nil
	})
}

func (c *change) bindKey(ctx context.Context, storeID string) error {
	keyID := c.app.keys.ActiveID()
	if err := c.PutMeta(ctx, metaStoreID, []byte(storeID)); err != nil {
		return fmt.Errorf("store the store's id: %w", err)
	}
	check := c.app.keys.StoreCheck(keyID, storeID)
	if err := c.PutMeta(ctx, metaKeyCheck+keyID, check); err != nil {
		return fmt.Errorf("store the check of key %s: %w", keyID, err)
	}
	return nil
}

// CheckKey proves that the keyring is the one this store was made with, and
// fails closed otherwise: a wrong key must never seal a row.
func (a *App) CheckKey(ctx context.Context) error {
	return a.store.View(ctx, func(tx store.Tx) error {
		id, err := tx.Meta(ctx, metaStoreID)
		if err != nil {
			return fmt.Errorf("read the store's id: %w", err)
		}
		keyID := a.keys.ActiveID()
		check, err := tx.Meta(ctx, metaKeyCheck+keyID)
		if err != nil {
			return fmt.Errorf("read the check of key %s: %w", keyID, err)
		}
		if err := a.keys.CheckStore(keyID, string(id), check); err != nil {
			return fmt.Errorf("open the store: %w", err)
		}
		return nil
	})
}

// notFoundAs words an absent row as the target that the user named.
func notFoundAs(err error, what, typed string) error {
	if errors.Is(err, access.ErrNotFound) {
		return access.NotFound(what, typed)
	}
	return fmt.Errorf("read %s %q: %w", what, typed, err)
}
