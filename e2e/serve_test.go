//go:build e2e

package e2e_test

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// command prepares a command of the site's program.
func (s site) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(s.t.Context(), filepath.Join(s.dir, "pinward"), args...)
	c.Env = s.env()
	return c
}

// answer runs a command with -o json and gives what it answers, also where it
// was refused.
func (s site) answer(in string, args ...string) (answer map[string]any) {
	s.t.Helper()
	c := s.command(append(args, "-o", "json")...)
	c.Stdin = strings.NewReader(in)
	out, err := c.Output()
	if jsonErr := json.Unmarshal(out, &answer); jsonErr != nil {
		s.t.Fatalf("%v: %v, %v\n%s", args, err, jsonErr, out)
	}
	return answer
}

// portal adds a portal and gives its key.
func (s site) portal(name string, args ...string) string {
	s.t.Helper()
	return s.answer("", append([]string{"portal", "add", name, "--school", "A"}, args...)...)["key"].(string)
}

// A service is a running pinward serve.
type service struct {
	site
	address string // host and port that it listens on
	process *exec.Cmd

	mu  sync.Mutex
	log strings.Builder
}

// serve runs pinward serve on a port of its own until the test ends.
func (s site) serve(args ...string) *service {
	s.t.Helper()
	v := &service{site: s, address: freeAddress(s.t)}
	v.process = s.command(append([]string{"serve", "--listen", v.address, "--socket", "off"}, args...)...)
	lines, err := v.process.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := v.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(v.stop)
	ready := make(chan struct{})
	go v.follow(bufio.NewScanner(lines), ready)
	select {
	case <-ready:
	case <-time.After(time.Minute):
		s.t.Fatalf("pinward serve is not ready: %s", v.logged())
	}
	return v
}

func (v *service) follow(lines *bufio.Scanner, ready chan<- struct{}) {
	told := false
	for lines.Scan() {
		v.mu.Lock()
		v.log.WriteString(lines.Text() + "\n")
		v.mu.Unlock()
		if !told && strings.Contains(lines.Text(), `"msg":"ready"`) {
			close(ready)
			told = true
		}
	}
}

// logged gives the log so far.
func (v *service) logged() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.log.String()
}

// stop ends the service; again, it does nothing.
func (v *service) stop() {
	if v.process.ProcessState == nil && v.process.Process.Signal(syscall.SIGTERM) == nil {
		_ = v.process.Wait()
	}
}

// freeAddress gives an address on loopback that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// until waits for a condition that another program brings about.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}

// write writes a file that every user may read.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// sharedFolder gives a folder that other users may look into: of the two that
// t.TempDir makes, the outer one is closed to them.
func sharedFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// program runs another program in the background until the test ends.
func program(t *testing.T, log string, env []string, name string, args ...string) {
	t.Helper()
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(name, args...)
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), env...), out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM) // the group that it leads
		_ = c.Wait()
		_ = out.Close()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, tail(read(t, log)))
		}
	})
}

func tail(s string) string { return s[max(0, len(s)-40000):] }
