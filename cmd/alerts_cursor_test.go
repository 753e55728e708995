package cmd

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// An exportSite is a store whose alerts a cursor exports, and somebody who takes
// the file after each run that ended well.
type exportSite struct {
	t     *testing.T
	dir   string
	made  []int64
	taken []int64
}

func newExportSite(t *testing.T) *exportSite {
	x := &exportSite{t: t, dir: t.TempDir()}
	if code := x.main("init", "--school", "A=School A"); code != 0 {
		t.Fatalf("init: exit %d", code)
	}
	return x
}

func (x *exportSite) world(out io.Writer) World {
	return World{
		In: strings.NewReader(""), Out: out, Err: io.Discard, Now: time.Now, Random: rand.Reader, Hasher: secret.Hasher{MemoryKiB: 64, Time: 1},
		Operator: access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin},
		Env: func(name string) string {
			return map[string]string{"HOME": x.dir, "XDG_DATA_HOME": x.dir, "XDG_CONFIG_HOME": x.dir}[name]
		},
	}
}

func (x *exportSite) main(args ...string) int { return Main(args, x.world(io.Discard)) }

// raise stores alerts.
func (x *exportSite) raise(n int) {
	x.t.Helper()
	s, err := sqlite.Open(x.t.Context(), filepath.Join(x.dir, "pinward/pinward.db"))
	if err != nil {
		x.t.Fatal(err)
	}
	err = s.Update(x.t.Context(), func(tx store.Tx) error {
		for range n {
			a := access.Alert{At: time.Now(), Kind: access.AlertPINWrong, Severity: access.Warn, State: access.AlertOpen, School: "A", IncidentID: "i"}
			if err := tx.PutAlert(x.t.Context(), &a); err != nil {
				return err
			}
			x.made = append(x.made, a.Key)
		}
		return nil
	})
	if err = errors.Join(err, s.Close()); err != nil {
		x.t.Fatal(err)
	}
}

func (x *exportSite) path(name string) string { return filepath.Join(x.dir, name) }

// run exports, and takes the file where that ended well.
func (x *exportSite) run(name string) {
	x.t.Helper()
	if code := x.main("alerts", "export", "--since-last", "nightly", "--output-file", x.path(name)); code != 0 {
		x.t.Fatalf("alerts export: exit %d", code)
	}
	x.take(name)
}

func (x *exportSite) take(name string) {
	x.t.Helper()
	f, err := os.Open(x.path(name))
	if err != nil {
		x.t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err = errors.Join(err, f.Close()); err != nil {
		x.t.Fatal(err)
	}
	for _, row := range rows[1:] {
		id, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			x.t.Fatal(err)
		}
		x.taken = append(x.taken, id)
	}
}

// crash does the first steps of a run, and then no more.
func (x *exportSite) crash(steps int, name string) {
	x.t.Helper()
	s := &session{World: x.world(io.Discard)}
	root := newRoot(s)
	root.SetArgs([]string{"version"})
	if err := errors.Join(root.Execute(), s.globals.flags.Set("output-file", x.path(name))); err != nil {
		x.t.Fatal(err)
	}
	a, err := s.open(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	q, err := alertsExportOptions{}.query(s)
	if err != nil {
		x.t.Fatal(err)
	}
	run := &exporting{session: s, app: a, format: "csv"}
	if run.export, err = a.BeginExport(x.t.Context(), s.Operator, q, "nightly"); err != nil {
		x.t.Fatal(err)
	}
	for _, step := range run.steps(x.path(name))[:steps] {
		if err := step(context.Background()); err != nil {
			x.t.Fatal(err)
		}
	}
	if err := s.store.Close(); err != nil {
		x.t.Fatal(err)
	}
}

func (x *exportSite) each() {
	x.t.Helper()
	if !slices.Equal(x.taken, x.made) {
		x.t.Errorf("taken: %v, want each of %v once, in order", x.taken, x.made)
	}
}

// Whatever step a run dies after, the file that the next one leaves holds what
// nobody has taken, and nothing else.
func TestExportGoesOnAfterACrash(t *testing.T) {
	for steps, after := range []string{"nothing", "the file beside its place", "the pending note", "the rename"} {
		t.Run(after, func(t *testing.T) {
			x := newExportSite(t)
			x.raise(3)
			x.run("out.csv")
			x.raise(2)
			for range 3 {
				x.crash(steps, "out.csv")
			}
			x.raise(2)
			x.run("out.csv")
			x.raise(1)
			x.run("out.csv")
			x.run("out.csv")
			x.each()
		})
	}
}

// A run into another file does not overwrite the one that was finished: both
// count.
func TestExportGoesOnIntoAnotherFile(t *testing.T) {
	for steps, after := range []string{"nothing", "the file beside its place", "the pending note", "the rename"} {
		t.Run(after, func(t *testing.T) {
			x := newExportSite(t)
			x.raise(3)
			x.crash(steps, "monday.csv")
			x.raise(2)
			if _, err := os.Stat(x.path("monday.csv")); err == nil {
				x.take("monday.csv")
			}
			x.run("tuesday.csv")
			x.each()
		})
	}
}

func TestExportRepeatsWhatIsNotThere(t *testing.T) {
	for what, harm := range map[string]func(path string) error{
		"removed": os.Remove,
		"edited":  func(path string) error { return os.WriteFile(path, []byte("id\n"), 0o600) },
		"grown": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("\n")
			return errors.Join(err, f.Close())
		},
	} {
		t.Run(what, func(t *testing.T) {
			x := newExportSite(t)
			x.raise(3)
			x.crash(3, "out.csv")
			if err := harm(x.path("out.csv")); err != nil {
				t.Fatal(err)
			}
			x.raise(1)
			x.run("out.csv")
			x.each()
		})
	}
}

