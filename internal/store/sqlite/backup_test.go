package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pinward/internal/access"
)

// emptyFile makes the file that CopyTo fills.
func emptyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCopyOfAStoreInUse(t *testing.T) {
	s := newTestStore(t)
	fillStore(t, s)
	done := make(chan struct{})
	go func() {
		defer close(done)
		countUp(t, s, "n", 200)
	}()
	for range 5 {
		path := emptyFile(t)
		if err := s.CopyTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		copied, err := OpenBackup(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if problems, err := copied.Check(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("check of the copy: got %v, %v, want nothing", problems, err)
		}
		if err := copied.Close(); err != nil {
			t.Error(err)
		}
		left, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(left) != 1 {
			t.Errorf("beside the copy: got %v, %v, want nothing", left, err)
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode of the copy: got %v, %v, want 0600", info.Mode(), err)
		}
	}
	<-done
	if got := getMeta(t, s, "n"); got != "200" {
		t.Errorf("counted meanwhile: got %s, want 200", got)
	}
}

// newBackup gives the path of a copy of a small store.
func newBackup(t *testing.T) string {
	t.Helper()
	s, path := newTestStore(t), emptyFile(t)
	fillStore(t, s)
	if err := s.CopyTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBackupsThatAreRefused(t *testing.T) {
	for _, tt := range []struct {
		name, statement string
		kind            error
		code            string
	}{
		{"a trigger too many", `CREATE TRIGGER t AFTER INSERT ON meta BEGIN DELETE FROM audit; END`, access.ErrDamaged, "store_damaged"},
		{"a view too many", `CREATE VIEW v AS SELECT 1`, access.ErrDamaged, "store_damaged"},
		{"an index too few", `DROP INDEX device_label`, access.ErrDamaged, "store_damaged"},
		{"a trigger too few", `DROP TRIGGER audit_update`, access.ErrDamaged, "store_damaged"},
		{"another table", `ALTER TABLE meta ADD COLUMN extra TEXT`, access.ErrDamaged, "store_damaged"},
		{"pages of another size", `PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM`, access.ErrDamaged, "store_damaged"},
		{"a newer schema", fmt.Sprintf(`PRAGMA user_version = %d`, newestSchema+1), access.ErrUnusable, "schema_newer"},
		{"a schema that never was", `PRAGMA user_version = 0`, access.ErrDamaged, "store_damaged"},
		{"another program's file", `PRAGMA application_id = 1`, access.ErrUnusable, "store_foreign"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := newBackup(t)
			mustExecRaw(t, path, tt.statement)
			_, err := OpenBackup(t.Context(), path)
			wantFailure(t, err, tt.kind, tt.code)
			if _, err := os.Lstat(filepath.Join(filepath.Dir(path), "schema")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("scratch file: got %v, want it gone", err)
			}
		})
	}
	text := filepath.Join(t.TempDir(), "text.db")
	if err := os.WriteFile(text, []byte("this is not a database, whatever its name says\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := OpenBackup(t.Context(), text)
	wantFailure(t, err, access.ErrUnusable, "store_foreign")
}

func TestBackupOfAnOlderSchema(t *testing.T) {
	path := newBackup(t)
	all, err := readMigrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, migration{number: newestSchema + 1, sql: `CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;`})
	if err := prepareBackup(t.Context(), path, all); err != nil {
		t.Fatal(err)
	}
	err = onConnection(t.Context(), path, reading, func(c *conn) error {
		var version, tables int
		err := c.one(t.Context(), `SELECT user_version, (SELECT count(*) FROM sqlite_schema WHERE name = 'later') FROM pragma_user_version`,
			nil, &version, &tables)
		if version != newestSchema+1 || tables != 1 {
			t.Errorf("got schema %d and %d new tables, want %d and 1", version, tables, newestSchema+1)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCopyOfADamagedStore: what cannot be read is no backup.
func TestCopyOfADamagedStore(t *testing.T) {
	path := newClosedStore(t)
	root := 0
	err := onConnection(t.Context(), path, reading, func(c *conn) error {
		return c.one(t.Context(), `SELECT rootpage FROM sqlite_schema WHERE name = 'device'`, nil, &root)
	})
	if err != nil {
		t.Fatal(err)
	}
	spoil(t, path, func(b []byte) []byte {
		copy(b[(root-1)*4096:root*4096], bytes.Repeat([]byte{0xff}, 4096))
		return b
	})
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	wantFailure(t, s.CopyTo(t.Context(), emptyFile(t)), access.ErrDamaged, "store_damaged")
}
