package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// A JudgedBackup is what a backup holds.
type JudgedBackup struct {
	Accounts int
	Head     AuditHead // its newest audit record
	HeadAt   time.Time
	Findings []store.Problem // that are no damage
}

// JudgeBackup reads a backup that the App stands on, whole: it must belong to
// the present keyring, and its rows, seals and audit chain must be what pinward
// wrote. It changes nothing; a denial is not recorded, since the backup is not
// the store.
func (a *App) JudgeBackup(ctx context.Context, by access.Operator) (JudgedBackup, error) {
	if err := authorizeRestore(by); err != nil {
		return JudgedBackup{}, err
	}
	var b JudgedBackup
	err := a.store.View(ctx, func(tx store.Tx) error {
		if err := a.checkBackupKeys(ctx, tx); err != nil {
			return err
		}
		head, err := tx.AuditHead(ctx)
		b.HeadAt = head.At
		return err
	})
	if err != nil {
		return JudgedBackup{}, err
	}
	report, err := a.checkAll(ctx)
	if err != nil {
		return JudgedBackup{}, fmt.Errorf("check the backup: %w", err)
	}
	for _, p := range report.Problems {
		if p.Damage {
			return JudgedBackup{}, backupDamage(p)
		}
	}
	b.Accounts, b.Head, b.Findings = report.Accounts, report.Head, report.Problems
	return b, nil
}

func authorizeRestore(by access.Operator) error {
	if err := authorize(by, StoreRestore); err != nil {
		return err
	}
	return authorizeWhole(by, StoreRestore)
}

// checkBackupKeys is CheckKey for a store that may come from before the active
// key was made.
func (a *App) checkBackupKeys(ctx context.Context, tx store.Tx) error {
	id, err := tx.Meta(ctx, metaStoreID)
	if err != nil {
		return fmt.Errorf("read the store's id: %w", err)
	}
	n, err := a.checkKeys(ctx, tx, string(id))
	if err == nil && n == 0 {
		err = backupDamage(store.Problem{Table: "meta", Text: "it names no key that it was sealed with"})
	}
	return err
}

func backupDamage(p store.Problem) error {
	where := ""
	if p.Table != "" {
		where = "table " + p.Table + ": "
	}
	return &access.Error{
		Kind: access.ErrDamaged, Code: "backup_damaged",
		Text: "check the backup: " + where + p.Text, Hint: "nothing was changed; take another backup",
	}
}

// Restored is what RestoreBackup did to the backup.
type Restored struct {
	Head      AuditHead // the backup's newest record
	Old       AuditHead // that of the store that it replaces; zero where none could be read
	OldErr    error     // why not all of that store could be read
	Lost      Lost      // records of that store
	Ended     Ended
	Counters  int // accounts whose wrong PINs were taken over from that store
	Suspended int // accounts that were suspended there since
	Portals   int // portals that lost there since what the backup gave them
	Disputed  int // alerts that were disputed there since
	Advised   int // accounts whose password was found there to be known since
	Resets    int // accounts whose PIN was taken there since, by a reset or a containment
}

// RestoreBackup makes the backup that the App stands on ready to be the store:
// every device, login, session and code ends, since what was revoked or used after the
// backup would come back; of the store that it replaces wrong PINs, suspensions,
// disputes and PINs that were taken are kept, so that a restore gives nobody his
// tries back, nor a PIN that he knows. old is nil
// where there is no such store, or none that can be read. Call JudgeBackup first.
func (a *App) RestoreBackup(ctx context.Context, by access.Operator, old store.Viewer) (Restored, error) {
	if err := authorizeRestore(by); err != nil {
		return Restored{}, err
	}
	var r Restored
	err := a.update(ctx, by, StoreRestore, func(c *change) (err error) {
		r.Head = AuditHead{c.seq - 1, c.record.Prev}
		if r.Ended, err = c.endEverything(ctx); err != nil {
			return err
		}
		if err := c.admitActiveKey(ctx); err != nil {
			return err
		}
		if old != nil {
			if err := c.inherit(ctx, old, &r); err != nil {
				return err
			}
		}
		c.noteEnded(r.Ended)
		c.note("backup_head", r.Head.Seq)
		c.note("counters_kept", r.Counters)
		c.note("suspensions_kept", r.Suspended)
		c.note("portals_kept_revoked", r.Portals)
		c.note("disputes_kept", r.Disputed)
		c.note("advice_kept", r.Advised)
		c.note("resets_kept", r.Resets)
		if r.Lost.To > 0 {
			c.note("lost_from", r.Lost.From)
			c.note("lost_to", r.Lost.To)
		}
		return nil
	})
	return r, err
}

// endEverything takes back all trust in all accounts.
func (c *change) endEverything(ctx context.Context) (Ended, error) {
	var e Ended
	var err error
	r := store.Revocation{At: c.now, By: c.by.ID, Reason: "the store was restored from a backup", AuditSeq: c.seq}
	if e.Devices, e.Logins, e.Codes, err = c.EndAll(ctx, r, access.ReasonLoginExpired); err != nil {
		return Ended{}, fmt.Errorf("end devices, logins and codes: %w", err)
	}
	e.Sessions, err = c.endSessions(ctx, store.GateFilter{})
	return e, err
}

// admitActiveKey lets a store from before a rotation know the active key.
func (c *change) admitActiveKey(ctx context.Context) error {
	keyID := c.app.keys.ActiveID()
	check, err := c.Meta(ctx, metaKeyCheck+keyID)
	if err != nil {
		return fmt.Errorf("read the check of key %s: %w", keyID, err)
	}
	if check != nil {
		return nil
	}
	id, err := c.Meta(ctx, metaStoreID)
	if err != nil {
		return fmt.Errorf("read the store's id: %w", err)
	}
	if err := c.forgetKeyNote(ctx); err != nil {
		return err
	}
	return c.admitKey(ctx, string(id), keyID)
}
