package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"pinward/internal/store"
)

var _ store.Tx = (*tx)(nil)

// A tx is one transaction on one connection. One goroutine uses it at a time.
type tx struct {
	conn     *conn
	writable bool
	schools  map[string]int64 // keys by code, as far as they were looked up
	// failed is why the transaction cannot go on. After some errors SQLite has
	// rolled back by itself, and a later statement would commit on its own.
	failed error
}

// exec runs a statement that writes and gives the number of rows it changed.
func (t *tx) exec(ctx context.Context, query string, args ...any) (int, error) {
	r, err := t.result(ctx, query, args)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// update runs an UPDATE of one row, and gives ErrNotFound where there is none.
func (t *tx) update(ctx context.Context, what, query string, args ...any) error {
	n, err := t.exec(ctx, query, args...)
	if err == nil && n == 0 {
		return notFound(what)
	}
	return err
}

// insert runs an INSERT and gives the new row's key.
func (t *tx) insert(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := t.result(ctx, query, args)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

func (t *tx) result(ctx context.Context, query string, args []any) (sql.Result, error) {
	switch {
	case t.failed != nil:
		return nil, t.failed
	case !t.writable:
		return nil, errors.New("write in a transaction that only reads")
	}
	r, err := t.conn.result(ctx, query, args)
	return r, t.note(err)
}

// one reads one row into dest; sql.ErrNoRows where there is none.
func (t *tx) one(ctx context.Context, query string, args []any, dest ...any) error {
	if t.failed != nil {
		return t.failed
	}
	return t.note(t.conn.one(ctx, query, args, dest...))
}

// maybe reads one row into dest and leaves dest alone where there is none.
func (t *tx) maybe(ctx context.Context, query string, args []any, dest ...any) error {
	err := t.one(ctx, query, args, dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// note keeps the first error that ends the transaction. A missing row and a
// value that is taken leave it as it is.
func (t *tx) note(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) || taken(err) {
		return err
	}
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// list runs a fixed query and reads its rows; fields gives where a row's columns
// go.
func list[T any](ctx context.Context, t *tx, query string, args []any, fields func(*T) []any) ([]T, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	rows, err := t.conn.rows(ctx, query, args)
	return collect(t, rows, err, fields)
}

// find runs a query that a filter has built and reads its rows.
func find[T any](ctx context.Context, t *tx, query string, args []any, fields func(*T) []any) ([]T, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	rows, err := t.conn.rowsOnce(ctx, query, args)
	return collect(t, rows, err, fields)
}

// findEach is find, one row at a time.
func findEach[T any](ctx context.Context, t *tx, query string, args []any, fields func(*T) []any, each func(T) error) error {
	if t.failed != nil {
		return t.failed
	}
	rows, err := t.conn.rowsOnce(ctx, query, args)
	return scanEach(t, rows, err, fields, each)
}

func collect[T any](t *tx, rows cursor, err error, fields func(*T) []any) ([]T, error) {
	all := []T{}
	err = scanEach(t, rows, err, fields, func(v T) error {
		all = append(all, v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// scanEach reads every row into the same variable, whose fields are asked for
// once.
func scanEach[T any](t *tx, rows cursor, err error, fields func(*T) []any, each func(T) error) error {
	if err != nil {
		return t.note(err)
	}
	defer func() { _ = rows.Close() }()
	var v T
	into := fields(&v)
	for rows.Next() {
		if err := t.conn.scan(rows, into); err != nil {
			return t.note(err)
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return t.note(translate(t.conn.path, rows.Err()))
}

// itself reads rows of one column.
func itself[T any](v *T) []any { return []any{v} }
