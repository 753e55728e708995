package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// How long things are kept; docs/backups-and-keys.md tells them.
const (
	keepLogDays      = 180
	keepAddressDays  = 30
	keepArchivedDays = 365
	keepAuditDays    = 365
	keepResetDays    = 1 // requests for a mailed code are counted for a day
	keepPageDays     = 1 // longer than any page is open
	keepGateDays     = 1
)

const (
	// pruneBatch is how many rows one transaction of Prune removes: others wait
	// no longer than that takes.
	pruneBatch = 5000
	// eraseBatch is how many accounts it erases, which takes a look at every
	// audit detail.
	eraseBatch = 500
)

// The kinds of what retention forgets.
const (
	PrunedLogins    = "logins"
	PrunedAlerts    = "alerts"
	PrunedNotices   = "notices"
	PrunedAddresses = "addresses"
	PrunedAccounts  = "accounts"
	PrunedCodes     = "setup_codes"
	PrunedResets    = "reset_codes"
	PrunedPasses    = "login_passes"
	PrunedPages     = "pages"
	PrunedGate      = "gate_sessions"
	PrunedAnswers   = "kept_answers"
	PrunedAudit     = "audit_records"
)

// A Pruned counts what retention forgets of one kind.
type Pruned struct {
	Kind string
	Days int // it is kept for so long
	Rows int
}

// A pruning is one kind's way of being counted and forgotten.
type pruning struct {
	kind  string
	days  int
	count func(ctx context.Context, tx store.Tx, before time.Time) (int, error)
	prune func(ctx context.Context, c *change, before time.Time, limit int) (int, error)
}

// prunings lists the kinds in the order they are forgotten: accounts come
// behind the log, most of which is gone by then.
func (a *App) prunings() []pruning {
	return []pruning{
		agedPruning(PrunedPages, keepPageDays, store.AgedPages),
		agedPruning(PrunedGate, keepGateDays, store.AgedGateStarts, store.AgedGateSessions),
		agedPruning(PrunedLogins, keepLogDays, store.AgedLogins),
		agedPruning(PrunedAlerts, keepLogDays, store.AgedAlerts),
		agedPruning(PrunedNotices, keepLogDays, store.AgedNotices),
		addressPruning(),
		agedPruning(PrunedCodes, 0, store.AgedSetupCodes),
		agedPruning(PrunedResets, keepResetDays, store.AgedResetCodes),
		agedPruning(PrunedPasses, 0, store.AgedLoginPasses),
		agedPruning(PrunedAnswers, 0, store.AgedKeptAnswers),
		{PrunedAudit, keepAuditDays, a.countAudit, pruneAudit},
		{PrunedAccounts, keepArchivedDays, countArchived, eraseArchived},
	}
}

func agedPruning(kind string, days int, all ...store.Aged) pruning {
	return pruning{
		kind: kind, days: days,
		count: func(ctx context.Context, tx store.Tx, before time.Time) (int, error) {
			sum := 0
			for _, one := range all {
				n, err := tx.CountAged(ctx, one, before)
				if err != nil {
					return 0, fmt.Errorf("count old %s: %w", one, err)
				}
				sum += n
			}
			return sum, nil
		},
		prune: func(ctx context.Context, c *change, before time.Time, limit int) (int, error) {
			sum := 0
			for _, one := range all {
				n, err := c.PruneAged(ctx, one, before, limit-sum)
				if err != nil {
					return 0, fmt.Errorf("prune old %s: %w", one, err)
				}
				sum += n
			}
			return sum, nil
		},
	}
}

// addressPruning leaves out of the count what goes with its row.
func addressPruning() pruning {
	p := agedPruning(PrunedAddresses, keepAddressDays, store.AgedLoginAddresses, store.AgedAlertAddresses, store.AgedDeviceAddresses, store.AgedNoticeAddresses)
	removed := agedPruning(PrunedAddresses, keepLogDays, store.AgedLoginAddresses, store.AgedAlertAddresses, store.AgedNoticeAddresses)
	all := p.count
	p.count = func(ctx context.Context, tx store.Tx, before time.Time) (int, error) {
		n, err := all(ctx, tx, before)
		if err != nil {
			return 0, err
		}
		gone, err := removed.count(ctx, tx, before.Add(-access.Days(keepLogDays-keepAddressDays)))
		return n - gone, err
	}
	return p
}

// PrunePlan counts what Prune would forget now.
func (a *App) PrunePlan(ctx context.Context, by access.Operator) ([]Pruned, error) {
	var plan []Pruned
	err := a.read(ctx, by, StorePrune, func(tx store.Tx) error {
		if err := authorizeWhole(by, StorePrune); err != nil {
			return err
		}
		for _, p := range a.prunings() {
			n, err := p.count(ctx, tx, a.clock().Add(-access.Days(p.days)))
			if err != nil {
				return err
			}
			plan = append(plan, Pruned{p.kind, p.days, n})
		}
		return nil
	})
	return plan, err
}

// Prune forgets what was kept long enough, in transactions that keep nobody
// waiting, each with its audit record, and gives the counts. Interrupted, it
// leaves what it has forgotten, and goes on when it is called again.
func (a *App) Prune(ctx context.Context, by access.Operator) ([]Pruned, error) {
	all := a.prunings()
	done := make([]Pruned, len(all))
	for i, p := range all {
		done[i] = Pruned{Kind: p.kind, Days: p.days}
	}
	for more := true; more; {
		err := a.change(ctx, by, StorePrune, func(c *change) error {
			if err := authorizeWhole(by, StorePrune); err != nil {
				return err
			}
			batch, err := c.pruneBatch(ctx, all)
			if err != nil {
				return err
			}
			more = false
			for i := range done {
				done[i].Rows += batch[i]
				more = more || batch[i] > 0
			}
			if !more {
				c.nothing()
			}
			return nil
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// pruneBatch forgets at most pruneBatch rows and notes how many of what.
func (c *change) pruneBatch(ctx context.Context, all []pruning) ([]int, error) {
	counts, left := make([]int, len(all)), pruneBatch
	for i, p := range all {
		if left <= 0 {
			break
		}
		n, err := p.prune(ctx, c, c.now.Add(-access.Days(p.days)), left)
		if err != nil {
			return nil, err
		}
		counts[i] = n
		left -= n
		if n > 0 {
			c.note(p.kind, n)
		}
	}
	return counts, nil
}

func countArchived(ctx context.Context, tx store.Tx, before time.Time) (int, error) {
	keys, err := tx.LongArchived(ctx, before, 0)
	if err != nil {
		return 0, fmt.Errorf("count archived accounts: %w", err)
	}
	return len(keys), nil
}

// eraseArchived removes accounts and all that tells of them, in audit details
// too. The audit records stay: they name people by public id only.
func eraseArchived(ctx context.Context, c *change, before time.Time, limit int) (int, error) {
	keys, err := c.LongArchived(ctx, before, min(limit, eraseBatch))
	if err != nil {
		return 0, fmt.Errorf("list archived accounts: %w", err)
	}
	if len(keys) == 0 {
		return 0, nil
	}
	if err := c.EraseAccounts(ctx, keys); err != nil {
		return 0, fmt.Errorf("erase archived accounts: %w", err)
	}
	return len(keys), nil
}
