package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"pinward/internal/access"
)

// applicationID marks a file as a pinward store, in SQLite's application_id:
// "pinw" in ASCII.
const applicationID = 'p'<<24 | 'i'<<16 | 'n'<<8 | 'w'

// oldestEngine is the first SQLite release in which a checkpoint that meets a
// reset of the write-ahead log no longer damages the file.
const oldestEngine = "3.51.3"

// Create makes a store at path, with the folders above it (0700) and the file
// (0600) whatever the umask, and opens it. It refuses a path that exists, with
// the code "exists".
func Create(ctx context.Context, path string) (*Store, error) {
	if err := makeFile(path); err != nil {
		return nil, err
	}
	s, err := fill(ctx, path)
	if err != nil {
		removeStore(path)
		return nil, err
	}
	return s, nil
}

func fill(ctx context.Context, path string) (*Store, error) {
	if err := install(ctx, path); err != nil {
		return nil, err
	}
	s, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		_ = s.Close()
		return nil, unusable("store_io", path, "its folder cannot be written to disk", "")
	}
	return s, nil
}

// makeFile makes the empty file, before SQLite would with a mode of its own.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fileError(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return access.Refused("exists", fmt.Sprintf("store %s: exists already", path), "nothing was changed; choose another path with --store")
	}
	if err != nil {
		return fileError(path, err)
	}
	// SQLite has not opened the file yet, so closing it here drops no lock.
	return fileError(path, errors.Join(f.Chmod(0o600), f.Close()))
}

func fileError(path string, err error) error {
	if err == nil {
		return nil
	}
	why := "it cannot be made"
	var e *fs.PathError
	if errors.As(err, &e) {
		why = fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err)
	}
	code := "store_io"
	if errors.Is(err, fs.ErrPermission) {
		code = "store_unreadable"
	}
	return unusable(code, path, why, "check the owner and mode of the folder")
}

// syncFolder makes the file's name outlive a power cut, as SQLite makes its
// content.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens a store that exists, and creates nothing. Its errors are
// access.ErrUnusable with the codes "store_missing", "store_foreign",
// "schema_newer", "schema_older", "store_unreadable", "store_io" and
// "engine_old", access.ErrDamaged, or access.ErrBusy.
func Open(ctx context.Context, path string) (*Store, error) {
	s, err := connect(ctx, path)
	if err != nil {
		return nil, err
	}
	id, err := s.identify(ctx)
	if err == nil {
		err = id.check(path)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// connect looks at the path without opening it, then makes the pools.
func connect(ctx context.Context, path string) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, unusable("store_missing", path, "there is no such file", "run pinward init, or check the path given with --store")
	case err != nil:
		return nil, fileError(path, err)
	case !info.Mode().IsRegular():
		return nil, foreign(path)
	}
	return newStore(path)
}

// An identity is what a file says of itself in its header.
type identity struct {
	application, schema int
	engine              string
}

// identify reads the header, on a connection that stays for the first View.
func (s *Store) identify(ctx context.Context) (identity, error) {
	c, err := s.read.get(ctx)
	if err != nil {
		return identity{}, err
	}
	defer s.read.put(c)
	id, err := c.identity(ctx)
	if access.CodeOf(err) != "store_interrupted" {
		return id, err
	}
	// Outside WAL mode, which a copy is in until something writes to it, only a
	// connection that may write takes back what a crash has interrupted.
	err = onConnection(ctx, s.path, checking, func(c *conn) error {
		_, err := c.identity(ctx)
		return err
	})
	if err != nil {
		return identity{}, err
	}
	return c.identity(ctx)
}

func (c *conn) identity(ctx context.Context) (id identity, err error) {
	err = c.one(ctx, `SELECT application_id, user_version, sqlite_version()
		FROM pragma_application_id, pragma_user_version`, nil, &id.application, &id.schema, &id.engine)
	return id, err
}

func (id identity) check(path string) error {
	if err := id.checkOrigin(path); err != nil {
		return err
	}
	const newest = newestSchema
	switch {
	case id.schema > newest:
		return newerSchema(path, id.schema, newest)
	case id.schema < newest:
		return unusable("schema_older", path, fmt.Sprintf("schema %d was written by an older pinward; this one needs schema %d", id.schema, newest), "run pinward store migrate")
	}
	return nil
}

func newerSchema(path string, have, known int) error {
	return unusable("schema_newer", path, fmt.Sprintf("schema %d was written by a newer pinward; this one knows schema %d", have, known), "use the newer pinward")
}

func (id identity) checkOrigin(path string) error {
	if !versionReaches(id.engine, oldestEngine) {
		return unusable("engine_old", path, fmt.Sprintf("SQLite %s may damage it; %s or newer is needed", id.engine, oldestEngine), "build pinward with a newer modernc.org/sqlite")
	}
	if id.application != applicationID {
		return foreign(path)
	}
	return nil
}

// versionReaches compares dotted numbers.
func versionReaches(version, least string) bool {
	have, need := strings.Split(version, "."), strings.Split(least, ".")
	for i, s := range need {
		want, _ := strconv.Atoi(s)
		got := 0
		if i < len(have) {
			got, _ = strconv.Atoi(have[i])
		}
		if got != want {
			return got > want
		}
	}
	return true
}
