package sqlite

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"modernc.org/libc"
	"modernc.org/libc/sys/types"
	lib "modernc.org/sqlite/lib"
)

// A statement is a prepared statement of a direct and, while it runs, its rows.
type statement struct {
	on      *direct
	p       uintptr
	room    uintptr // the engine's memory that texts and blobs are handed over in
	size    int     // of room
	running bool
	rc      int32 // of the last step
	taken   bool  // Next has given the row of the last step
}

// static tells the engine that memory handed over stays as it is.
const static = 0

// errRunning says that a statement was begun again while its rows were read.
var errRunning = errors.New("the rows of this statement are still being read")

// prepare gives the connection's statement of that text.
func (d *direct) prepare(query string) (*statement, error) {
	if s := d.stmts[query]; s != nil {
		return s, nil
	}
	text, err := libc.CString(query)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(d.tls, text)
	s := &statement{on: d}
	err = d.handle(func(p uintptr) int32 {
		return lib.Xsqlite3_prepare_v3(d.tls, d.db, text, -1, lib.SQLITE_PREPARE_PERSISTENT, p, 0)
	}, &s.p)
	if err != nil {
		return nil, err
	}
	d.stmts[query] = s
	return s, nil
}

// run begins a statement and takes its first step, which is where it waits for
// a lock. The caller closes it.
func (s *statement) run(ctx context.Context, args []any) error {
	if s.running {
		return errRunning
	}
	if err := s.bind(plain(args)); err != nil {
		return err
	}
	rc, err := s.on.wait(ctx, func() int32 {
		rc := lib.Xsqlite3_step(s.on.tls, s.p)
		if rc != lib.SQLITE_ROW && rc != lib.SQLITE_DONE {
			lib.Xsqlite3_reset(s.on.tls, s.p)
		}
		return rc
	})
	if err == nil {
		err = s.on.fault(rc)
	}
	s.rc, s.taken, s.running = rc, false, err == nil
	return err
}

// Next goes to the next row, as that of sql.Rows.
func (s *statement) Next() bool {
	if s.taken && s.rc == lib.SQLITE_ROW {
		s.rc = lib.Xsqlite3_step(s.on.tls, s.p)
	}
	s.taken = true
	return s.rc == lib.SQLITE_ROW
}

func (s *statement) Err() error { return s.on.fault(s.rc) }

// Close ends the run, so that the statement may be run again.
func (s *statement) Close() error {
	if s.running {
		lib.Xsqlite3_reset(s.on.tls, s.p) // repeats the error of the last step, which Err tells
		s.running = false
	}
	return nil
}

// finish runs the statement to its end and tells what it did.
func (s *statement) finish() (done, error) {
	for s.Next() {
	}
	err := errors.Join(s.Err(), s.Close())
	return done{
		key:     lib.Xsqlite3_last_insert_rowid(s.on.tls, s.on.db),
		changed: lib.Xsqlite3_changes64(s.on.tls, s.on.db),
	}, err
}

// done is what sql.Result tells.
type done struct{ key, changed int64 }

func (d done) LastInsertId() (int64, error) { return d.key, nil }

func (d done) RowsAffected() (int64, error) { return d.changed, nil }

func (s *statement) finalize() {
	lib.Xsqlite3_finalize(s.on.tls, s.p)
	libc.Xfree(s.on.tls, s.room)
}

// bind hands the arguments over. Texts and blobs stand in memory of the
// statement's own, which stays as it is until the next run.
func (s *statement) bind(args []any) error {
	room := s.space(args)
	at := s.room
	for i, arg := range args {
		n := int32(i + 1)
		var rc int32
		switch v := arg.(type) {
		case nil:
			rc = lib.Xsqlite3_bind_null(s.on.tls, s.p, n)
		case int64:
			rc = lib.Xsqlite3_bind_int64(s.on.tls, s.p, n, v)
		case string:
			rc = lib.Xsqlite3_bind_text(s.on.tls, s.p, n, at, int32(copy(room, v)), static)
			room, at = room[len(v):], at+uintptr(len(v))
		case []byte:
			if v == nil {
				rc = lib.Xsqlite3_bind_null(s.on.tls, s.p, n)
				break
			}
			rc = lib.Xsqlite3_bind_blob(s.on.tls, s.p, n, at, int32(copy(room, v)), static)
			room, at = room[len(v):], at+uintptr(len(v))
		default:
			return fmt.Errorf("a %T is no value of a statement", arg)
		}
		if err := s.on.fault(rc); err != nil {
			return err
		}
	}
	return nil
}

