package sqlite

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/store"
)

// spoil changes a closed store's file.
func spoil(t *testing.T, path string, change func(content []byte) []byte) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T) string // gives the path
		kind error
		code string
	}{
		{"a missing file", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none.db") }, access.ErrUnusable, "store_missing"},
		{"a missing folder", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none", "x.db") }, access.ErrUnusable, "store_missing"},
		{"a folder", func(t *testing.T) string { return t.TempDir() }, access.ErrUnusable, "store_foreign"},
		{"a path through a file", func(t *testing.T) string { return filepath.Join(newClosedStore(t), "x.db") }, access.ErrUnusable, "store_io"},
		{"a text file", func(t *testing.T) string {
			return writeFile(t, strings.Repeat("login;name\nsample;Sample\n", 100))
		}, access.ErrUnusable, "store_foreign"},
		{"an empty file", func(t *testing.T) string { return writeFile(t, "") }, access.ErrUnusable, "store_foreign"},
		{"another program's database", foreignDatabase, access.ErrUnusable, "store_foreign"},
		{"a newer schema", func(t *testing.T) string { return storeOfSchema(t, "999") }, access.ErrUnusable, "schema_newer"},
		{"an older schema", func(t *testing.T) string { return storeOfSchema(t, "0") }, access.ErrUnusable, "schema_older"},
		{"a damaged first page", func(t *testing.T) string {
			path := newClosedStore(t)
			spoil(t, path, func(b []byte) []byte { copy(b[100:4096], bytes.Repeat([]byte{0xaa}, 3996)); return b })
			return path
		}, access.ErrDamaged, "store_damaged"},
		{"a file cut short", func(t *testing.T) string {
			path := newClosedStore(t)
			spoil(t, path, func(b []byte) []byte { return b[:len(b)/2] })
			return path
		}, access.ErrDamaged, "store_damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.make(t)
			before := fileContent(path)
			s, err := Open(t.Context(), path)
			if err == nil {
				_ = s.Close()
			}
			wantFailure(t, err, tt.kind, tt.code)
			if tt.code != "store_damaged" {
				_, _, err = Migrate(t.Context(), path)
				if tt.code != "schema_older" {
					wantFailure(t, err, tt.kind, tt.code)
				}
			}
			if !bytes.Equal(fileContent(path), before) && tt.code != "schema_older" {
				t.Error("the file was changed")
			}
		})
	}
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fileContent gives nil for what is no file.
func fileContent(path string) []byte {
	b, _ := os.ReadFile(path)
	return b
}

func foreignDatabase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE account (id INTEGER PRIMARY KEY); PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	return path
}

func storeOfSchema(t *testing.T, number string) string {
	t.Helper()
	path := newClosedStore(t)
	mustExecRaw(t, path, "PRAGMA user_version = "+number)
	return path
}

func TestOpenCreatesNothing(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"mistyped.db", filepath.Join("mistyped", "pinward.db")} {
		if _, err := Open(t.Context(), filepath.Join(folder, name)); err == nil {
			t.Errorf("%s: got no error, want one", name)
		}
		if _, _, err := Migrate(t.Context(), filepath.Join(folder, name)); err == nil {
			t.Errorf("migrate %s: got no error, want one", name)
		}
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("got %v in the folder, want nothing", left)
	}
}

// TestStoreFileGoneMeanwhile: the writer connects late, and must not make a new
// file where the store has been taken away.
func TestStoreFileGoneMeanwhile(t *testing.T) {
	path := newClosedStore(t)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, putMeta(s, "a", []byte("x")), access.ErrUnusable, "store_unreadable")
	if _, err := os.Lstat(path); err == nil {
		t.Error("a new file was made")
	}
}

func TestCreateRefusesWhatExists(t *testing.T) {
	folder := t.TempDir()
	link := filepath.Join(folder, "link.db")
	if err := os.Symlink(filepath.Join(folder, "nowhere.db"), link); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a store": newClosedStore(t), "a text file": writeFile(t, "hello"), "a folder": folder, "a link to nowhere": link,
	} {
		before := fileContent(path)
		_, err := Create(t.Context(), path)
		wantFailure(t, err, access.ErrRefused, "exists")
		if !bytes.Equal(fileContent(path), before) {
			t.Errorf("%s: its content was changed", name)
		}
	}
	if _, err := os.Lstat(filepath.Join(folder, "nowhere.db")); err == nil {
		t.Error("a file was made through the link")
	}
}

func TestOddPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		filepath.Join(here, "a b", "c?mode=memory&d#e%20f.db"), filepath.Join(here, "100%.db"), "relative.db",
		"file:x.db", ":memory:", "é’ü.db", "/" + filepath.Join(here, "slashes.db"), "a:b;c,d'e\"f.db", "x.db?mode=ro",
	} {
		s, err := Create(t.Context(), path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := s.Path(); got != path {
			t.Errorf("path: got %q, want %q", got, path)
		}
		if err := putMeta(s, "a", []byte("x")); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s: the file is elsewhere: %v", path, err)
		}
		if s, err = Open(t.Context(), path); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := getMeta(t, s, "a"); got != "x" {
			t.Errorf("%s: got %q, want %q", path, got, "x")
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestReadingOpensOneConnection: start-up is paid by every command.
func TestReadingOpensOneConnection(t *testing.T) {
	s, err := Open(t.Context(), newClosedStore(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for range 3 {
		if err := s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Schools(t.Context()); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.read.db.Stats().OpenConnections; got != 1 || s.write.db != nil {
		t.Errorf("got %d reading connections and writer %v, want 1 and none", got, s.write.db)
	}
}

func TestVersionReaches(t *testing.T) {
	for version, want := range map[string]bool{
		"3.51.3": true, "3.51.4": true, "3.54.1": true, "4.0.0": true, "3.52": true,
		"3.51.2": false, "3.9.9": false, "3.51": false, "2.99.99": false, "": false,
	} {
		if got := versionReaches(version, oldestEngine); got != want {
			t.Errorf("version %q: got %t, want %t", version, got, want)
		}
	}
}
