package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// A conn is one connection and the statements prepared on it. One goroutine
// uses it at a time.
type conn struct {
	path  string
	sql   *sql.Conn
	stmts map[string]*sql.Stmt
}

// prepare gives the connection's own statement of a fixed query.
func (c *conn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.sql.PrepareContext(ctx, query)
	if err != nil {
		return nil, translateSchema(c.path, err)
	}
	c.stmts[query] = s
	return s, nil
}

func (c *conn) exec(ctx context.Context, query string, args ...any) error {
	_, err := c.result(ctx, query, args)
	return err
}

func (c *conn) result(ctx context.Context, query string, args []any) (sql.Result, error) {
	s, err := c.prepare(ctx, query) //nolint:sqlclosecheck // the connection keeps it
	if err != nil {
		return nil, err
	}
	r, err := s.ExecContext(ctx, args...)
	return r, translate(c.path, err)
}

// one reads one row into dest; sql.ErrNoRows where there is none.
func (c *conn) one(ctx context.Context, query string, args []any, dest ...any) error {
	s, err := c.prepare(ctx, query) //nolint:sqlclosecheck // the connection keeps it
	if err != nil {
		return err
	}
	return translate(c.path, s.QueryRowContext(ctx, args...).Scan(dest...))
}

// rows runs a fixed query; the caller closes what it gives.
func (c *conn) rows(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	s, err := c.prepare(ctx, query) //nolint:sqlclosecheck // the connection keeps it
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args...)
	return rows, translate(c.path, err)
}

// each runs a fixed query and calls f on each row.
func (c *conn) each(ctx context.Context, query string, args []any, f func(*sql.Rows) error) error {
	rows, err := c.rows(ctx, query, args)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return translate(c.path, err)
		}
	}
	return translate(c.path, rows.Err())
}

// rowsOnce runs a query whose text depends on a filter, and keeps no statement.
func (c *conn) rowsOnce(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	rows, err := c.sql.QueryContext(ctx, query, args...)
	return rows, translateSchema(c.path, err)
}

// rollback leaves the connection outside any transaction and reports whether
// it may be used again.
func (c *conn) rollback() bool {
	ctx := context.Background()
	_, err := c.sql.ExecContext(ctx, "ROLLBACK")
	if err == nil {
		return true
	}
	// SQLite has ended the transaction by itself, as on a full disk or an
	// interrupted write; or there was none. Beginning one proves it.
	if _, err := c.sql.ExecContext(ctx, "BEGIN DEFERRED"); err != nil {
		return false
	}
	_, err = c.sql.ExecContext(ctx, "ROLLBACK")
	return err == nil
}

func (c *conn) close() error {
	var err error
	for _, s := range c.stmts {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.sql.Close())
}
