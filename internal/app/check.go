package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"pinward/internal/access"
	"pinward/internal/secret"
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

// CheckStore reads everything: the engine's own check, every seal, the audit
// chain and rows whose owner is gone. It changes nothing.
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
	for _, part := range []func(context.Context, *CheckReport) error{a.checkChain, a.checkPolicies, a.checkSeals, a.checkOrphans} {
		if err := part(ctx, &r); err != nil && !r.damage(err) {
			return r, err
		}
	}
	if err != nil && len(r.Problems) == 0 {
		r.damage(err)
	}
	return r, nil
}

// damage adds an error that means damage to the report.
func (r *CheckReport) damage(err error) bool {
	if !errors.Is(err, access.ErrDamaged) {
		return false
	}
	r.Problems = append(r.Problems, store.Problem{Text: err.Error(), Damage: true})
	return true
}

func (a *App) checkSeals(ctx context.Context, r *CheckReport) error {
	f := store.AccountFilter{Page: store.Page{Limit: pageSize}}
	for {
		last := 0
		err := a.store.View(ctx, func(tx store.Tx) error {
			page, err := tx.Accounts(ctx, f)
			if err != nil {
				return fmt.Errorf("list accounts: %w", err)
			}
			for _, row := range page {
				if err := a.checkSealsOf(ctx, tx, row.Account, r); err != nil {
					return err
				}
				f.After = row.Key
			}
			last = len(page)
			return nil
		})
		if err != nil || last < pageSize {
			return err
		}
	}
}

func (a *App) checkSealsOf(ctx context.Context, tx store.Tx, account access.Account, r *CheckReport) error {
	r.Accounts++
	if text := unknownWord(account); text != "" {
		r.Problems = append(r.Problems, store.Problem{
			Table: "account", Row: rowOf(account), Text: text, Damage: true,
		})
	}
	credential, err := tx.Credential(ctx, account.Key)
	if err != nil {
		return fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	// Every change of a row stands in the chain under the number that the row
	// carries, so a row that is ahead of the chain tells of a chain cut off.
	if seq := max(account.AuditSeq, credential.AuditSeq); r.whole && seq > r.Head.Seq {
		r.Problems = append(r.Problems, store.Problem{
			Table: "audit", Row: strconv.FormatInt(seq, 10), Damage: true,
			Text: "the record is missing that last changed the account " + account.Login,
		})
	}
	if credential.Set() {
		err := a.keys.CheckPIN(account.ID, secret.SealedPIN{KeyID: credential.KeyID, Blob: credential.Sealed})
		r.sealed("pin", account, err)
	}
	birth, err := tx.BirthDate(ctx, account.Key)
	if err != nil {
		return fmt.Errorf("read the birth date of %s: %w", account.Login, err)
	}
	if birth.Blob != nil {
		_, err := a.keys.OpenDate(account.ID, secret.Sealed(birth))
		r.sealed("birth_date", account, err)
	}
	return nil
}

// rowOf names an account's row by key and login.
func rowOf(account access.Account) string {
	return strconv.FormatInt(account.Key, 10) + " (" + account.Login + ")"
}

// unknownWord says what an account holds that pinward never writes.
func unknownWord(account access.Account) string {
	_, profile := access.ParseProfile(string(account.Profile))
	_, status := access.ParseStatus(string(account.Status))
	_, protection := access.ParseProtection(string(account.Protection))
	switch {
	case profile != nil:
		return "its profile is unknown"
	case status != nil:
		return "its status is unknown"
	case protection != nil:
		return "its protection is unknown"
	case account.HomeSchool() == "":
		return "it belongs to no school"
	}
	return ""
}

func (r *CheckReport) sealed(table string, account access.Account, err error) {
	r.Sealed++
	if err != nil {
		r.Problems = append(r.Problems, store.Problem{
			Table: table, Row: rowOf(account),
			Text: "the seal does not open: " + err.Error(), Damage: true,
		})
	}
}

func (a *App) checkPolicies(ctx context.Context, _ *CheckReport) error {
	return a.store.View(ctx, func(tx store.Tx) error {
		for _, p := range access.Profiles() {
			if _, err := tx.Policy(ctx, p); err != nil {
				return owed(err, fmt.Sprintf("read the policy of %s", p))
			}
		}
		return nil
	})
}

func (a *App) checkOrphans(ctx context.Context, r *CheckReport) error {
	return a.store.View(ctx, func(tx store.Tx) error {
		orphans, err := tx.Orphans(ctx)
		for _, o := range orphans {
			// The engine's own check words a missing account in the same way.
			if !slices.Contains(r.Problems, o) {
				r.Problems = append(r.Problems, o)
			}
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
