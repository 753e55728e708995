package sqlite

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed migration/*.sql
var migrationFiles embed.FS

// newestSchema is the number of the newest migration, kept in user_version.
const newestSchema = 10

// A migration takes the schema from the number below its own to its own. It is
// a file NNNN_name.sql, and never changes once released.
type migration struct {
	number int
	sql    string
}

// readMigrations gives the migrations among files, by number.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migration/*.sql")
	if err != nil {
		return nil, err
	}
	all := []migration{}
	for _, name := range names {
		digits, _, _ := strings.Cut(path.Base(name), "_")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return nil, fmt.Errorf("migration %s: its name begins with no number", name)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{number: n, sql: string(text)})
	}
	slices.SortFunc(all, func(a, b migration) int { return cmp.Compare(a.number, b.number) })
	return all, nil
}

// install gives a new, empty file its schema.
func install(ctx context.Context, path string) error {
	all, err := readMigrations(migrationFiles)
	if err != nil {
		return err
	}
	return onConnection(ctx, path, migrating, func(c *conn) error { return upgrade(ctx, c, all) })
}

// Migrate brings an older store to this program's schema and gives the schema
// numbers before and after. It first leaves a copy of the store beside it,
// named after the new schema. A store of this schema is left alone.
func Migrate(ctx context.Context, path string) (from, to int, err error) {
	all, err := readMigrations(migrationFiles)
	if err != nil {
		return 0, 0, err
	}
	return migrate(ctx, path, all)
}

func migrate(ctx context.Context, path string, all []migration) (from, to int, err error) {
	s, err := connect(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	// On a read-only connection: a file that turns out foreign stays untouched.
	id, err := s.identify(ctx)
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = id.checkOrigin(path)
	}
	if err != nil {
		return 0, 0, err
	}
	to = all[len(all)-1].number
	if id.schema > to {
		return 0, 0, newerSchema(path, id.schema, to)
	}
	if id.schema == to {
		return to, to, nil
	}
	err = onConnection(ctx, path, migrating, func(c *conn) error {
		if err := copyBeside(ctx, c, fmt.Sprintf("%s.before-v%d", path, to)); err != nil {
			return err
		}
		return upgrade(ctx, c, all)
	})
	return id.schema, to, err
}

// copyBeside writes a copy of the store, whole or not at all.
func copyBeside(ctx context.Context, c *conn, target string) error {
	half := target + ".part"
	if err := os.Remove(half); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(target, err)
	}
	if err := makeFile(half); err != nil {
		return err
	}
	if err := c.exec(ctx, "VACUUM INTO ?1", half); err != nil {
		_ = os.Remove(half)
		return fmt.Errorf("copy the store to %s: %w", target, err)
	}
	return fileError(target, os.Rename(half, target))
}

// upgrade applies what is missing, each migration in a transaction of its own.
// Where two processes start at once, one of them finds nothing left to do.
func upgrade(ctx context.Context, c *conn, all []migration) error {
	for _, m := range all {
		if err := apply(ctx, c, m); err != nil {
			c.rollback()
			return fmt.Errorf("migrate to schema %d: %w", m.number, err)
		}
	}
	return nil
}

func apply(ctx context.Context, c *conn, m migration) error {
	if err := c.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	var have int
	if err := c.one(ctx, "SELECT user_version FROM pragma_user_version", nil, &have); err != nil {
		return err
	}
	if have >= m.number {
		return c.exec(ctx, "ROLLBACK")
	}
	header := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, m.number)
	if _, err := c.sql.ExecContext(ctx, m.sql+header); err != nil {
		return translate(c.path, err)
	}
	var broken int
	if err := c.one(ctx, "SELECT count(*) FROM pragma_foreign_key_check", nil, &broken); err != nil {
		return err
	}
	if broken > 0 {
		return damaged(c.path, fmt.Sprintf("%d rows refer to rows that do not exist", broken))
	}
	return c.exec(ctx, "COMMIT")
}
