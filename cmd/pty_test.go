package cmd_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// The tests of this file run pinward as the leader of a session on a real
// pseudo-terminal, and type only once its prompt is there.

func TestPINSetAtThePrompt(t *testing.T) {
	h := newHome(t)
	p := h.start("pin", "set", "lea.martin")
	p.typeSecret("New PIN: ", 1, "1234")
	p.waitForText("new PIN: easy to guess (rule sequence)")
	p.typeSecret("New PIN: ", 2, "8305")
	p.typeSecret("New PIN again: ", 1, "8306")
	p.waitForText("the two entries differ, nothing was saved")
	p.typeSecret("New PIN: ", 3, "8305")
	p.typeSecret("New PIN again: ", 2, "8305")
	p.ends(0)
	p.waitForText("PIN of lea.martin set")
	p.neverShows("1234", "8305", "8306")
	h.run(0, "8305\n", "pin", "verify", "lea.martin", "--pin-stdin")
}

func TestPINSetGivesUp(t *testing.T) {
	h := newHome(t)
	before := h.state()
	p := h.start("pin", "set", "lea.martin")
	for n := range 5 {
		p.typeSecret("New PIN: ", n+1, "2010")
	}
	p.ends(5)
	p.neverShows("2010")
	if got := h.state(); got != before {
		t.Errorf("state after giving up: got %s, want %s", got, before)
	}
}

func TestInterruptedPromptChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		args  []string
		first string // typed before the interrupt
		at    string // the prompt that is interrupted
	}{
		{"at the first entry", []string{"pin", "set", "lea.martin"}, "", "New PIN: "},
		{"at the second entry", []string{"pin", "set", "lea.martin"}, "8305", "New PIN again: "},
		{"verify", []string{"pin", "verify", "lea.martin"}, "", "PIN: "},
		{"check", []string{"pin", "check"}, "", "PIN: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t)
			before := h.state()
			p := h.start(c.args...)
			if c.first != "" {
				p.typeSecret("New PIN: ", 1, c.first)
			}
			p.waitForPrompt(c.at, 1)
			p.keysIn("48\x03")
			p.ends(130)
			p.waitForText("error: interrupted")
			p.neverShows("48", "8305")
			if got := h.state(); got != before {
				t.Errorf("state after ^C: got %s, want %s", got, before)
			}
		})
	}
}

func TestPINCheckAtThePrompt(t *testing.T) {
	for _, c := range []struct {
		name, pin string
		code      int
		want      string
	}{
		{"allowed", "8305", 0, "ok"},
		{"guessable", "2010", 5, "year"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t)
			p := h.start("pin", "check")
			p.typeSecret("PIN: ", 1, c.pin)
			p.ends(c.code)
			p.waitForText(c.want)
			p.neverShows(c.pin)
		})
	}
}

func TestPINVerifyAtThePrompt(t *testing.T) {
	h := newHome(t)
	h.run(0, "8305\n", "pin", "set", "lea.martin", "--pin-stdin")
	for _, c := range []struct {
		name, pin string
		args      []string
		code      int
		want      string
	}{
		{"right", "8305", nil, 0, "The PIN is right."},
		{"wrong", "4827", nil, 5, "the PIN is wrong"},
		{"standard input is the terminal", "8305", []string{"--pin-stdin"}, 0, "The PIN is right."},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := &home{t, h.dir}
			p := h.start(append([]string{"pin", "verify", "lea.martin"}, c.args...)...)
			p.typeSecret("PIN: ", 1, c.pin)
			p.ends(c.code)
			p.waitForText(c.want)
			p.neverShows(c.pin)
		})
	}
}

func TestBulkAsksOnATerminal(t *testing.T) {
	for _, c := range []struct {
		answer string
		code   int
		want   string
	}{
		{"n", 6, "declined: nothing was changed"},
		{"", 6, "declined: nothing was changed"},
		{"y", 0, "1 account reset"},
	} {
		t.Run("answer "+c.answer, func(t *testing.T) {
			h := newHome(t)
			before := h.state()
			p := h.start("pin", "reset", "--group", "3A")
			p.waitForText("Reset the PIN of 1 account and revoke all their devices? [y/N] ")
			p.keysIn(c.answer + "\n")
			p.ends(c.code)
			p.waitForText(c.want)
			if changed := h.state() != before; changed != (c.code == 0) {
				t.Errorf("changed: got %t, want %t", changed, c.code == 0)
			}
		})
	}
}

func TestRotationAsksWhichKeyGoes(t *testing.T) {
	h := newHome(t)
	h.run(0, "", "portal", "add", "ent", "--scope", "login", "--school", "A")
	h.run(0, "", "portal", "rotate", "ent")
	oldest := regexp.MustCompile(`"key_ids":\["(k\w+)"`).FindStringSubmatch(h.run(0, "", "portal", "list", "-o", "json"))[1]
	before := h.state()
	p := h.start("portal", "rotate", "ent")
	p.waitForText("Give portal ent a new key? Key " + oldest + " is no longer good then. [y/N] ")
	p.keysIn("n\n")
	p.ends(6)
	if got := h.state(); got != before {
		t.Errorf("state after a no: got %s, want %s", got, before)
	}
}

