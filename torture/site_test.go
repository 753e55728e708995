package torture_test

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// PINs that the policy of a teacher takes, and one that is never right.
const (
	rightPIN = "730416"
	otherPIN = "918253"
	wrongPIN = "502917"
)

// hangs is how long a command may take before it counts as hanging: as long as
// the busy timeout and a while for a slow machine.
const hangs = 40 * time.Second

// A site is an installation: a store, a keyring and a configuration in a folder
// of its own.
type site struct {
	t     *testing.T
	dir   string
	clock time.Time // zero: the program as built, with the real clock
	under []string  // the command that runs the program, such as sh -c …
	as    *syscall.Credential
	vars  []string      // more environment
	wait  time.Duration // how long a run may take; 0: hangs
}

// newSite makes one with the school A.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	s.must("", "init", "--school", "A=School A")
	return s
}

func (s *site) store() string   { return filepath.Join(s.dir, "data", "pinward.db") }
func (s *site) keyring() string { return filepath.Join(s.dir, "etc", "keyring.json") }

// clockAt gives the same site as the program with that clock sees it.
func (s *site) clockAt(now time.Time) *site {
	other := *s
	other.clock = now
	return &other
}

// runBy gives the same site with the program run by another command.
func (s *site) runBy(words ...string) *site {
	other := *s
	other.under = words
	return &other
}

// patient gives the same site with more time for a run.
func (s *site) patient(wait time.Duration) *site {
	other := *s
	other.wait = wait
	return &other
}

// copy gives a site of its own with the same files. None of them may be in use.
func (s *site) copy(dir string) *site {
	s.t.Helper()
	other := *s
	other.dir = dir
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
		s.t.Fatal(err)
	}
	// CopyFS leaves the modes to the umask.
	for _, path := range []string{other.store(), other.keyring()} {
		if err := errors.Join(os.Chmod(path, 0o600), os.Chmod(filepath.Dir(path), 0o700)); err != nil {
			s.t.Fatal(err)
		}
	}
	return &other
}

// in gives the same site for a subtest to report to.
func (s *site) in(t *testing.T) *site {
	other := *s
	other.t = t
	return &other
}

// environment gives all that the program is told of its surroundings.
func (s *site) environment() []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TZ=UTC",
		"PINWARD_STORE=" + s.store(), "PINWARD_KEYRING=" + s.keyring(),
		"PINWARD_CONFIG=" + filepath.Join(s.dir, "etc", "config.yaml"),
	}
	if !s.clock.IsZero() {
		env = append(env, childVar+"=1", clockVar+"="+s.clock.Format(time.RFC3339))
	}
	return append(env, s.vars...)
}

// command prepares a run of the program.
func (s *site) command(ctx context.Context, args ...string) *exec.Cmd {
	path := program
	if s.isChild() {
		var err error
		if path, err = os.Executable(); err != nil {
			s.t.Fatal(err)
		}
	}
	words := append(append([]string{}, s.under...), path)
	words = append(words, args...)
	c := exec.CommandContext(ctx, words[0], words[1:]...)
	c.Dir, c.Env = s.dir, s.environment()
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	c.WaitDelay = time.Second
	return c
}

func (s *site) isChild() bool {
	return !s.clock.IsZero() || strings.HasPrefix(strings.Join(s.vars, " "), childVar)
}

// A result is what came of a run. A signal gives 128 and its number, as in a
// shell.
type result struct {
	code     int
	out, err string
	took     time.Duration
	usage    *syscall.Rusage
}

func (r result) String() string {
	return fmt.Sprintf("exit %d, stdout %q, stderr %q", r.code, cut(r.out), cut(r.err))
}

func cut(s string) string {
	const most = 600
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}

// run runs the program with in as its standard input, and fails where it hangs
// or panics.
func (s *site) run(in string, args ...string) result {
	s.t.Helper()
	wait := cmp.Or(s.wait, hangs)
	ctx, cancel := context.WithTimeout(s.t.Context(), wait)
	defer cancel()
	c := s.command(ctx, args...)
	c.Stdin = strings.NewReader(in)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	began := time.Now()
	err := c.Run()
	r := result{code: exitOf(c), out: out.String(), err: errs.String(), took: time.Since(began)}
	if c.ProcessState == nil {
		s.t.Errorf("%v: did not start: %v", cut(fmt.Sprint(args)), err)
		return r
	}
	r.usage, _ = c.ProcessState.SysUsage().(*syscall.Rusage)
	if ctx.Err() != nil {
		s.t.Errorf("%v: hung for %v", cut(fmt.Sprint(args)), wait)
	}
	s.noPanic(r, args)
	return r
}

