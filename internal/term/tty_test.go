package term

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReadSecretNeverShowsIt(t *testing.T) {
	s := newScreen(t)
	p := s.asksHidden("secret")
	s.typeIn("8305\r")
	p.ends("\"8305\" <nil>\n")
	s.waitForText("PIN: \r\n")
	if got := s.text(); got != "PIN: \r\n" {
		t.Errorf("screen: got %q, want the prompt and a line end", got)
	}
}

func TestReadSecretTakesNothingTypedBefore(t *testing.T) {
	s := newScreen(t)
	s.typeIn("9999\n12")
	p := s.asksHidden("secret")
	s.typeIn("8305\n")
	p.ends("\"8305\" <nil>\n")
}

func TestReadSecretInterrupted(t *testing.T) {
	for _, c := range []struct {
		name, scene string
		by          func(*program)
	}{
		{"by ^C", "secret", func(p *program) { p.typeIn("\x03") }},
		{"by ^Z", "secret", func(p *program) { p.typeIn("\x1a") }},
		{`by ^\`, "secret", func(p *program) { p.typeIn("\x1c") }},
		{"by SIGTERM", "secret", func(p *program) { _ = p.cmd.Process.Signal(unix.SIGTERM) }},
		{"by SIGHUP", "secret", func(p *program) { _ = p.cmd.Process.Signal(unix.SIGHUP) }},
		{"by its context", "secret, cancelled", func(p *program) { _ = p.stdin.Close() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t)
			p := s.asksHidden(c.scene)
			s.typeIn("83")
			c.by(p)
			p.ends("\"\" interrupted\n")
			s.waitForText("PIN: \r\n")

			// The next reader, a shell, must not find half a secret.
			s.typeIn("ls\n")
			buf := make([]byte, 64)
			n, err := s.slave.Read(buf)
			if got := string(buf[:n]); got != "ls\n" || err != nil {
				t.Errorf("left in the terminal: got %q, %v, want only %q", got, err, "ls\n")
			}
			if got := s.text(); strings.Contains(got, "83") {
				t.Errorf("screen: got %q, which shows the secret", got)
			}
		})
	}
}

func TestReadSecretCancelledBefore(t *testing.T) {
	s := newScreen(t)
	s.start("secret, cancelled before").ends("\"\" interrupted\n")
	if _, err := s.slave.WriteString("end"); err != nil {
		t.Fatal(err)
	}
	s.waitForText("end")
	if got := s.text(); got != "end" {
		t.Errorf("screen: got %q, want no prompt", got)
	}
}

func TestInterruptedReadTakesNothingLater(t *testing.T) {
	s := newScreen(t)
	p := s.asksHidden("secret, cancelled, then line")
	_ = p.stdin.Close()
	s.waitForText("Reason: ")
	s.typeIn("left school\n")
	p.ends("\"\" interrupted\n\"left school\" <nil>\n")
}

func TestReadSecretEnds(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"end of file", "\x04", "\"\" EOF\n"},
		{"end of file after text", "8305\x04\x04", "\"8305\" <nil>\n"},
		{"an empty line", "\n", "\"\" <nil>\n"},
		{"a corrected line", "9\x7f8305\n", "\"8305\" <nil>\n"},
		{"spaces are part of it", " 83 05 \n", "\" 83 05 \" <nil>\n"},
		{"1 KiB", strings.Repeat("7", maxLine) + "\n", `"` + strings.Repeat("7", maxLine) + "\" <nil>\n"},
		{"more than 1 KiB", strings.Repeat("7", maxLine+1) + "\n", "\"\" read from the terminal: input longer than 1024 bytes\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t)
			p := s.asksHidden("secret")
			s.typeIn(c.keys)
			p.ends(c.want)
		})
	}
}