// A home is a folder with a store that has one student.
type home struct {
	t   *testing.T
	dir string
}

func newHome(t *testing.T) *home {
	t.Helper()
	h := &home{t, t.TempDir()}
	h.run(0, "", "init", "--school", "A=School A")
	h.run(0, "", "account", "add", "lea.martin", "--name", "Martin, Léa", "--profile", "student", "--group", "3A")
	return h
}

// command is pinward, which TestMain has put in front of PATH.
func (h *home) command(args []string) *exec.Cmd {
	c := exec.Command("pinward", args...)
	c.Env = []string{"HOME=" + h.dir, "CLOCK=2026-03-02T08:00:00Z", "TZ=UTC", "PTY=1", "GORACE=atexit_sleep_ms=0", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
	return c
}

// run runs pinward without a terminal, checks its exit code and gives what it
// wrote.
func (h *home) run(want int, stdin string, args ...string) string {
	h.t.Helper()
	c := h.command(args)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	c.Stdin = strings.NewReader(stdin)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	if got := c.ProcessState.ExitCode(); got != want {
		h.t.Fatalf("%v: got exit code %d, want %d: %s", args, got, want, out)
	}
	return string(out)
}

// state is the head of the audit chain: no change leaves it as it was.
func (h *home) state() string {
	h.t.Helper()
	return h.run(0, "", "audit", "head")
}

// A person is pinward running on a pseudo-terminal, and all that it ever showed.
type person struct {
	t           *testing.T
	cmd         *exec.Cmd
	keys, slave *os.File
	before      string // the terminal's settings
	mu          sync.Mutex
	shown       bytes.Buffer
}

func (h *home) start(args ...string) *person {
	h.t.Helper()
	keys, slave, err := pty.Open()
	if err != nil {
		h.t.Fatalf("open a pseudo-terminal: %v", err)
	}
	p := &person{t: h.t, cmd: h.command(args), keys: keys, slave: slave}
	p.before = p.stty("-g")
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	h.t.Cleanup(func() {
		_ = keys.Close()
		_ = slave.Close()
	})
	if err := p.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	go func() { _, _ = io.Copy(p, keys) }()
	return p
}

// Write takes what the terminal shows.
func (p *person) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.Write(b)
}

func (p *person) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.String()
}

// stty asks for the terminal's settings: -g for all, -a in words.
func (p *person) stty(how string) string {
	p.t.Helper()
	c := exec.Command("stty", how)
	c.Stdin = p.slave
	out, err := c.Output()
	if err != nil {
		p.t.Fatalf("settings of the terminal: %v", err)
	}
	return string(out)
}

func (p *person) echoes() bool { return !slices.Contains(strings.Fields(p.stty("-a")), "-echo") }

func (p *person) waitFor(what string, is func() bool) {
	p.t.Helper()
	for range 10_000 {
		if is() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	p.t.Fatalf("waited in vain for %s; the screen shows %q", what, p.text())
}

func (p *person) waitForText(text string) {
	p.t.Helper()
	p.waitFor("the text "+text, func() bool { return strings.Contains(p.text(), text) })
}

// waitForPrompt waits until a prompt stands there for the nth time and the
// echo is off.
func (p *person) waitForPrompt(prompt string, nth int) {
	p.t.Helper()
	p.waitFor("the prompt "+prompt, func() bool {
		text := p.text()
		return strings.Count(text, prompt) == nth && strings.HasSuffix(text, prompt) && !p.echoes()
	})
}

func (p *person) keysIn(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.keys, keys); err != nil {
		p.t.Fatalf("type: %v", err)
	}
}

func (p *person) typeSecret(prompt string, nth int, secret string) {
	p.t.Helper()
	p.waitForPrompt(prompt, nth)
	p.keysIn(secret + "\n")
}

// ends checks the exit code, and that the terminal is left as it was.
func (p *person) ends(want int) {
	p.t.Helper()
	done := make(chan struct{})
	go func() {
		_ = p.cmd.Wait() // the exit code is looked at below
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		p.t.Fatalf("pinward does not end; the screen shows %q", p.text())
	}
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.t.Errorf("exit code: got %d, want %d; the screen shows %q", got, want, p.text())
	}
	if got := p.stty("-g"); got != p.before {
		p.t.Errorf("settings of the terminal: got %s, want %s as before", got, p.before)
	}
}

func (p *person) neverShows(secrets ...string) {
	p.t.Helper()
	if text := p.text(); slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(text, s) }) {
		p.t.Errorf("the screen shows a secret: %q", text)
	}
}
