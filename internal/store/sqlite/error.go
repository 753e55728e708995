package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"pinward/internal/access"
)

// unfitRow is what is wrong where a row was not written by the engine.
const unfitRow = "a row does not hold what its table promises"

// damagedContent is what is wrong where the engine cannot read on.
const damagedContent = "its content is damaged"

const (
	hintDamaged = "run pinward store check, and restore a backup"
	hintForeign = "check the path given with --store"
)

// translate turns the engine's result codes into pinward's kinds of failure.
// It looks at codes only: texts change between releases, and may name what
// people should not have to know. What is no engine error is given back as is;
// a constraint's stays within reach, for the statement at hand to explain.
func translate(path string, err error) error {
	code, ok := codeOf(err)
	if !ok {
		return err
	}
	if failure := failureOf(path, code); failure != nil {
		return failure
	}
	return fmt.Errorf("store %s: %w", path, err)
}

// codeOf gives the engine's extended result code behind an error, if any.
func codeOf(err error) (code int, ok bool) {
	if err == nil { // nearly always; asking for the types below costs memory
		return 0, false
	}
	var driven *driver.Error
	if errors.As(err, &driven) {
		return driven.Code(), true
	}
	var plain *engineError
	if errors.As(err, &plain) {
		return plain.code, true
	}
	return 0, false
}

// failureOf gives the failure that a result code means, nil where it depends on
// the statement. The low byte is the kind, the rest its detail.
func failureOf(path string, code int) error {
	switch code { // what pinward writes fits its tables, so the rest of the row did not
	case lib.SQLITE_CONSTRAINT_DATATYPE, lib.SQLITE_CONSTRAINT_NOTNULL, lib.SQLITE_CONSTRAINT_CHECK:
		return damaged(path, unfitRow)
	case lib.SQLITE_READONLY_ROLLBACK: // of a journal that a connection that only reads cannot play back
		return unusable("store_interrupted", path, "a change was interrupted and must be taken back first", "run any command as a user who may write to it")
	}
	switch code & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL:
		return &access.Error{
			Kind: access.ErrBusy, Code: "store_busy",
			Text: fmt.Sprintf("store %s: another process holds it", path), Hint: "try again",
		}
	case lib.SQLITE_CORRUPT, lib.SQLITE_FORMAT:
		return damaged(path, damagedContent)
	case lib.SQLITE_NOTADB:
		return foreign(path)
	case lib.SQLITE_FULL:
		return unusable("disk_full", path, "the disk is full", "make room, then try again")
	case lib.SQLITE_READONLY:
		return unusable("store_readonly", path, "it may not be written", "check the owner and mode of the file and its folder, and how the disk is mounted")
	case lib.SQLITE_CANTOPEN, lib.SQLITE_PERM, lib.SQLITE_AUTH:
		return unusable("store_unreadable", path, "it cannot be opened", "check the owner and mode of the file and its folder")
	case lib.SQLITE_IOERR, lib.SQLITE_NOLFS, lib.SQLITE_NOMEM:
		return unusable("store_io", path, fmt.Sprintf("input/output error (SQLite code %d)", code), "check the disk and the system's log")
	}
	return nil
}

// translateSchema is translate for preparing a statement: every query here fits
// the schema that pinward wrote, so one that does not compile says that the
// file holds another.
func translateSchema(path string, err error) error {
	if code, ok := codeOf(err); ok && code&0xff == lib.SQLITE_ERROR {
		return damaged(path, fmt.Sprintf("its tables are not those of pinward (%v)", err))
	}
	return translate(path, err)
}

// taken reports whether a unique value was there already, which takes back that
// statement alone.
func taken(err error) bool {
	code, ok := codeOf(err)
	return ok && code == lib.SQLITE_CONSTRAINT_UNIQUE
}

func unusable(code, path, why, hint string) error {
	return &access.Error{Kind: access.ErrUnusable, Code: code, Text: fmt.Sprintf("store %s: %s", path, why), Hint: hint}
}

func foreign(path string) error {
	return unusable("store_foreign", path, "not a pinward store", hintForeign)
}

func damaged(path, why string) error {
	return &access.Error{Kind: access.ErrDamaged, Code: "store_damaged", Text: fmt.Sprintf("store %s: %s", path, why), Hint: hintDamaged}
}