func exitOf(c *exec.Cmd) int {
	if c.ProcessState == nil {
		return -1
	}
	if w, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return c.ProcessState.ExitCode()
}

// noPanic fails where the Go runtime speaks, or an engine's own words got out.
func (s *site) noPanic(r result, args []string) {
	s.t.Helper()
	for _, word := range []string{"panic:", "goroutine ", "fatal error:", "SIGSEGV", "SIGBUS", "database is locked"} {
		if strings.Contains(r.err, word) || strings.Contains(r.out, word) {
			s.t.Errorf("%v: %q in what it printed: %s", cut(fmt.Sprint(args)), word, r)
		}
	}
}

// must runs the program and fails the test where that does not succeed.
func (s *site) must(in string, args ...string) result {
	s.t.Helper()
	r := s.run(in, args...)
	if r.code != 0 {
		s.t.Fatalf("%v: %s", args, r)
	}
	return r
}

// wantCode runs the program and checks its exit code.
func (s *site) wantCode(want int, in string, args ...string) result {
	s.t.Helper()
	r := s.run(in, args...)
	if r.code != want {
		s.t.Errorf("%v: want exit %d, got %s", cut(fmt.Sprint(args)), want, r)
	}
	return r
}

// teacher adds an account with the right PIN.
func (s *site) teacher(login string) {
	s.t.Helper()
	s.must("", "account", "add", login, "--name", "Sample, "+login, "--profile", "teacher", "--school", "A")
	s.setPIN(login, rightPIN)
}

func (s *site) setPIN(login, pin string) {
	s.t.Helper()
	s.must(pin+"\n", "pin", "set", login, "--pin-stdin")
}

// verify gives a PIN outside any login.
func (s *site) verify(login, pin string) result {
	s.t.Helper()
	return s.run(pin+"\n", "pin", "verify", login, "--pin-stdin", "-o", "json")
}

// An answer is what the login verbs say, as far as the tests look.
type answer struct {
	LoginID     string `json:"login_id"`
	Decision    string `json:"decision"`
	Reason      string `json:"reason"`
	DeviceToken string `json:"device_token"`
	Device      *struct {
		ID string `json:"id"`
	} `json:"device"`
}

func (s *site) answerOf(r result) answer {
	s.t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(r.out), &a); err != nil {
		s.t.Fatalf("answer: %v in %s", err, r)
	}
	return a
}

// start opens a login and gives its id.
func (s *site) start(login string) answer {
	s.t.Helper()
	return s.answerOf(s.must(startOf(login), "login", "start"))
}

func startOf(login string) string {
	return fmt.Sprintf(`{"login":%q,"ip":"192.0.2.7","user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}`, login)
}

// guess gives a PIN in a login.
func (s *site) guess(id, pin string) result {
	s.t.Helper()
	return s.run(fmt.Sprintf(`{"login_id":%q,"pin":%q}`, id, pin), "login", "pin")
}

// together runs f n times at once.
func together(n int, f func(i int) result) []result {
	results := make([]result, n)
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-begin
			results[i] = f(i)
		})
	}
	close(begin)
	all.Wait()
	return results
}

// sound fails where `store check` finds anything.
func (s *site) sound() {
	s.t.Helper()
	s.wantCode(0, "", "store", "check")
}

// head gives the newest audit record as `audit head` prints it.
func (s *site) head() string {
	s.t.Helper()
	return strings.TrimSpace(s.must("", "audit", "head").out)
}

// open opens the store's file beside the program, to look or to write.
func (s *site) open(write bool) *sql.DB {
	s.t.Helper()
	name := "file:" + s.store() + "?_busy_timeout=10000&mode=ro"
	if write {
		name = "file:" + s.store() + "?_busy_timeout=10000&mode=rw"
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		s.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// ask gives the first column of the first row, as text.
func (s *site) ask(query string, args ...any) string {
	s.t.Helper()
	db := s.open(false)
	defer func() { _ = db.Close() }()
	var text sql.NullString
	if err := db.QueryRowContext(s.t.Context(), query, args...).Scan(&text); err != nil && !errors.Is(err, sql.ErrNoRows) {
		s.t.Fatalf("%s: %v", query, err)
	}
	return text.String
}

// edit changes the store's file behind the program's back.
func (s *site) edit(statements ...string) {
	s.t.Helper()
	db := s.open(true)
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		if _, err := db.ExecContext(s.t.Context(), statement); err != nil {
			s.t.Fatalf("%s: %v", statement, err)
		}
	}
}
