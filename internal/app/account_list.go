package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// Accounts streams the accounts that f selects, in the order of their creation,
// of the operator's schools only. Rows are given between two transactions, so
// that a slow reader holds nothing up. f's page is not looked at.
func (a *App) Accounts(ctx context.Context, by access.Operator, f store.AccountFilter, each func(store.AccountRow) error) error {
	f.Page, f.Now = store.Page{Limit: pageSize}, a.clock()
	err := a.read(ctx, by, AccountList, func(tx store.Tx) (err error) {
		f.Schools, err = scopeSchools(ctx, tx, by, f.Schools)
		return err
	})
	if err != nil {
		return err
	}
	for {
		var page []store.AccountRow
		err := a.store.View(ctx, func(tx store.Tx) (err error) {
			page, err = tx.Accounts(ctx, f)
			return err
		})
		if err != nil {
			return fmt.Errorf("list accounts: %w", err)
		}
		for _, row := range page {
			if err := each(row); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			return nil
		}
		f.After = page[len(page)-1].Key
	}
}
