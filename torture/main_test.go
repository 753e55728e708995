package torture_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"pinward/cmd"
)

// How a test runs this very binary as another pinward: the real one but for a
// clock that the test sets, or held on one thread so that strace counts its
// system calls in one row. The shipped program has no such switch.
const (
	childVar  = "TORTURE_CHILD"
	clockVar  = "TORTURE_CLOCK"
	threadVar = "TORTURE_ONE_THREAD"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVar) != "" {
		os.Exit(child())
	}
	os.Exit(run(m))
}

func child() int {
	w := cmd.System("v0.0.0-torture")
	if text := os.Getenv(clockVar); text != "" {
		now, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(clockVar + ": " + err.Error())
		}
		w.Now = func() time.Time { return now }
	}
	if os.Getenv(threadVar) != "" {
		runtime.LockOSThread()
	}
	return cmd.Main(os.Args[1:], w)
}

// program is the built pinward.
var program string

// run puts the program where every user can run it, builds it first unless
// PINWARD_TORTURE_PROGRAM names one, and runs the tests.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "pinward-torture")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		program = filepath.Join(dir, "pinward")
		err = errors.Join(os.Chmod(dir, 0o755), provide(program))
	}
	if _, modeErr := mode(); modeErr != nil {
		err = modeErr
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func provide(path string) error {
	if given := os.Getenv("PINWARD_TORTURE_PROGRAM"); given != "" {
		text, err := os.ReadFile(given)
		if err != nil {
			return err
		}
		return os.WriteFile(path, text, 0o755)
	}
	if out, err := exec.Command("go", "build", "-o", path, "pinward").CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return nil
}

// A size says how much a mode does.
type size struct {
	privileged  bool // root and strace are there
	rounds      int  // of guesses up to the block
	guesses     int  // at once
	hidings     int  // of the right PIN among guesses
	rightPINs   int  // at once
	walks       int  // of the clock
	kills       int
	sweepStep   int // every Nth point of a sweep
	writers     int
	writes      int // of each writer
	exportRows  int
	damages     int
	timingRuns  int // 0: the timing is not taken
	hugeRows    int // of an account file
	lockedTries int // attempts killed while they are judged
}

// mode gives the size that PINWARD_TORTURE names.
func mode() (size, error) {
	name := os.Getenv("PINWARD_TORTURE")
	sizes := map[string]size{
		"": {
			rounds: 1, guesses: 24, hidings: 1, rightPINs: 12, walks: 1, kills: 21,
			writers: 8, writes: 6, exportRows: 20_000, damages: 24, hugeRows: 20_000, lockedTries: 5,
		},
		"short": {
			privileged: true, rounds: 3, guesses: 100, hidings: 10, rightPINs: 50, walks: 5, kills: 120, sweepStep: 5,
			writers: 8, writes: 30, exportRows: 50_000, damages: 100, hugeRows: 100_000, lockedTries: 5,
		},
		"full": {
			privileged: true, rounds: 20, guesses: 100, hidings: 60, rightPINs: 50, walks: 20, kills: 500, sweepStep: 1,
			writers: 8, writes: 100, exportRows: 200_000, damages: 300, timingRuns: 500, hugeRows: 1_000_000, lockedTries: 5,
		},
	}
	s, ok := sizes[name]
	if !ok {
		return s, fmt.Errorf("PINWARD_TORTURE=%s: use short or full, or leave it out", name)
	}
	if !s.privileged {
		return s, nil
	}
	if os.Geteuid() != 0 {
		return s, fmt.Errorf("PINWARD_TORTURE=%s: needs root, to mount a small disk and to be another user", name)
	}
	if _, err := exec.LookPath("strace"); err != nil {
		return s, fmt.Errorf("PINWARD_TORTURE=%s: %w; run scripts/torture-setup.sh", name, err)
	}
	return s, nil
}

// howMuch gives the mode's size, which TestMain has found good.
func howMuch(t *testing.T) size {
	t.Helper()
	s, err := mode()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A hard is a test that only a privileged mode lists.
type hard struct {
	name string
	run  func(*testing.T)
}

// TestPrivileged runs what needs root or strace. In the plain mode its list is
// empty.
func TestPrivileged(t *testing.T) {
	var all []hard
	if howMuch(t).privileged {
		all = privileged(t)
	}
	for _, h := range all {
		t.Run(h.name, h.run)
	}
}

// figure logs a number that docs/torture.md keeps.
func figure(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Logf("figure: "+format, args...)
}
