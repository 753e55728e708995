package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// A LoginQuery selects logins as a user names them.
type LoginQuery struct {
	Login  string // of the account; empty: any
	School string // code; empty: any
	store.LoginFilter
}

// Logins streams the login log, oldest first, up to the newest login at the
// time of the call. It gives the highest key seen, to follow on from.
func (a *App) Logins(ctx context.Context, by access.Operator, q LoginQuery, each func(store.LoginRow) error) (int64, error) {
	f := q.LoginFilter
	err := a.read(ctx, by, LoginList, func(tx store.Tx) (err error) {
		if f.UpTo, err = tx.NewestLogin(ctx); err != nil {
			return fmt.Errorf("find the newest login: %w", err)
		}
		f.AccountKey, f.Schools, err = narrowed(ctx, tx, by, LoginList, q.Login, q.School)
		return err
	})
	if err != nil || f.UpTo <= f.After {
		return max(f.UpTo, f.After), err
	}
	newest, last := f.UpTo, f.After
	read := func(tx store.Tx, page store.Page, take func(store.LoginRow) error) error {
		f := f
		f.Page = page
		if err := tx.EachLogin(ctx, f, take); err != nil {
			return fmt.Errorf("list logins: %w", err)
		}
		return nil
	}
	key := func(row store.LoginRow) int64 { return row.Key }
	err = inPages(ctx, a, f.Page, key, read, func(row store.LoginRow) error {
		last = row.Key
		return each(row)
	})
	if err != nil {
		return last, err
	}
	return newest, nil
}