// space gives memory for the texts and blobs among the arguments.
func (s *statement) space(args []any) []byte {
	need := 1 // so that an empty text has an address: without one it would be NULL
	for _, arg := range args {
		switch v := arg.(type) {
		case string:
			need += len(v)
		case []byte:
			need += len(v)
		}
	}
	if need > s.size {
		libc.Xfree(s.on.tls, s.room)
		s.size = 2 * need
		s.room = libc.Xmalloc(s.on.tls, types.Size_t(s.size))
	}
	return libc.GoBytes(s.room, s.size)
}

// plain reduces arguments to the types that a statement takes: to one of them
// belongs each named type, as for database/sql.
func plain(args []any) []any {
	for i, arg := range args {
		switch v := arg.(type) {
		case nil, int64, string, []byte:
		case bool:
			args[i] = int64(0)
			if v {
				args[i] = int64(1)
			}
		default:
			switch v := reflect.ValueOf(arg); {
			case v.Kind() == reflect.String:
				args[i] = v.String()
			case v.CanInt():
				args[i] = v.Int()
			}
		}
	}
	return args
}

// Scan reads the row at hand, as that of sql.Rows: a NULL has no place in a
// plain type, nor a text in a number.
func (s *statement) Scan(dest ...any) error {
	for i, d := range dest {
		n := int32(i)
		kind := lib.Xsqlite3_column_type(s.on.tls, s.p, n)
		ok := true
		switch d := d.(type) {
		case *textColumn:
			s.text(n, (*string)(d))
		case *timeColumn:
			if err := s.time(n, kind, d); err != nil {
				return err
			}
		case column:
			if err := d.Scan(s.value(n, kind)); err != nil {
				return err
			}
		case *[]byte:
			*d = nil
			if kind != lib.SQLITE_NULL {
				*d = append([]byte{}, s.bytes(n)...)
			}
		case *string:
			ok = kind != lib.SQLITE_NULL
			s.text(n, d)
		case *int64:
			ok = kind == lib.SQLITE_INTEGER
			*d = lib.Xsqlite3_column_int64(s.on.tls, s.p, n)
		case *bool:
			ok = kind == lib.SQLITE_INTEGER
			*d = lib.Xsqlite3_column_int64(s.on.tls, s.p, n) != 0
		default:
			ok = s.into(reflect.ValueOf(d).Elem(), n, kind)
		}
		if !ok {
			return fmt.Errorf("column %d does not fit a %T", i, d)
		}
	}
	return nil
}

// text reads a column. Rows are much alike, and a string that is there already
// need not be made again.
func (s *statement) text(n int32, into *string) {
	if text := s.bytes(n); string(text) != *into {
		*into = string(text)
	}
}

// time reads a column without the value in between that others take: rows hold
// many times.
func (s *statement) time(n, kind int32, into *timeColumn) error {
	if kind != lib.SQLITE_INTEGER {
		return into.Scan(s.value(n, kind))
	}
	into.set(lib.Xsqlite3_column_int64(s.on.tls, s.p, n))
	return nil
}

// into reads a column into a named type made of a text or an integer.
func (s *statement) into(v reflect.Value, n, kind int32) bool {
	switch {
	case v.Kind() == reflect.String && kind != lib.SQLITE_NULL:
		if text := s.bytes(n); string(text) != v.String() {
			v.SetString(string(text))
		}
		return true
	case v.CanInt() && kind == lib.SQLITE_INTEGER:
		v.SetInt(lib.Xsqlite3_column_int64(s.on.tls, s.p, n))
		return true
	}
	return false
}

// value gives a column as the driver does.
func (s *statement) value(n, kind int32) any {
	switch kind {
	case lib.SQLITE_INTEGER:
		return lib.Xsqlite3_column_int64(s.on.tls, s.p, n)
	case lib.SQLITE_FLOAT:
		return lib.Xsqlite3_column_double(s.on.tls, s.p, n)
	case lib.SQLITE_TEXT:
		return string(s.bytes(n))
	case lib.SQLITE_BLOB:
		return append([]byte{}, s.bytes(n)...)
	}
	return nil
}

// bytes gives a column's text or blob as it stands in the engine's memory, good
// until the next step.
func (s *statement) bytes(n int32) []byte {
	p := lib.Xsqlite3_column_blob(s.on.tls, s.p, n)
	size := lib.Xsqlite3_column_bytes(s.on.tls, s.p, n)
	if p == 0 || size == 0 {
		return nil
	}
	return libc.GoBytes(p, int(size))
}
