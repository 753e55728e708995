package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"pinward/internal/access"
)

// A conn is one connection and the statements prepared on it. One goroutine
// uses it at a time.
type conn struct {
	path   string
	sql    *sql.Conn
	stmts  map[string]*sql.Stmt
	direct *direct // in the place of the two above, in a pool of direct connections
}

// A cursor is the rows of one query: *sql.Rows or *statement.
type cursor interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
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
	if c.direct != nil {
		s, err := c.begin(ctx, query, args)
		if err != nil {
			return nil, err
		}
		r, err := s.finish()
		return r, translate(c.path, err)
	}
	s, err := c.prepare(ctx, query) //nolint:sqlclosecheck // the connection keeps it
	if err != nil {
		return nil, err
	}
	r, err := s.ExecContext(ctx, args...)
	return r, translate(c.path, err)
}

// one reads one row into dest; sql.ErrNoRows where there is none.
func (c *conn) one(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := c.rows(ctx, query, args)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return cmp.Or(translate(c.path, rows.Err()), sql.ErrNoRows)
	}
	if err := c.scan(rows, dest); err != nil {
		return err
	}
	return translate(c.path, rows.Close())
}

// scan reads a row. A value that is not of the type that its table promises was
// not written by the engine.
func (c *conn) scan(rows cursor, dest []any) error {
	err := rows.Scan(dest...)
	if err == nil { // nearly always; what follows costs memory
		return nil
	}
	err = translate(c.path, err)
	known := access.CodeOf(err) != "" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if known {
		return err
	}
	return damaged(c.path, unfitRow)
}

// rows runs a fixed query; the caller closes what it gives.
func (c *conn) rows(ctx context.Context, query string, args []any) (cursor, error) {
	if c.direct != nil {
		return c.begin(ctx, query, args)
	}
	s, err := c.prepare(ctx, query) //nolint:sqlclosecheck // the connection keeps it
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args...) //nolint:rowserrcheck // the caller checks it
	return rows, translate(c.path, err)
}

// each runs a fixed query and calls f on each row.
func (c *conn) each(ctx context.Context, query string, args []any, f func(cursor) error) error {
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

// rowsOnce runs a query whose text depends on a filter, and keeps no statement
// but on a direct connection, which is asked the same thing page after page.
func (c *conn) rowsOnce(ctx context.Context, query string, args []any) (cursor, error) {
	if c.direct != nil {
		return c.begin(ctx, query, args)
	}
	rows, err := c.sql.QueryContext(ctx, query, args...) //nolint:rowserrcheck // the caller checks it
	return rows, translateSchema(c.path, err)
}

// begin runs a query on a direct connection; the caller closes what it gives.
func (c *conn) begin(ctx context.Context, query string, args []any) (*statement, error) {
	s, err := c.direct.prepare(query)
	if err != nil {
		return nil, translateSchema(c.path, err)
	}
	if err := s.run(ctx, args); err != nil {
		return nil, translate(c.path, err)
	}
	return s, nil
}

// rollback leaves the connection outside any transaction and reports whether
// it may be used again.
func (c *conn) rollback() bool {
	ctx := context.Background()
	if c.exec(ctx, "ROLLBACK") == nil {
		return true
	}
	// SQLite has ended the transaction by itself, as on a full disk or an
	// interrupted write; or there was none. Beginning one proves it.
	return c.exec(ctx, "BEGIN DEFERRED") == nil && c.exec(ctx, "ROLLBACK") == nil
}

func (c *conn) close() error {
	if c.direct != nil {
		return c.direct.close()
	}
	var err error
	for _, s := range c.stmts {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.sql.Close())
}
