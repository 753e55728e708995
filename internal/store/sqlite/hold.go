package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	driver "modernc.org/sqlite"

	"pinward/internal/access"
	"pinward/internal/store"
)

var _ store.Viewer = (*Held)(nil)

// A Held is a store that nobody else can use until Close: others that come wait
// as for a writer, and then find what was made of it.
type Held struct {
	pool *pool
	conn *conn
	// Readable tells whether its tables are those that this program knows.
	Readable bool
}

// Hold takes a store for oneself alone, by the engine's own locks: each program
// that has a store open keeps one that rules this one out. It fails with
// store_in_use (access.ErrBusy), or as Open does; a schema of another version is
// no failure.
func Hold(ctx context.Context, path string) (*Held, error) {
	id, err := peek(ctx, path)
	if err != nil {
		return nil, err
	}
	own, err := newPool(path, holding, 1)
	if err != nil {
		return nil, err
	}
	c, err := own.open(ctx)
	if err == nil {
		if err = c.takeAlone(ctx); err != nil {
			err = errors.Join(err, c.close())
		}
	}
	if errors.Is(err, access.ErrBusy) {
		err = inUse(path)
	}
	if err != nil {
		return nil, errors.Join(err, own.close())
	}
	return &Held{pool: own, conn: c, Readable: id.schema == newestSchema}, nil
}

// takeAlone takes the exclusive lock, which locking_mode then keeps. The store
// stays in WAL mode, or comes back to it: a change that a crash interrupts there
// needs no rollback, which readers could not make.
func (c *conn) takeAlone(ctx context.Context) error {
	if err := c.exec(ctx, "BEGIN EXCLUSIVE"); err != nil {
		return err
	}
	if err := c.exec(ctx, "COMMIT"); err != nil {
		return err
	}
	var mode string
	return c.one(ctx, "PRAGMA journal_mode = WAL", nil, &mode)
}

// View runs f on what the store holds.
func (h *Held) View(ctx context.Context, f func(store.Tx) error) error {
	if err := h.conn.exec(ctx, "BEGIN"); err != nil {
		return err
	}
	defer h.conn.rollback()
	return f(&tx{conn: h.conn})
}

// CopyTo writes the store as it is into the file at path, of mode 0600, whole or
// not at all.
func (h *Held) CopyTo(ctx context.Context, path string) error {
	if err := copyBeside(ctx, h.conn, path); err != nil {
		return err
	}
	return fileError(path, syncFolder(filepath.Dir(path)))
}

// Overwrite puts the content of the settled store at from in the place of this
// one's, in one transaction of SQLite's own: after a crash there is the old
// content or the new. The file itself stays, and with it its owner and mode, so
// that nobody who waits for it is left with another file.
func (h *Held) Overwrite(ctx context.Context, from string) error {
	source, err := newPool(from, reading, 1)
	if err != nil {
		return err
	}
	err = h.conn.sql.Raw(func(c any) error {
		restorer, ok := c.(interface {
			NewRestore(string) (*driver.Backup, error)
		})
		if !ok {
			return errors.New("the engine's connection cannot restore")
		}
		b, err := restorer.NewRestore(source.name)
		if err != nil {
			return err
		}
		more, err := b.Step(-1)
		if err == nil && more {
			err = errors.New("the copy ended early")
		}
		return errors.Join(err, b.Finish())
	})
	if err != nil {
		return fmt.Errorf("put %s in the place of %s: %w", from, h.conn.path, translate(h.conn.path, err))
	}
	return nil
}

// Close lets others use the store again.
func (h *Held) Close() error {
	return errors.Join(h.conn.close(), h.pool.close())
}

// Settle makes a store that nobody has open one file that holds everything.
func Settle(ctx context.Context, path string) error {
	h, err := Hold(ctx, path)
	if err == nil {
		err = h.Close()
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		return unusable("store_io", path, "its write-ahead log cannot be folded into it", "check the disk and the system's log")
	}
	return nil
}

// PutInPlace makes the settled store at from the one at path. Whatever lies
// there that SQLite would take for part of it is moved to names that begin with
// aside, first: a write-ahead log of another file would be played into this one.
// The store is given to the owner of what it replaces, else of its folder.
func PutInPlace(from, path, aside string) error {
	if err := inheritOwner(from, path); err != nil {
		return fileError(path, err)
	}
	for _, suffix := range [...]string{"", "-wal", "-journal", "-shm"} {
		if _, err := os.Lstat(path + suffix); errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err := os.Rename(path+suffix, aside+suffix); err != nil {
			return fileError(path, err)
		}
	}
	if err := os.Rename(from, path); err != nil {
		return fileError(path, err)
	}
	return fileError(path, syncFolder(filepath.Dir(path)))
}

// inheritOwner lets what root restores stay readable to the user that pinward
// runs as.
func inheritOwner(from, path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Lstat(path)
	if err != nil {
		info, err = os.Stat(filepath.Dir(path))
	}
	if err != nil {
		return err
	}
	if owner, known := info.Sys().(*syscall.Stat_t); known {
		return os.Lchown(from, int(owner.Uid), int(owner.Gid))
	}
	return nil
}

// removeStore removes a file with what SQLite may have left beside it.
func removeStore(path string) {
	for _, suffix := range [...]string{"", "-wal", "-shm", "-journal"} {
		_ = os.Remove(path + suffix)
	}
}
