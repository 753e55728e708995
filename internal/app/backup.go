package app

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// metaLastBackup is where a store keeps when it was last backed up.
const metaLastBackup = "last_backup_at"

// A Backup is the two steps of a backup that touch files.
type Backup struct {
	// Copy writes a copy of the store as it is and opens it.
	Copy func(ctx context.Context) (store.Store, error)
	// Place puts the copy, which was closed again, where it belongs.
	Place func(ctx context.Context) error
}

// BackUp makes a backup: a copy that was opened again and found sound. It is
// noted once it lies where it belongs, and gives the newest audit record that
// was there when it began.
func (a *App) BackUp(ctx context.Context, by access.Operator, b Backup) (AuditHead, error) {
	var head AuditHead
	err := a.read(ctx, by, StoreBackup, func(tx store.Tx) error {
		if err := authorizeWhole(by, StoreBackup); err != nil {
			return err
		}
		r, err := tx.AuditHead(ctx)
		head = AuditHead{r.Seq, r.MAC}
		return err
	})
	if err != nil {
		return AuditHead{}, err
	}
	copied, err := b.Copy(ctx)
	if err != nil {
		return AuditHead{}, err
	}
	err = judgeCopy(ctx, copied, head)
	if closeErr := copied.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = b.Place(ctx)
	}
	if err != nil {
		return AuditHead{}, err
	}
	return head, a.noteBackup(ctx, by, head)
}

// judgeCopy reads the whole copy and looks for the record that was the newest
// when it was begun.
func judgeCopy(ctx context.Context, copied store.Store, head AuditHead) error {
	problems, err := copied.Check(ctx)
	if err != nil {
		return fmt.Errorf("check the copy: %w", err)
	}
	if len(problems) > 0 {
		return copyDamage(problems[0].Text)
	}
	return copied.View(ctx, func(tx store.Tx) error {
		mac, err := macAt(ctx, tx, head.Seq)
		if err != nil {
			return err
		}
		if !bytes.Equal(mac, head.MAC) {
			return copyDamage("it ends before audit record " + head.String())
		}
		return nil
	})
}

// macAt gives the MAC of the audit record of that number, nil where it is not
// there.
func macAt(ctx context.Context, tx store.Tx, seq int64) ([]byte, error) {
	records, err := tx.Audits(ctx, store.AuditFilter{Page: store.Page{After: seq - 1, UpTo: seq, Limit: 1}})
	if err != nil {
		return nil, fmt.Errorf("read audit record %d: %w", seq, err)
	}
	if len(records) == 0 || records[0].Seq != seq {
		return nil, nil
	}
	return records[0].MAC, nil
}

func copyDamage(why string) error {
	return &access.Error{
		Kind: access.ErrDamaged, Code: "backup_damaged",
		Text: "check the copy: " + why, Hint: "run pinward store check, and look at the disk",
	}
}

func (a *App) noteBackup(ctx context.Context, by access.Operator, head AuditHead) error {
	return a.change(ctx, by, StoreBackup, func(c *change) error {
		c.note("audit_head", head.Seq)
		return c.putTime(ctx, metaLastBackup)
	})
}

// putTime keeps the time of the change under a name.
func (c *change) putTime(ctx context.Context, name string) error {
	text, err := c.now.MarshalText()
	if err == nil {
		err = c.PutMeta(ctx, name, text)
	}
	if err != nil {
		return fmt.Errorf("store %s: %w", name, err)
	}
	return nil
}

// metaTime gives the time that is kept under a name; zero where there is none.
func metaTime(ctx context.Context, tx store.Tx, name string) (time.Time, error) {
	text, err := tx.Meta(ctx, name)
	if err != nil || text == nil {
		return time.Time{}, err
	}
	var at time.Time
	if err := at.UnmarshalText(text); err != nil {
		return time.Time{}, &access.Error{
			Kind: access.ErrDamaged, Code: "store_damaged",
			Text: fmt.Sprintf("read %s: not a time that pinward wrote", name), Hint: "run pinward store check",
		}
	}
	return at, nil
}

// Care is what people do outside the store to keep it: they copy it, and they
// copy its key.
type Care struct {
	LastBackupAt time.Time // zero: never
	KeyNotedAt   time.Time // when a copy of the present key was noted; zero: not yet
}

// Care gives when the store was last backed up and its key last copied.
func (a *App) Care(ctx context.Context, by access.Operator) (Care, error) {
	var c Care
	err := a.read(ctx, by, StoreCheck, func(tx store.Tx) (err error) {
		if c.LastBackupAt, err = metaTime(ctx, tx, metaLastBackup); err != nil {
			return err
		}
		c.KeyNotedAt, err = metaTime(ctx, tx, metaKeyNoted)
		return err
	})
	return c, err
}
