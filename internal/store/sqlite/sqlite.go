// Package sqlite keeps a store in one SQLite file, through database/sql and the
// pure-Go engine modernc.org/sqlite. It knows SQL, files and the engine's
// result codes; it knows no rule of the domain beyond what the store contract
// promises, no clock and no key.
package sqlite

import (
	"context"
	"runtime"

	"pinward/internal/access"
	"pinward/internal/store"
)

var _ store.Store = (*Store)(nil)

// A Store is an open SQLite store: one connection that writes and a pool of
// read-only ones, each opened when it is first needed.
type Store struct {
	path  string
	read  *pool
	write *pool
}

func newStore(path string) (*Store, error) {
	read, err := newPool(path, reading, runtime.NumCPU())
	if err != nil {
		return nil, err
	}
	write, err := newPool(path, writing, 1)
	if err != nil {
		return nil, err
	}
	return &Store{path: path, read: read, write: write}, nil
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

// Close closes every connection. The writer goes last, so that it can fold the
// write-ahead log into the file.
func (s *Store) Close() error {
	err := s.read.close()
	if e := s.write.close(); e != nil {
		err = e
	}
	return err
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
