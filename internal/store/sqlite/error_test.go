package sqlite

import (
	"context"
	"errors"
	"testing"

	lib "modernc.org/sqlite/lib"

	"pinward/internal/access"
)

func TestFailureOf(t *testing.T) {
	for _, tt := range []struct {
		name     string
		code     int
		kind     error
		wantCode string
	}{
		{"busy", lib.SQLITE_BUSY, access.ErrBusy, "store_busy"},
		{"busy in recovery", lib.SQLITE_BUSY_RECOVERY, access.ErrBusy, "store_busy"},
		{"locked", lib.SQLITE_LOCKED, access.ErrBusy, "store_busy"},
		{"corrupt", lib.SQLITE_CORRUPT, access.ErrDamaged, "store_damaged"},
		{"corrupt index", lib.SQLITE_CORRUPT_INDEX, access.ErrDamaged, "store_damaged"},
		{"a row of another type", lib.SQLITE_CONSTRAINT_DATATYPE, access.ErrDamaged, "store_damaged"},
		{"a row without a value", lib.SQLITE_CONSTRAINT_NOTNULL, access.ErrDamaged, "store_damaged"},
		{"not a database", lib.SQLITE_NOTADB, access.ErrUnusable, "store_foreign"},
		{"full", lib.SQLITE_FULL, access.ErrUnusable, "disk_full"},
		{"read-only", lib.SQLITE_READONLY, access.ErrUnusable, "store_readonly"},
		{"read-only folder", lib.SQLITE_READONLY_DIRECTORY, access.ErrUnusable, "store_readonly"},
		{"cannot open", lib.SQLITE_CANTOPEN, access.ErrUnusable, "store_unreadable"},
		{"not permitted", lib.SQLITE_PERM, access.ErrUnusable, "store_unreadable"},
		{"read error", lib.SQLITE_IOERR_READ, access.ErrUnusable, "store_io"},
		{"sync error", lib.SQLITE_IOERR_FSYNC, access.ErrUnusable, "store_io"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantFailure(t, failureOf("x.db", tt.code), tt.kind, tt.wantCode)
		})
	}
	for _, code := range []int{lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_ERROR, lib.SQLITE_MISUSE} {
		if err := failureOf("x.db", code); err != nil {
			t.Errorf("code %d: got %v, want none", code, err)
		}
	}
}

// wantFailure fails the test unless err is of that kind and code.
func wantFailure(t *testing.T, err, kind error, code string) {
	t.Helper()
	if !errors.Is(err, kind) || access.CodeOf(err) != code {
		t.Errorf("got error %v with code %q, want kind %q with code %q", err, access.CodeOf(err), kind, code)
	}
}

func TestTranslateLeavesOtherErrors(t *testing.T) {
	for _, err := range []error{nil, context.Canceled, errors.New("mine")} {
		if got := translate("x.db", err); got != err { //nolint:errorlint // the very same
			t.Errorf("got %v, want %v", got, err)
		}
	}
}

func TestFullDiskLeavesTheStoreUsable(t *testing.T) {
	s := newTestStore(t)
	ctx := t.Context()
	c, err := s.write.get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var pages int
	if err := c.one(ctx, "PRAGMA page_count", nil, &pages); err != nil {
		t.Fatal(err)
	}
	if err := c.one(ctx, "PRAGMA max_page_count = 60", nil, &pages); err != nil {
		t.Fatal(err)
	}
	s.write.put(c)
	wantFailure(t, putMeta(s, "big", make([]byte, 1<<20)), access.ErrUnusable, "disk_full")
	if err := putMeta(s, "small", []byte("x")); err != nil {
		t.Errorf("small write after a full disk: got %v, want no error", err)
	}
}
