package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"pinward/internal/access"
)

// CopyTo writes the store as it is at this moment into the file at path, online:
// nobody waits for it. The file must be there and empty, so that its maker
// decides on its mode. What CopyTo wrote is on disk when it returns.
func (s *Store) CopyTo(ctx context.Context, path string) error {
	c, err := s.read.get(ctx)
	if err != nil {
		return err
	}
	defer s.read.put(c)
	return c.copyTo(ctx, path)
}

func (c *conn) copyTo(ctx context.Context, path string) error {
	if err := c.exec(ctx, "VACUUM INTO ?1", path); err != nil {
		return fmt.Errorf("copy the store to %s: %w", path, err)
	}
	return nil
}

// OpenBackup opens a copy of a store that somebody may have tampered with. Its
// tables, indexes and triggers must be those that pinward makes, to the letter:
// a foreign trigger would run with whatever is written next. A copy of an older
// schema is brought to this program's. Whoever calls it owns the file; a crowd
// of checks of the content is left to Check and to the use cases. It fails as
// Open does.
func OpenBackup(ctx context.Context, path string) (*Store, error) {
	all, err := readMigrations(migrationFiles)
	if err != nil {
		return nil, err
	}
	if err := prepareBackup(ctx, path, all); err != nil {
		return nil, err
	}
	return Open(ctx, path)
}

func prepareBackup(ctx context.Context, path string, all []migration) error {
	id, err := peek(ctx, path)
	if err != nil {
		return err
	}
	newest := all[len(all)-1].number
	if id.schema > newest {
		return newerSchema(path, id.schema, newest)
	}
	known := slices.IndexFunc(all, func(m migration) bool { return m.number == id.schema })
	if known < 0 {
		return damaged(path, fmt.Sprintf("it says that its schema is %d, which never was", id.schema))
	}
	if err := compareSchema(ctx, path, all[:known+1]); err != nil {
		return err
	}
	if id.schema == newest {
		return nil
	}
	return onConnection(ctx, path, migrating, func(c *conn) error { return upgrade(ctx, c, all) })
}

// peek reads what a file says of itself, and refuses one that is no store. It
// reads only.
func peek(ctx context.Context, path string) (identity, error) {
	s, err := connect(ctx, path)
	if err != nil {
		return identity{}, err
	}
	id, err := s.identify(ctx)
	if closeErr := s.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = id.checkOrigin(path)
	}
	return id, err
}

// compareSchema holds the file's schema against the one that these migrations
// make, in a scratch file beside it.
func compareSchema(ctx context.Context, path string, all []migration) error {
	scratch := filepath.Join(filepath.Dir(path), "schema")
	if err := makeFile(scratch); err != nil {
		return err
	}
	defer removeStore(scratch)
	err := onConnection(ctx, scratch, migrating, func(c *conn) error { return upgrade(ctx, c, all) })
	if err != nil {
		return err
	}
	want, err := schemaOf(ctx, scratch)
	if err != nil {
		return err
	}
	have, err := schemaOf(ctx, path)
	if err != nil {
		return err
	}
	if !slices.Equal(have, want) {
		return damaged(path, "its tables, indexes and triggers are not those of pinward")
	}
	return nil
}

// schemaOf lists the objects of a file but those that SQLite makes for itself,
// and the size of its pages, which a store in WAL mode cannot change.
func schemaOf(ctx context.Context, path string) ([]string, error) {
	var all []string
	err := onConnection(ctx, path, reading, func(c *conn) error {
		return c.each(ctx, `SELECT o.type || ' ' || o.name || ' ' || o.tbl_name || ' ' || coalesce(o.sql, '')
			FROM sqlite_schema o WHERE o.name NOT LIKE 'sqlite\_%' ESCAPE '\'
			UNION ALL SELECT 'page size ' || p.page_size FROM pragma_page_size p ORDER BY 1`, nil, func(row cursor) error {
			var text string
			err := row.Scan(&text)
			all = append(all, text)
			return err
		})
	})
	return all, err
}

// inUse says that a store cannot be taken for oneself alone.
func inUse(path string) error {
	return &access.Error{
		Kind: access.ErrBusy, Code: "store_in_use",
		Text: fmt.Sprintf("store %s: another program has it open", path),
		Hint: "stop every program that uses it, then try again",
	}
}
