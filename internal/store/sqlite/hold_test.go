package sqlite

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func TestHoldRefusesAStoreInUse(t *testing.T) {
	s := newTestStore(t)
	fillStore(t, s)
	_, err := Hold(t.Context(), s.Path())
	wantFailure(t, err, access.ErrBusy, "store_in_use")
	countUp(t, s, "n", 1) // its user goes on
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check: got %v, %v, want nothing", problems, err)
	}
}

func TestHeldStoreIsRead(t *testing.T) {
	path := newClosedStore(t)
	h, err := Hold(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if !h.Readable {
		t.Error("readable: got false, want true")
	}
	err = h.View(t.Context(), func(tx store.Tx) error {
		a, err := tx.AccountByLogin(t.Context(), "sample")
		if a.ID != "a_1" {
			t.Errorf("account: got %q, want a_1", a.ID)
		}
		if err := tx.PutMeta(t.Context(), "a", []byte("1")); err == nil {
			t.Error("write in a view: got no error, want one")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("write-ahead log: got %v, want all in one file", err)
	}
}

// TestOverwrite: whoever comes meanwhile waits and finds the new content, in the
// same file.
func TestOverwrite(t *testing.T) {
	path, draft := newClosedStore(t), newClosedStore(t)
	d, err := Open(t.Context(), draft)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(putMeta(d, "which", []byte("draft")), d.Close(), Settle(t.Context(), draft)); err != nil {
		t.Fatal(err)
	}
	before, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Hold(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	aside := path + ".aside"
	if err := h.CopyTo(t.Context(), aside); err != nil {
		t.Fatal(err)
	}
	late := make(chan error)
	go func() {
		s, err := Open(t.Context(), path)
		if err == nil {
			err = errors.Join(putMeta(s, "late", []byte("yes")), s.Close())
		}
		late <- err
	}()
	time.Sleep(100 * time.Millisecond)
	select {
	case err := <-late:
		t.Fatalf("another user: got in with %v while the store was held", err)
	default:
	}
	if err := errors.Join(h.Overwrite(t.Context(), draft), h.Close()); err != nil {
		t.Fatal(err)
	}
	if err := <-late; err != nil {
		t.Fatalf("another user who waited: %v", err)
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if which, late := getMeta(t, s, "which"), getMeta(t, s, "late"); which != "draft" || late != "yes" {
		t.Errorf("got %q and %q, want the draft's content and what was written after it", which, late)
	}
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check: got %v, %v, want nothing", problems, err)
	}
	after, err := os.Lstat(path)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("file: got another one (%v), want the same", err)
	}
	wantOldContent(t, aside)
}

// wantOldContent opens what was kept of a replaced store.
func wantOldContent(t *testing.T, path string) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s: got mode %v, want 0600", filepath.Base(path), info.Mode())
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got := getMeta(t, s, "which"); got != "" {
		t.Errorf("%s: got the content of %q, want the old one", filepath.Base(path), got)
	}
}

// TestPutInPlace: the write-ahead log of a file that is gone must not be played
// into the one that takes its place.
func TestPutInPlace(t *testing.T) {
	lost, draft := newClosedStore(t), newClosedStore(t)
	if err := child(t, "die", lost).Run(); err == nil {
		t.Fatal("child: got no error, want it dead in a transaction")
	}
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	if err := Settle(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	if err := PutInPlace(draft, lost, lost+".aside"); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), lost)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got := getMeta(t, s, "acknowledged"); got != "" {
		t.Errorf("got %q of the lost store's log, want nothing of it", got)
	}
	countUp(t, s, "n", 1)
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check: got %v, %v, want nothing", problems, err)
	}
	if _, err := os.Lstat(lost + ".aside-wal"); err != nil {
		t.Errorf("the lost store's log: got %v, want it kept beside", err)
	}
}

func TestHoldOfAnotherSchema(t *testing.T) {
	path := newClosedStore(t)
	mustExecRaw(t, path, `PRAGMA user_version = 99`)
	h, err := Hold(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	if h.Readable {
		t.Error("readable: got true of schema 99, want false")
	}
}

// TestInterruptedChild does nothing by itself: TestOpenTakesBackWhatWasInterrupted
// runs it in a process of its own, which dies in a transaction outside WAL mode.
func TestInterruptedChild(t *testing.T) {
	if flag.NArg() != 2 || flag.Arg(0) != "interrupt" {
		return
	}
	_ = onConnection(t.Context(), flag.Arg(1), migrating, func(c *conn) error {
		for _, statement := range []string{
			"PRAGMA journal_mode = DELETE", "PRAGMA cache_size = 1", "BEGIN IMMEDIATE",
			"INSERT INTO meta (name, value) VALUES ('a', zeroblob(200000)), ('b', zeroblob(200000))",
		} {
			if _, err := c.sql.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		os.Exit(7)
		return nil
	})
}

func TestOpenTakesBackWhatWasInterrupted(t *testing.T) {
	path := newClosedStore(t)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestInterruptedChild$", "interrupt", path)
	if out, err := child.CombinedOutput(); err == nil || child.ProcessState.ExitCode() != 7 {
		t.Fatalf("child: got %v: %s", err, out)
	}
	if info, err := os.Lstat(path + "-journal"); err != nil || info.Size() == 0 {
		t.Fatalf("rollback journal: got %v, want one with content", err)
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if got := getMeta(t, s, "a"); got != "" {
		t.Errorf("got %d bytes of what was interrupted, want nothing", len(got))
	}
	countUp(t, s, "n", 1)
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check: got %v, %v, want nothing", problems, err)
	}
}
