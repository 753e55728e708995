package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
	if err := c.PutMeta(ctx, metaStoreID, []byte(storeID)); err != nil {
		return fmt.Errorf("store the store's id: %w", err)
	}
	return c.admitKey(ctx, storeID, c.app.keys.ActiveID())
}

// admitKey lets the store know a key of the ring, which must come before the
// key's first use.
func (c *change) admitKey(ctx context.Context, storeID, keyID string) error {
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
		if check == nil {
			return a.checkUnknown(ctx, tx, string(id))
		}
		if err := a.keys.CheckStore(keyID, string(id), check); err != nil {
			return fmt.Errorf("open the store: %w", err)
		}
		_, err = a.checkKeys(ctx, tx, string(id))
		return err
	})
}

// checkUnknown says why the store does not know the active key: it is another
// keyring's, or a copy from before the key was made.
func (a *App) checkUnknown(ctx context.Context, tx store.Tx, storeID string) error {
	keyID := a.keys.ActiveID()
	if n, err := a.checkKeys(ctx, tx, storeID); err != nil || n == 0 {
		return fmt.Errorf("open the store: %w", a.keys.CheckStore(keyID, storeID, nil))
	}
	return &access.Error{
		Kind: access.ErrUnusable, Code: "key_wrong",
		Text: fmt.Sprintf("open the store: it is a copy from before the key %q was made", keyID),
		Hint: "restore it (pinward store restore), or name the keyring of that time",
	}
}

// checkKeys proves that the ring holds every key that the store knows, and gives
// their number. A ring that lacks one is an older copy: it would seal with a key
// that was given up, and not open what was sealed since.
func (a *App) checkKeys(ctx context.Context, tx store.Tx, storeID string) (int, error) {
	names, err := tx.MetaNames(ctx, metaKeyCheck)
	if err != nil {
		return 0, fmt.Errorf("list the store's keys: %w", err)
	}
	for _, name := range names {
		check, err := tx.Meta(ctx, name)
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", name, err)
		}
		if err := a.keys.CheckStore(strings.TrimPrefix(name, metaKeyCheck), storeID, check); err != nil {
			return 0, fmt.Errorf("open the store: %w", err)
		}
	}
	return len(names), nil
}

// notFoundAs words an absent row as the target that the user named.
func notFoundAs(err error, what, typed string) error {
	if errors.Is(err, access.ErrNotFound) {
		return access.NotFound(what, typed)
	}
	return fmt.Errorf("read %s %q: %w", what, typed, err)
}
