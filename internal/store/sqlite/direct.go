package sqlite

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// A direct is one connection straight on the engine below the driver, for many
// rows and many requests a second: the driver locks a mutex and boxes a value
// for each column, which costs more than reading it. It keeps every statement
// that it has prepared. One goroutine uses it at a time. A step of the engine
// is not interrupted; the context is looked at between steps, and while waiting
// for a lock.
type direct struct {
	tls      *libc.TLS
	db       uintptr
	stmts    map[string]*statement
	patience time.Duration // how long it waits for a lock
	memo     memo
}

// An engineError is a result code of the engine, as the driver's Error is one.
type engineError struct {
	code int
	text string
}

func (e *engineError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }

// What dataSource sets by the driver's own keys, and a cache for what the
// purpose reads or writes again: the pages of a large import, and of the people
// who log in (most of those of 100,000 accounts and 300,000 devices). A listing
// reads each page of its table once and looks up people all over theirs, of whom
// no cache that fits beside a second reader holds many.
const (
	settings       = `PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1; PRAGMA temp_store = 2; PRAGMA foreign_keys = 1;`
	writeSettings  = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = 1; PRAGMA cache_size = -16000;`
	serveSettings  = `PRAGMA cache_size = -64000;`
	streamSettings = `PRAGMA cache_size = -300;`
)

// openDirect opens the file at the absolute path, and creates none.
func openDirect(ctx context.Context, abs string, p purpose) (*direct, error) {
	d := &direct{tls: libc.NewTLS(), stmts: map[string]*statement{}, patience: busyTimeout * time.Millisecond}
	flags, script := int32(lib.SQLITE_OPEN_READONLY), settings
	switch p {
	case loading:
		flags, script = lib.SQLITE_OPEN_READWRITE, settings+writeSettings
	case serving:
		script += serveSettings
	case streaming:
		script += streamSettings
	default: // the others go through the driver
	}
	err := d.open(abs, flags)
	if err == nil {
		err = d.script(ctx, script)
	}
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *direct) open(abs string, flags int32) error {
	name, err := libc.CString(abs)
	if err != nil {
		return err
	}
	defer libc.Xfree(d.tls, name)
	err = d.handle(func(p uintptr) int32 {
		return lib.Xsqlite3_open_v2(d.tls, name, p, flags|lib.SQLITE_OPEN_NOMUTEX|lib.SQLITE_OPEN_EXRESCODE, 0)
	}, &d.db)
	for _, set := range [...]struct{ op, on int32 }{
		{lib.SQLITE_DBCONFIG_DEFENSIVE, 1}, {lib.SQLITE_DBCONFIG_DQS_DML, 0}, {lib.SQLITE_DBCONFIG_DQS_DDL, 0},
	} {
		if err == nil {
			err = d.configure(set.op, set.on)
		}
	}
	return err
}

// handle runs a call of the engine that writes a pointer to where p says.
func (d *direct) handle(call func(p uintptr) int32, into *uintptr) error {
	const size = 8
	p := d.tls.Alloc(size)
	defer d.tls.Free(size)
	written := libc.GoBytes(p, size)
	clear(written)
	rc := call(p)
	*into = uintptr(binary.NativeEndian.Uint64(written))
	return d.fault(rc)
}

func (d *direct) configure(op, on int32) error {
	const size = 16 // two arguments
	args := d.tls.Alloc(size)
	defer d.tls.Free(size)
	return d.fault(lib.Xsqlite3_db_config(d.tls, d.db, op, libc.VaList(args, on, uintptr(0))))
}

// script runs statements that give no rows to read.
func (d *direct) script(ctx context.Context, text string) error {
	sql, err := libc.CString(text)
	if err != nil {
		return err
	}
	defer libc.Xfree(d.tls, sql)
	rc, err := d.wait(ctx, func() int32 { return lib.Xsqlite3_exec(d.tls, d.db, sql, 0, 0, 0) })
	if err != nil {
		return err
	}
	return d.fault(rc)
}

// wait repeats a call of the engine while another connection holds the lock
// that it needs, as long as patience lasts and ctx allows.
func (d *direct) wait(ctx context.Context, call func() int32) (rc int32, err error) {
	const longest = 50 * time.Millisecond
	waited, next := time.Duration(0), time.Millisecond
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		rc = call()
		if rc&0xff != lib.SQLITE_BUSY || waited >= d.patience {
			return rc, nil
		}
		pause := min(next, d.patience-waited)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		waited, next = waited+pause, min(2*next, longest)
	}
}

// fault gives the error of a result code, nil where it means none.
func (d *direct) fault(rc int32) error {
	switch rc {
	case lib.SQLITE_OK, lib.SQLITE_ROW, lib.SQLITE_DONE:
		return nil
	}
	return &engineError{code: int(rc), text: libc.GoString(lib.Xsqlite3_errmsg(d.tls, d.db))}
}

// close ends the connection; what was not committed is rolled back.
func (d *direct) close() error {
	for _, s := range d.stmts {
		s.finalize()
	}
	err := d.fault(lib.Xsqlite3_close_v2(d.tls, d.db))
	d.tls.Close()
	return err
}
