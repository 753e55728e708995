package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// metaKeyNoted is where a store keeps when a copy of its keyring was noted; a
// rotation takes it away, since the copy then lacks a key.
const metaKeyNoted = "key_copy_noted_at"

// KeyMissing is the state of a key that rows rest on and the ring lacks.
const KeyMissing = "missing"

// A KeyStatus is a key and what rests on it.
type KeyStatus struct {
	secret.KeyInfo           // of a missing key the id and state alone
	Uses           KeyUses   // rows
	NotedAt        time.Time // when a copy of it was noted; zero: not yet
}

// KeyUses counts the rows that a key is needed for.
type KeyUses struct {
	PINs, BirthDates, Devices, SetupCodes int
	Notices                               int // that carry a code and are still to be mailed
	Answers                               int // that are kept for minutes
	AuditRecords                          int // the checkpoint of a pruned chain counts as one
}

// None reports whether nothing needs the key.
func (u KeyUses) None() bool { return u == KeyUses{} }

// Keys gives the keyring's keys, in its order, with what rests on each, and
// behind them keys that are missing.
func (a *App) Keys(ctx context.Context, by access.Operator) ([]KeyStatus, error) {
	var all []KeyStatus
	err := a.read(ctx, by, KeyStatusRead, func(tx store.Tx) error {
		if err := authorizeWhole(by, KeyStatusRead); err != nil {
			return err
		}
		uses, err := a.keyUses(ctx, tx)
		if err != nil {
			return err
		}
		noted, err := metaTime(ctx, tx, metaKeyNoted)
		if err != nil {
			return err
		}
		for _, info := range a.keys.Keys() {
			one := KeyStatus{KeyInfo: info, NotedAt: noted}
			if info.ID == a.keys.NextID() {
				one.NotedAt = time.Time{}
			}
			if u := uses[info.ID]; u != nil {
				one.Uses = *u
			}
			all = append(all, one)
		}
		for _, id := range sortedKeys(uses) {
			if !a.keys.Holds(id) {
				all = append(all, KeyStatus{KeyInfo: secret.KeyInfo{ID: id, State: KeyMissing}, Uses: *uses[id]})
			}
		}
		return nil
	})
	return all, err
}

// keyUses counts rows by the id of the key that they rest on.
func (a *App) keyUses(ctx context.Context, tx store.Tx) (map[string]*KeyUses, error) {
	rows, err := tx.KeyUses(ctx, a.clock())
	if err != nil {
		return nil, fmt.Errorf("count the rows of each key: %w", err)
	}
	uses := map[string]*KeyUses{}
	of := func(id string) *KeyUses {
		if uses[id] == nil {
			uses[id] = &KeyUses{}
		}
		return uses[id]
	}
	for _, row := range rows {
		switch row.Table {
		case "pin":
			of(row.Key).PINs += row.Rows
		case "birth_date":
			of(row.Key).BirthDates += row.Rows
		case "notice":
			of(row.Key).Notices += row.Rows
		case "setup_code", "reset_code":
			of(row.Key).SetupCodes += row.Rows
		case "kept_answer":
			of(row.Key).Answers += row.Rows
		case "audit":
			of(row.Key).AuditRecords += row.Rows
		case "device":
			for _, id := range secret.TokenKeys(row.Key).Each() {
				of(id).Devices += row.Rows
			}
		}
	}
	start, err := a.readCheckpoint(ctx, tx)
	if err == nil && start.Seq > 0 {
		of(start.KeyID).AuditRecords++
	}
	return uses, err
}

// NoteKeyCopy notes that somebody keeps a copy of the keyring as it is now.
func (a *App) NoteKeyCopy(ctx context.Context, by access.Operator) error {
	return a.change(ctx, by, KeyNote, func(c *change) error {
		if err := authorizeWhole(by, KeyNote); err != nil {
			return err
		}
		c.target("key", a.keys.ActiveID())
		return c.putTime(ctx, metaKeyNoted)
	})
}

func (c *change) forgetKeyNote(ctx context.Context) error {
	if err := c.PutMeta(ctx, metaKeyNoted, nil); err != nil {
		return fmt.Errorf("forget that a copy of the key was noted: %w", err)
	}
	return nil
}
