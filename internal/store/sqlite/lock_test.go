package sqlite

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"pinward/internal/access"
)

// slip makes the mistake that costs a process its locks: it opens the store's
// file by itself and closes it. Then it waits to be let go.
func slip(t *testing.T, s *Store) {
	t.Helper()
	defer func() { _ = s.Close() }()
	countUp(t, s, "n", 1)
	f, err := os.Open(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	fmt.Println("slipped")
	_, _ = io.ReadAll(os.Stdin)
}

// TestLocksOutliveADescriptor: a process that made the mistake still keeps its
// store from being taken, if its locks belong to the open file. Without that they
// are gone, which is why there is LockByDescription.
func TestLocksOutliveADescriptor(t *testing.T) {
	for task, kept := range map[string]bool{"slip": false, "slip by description": true} {
		t.Run(task, func(t *testing.T) {
			path := newClosedStore(t)
			c := child(t, task, path)
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = in.Close()
				_ = c.Wait()
			}()
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil || !strings.Contains(line, "slipped") {
				t.Fatalf("got %q, %v", line, err)
			}
			h, err := Hold(t.Context(), path)
			if kept {
				wantFailure(t, err, access.ErrBusy, "store_in_use")
				return
			}
			if err != nil {
				t.Fatalf("the locks are kept without LockByDescription (%v): it is needed no longer", err)
			}
			_ = h.Close()
		})
	}
}

// TestLockByDescriptionComesFirst: after the first store it would leave locks
// behind.
func TestLockByDescriptionComesFirst(t *testing.T) {
	newTestStore(t)
	if err := LockByDescription(); err == nil {
		t.Error("no error after a store was opened")
	}
}
