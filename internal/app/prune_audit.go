package app

import (
	"context"
	"fmt"
	"math"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// oldRecords calls each on the audit records older than before, from the start
// of the chain on, up to the first that is younger.
func (a *App) oldRecords(ctx context.Context, tx store.Tx, before time.Time, limit int, each func(access.AuditRecord, AuditHead) error) error {
	start, err := a.readCheckpoint(ctx, tx)
	if err != nil {
		return err
	}
	last := AuditHead{start.Seq, start.MAC}
	for n := 0; n < limit; {
		page, err := tx.Audits(ctx, store.AuditFilter{Page: store.Page{After: last.Seq, Limit: min(limit-n, pageSize)}})
		if err != nil {
			return fmt.Errorf("read the audit records: %w", err)
		}
		for _, r := range page {
			if !r.At.Before(before) {
				return nil
			}
			if err := each(r, last); err != nil {
				return err
			}
			last = AuditHead{r.Seq, r.MAC}
			n++
		}
		if len(page) == 0 {
			return nil
		}
	}
	return nil
}

func (a *App) countAudit(ctx context.Context, tx store.Tx, before time.Time) (int, error) {
	n := 0
	err := a.oldRecords(ctx, tx, before, math.MaxInt, func(access.AuditRecord, AuditHead) error {
		n++
		return nil
	})
	return n, err
}

// pruneAudit removes records from the start of the chain, be it all of them: the
// record of this change goes on with the chain. Each is verified first: a chain
// that is broken there is evidence, and stays.
func pruneAudit(ctx context.Context, c *change, before time.Time, limit int) (int, error) {
	var last AuditHead
	n := 0
	err := c.app.oldRecords(ctx, c.Tx, before, limit, func(r access.AuditRecord, previous AuditHead) error {
		last = AuditHead{r.Seq, r.MAC}
		n++
		return c.app.verifyRecord(r, previous)
	})
	if err != nil || n == 0 {
		return 0, err
	}
	if err := c.PruneAudit(ctx, last.Seq); err != nil {
		return 0, fmt.Errorf("prune the audit records: %w", err)
	}
	return n, c.putCheckpoint(ctx, last)
}
