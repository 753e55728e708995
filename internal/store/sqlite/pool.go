package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"

	"pinward/internal/store"
)

// How long SQLite waits for another connection's lock, in milliseconds.
const busyTimeout = 10_000

// How long Hold waits: commands come and go in milliseconds, and what stays
// longer is not going to end by itself.
const holdTimeout = "2000"

// A purpose says what a connection is for.
type purpose int

const (
	reading   purpose = iota
	writing           // the one connection that transactions write through
	migrating         // as writing, without foreign keys: a table may be rebuilt
	checking          // may write as far as SQLite knows: it forgets CHECK constraints otherwise
	holding           // keeps every other connection out from its first statement on
	streaming         // reading without the driver: long listings
	serving           // reading without the driver, with a large cache: decisions
	loading           // writing without the driver: imports
)

// direct reports whether connections pass the driver by.
func (p purpose) direct() bool { return p == streaming || p == serving || p == loading }

// dataSource gives the driver's name of the file at the absolute path. None of
// them creates a file. SQLite's own defaults are wrong for us in every key
// named here.
func dataSource(abs string, p purpose) string {
	q := url.Values{
		"_busy_timeout": {strconv.Itoa(busyTimeout)},
		"_defensive":    {"1"},
		"_dqs":          {"0"},
		"_pragma":       {"trusted_schema(0)", "cell_size_check(1)", "temp_store(2)"},
	}
	switch p {
	case reading:
		q.Set("mode", "ro")
	case writing, migrating:
		q.Set("mode", "rw")
		q.Set("_journal_mode", "WAL")
		q.Set("_synchronous", "FULL")
		q.Add("_pragma", "secure_delete(1)")
	case checking:
		q.Set("mode", "rw")
		q.Set("_query_only", "on")
		q.Add("_pragma", "cache_size(-16000)") // it looks up every row in every index
	case holding:
		q.Set("mode", "rw")
		q.Set("_busy_timeout", holdTimeout)
		q.Set("_synchronous", "FULL")
		q.Add("_pragma", "secure_delete(1)")
		q.Add("_pragma", "locking_mode(EXCLUSIVE)")
	default: // the others pass the driver by
	}
	if p != migrating {
		q.Set("_foreign_keys", "on")
	}
	return "file:" + (&url.URL{Path: abs}).EscapedPath() + "?" + q.Encode()
}

var (
	errClosed = errors.New("store is closed")
	errOver   = errors.New("transaction is over")
)

// A pool lends connections of one data source, at most size at a time. It
// stands on top of sql.DB because a statement is prepared on one connection:
// a transaction here keeps its connection's statements, whereas sql.Tx would
// have to prepare again what sql.DB cannot prepare while the only connection
// is taken.
type pool struct {
	path    string // as people gave it, for messages
	name    string // the driver's; the absolute path where it is passed by
	purpose purpose
	slots   chan struct{}

	mu     sync.Mutex
	db     *sql.DB
	idle   []*conn
	closed bool
}

func newPool(path string, p purpose, size int) (*pool, error) {
	// Absolute, because SQLite reads a name of two slashes as another machine,
	// and because the working folder may change.
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	name := abs
	if !p.direct() {
		name = dataSource(abs, p)
	}
	return &pool{path: path, name: name, purpose: p, slots: make(chan struct{}, size)}, nil
}

// onConnection lends f a connection of its own.
func onConnection(ctx context.Context, path string, p purpose, f func(*conn) error) error {
	own, err := newPool(path, p, 1)
	if err != nil {
		return err
	}
	c, err := own.open(ctx)
	if err != nil {
		return errors.Join(err, own.close())
	}
	err = f(c)
	return errors.Join(err, c.close(), own.close())
}

// open makes a connection outside the pool's count.
func (p *pool) open(ctx context.Context) (*conn, error) {
	if p.purpose.direct() {
		return p.openDirect(ctx)
	}
	db, err := p.database()
	if err != nil {
		return nil, err
	}
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, translate(p.path, err)
	}
	return &conn{path: p.path, sql: c, stmts: map[string]*sql.Stmt{}}, nil
}

func (p *pool) openDirect(ctx context.Context) (*conn, error) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return nil, errClosed
	}
	d, err := openDirect(ctx, p.name, p.purpose)
	if err != nil {
		return nil, translate(p.path, err)
	}
	return &conn{path: p.path, direct: d}, nil
}

func (p *pool) database() (*sql.DB, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	if p.db == nil {
		db, err := sql.Open("sqlite", p.name)
		if err != nil {
			return nil, translate(p.path, err)
		}
		// The pool keeps idle connections itself; one that is let go is closed.
		db.SetMaxIdleConns(-1)
		if p.purpose != reading {
			db.SetMaxOpenConns(1)
		}
		p.db = db
	}
	return p.db, nil
}

// turn runs f in the place of a connection.
func (p *pool) turn(ctx context.Context, f func() error) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.slots }()
	return f()
}

// get waits for a connection. Every one that is got is put or dropped.
func (p *pool) get(ctx context.Context) (*conn, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := p.open(ctx)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

// put gives a connection back that is in no transaction.
func (p *pool) put(c *conn) {
	p.mu.Lock()
	keep := !p.closed
	if keep {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if !keep {
		_ = c.close()
	}
	<-p.slots
}

func (p *pool) drop(c *conn) {
	_ = c.close()
	<-p.slots
}

// close closes what is idle; a connection in use is closed when it comes back.
func (p *pool) close() error {
	p.mu.Lock()
	idle, db := p.idle, p.db
	p.idle, p.db, p.closed = nil, nil, true
	p.mu.Unlock()
	var err error
	for _, c := range idle {
		err = errors.Join(err, c.close())
	}
	if db != nil {
		err = errors.Join(err, db.Close())
	}
	return translate(p.path, err)
}

// run runs f in a transaction that the statement begin opens.
func (p *pool) run(ctx context.Context, begin string, wrap func(*conn) *tx, f func(store.Tx) error) error {
	c, err := p.get(ctx)
	if err != nil {
		return err
	}
	t := wrap(c)
	committed := false
	// Deferred, so that a panic or runtime.Goexit in f rolls back too.
	defer func() {
		t.failed = errOver
		if !committed && !c.rollback() {
			p.drop(c)
			return
		}
		p.put(c)
	}()
	if err := c.exec(ctx, begin); err != nil {
		return err
	}
	if err := f(t); err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// A COMMIT that is interrupted may have happened: it must not be.
	if err := c.exec(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return err
	}
	committed = true
	return nil
}
