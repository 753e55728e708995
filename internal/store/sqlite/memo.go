package sqlite

import (
	"encoding/binary"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"

	"pinward/internal/access"
)

// A memo keeps the few rows that every decision asks for and that seldom
// change, for as long as nobody has changed anything: what it holds is as old
// as the pages that the engine itself keeps in memory.
type memo struct {
	version  uint32 // of the data that it was read from
	schools  map[string]access.School
	policies map[access.Profile]access.Policy
}

// memo gives what is remembered of the state that the transaction reads. It is
// empty, and keeps nothing, where the transaction writes, and where it has read
// nothing yet and might come to read a later state.
func (t *tx) memo() memo {
	d := t.conn.direct
	if d == nil || t.failed != nil || lib.Xsqlite3_txn_state(d.tls, d.db, 0) != lib.SQLITE_TXN_READ {
		return memo{}
	}
	version, err := d.version()
	if err != nil {
		return memo{}
	}
	if d.memo.schools == nil || d.memo.version != version {
		d.memo = memo{version: version, schools: map[string]access.School{}, policies: map[access.Profile]access.Policy{}}
	}
	return d.memo
}

// recall gives a row that is known, or else reads it and keeps it.
func recall[K comparable, V any](known map[K]V, key K, read func() (V, error)) (V, error) {
	if v, ok := known[key]; ok {
		return v, nil
	}
	v, err := read()
	if err == nil && known != nil {
		known[key] = v
	}
	return v, err
}

// version gives a number that another one takes the place of whenever a
// transaction begins to read what somebody else has committed.
func (d *direct) version() (uint32, error) {
	const size = 8 // the engine's memory comes in such pieces; the number takes half
	p := d.tls.Alloc(size)
	defer d.tls.Free(size)
	rc := lib.Xsqlite3_file_control(d.tls, d.db, 0, lib.SQLITE_FCNTL_DATA_VERSION, p)
	return binary.NativeEndian.Uint32(libc.GoBytes(p, size)), d.fault(rc)
}
