package term

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// A screen is a pseudo-terminal and all that was ever shown on it.
type screen struct {
	t           *testing.T
	keys, slave *os.File
	mu          sync.Mutex
	shown       bytes.Buffer
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	keys, slave, err := pty.Open()
	if err != nil {
		t.Fatalf("open a pseudo-terminal: %v", err)
	}
	s := &screen{t: t, keys: keys, slave: slave}
	t.Cleanup(func() {
		_ = keys.Close()
		_ = slave.Close()
	})
	go func() { _, _ = io.Copy(s, keys) }()
	return s
}

// Write takes what the terminal shows.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.Write(p)
}

func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown.String()
}

func (s *screen) typeIn(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Fatalf("type: %v", err)
	}
}

func (s *screen) state() unix.Termios {
	s.t.Helper()
	state, err := unix.IoctlGetTermios(int(s.slave.Fd()), getTermios)
	if err != nil {
		s.t.Fatalf("state of the terminal: %v", err)
	}
	return *state
}

func (s *screen) set(state unix.Termios) {
	s.t.Helper()
	if err := unix.IoctlSetTermios(int(s.slave.Fd()), setTermios, &state); err != nil {
		s.t.Fatalf("set the terminal: %v", err)
	}
}

func (s *screen) echoes() bool { return s.state().Lflag&unix.ECHO != 0 }

func (s *screen) waitFor(what string, is func() bool) {
	s.t.Helper()
	for range 10_000 {
		if is() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	s.t.Fatalf("waited in vain for %s; the screen shows %q", what, s.text())
}

func (s *screen) waitForText(text string) {
	s.t.Helper()
	s.waitFor("the text "+text, func() bool { return strings.Contains(s.text(), text) })
}

// A program is a child whose controlling terminal is the screen.
type program struct {
	*screen
	cmd    *exec.Cmd
	stdin  io.Closer
	stdout bytes.Buffer
	before unix.Termios
}

func (s *screen) start(scene string) *program {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	p := &program{screen: s, cmd: exec.Command(self, childArg, scene), before: s.state()}
	p.cmd.ExtraFiles = []*os.File{s.slave}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stdout
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	return p
}

// asksHidden starts a scene and waits until a secret may be typed.
func (s *screen) asksHidden(scene string) *program {
	s.t.Helper()
	p := s.start(scene)
	s.waitFor("the echo to go off", func() bool { return !s.echoes() })
	s.waitForText("PIN: ")
	return p
}

// ends waits for the program and checks what it tells, and that it leaves the
// terminal as it was.
func (p *program) ends(want string) {
	p.t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.cmd.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			p.t.Errorf("program: %v", err)
		}
	case <-time.After(20 * time.Second):
		p.t.Fatalf("the program does not end; the screen shows %q", p.text())
	}
	if got := p.stdout.String(); got != want {
		p.t.Errorf("answer: got %q, want %q", got, want)
	}
	if got := p.state(); got != p.before {
		p.t.Errorf("state of the terminal: got %+v, want %+v as before", got, p.before)
	}
}
