package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// resealBatch is how many accounts' rows one transaction of a rotation seals.
const resealBatch = 500

// resealAll seals what is sealed under other keys than the active one.
func (a *App) resealAll(ctx context.Context, by access.Operator, r *Rotation) error {
	page := store.Page{Limit: resealBatch}
	for {
		var rows []store.SealedRow
		err := a.update(ctx, by, KeyRotate, func(c *change) (err error) {
			if rows, err = c.SealedOtherwise(ctx, a.keys.ActiveID(), page); err != nil {
				return err
			}
			n, failed, err := c.reseal(ctx, rows)
			if err != nil {
				return err
			}
			r.Failed = append(r.Failed, failed...)
			if r.Rows += n; n == 0 {
				c.nothing()
			}
			c.target("key", a.keys.ActiveID())
			c.note("rows", n)
			return nil
		})
		if err != nil || len(rows) < resealBatch {
			return err
		}
		page.After = rows[len(rows)-1].AccountKey
	}
}

// reseal seals the rows of some accounts and gives their number, and the logins
// of accounts whose rows do not open: they are left as they are, and keep nobody
// else waiting.
func (c *change) reseal(ctx context.Context, accounts []store.SealedRow) (n int, failed []string, err error) {
	for _, row := range accounts {
		rows, err := c.resealRow(ctx, row)
		if errors.Is(err, access.ErrDamaged) {
			failed = append(failed, row.Login)
			continue
		}
		if err != nil {
			return 0, nil, fmt.Errorf("account %s: %w", row.Login, err)
		}
		n += rows
	}
	return n, failed, nil
}

// resealRow opens and seals all before it stores any of it.
func (c *change) resealRow(ctx context.Context, row store.SealedRow) (n int, err error) {
	keys, random, active := c.app.keys, c.app.random, c.app.keys.ActiveID()
	var pin secret.SealedPIN
	var date secret.Sealed
	if row.PIN.Blob != nil && row.PIN.KeyID != active {
		if pin, err = keys.ResealPIN(random, row.AccountID, secret.SealedPIN(row.PIN)); err != nil {
			return 0, err
		}
	}
	if row.BirthDate.Blob != nil && row.BirthDate.KeyID != active {
		if date, err = keys.ResealDate(random, row.AccountID, secret.Sealed(row.BirthDate)); err != nil {
			return 0, err
		}
	}
	if pin.Blob != nil {
		credential, err := c.Credential(ctx, row.AccountKey)
		if err != nil {
			return 0, err
		}
		credential.KeyID, credential.Sealed, credential.AuditSeq = pin.KeyID, pin.Blob, c.seq
		if err := c.PutCredential(ctx, row.AccountKey, credential); err != nil {
			return 0, err
		}
		n++
	}
	if date.Blob != nil {
		n++
		err = c.PutBirthDate(ctx, row.AccountKey, access.Sealed(date))
	}
	return n, err
}

func resealFailed(logins []string) error {
	return &access.Error{
		Kind: access.ErrDamaged, Code: "seal_broken",
		Text: fmt.Sprintf("rotate the key: what is sealed does not open for some accounts (%d), among them %s; the others are done", len(logins), logins[0]),
		Hint: "set these PINs and birth dates anew (pinward store check names them), then rotate again",
	}
}
