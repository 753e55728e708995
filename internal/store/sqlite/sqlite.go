// Package sqlite keeps a store in one SQLite file, through database/sql and the
// pure-Go engine modernc.org/sqlite. It knows SQL, files and the engine's
// result codes; it knows no rule of the domain beyond what the store contract
// promises, no clock and no key.
package sqlite

import (
	"context"
	"errors"
	"runtime"

	"pinward/internal/access"
	"pinward/internal/store"
)

var _ store.Store = (*Store)(nil)

// A Store is an open SQLite store: one connection that writes and a pool of
// read-only ones, and the same without the driver for many rows. Each is opened
// when it is first needed.
type Store struct {
	path   string
	read   *pool
	write  *pool
	stream *pool
	serve  *pool
	load   *pool
}

func newStore(path string) (*Store, error) {
	s := &Store{path: path}
	for _, p := range []struct {
		into    **pool
		purpose purpose
		size    int
	}{
		{&s.read, reading, runtime.NumCPU()},
		{&s.write, writing, 1},
		{&s.stream, streaming, runtime.NumCPU()},
		{&s.serve, serving, runtime.NumCPU()},
		{&s.load, loading, 1},
	} {
		var err error
		if *p.into, err = newPool(path, p.purpose, p.size); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Path gives the path that the store was opened by.
func (s *Store) Path() string { return s.path }

// View runs f on one snapshot, taken at its first read.
func (s *Store) View(ctx context.Context, f func(store.Tx) error) error {
	return s.read.run(ctx, "BEGIN DEFERRED", func(c *conn) *tx { return &tx{conn: c} }, f)
}

// Update runs f in one transaction that holds the write lock from its start.
func (s *Store) Update(ctx context.Context, f func(store.Tx) error) error {
	return s.write.run(ctx, "BEGIN IMMEDIATE", func(c *conn) *tx { return &tx{conn: c, writable: true} }, f)
}

// ViewMany runs f as View does, on a connection that passes the driver by.
func (s *Store) ViewMany(ctx context.Context, f func(store.Tx) error) error {
	return s.stream.run(ctx, "BEGIN DEFERRED", func(c *conn) *tx { return &tx{conn: c} }, f)
}

// ViewOften runs f as View does, on a connection that passes the driver by and
// keeps much of the file in memory. Mapping the file would save more, but not
// with cell_size_check: it looks through a mapped page at every visit.
func (s *Store) ViewOften(ctx context.Context, f func(store.Tx) error) error {
	return s.serve.run(ctx, "BEGIN DEFERRED", func(c *conn) *tx { return &tx{conn: c} }, f)
}

// UpdateMany runs f as Update does, on a connection that passes the driver by
// and takes the writer's turn.
func (s *Store) UpdateMany(ctx context.Context, f func(store.Tx) error) error {
	return s.write.turn(ctx, func() error {
		return s.load.run(ctx, "BEGIN IMMEDIATE", func(c *conn) *tx { return &tx{conn: c, writable: true} }, f)
	})
}

// Close closes every connection. A writer goes last, so that it can fold the
// write-ahead log into the file.
func (s *Store) Close() error {
	return errors.Join(s.read.close(), s.stream.close(), s.serve.close(), s.load.close(), s.write.close())
}

// Watch follows commits on a read connection of its own, beside the pool.
func (s *Store) Watch(ctx context.Context) (store.Watch, error) {
	c, err := s.read.open(ctx)
	if err != nil {
		return nil, err
	}
	return &watch{conn: c}, nil
}

type watch struct {
	conn    *conn
	started bool
	version int64
}

// Changed compares the number that SQLite raises at every commit of another
// connection.
func (w *watch) Changed(ctx context.Context) (bool, error) {
	var version int64
	if err := w.conn.one(ctx, "PRAGMA data_version", nil, &version); err != nil {
		return false, err
	}
	changed := !w.started || version != w.version
	w.started, w.version = true, version
	return changed, nil
}

func (w *watch) Close() error { return w.conn.close() }

// notFound names a row by its key, for rows that people do not name.
func notFound(what string) error {
	return &access.Error{Kind: access.ErrNotFound, Code: "not_found", Text: what + ": not found"}
}
