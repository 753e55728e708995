package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// A rowCheck looks at every row of a store.
type rowCheck struct {
	keys     *secret.Keyring
	report   *CheckReport
	policies []access.Profile // that have one, be it unreadable
	ahead    []aheadRow
}

// An aheadRow was last changed by a record that the chain does not hold.
type aheadRow struct {
	seq   int64
	login string
}

// checkRows reads every row as it is read for everything else.
func (a *App) checkRows(ctx context.Context, r *CheckReport) error {
	c := rowCheck{keys: a.keys, report: r}
	if err := a.store.EachRow(ctx, c.look); err != nil {
		return err
	}
	for _, p := range access.Profiles() {
		if !slices.Contains(c.policies, p) {
			r.Problems = append(r.Problems, store.Problem{Table: "policy", Row: string(p), Text: "it is missing", Damage: true})
		}
	}
	return a.checkAhead(ctx, r, c.ahead)
}

// look takes one row.
func (c *rowCheck) look(row store.Row) {
	if row.Table == "policy" {
		c.policies = append(c.policies, profileOf(row))
	}
	if row.Fault != "" {
		c.damage(row, row.Fault)
		return
	}
	if text := unknownWord(row.Value); text != "" {
		c.damage(row, text)
	}
	switch v := row.Value.(type) {
	case *access.Account:
		c.report.Accounts++
		c.changedBy(v.AuditSeq, v.Login)
	case *store.CredentialRow:
		c.changedBy(v.AuditSeq, v.Login)
		if v.Set() && v.AccountID != "" {
			c.sealed(row, c.keys.CheckPIN(v.AccountID, secret.SealedPIN{KeyID: v.KeyID, Blob: v.Credential.Sealed}))
		}
	case *store.BirthDateRow:
		if v.AccountID != "" {
			_, err := c.keys.OpenDate(v.AccountID, secret.Sealed(v.Sealed))
			c.sealed(row, err)
		}
	}
}

func (c *rowCheck) damage(row store.Row, text string) {
	c.report.once(store.Problem{Table: row.Table, Row: row.Name, Text: text, Damage: true})
}

func (c *rowCheck) sealed(row store.Row, err error) {
	c.report.Sealed++
	if err != nil {
		c.damage(row, "the seal does not open: "+err.Error())
	}
}

// changedBy notes a row that is ahead of the chain as far as it was read.
func (c *rowCheck) changedBy(seq int64, login string) {
	if c.report.whole && seq > c.report.Head.Seq {
		c.ahead = append(c.ahead, aheadRow{seq, login})
	}
}

// checkAhead tells what is wrong with rows that are ahead of the chain: every
// change of a row stands in the chain under the number that the row carries, so
// they tell of a chain cut off. Others may have changed rows since the chain was
// read, and then it has grown as well.
func (a *App) checkAhead(ctx context.Context, r *CheckReport, ahead []aheadRow) error {
	if len(ahead) == 0 {
		return nil
	}
	return a.store.View(ctx, func(tx store.Tx) error {
		head, err := tx.AuditHead(ctx)
		if err != nil {
			return fmt.Errorf("read the audit head: %w", err)
		}
		for _, row := range ahead {
			if row.seq > head.Seq {
				r.once(store.Problem{
					Table: "audit", Row: strconv.FormatInt(row.seq, 10), Damage: true,
					Text: "the record is missing that last changed the account " + row.login,
				})
			}
		}
		return nil
	})
}
