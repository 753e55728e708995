package sqlite

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// TestChildProcess does nothing by itself. The tests below run it in a process
// of its own, with a task and a path as arguments.
func TestChildProcess(t *testing.T) {
	if flag.NArg() != 2 {
		return
	}
	task, byDescription := strings.CutSuffix(flag.Arg(0), " by description")
	if byDescription {
		if err := LockByDescription(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), flag.Arg(1))
	if err != nil {
		t.Fatal(err)
	}
	switch task {
	case "slip":
		slip(t, s)
	case "count":
		defer func() { _ = s.Close() }()
		countUp(t, s, "n", 50)
	case "die":
		if err := putMeta(s, "acknowledged", []byte("yes")); err != nil {
			t.Fatal(err)
		}
		_ = s.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.PutMeta(t.Context(), "under way", []byte("yes")); err != nil {
				t.Fatal(err)
			}
			os.Exit(7)
			return nil
		})
	}
}

func child(t *testing.T, task, path string) *exec.Cmd {
	t.Helper()
	return exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildProcess$", task, path)
}

func countUp(t *testing.T, s *Store, name string, times int) {
	t.Helper()
	ctx := t.Context()
	for range times {
		err := s.Update(ctx, func(tx store.Tx) error {
			v, err := tx.Meta(ctx, name)
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(string(v))
			return tx.PutMeta(ctx, name, []byte(strconv.Itoa(n+1)))
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestProcessesWriteTogether: none of them ever sees that the store is busy,
// and no increment is lost, whatever kind of locks each of them holds.
func TestProcessesWriteTogether(t *testing.T) {
	s := newTestStore(t)
	children := []*exec.Cmd{child(t, "count", s.Path()), child(t, "count by description", s.Path())}
	for _, c := range children {
		var out strings.Builder
		c.Stdout, c.Stderr = &out, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if t.Failed() {
				t.Logf("child: %s", out.String())
			}
		}()
	}
	countUp(t, s, "n", 50)
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("child: %v", err)
		}
	}
	if got := getMeta(t, s, "n"); got != "150" {
		t.Errorf("count: got %s, want 150", got)
	}
}

// TestProcessDiesInATransaction: what was acknowledged is there, what was under
// way is not, for a reader that comes first, whatever is left of the index of
// the write-ahead log.
func TestProcessDiesInATransaction(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprintf("shared memory lost: %t", lost), func(t *testing.T) {
			path := newClosedStore(t)
			err := child(t, "die", path).Run()
			if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 7 { //nolint:errorlint // as Run gives it
				t.Fatalf("child: got %v, want exit code 7", err)
			}
			if info, err := os.Lstat(path + "-wal"); err != nil || info.Size() == 0 {
				t.Fatalf("write-ahead log: got %v, %v, want one with content", info, err)
			}
			if lost {
				if err := os.Remove(path + "-shm"); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if got := getMeta(t, s, "acknowledged") + getMeta(t, s, "under way"); got != "yes" {
				t.Errorf("got %q, want only what was acknowledged", got)
			}
			countUp(t, s, "n", 1)
		})
	}
}

func TestHeldStoreIsBusy(t *testing.T) {
	holder := newTestStore(t)
	waiter, err := Open(t.Context(), holder.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waiter.Close() }()
	waiter.write.name = strings.Replace(waiter.write.name, "_busy_timeout="+strconv.Itoa(busyTimeout), "_busy_timeout=50", 1)
	err = holder.Update(t.Context(), func(store.Tx) error {
		began := time.Now()
		wantFailure(t, putMeta(waiter, "a", []byte("x")), access.ErrBusy, "store_busy")
		if waited := time.Since(began); waited < 50*time.Millisecond {
			t.Errorf("waited %v, want the whole timeout", waited)
		}
		getMeta(t, waiter, "a") // readers never wait
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := putMeta(waiter, "a", []byte("x")); err != nil {
		t.Errorf("after the holder ended: got %v, want no error", err)
	}
}
