package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"pinward/internal/access"
	"pinward/internal/store"
)

// A CheckReport is what a check of the whole store found.
type CheckReport struct {
	Accounts int
	Sealed   int // PINs and birth dates whose seals were opened
	Records  int64
	Head     AuditHead
	Problems []store.Problem

	whole bool // the chain verified to its end
}

// Damaged reports whether a problem is damage rather than a finding.
func (r CheckReport) Damaged() bool {
	for _, p := range r.Problems {
		if p.Damage {
			return true
		}
	}
	return false
}

// CheckStore reads everything: the engine's own check, the audit chain, every row
// with its seal, and rows whose owner is gone. It changes nothing.
func (a *App) CheckStore(ctx context.Context, by access.Operator) (CheckReport, error) {
	err := authorize(by, StoreCheck)
	if err == nil {
		err = authorizeWhole(by, StoreCheck)
	}
	if err != nil {
		return CheckReport{}, a.denied(ctx, by, StoreCheck, err)
	}
	return a.checkAll(ctx)
}

func (a *App) checkAll(ctx context.Context) (CheckReport, error) {
	var r CheckReport
	problems, err := a.store.Check(ctx)
	if err != nil && !errors.Is(err, access.ErrDamaged) {
		return r, fmt.Errorf("check the engine's files: %w", err)
	}
	r.Problems = problems
	for _, part := range []func(context.Context, *CheckReport) error{a.checkChain, a.checkRows, a.checkOrphans} {
		if err := part(ctx, &r); err != nil && !r.damage(err) {
			return r, err
		}
	}
	if err != nil && len(r.Problems) == 0 {
		r.damage(err)
	}
	return r, nil
}

// once adds a problem unless it stands there already.
func (r *CheckReport) once(p store.Problem) {
	if !slices.Contains(r.Problems, p) {
		r.Problems = append(r.Problems, p)
	}
}

// damage adds an error that means damage to the report.
func (r *CheckReport) damage(err error) bool {
	if !errors.Is(err, access.ErrDamaged) {
		return false
	}
	r.Problems = append(r.Problems, store.Problem{Text: err.Error(), Damage: true})
	return true
}

func (a *App) checkOrphans(ctx context.Context, r *CheckReport) error {
	return a.store.View(ctx, func(tx store.Tx) error {
		orphans, err := tx.Orphans(ctx)
		for _, o := range orphans {
			r.once(o) // the engine's own check words a missing account in the same way
		}
		return err
	})
}

func (a *App) checkChain(ctx context.Context, r *CheckReport) error {
	var err error
	r.Records, r.Head, err = a.verifyAudit(ctx, AuditHead{})
	r.whole = err == nil
	var damage *access.Error
	if errors.As(err, &damage) && damage.Code == "audit_broken" {
		r.Problems = append(r.Problems, store.Problem{Table: "audit", Row: strconv.FormatInt(r.Head.Seq+1, 10), Text: damage.Text, Damage: true})
		return nil
	}
	return err
}
