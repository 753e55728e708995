package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// Lost names the audit records of a replaced store that its backup lacks.
type Lost struct {
	From, To        int64 // 0: none
	FromAt, UntilAt time.Time
}

// A legacy is what a restored store takes over from the one that it replaces:
// what an attacker could wish to be forgotten, and facts of the world outside.
type legacy struct {
	attempts  map[string]access.Attempts // by the account's public id
	suspended []access.Account
	numbers   map[string]int64
	cursors   []access.Cursor
	portals   []access.Portal      // nil: not readable
	times     map[string]time.Time // of metaLastBackup and metaKeyNoted
	incidents incidentLegacy
}

// inherit takes over the legacy of old. Where old turns out to be damaged, it
// takes over what could be read, and says so.
func (c *change) inherit(ctx context.Context, old store.Viewer, r *Restored) error {
	l := legacy{attempts: map[string]access.Attempts{}, times: map[string]time.Time{}}
	err := old.View(ctx, func(tx store.Tx) error {
		if err := l.read(ctx, tx); err != nil {
			return err
		}
		return c.findLost(ctx, tx, r)
	})
	if err != nil {
		err = fmt.Errorf("read the store that is replaced: %w", err)
	}
	if err != nil && !errors.Is(err, access.ErrDamaged) && !errors.Is(err, access.ErrUnusable) {
		return err
	}
	r.OldErr = err
	if r.Counters, err = c.keepAttempts(ctx, l.attempts); err != nil {
		return err
	}
	if r.Suspended, err = c.keepSuspensions(ctx, l.suspended); err != nil {
		return err
	}
	if r.Portals, err = c.keepPortals(ctx, l.portals); err != nil {
		return err
	}
	if err := c.keepIncidents(ctx, l.incidents, r); err != nil {
		return err
	}
	if err := c.RaiseNumbers(ctx, l.numbers); err != nil {
		return fmt.Errorf("go on with the numbers of logins and alerts: %w", err)
	}
	if err := c.keepCursors(ctx, l.cursors); err != nil {
		return err
	}
	return c.keepTimes(ctx, l.times)
}

func (l *legacy) read(ctx context.Context, tx store.Tx) error {
	keys, err := tx.AttemptAccounts(ctx)
	if err != nil {
		return fmt.Errorf("list wrong PINs: %w", err)
	}
	for _, key := range keys {
		account, err := tx.AccountByKey(ctx, key)
		if errors.Is(err, access.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read account %d: %w", key, err)
		}
		if l.attempts[account.ID], err = tx.Attempts(ctx, key); err != nil {
			return fmt.Errorf("read the attempts at %s: %w", account.Login, err)
		}
	}
	rows, err := tx.Accounts(ctx, store.AccountFilter{Status: access.Suspended})
	if err != nil {
		return fmt.Errorf("list suspended accounts: %w", err)
	}
	for _, row := range rows {
		l.suspended = append(l.suspended, row.Account)
	}
	if l.numbers, err = tx.Numbers(ctx); err != nil {
		return fmt.Errorf("read the highest numbers: %w", err)
	}
	if l.cursors, err = tx.Cursors(ctx); err != nil {
		return fmt.Errorf("read the cursors: %w", err)
	}
	if l.portals, err = tx.Portals(ctx, true); err != nil {
		return fmt.Errorf("read the portals: %w", err)
	}
	for _, name := range []string{metaLastBackup, metaKeyNoted} {
		if l.times[name], err = metaTime(ctx, tx, name); err != nil {
			return err
		}
	}
	return l.incidents.read(ctx, tx)
}

// keepAttempts keeps the worse of both counts, and gives the number of accounts
// at which the old store's were.
func (c *change) keepAttempts(ctx context.Context, old map[string]access.Attempts) (int, error) {
	n := 0
	for id, theirs := range old {
		account, err := c.AccountByID(ctx, id)
		if errors.Is(err, access.ErrNotFound) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read account %s: %w", id, err)
		}
		ours, err := c.Attempts(ctx, account.Key)
		if err != nil {
			return 0, fmt.Errorf("read the attempts at %s: %w", account.Login, err)
		}
		kept, taken := worse(ours, theirs, c.now)
		if taken {
			n++
		}
		if err := c.PutAttempts(ctx, account.Key, kept); err != nil {
			return 0, fmt.Errorf("store the attempts at %s: %w", account.Login, err)
		}
	}
	return n, nil
}