// A full-screen program that crashed leaves the terminal raw.
func TestReadSecretOnRawTerminal(t *testing.T) {
	s := newScreen(t)
	raw := s.state()
	raw.Lflag &^= unix.ICANON | unix.ISIG | unix.ECHO
	raw.Iflag &^= unix.ICRNL
	s.set(raw)
	p := s.asksHidden("secret")
	s.typeIn("9\x7f8305\r")
	p.ends("\"8305\" <nil>\n")
	t.Run("interrupted", func(t *testing.T) {
		s := newScreen(t)
		s.set(raw)
		p := s.asksHidden("secret")
		s.typeIn("\x03")
		p.ends("\"\" interrupted\n")
	})
}

func TestReadLineShowsWhatIsTyped(t *testing.T) {
	s := newScreen(t)
	p := s.start("line")
	s.waitForText("Reason: ")
	s.typeIn("lost phone\n")
	p.ends("\"lost phone\" <nil>\n")
	s.waitForText("Reason: lost phone\r\n")
	if got := s.text(); got != "Reason: lost phone\r\n" {
		t.Errorf("screen: got %q, want one line end", got)
	}
}

func TestReadLineTakesWhatWasTypedAhead(t *testing.T) {
	s := newScreen(t)
	s.typeIn("lost phone\n")
	s.start("line").ends("\"lost phone\" <nil>\n")
}

func TestReadLineInterrupted(t *testing.T) {
	s := newScreen(t)
	p := s.start("line")
	s.waitForText("Reason: ")
	s.typeIn("lost\x03")
	p.ends("\"\" interrupted\n")
	s.waitFor("a fresh line", func() bool { return strings.HasSuffix(s.text(), "\r\n") })
}

func TestConfirm(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"y", "y\n", "true <nil>\n"},
		{"YES with spaces", " YES \n", "true <nil>\n"},
		{"n", "n\n", "false <nil>\n"},
		{"nothing", "\n", "false <nil>\n"},
		{"anything else", "yep\n", "false <nil>\n"},
		{"end of file", "\x04", "false <nil>\n"},
		{"interrupted", "y\x03", "false interrupted\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t)
			p := s.start("confirm")
			s.waitForText("Revoke 3 devices? [y/N] ")
			s.typeIn(c.keys)
			p.ends(c.want)
		})
	}
}

func TestOpenWithoutTerminal(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, childArg, "secret")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.CombinedOutput()
	if want := "open: open the controlling terminal: "; err != nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("got %q, %v, want an error that begins with %q", out, err, want)
	}
}

// chunks hands over one piece a read, then err.
type chunks struct {
	pieces []string
	err    error
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.pieces) == 0 {
		return 0, c.err
	}
	n := copy(p, c.pieces[0])
	c.pieces = c.pieces[1:]
	return n, nil
}

func TestReadLineEnds(t *testing.T) {
	gone := errors.New("input/output error")
	long := strings.Repeat("x", 4000)
	for _, c := range []struct {
		name, want, problem string
		from                chunks
	}{
		{"LF", "8305", "", chunks{[]string{"8305\n"}, io.EOF}},
		{"CRLF", "8305", "", chunks{[]string{"8305\r\n"}, io.EOF}},
		{"only one line end goes", "8305\r", "", chunks{[]string{"8305\r\r\n"}, io.EOF}},
		{"in pieces", "8305", "", chunks{[]string{"83", "05", "\n"}, io.EOF}},
		{"a long one in pieces", "", "longer than 1024", chunks{[]string{long, long, "y\n"}, io.EOF}},
		{"a long one that just ends", "", "longer than 1024", chunks{[]string{long}, io.EOF}},
		{"a terminal that hangs up", "", "input/output error", chunks{[]string{"83"}, gone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readLine(&c.from)
			if got != c.want {
				t.Errorf("line: got %q, want %q", got, c.want)
			}
			if c.problem == "" && err != nil || c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)) {
				t.Errorf("error: got %v, want %q", err, c.problem)
			}
			if len(c.from.pieces) != 0 {
				t.Errorf("left unread: %q", c.from.pieces)
			}
		})
	}
}
