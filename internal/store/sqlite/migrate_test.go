package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"pinward/internal/access"
)

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	all, err := readMigrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range all {
		if m.number != i+1 {
			t.Errorf("migration at place %d: got number %d, want %d", i, m.number, i+1)
		}
	}
	if len(all) != newestSchema {
		t.Errorf("newestSchema: got %d, want %d", newestSchema, len(all))
	}
}

func TestReadMigrationsOrdersByNumber(t *testing.T) {
	all, err := readMigrations(fstest.MapFS{
		"migration/0010_b.sql": {Data: []byte("b")}, "migration/0002_a.sql": {Data: []byte("a")}, "migration/readme.md": {},
	})
	if err != nil || len(all) != 2 || all[0] != (migration{2, "a"}) || all[1] != (migration{10, "b"}) {
		t.Errorf("got %v, %v, want 2 then 10", all, err)
	}
	if _, err := readMigrations(fstest.MapFS{"migration/initial.sql": {}}); err == nil {
		t.Error("a name without a number: got no error, want one")
	}
}

// following gives the real migrations and one more, made of statements.
func following(t *testing.T, statements string) []migration {
	t.Helper()
	all, err := readMigrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, migration{number: newestSchema + 1, sql: statements})
}

// header reads the schema number and asks whether a table exists.
func header(t *testing.T, path, table string) (schema, tables int) {
	t.Helper()
	err := onConnection(t.Context(), path, migrating, func(c *conn) error {
		return c.one(t.Context(), `SELECT user_version, (SELECT count(*) FROM sqlite_schema WHERE name = ?1)
			FROM pragma_user_version`, []any{table}, &schema, &tables)
	})
	if err != nil {
		t.Fatal(err)
	}
	return schema, tables
}

func TestMigrateOlderStore(t *testing.T) {
	path := newClosedStore(t)
	const next = newestSchema + 1
	copied := fmt.Sprintf("%s.before-v%d", path, next)
	if err := os.WriteFile(copied+".part", []byte("of a migration that died"), 0o600); err != nil {
		t.Fatal(err)
	}
	from, to, err := migrate(t.Context(), path, following(t, "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT;"))
	if err != nil || from != newestSchema || to != next {
		t.Fatalf("got %d to %d, %v, want %d to %d", from, to, err, newestSchema, next)
	}
	if schema, tables := header(t, path, "extra"); schema != next || tables != 1 {
		t.Errorf("store: got schema %d and %d new tables, want %d and 1", schema, tables, next)
	}
	_, err = Open(t.Context(), path)
	wantFailure(t, err, access.ErrUnusable, "schema_newer")
	if schema, tables := header(t, copied, "extra"); schema != newestSchema || tables != 0 {
		t.Errorf("copy: got schema %d and %d new tables, want %d and 0", schema, tables, newestSchema)
	}
	s, err := Open(t.Context(), copied)
	if err != nil {
		t.Fatalf("open the copy: %v", err)
	}
	defer func() { _ = s.Close() }()
	if found, err := s.Check(t.Context()); err != nil || len(found) != 0 {
		t.Errorf("check of the copy: got %v, %v, want no problems", found, err)
	}
}

func TestMigrateCurrentStoreDoesNothing(t *testing.T) {
	path := newClosedStore(t)
	from, to, err := Migrate(t.Context(), path)
	if err != nil || from != newestSchema || to != newestSchema {
		t.Errorf("got %d to %d, %v, want %d to %[4]d", from, to, err, newestSchema)
	}
	if copies, _ := filepath.Glob(path + ".before*"); len(copies) != 0 {
		t.Errorf("got copies %v, want none", copies)
	}
}

func TestFailedMigrationLeavesTheOldSchema(t *testing.T) {
	for name, statements := range map[string]string{
		"a statement fails":       "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE account (id);",
		"a reference breaks":      "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT; DELETE FROM account;",
		"a cancelled transaction": "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT; SELECT abs(-9223372036854775808);",
	} {
		t.Run(name, func(t *testing.T) {
			path := newClosedStore(t)
			if _, _, err := migrate(t.Context(), path, following(t, statements)); err == nil {
				t.Fatal("got no error, want one")
			}
			if schema, tables := header(t, path, "extra"); schema != newestSchema || tables != 0 {
				t.Errorf("got schema %d and %d new tables, want %d and 0", schema, tables, newestSchema)
			}
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			_ = s.Close()
		})
	}
}

func TestTwoMigrationsAtOnce(t *testing.T) {
	path := newClosedStore(t)
	all := following(t, "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT;")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			err := onConnection(context.Background(), path, migrating, func(c *conn) error { return upgrade(context.Background(), c, all) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if schema, tables := header(t, path, "extra"); schema != newestSchema+1 || tables != 1 {
		t.Errorf("got schema %d and %d new tables, want %d and 1", schema, tables, newestSchema+1)
	}
}

func TestFailedCreateLeavesNoFile(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Create(ctx, filepath.Join(folder, "pinward.db")); err == nil {
		t.Error("got no error, want one")
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("got %v in the folder, want nothing", left)
	}
}