// worse gives the larger of each count of a and b, and whether any is b's.
// Attempts that were in flight count as wrong: nobody is left to judge them.
func worse(a, b access.Attempts, now time.Time) (access.Attempts, bool) {
	for _, one := range []*access.Attempts{&a, &b} {
		for _, l := range append([]access.Lease(nil), one.Leases...) {
			one.Settle(l.ID, false, now)
		}
		one.Sweep(now)
	}
	taken := false
	if b.Failed > a.Failed {
		a.Failed, taken = b.Failed, true
	}
	if len(b.Wrong) > len(a.Wrong) {
		a.Wrong, taken = b.Wrong, true
	}
	if b.LockedUntil.After(a.LockedUntil) {
		a.LockedAt, a.LockedUntil, taken = b.LockedAt, b.LockedUntil, true
	}
	if b.Blocked() && !a.Blocked() {
		a.BlockedAt, taken = b.BlockedAt, true
	}
	return a, taken
}

// keepSuspensions suspends what the old store had suspended, and gives the
// number. An account that is archived in the backup is barred already.
func (c *change) keepSuspensions(ctx context.Context, suspended []access.Account) (int, error) {
	n := 0
	for _, theirs := range suspended {
		account, err := c.AccountByID(ctx, theirs.ID)
		if errors.Is(err, access.ErrNotFound) || err == nil && account.Status != access.Active {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read account %s: %w", theirs.ID, err)
		}
		account.Status, account.StatusReason = access.Suspended, theirs.StatusReason
		account.UpdatedAt, account.AuditSeq = c.now, c.seq
		if err := c.PutAccount(ctx, &account); err != nil {
			return 0, fmt.Errorf("store account %s: %w", account.Login, err)
		}
		n++
	}
	return n, nil
}

// keepTimes keeps the later of both times.
func (c *change) keepTimes(ctx context.Context, old map[string]time.Time) error {
	for name, theirs := range old {
		ours, err := metaTime(ctx, c.Tx, name)
		if err != nil {
			return err
		}
		if !theirs.After(ours) {
			continue
		}
		text, err := theirs.MarshalText()
		if err == nil {
			err = c.PutMeta(ctx, name, text)
		}
		if err != nil {
			return fmt.Errorf("store %s: %w", name, err)
		}
	}
	return nil
}

// findLost finds the records of old that do not stand in the backup. Both chains
// are the same up to some record and differ from there on, since each record's
// MAC covers all before it.
func (c *change) findLost(ctx context.Context, old store.Tx, r *Restored) error {
	head, err := old.AuditHead(ctx)
	if err != nil {
		return fmt.Errorf("read the audit head: %w", err)
	}
	r.Old = AuditHead{head.Seq, head.MAC}
	first, err := old.Audits(ctx, store.AuditFilter{Page: store.Page{Limit: 1}})
	if err != nil || len(first) == 0 {
		return err
	}
	// What retention removed from either store is no loss of this restore.
	start, err := c.app.readCheckpoint(ctx, c.Tx)
	if err != nil {
		return err
	}
	from := max(first[0].Seq, start.Seq+1)
	n := int(head.Seq - from + 1)
	lost := from + int64(sort.Search(n, func(i int) bool {
		if err != nil {
			return true
		}
		var same bool
		same, err = c.sameRecord(ctx, old, from+int64(i))
		return !same
	}))
	if err != nil || lost > head.Seq {
		return err
	}
	records, err := old.Audits(ctx, store.AuditFilter{Page: store.Page{After: lost - 1, Limit: 1}})
	if err != nil || len(records) == 0 {
		return err
	}
	r.Lost = Lost{From: lost, To: head.Seq, FromAt: records[0].At, UntilAt: head.At}
	return nil
}

func (c *change) sameRecord(ctx context.Context, old store.Tx, seq int64) (bool, error) {
	ours, err := macAt(ctx, c.Tx, seq)
	if err != nil {
		return false, err
	}
	theirs, err := macAt(ctx, old, seq)
	return ours != nil && bytes.Equal(ours, theirs), err
}