// Between two runs the file is its reader's own.
func TestExportMindsNoFileThatCounts(t *testing.T) {
	x := newExportSite(t)
	x.raise(2)
	x.run("out.csv")
	if err := os.Remove(x.path("out.csv")); err != nil {
		t.Fatal(err)
	}
	x.raise(1)
	x.run("out.csv")
	x.each()
}

func TestExportThatCannotWriteKeepsTheCursor(t *testing.T) {
	x := newExportSite(t)
	x.raise(2)
	for _, args := range [][]string{
		{"--output-file", x.path("nowhere/out.csv")},
		{"--output-file", x.dir},
	} {
		if code := x.main(append([]string{"alerts", "export", "--since-last", "nightly"}, args...)...); code == 0 {
			t.Errorf("%v: got exit 0", args)
		}
	}
	if code := Main([]string{"alerts", "export", "--since-last", "nightly"}, x.world(brokenWriter{})); code == 0 {
		t.Error("standard output that breaks: got exit 0")
	}
	x.run("out.csv")
	x.each()
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// An overtaken run does not move the cursor back, nor forth a second time.
func TestExportThatIsOvertakenIsRefused(t *testing.T) {
	x := newExportSite(t)
	x.raise(2)
	s := &session{World: x.world(io.Discard)}
	newRoot(s)
	a, err := s.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	q, err := alertsExportOptions{}.query(s)
	if err != nil {
		t.Fatal(err)
	}
	slow := &exporting{session: s, app: a, format: "csv"}
	if slow.export, err = a.BeginExport(t.Context(), s.Operator, q, "nightly"); err != nil {
		t.Fatal(err)
	}
	x.run("out.csv")
	if err := slow.move(t.Context(), nil); !errors.Is(err, access.ErrBusy) {
		t.Errorf("got %v, want busy", err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	x.each()
}

func TestLockIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	held, err := lock(path, "cursor nightly")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(path, "cursor nightly"); !errors.Is(err, access.ErrBusy) {
		t.Errorf("a second time: got %v, want busy", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := lock(path, "cursor nightly")
	if err != nil {
		t.Fatalf("after it was let go: %v", err)
	}
	_ = again.Close()
	if err := os.Symlink(path, path+".link"); err != nil {
		t.Fatal(err)
	}
	if _, err := lock(path+".link", "cursor nightly"); !errors.Is(err, access.ErrUnusable) {
		t.Errorf("a link: got %v, want unusable", err)
	}
}

func TestRunOfALockedCursorIsBusy(t *testing.T) {
	x := newExportSite(t)
	held, err := lock(filepath.Join(x.dir, "pinward/pinward.db.cursor-nightly.lock"), "cursor nightly")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Close() }()
	if code := x.main("alerts", "export", "--since-last", "nightly"); code != exitBusy {
		t.Errorf("got exit %d, want %d", code, exitBusy)
	}
	if code := x.main("alerts", "export", "--since-last", "siem"); code != 0 {
		t.Errorf("another cursor: got exit %d, want 0", code)
	}
}
