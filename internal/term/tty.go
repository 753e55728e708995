package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ErrInterrupted says that a prompt was given up: by ^C, ^\ or ^Z, by another
// signal that ends the program, or because the context was cancelled.
var ErrInterrupted = errors.New("interrupted")

// A TTY is the controlling terminal of the process. One prompt at a time.
type TTY struct{ f *os.File }

// Open opens the controlling terminal. A process without one gets an error.
func Open() (*TTY, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("open the controlling terminal: %w", err)
	}
	return &TTY{f}, nil
}

// Close closes the terminal.
func (t *TTY) Close() error { return t.f.Close() }

// ReadSecret shows the prompt and reads a line that is not echoed, without its
// line end. What was typed before the prompt is thrown away. However it ends,
// the terminal is left as it was found, with nothing of the secret waiting in
// it for the next reader. It gives io.EOF for ^D on an empty line and
// ErrInterrupted as described there; more than 1 KiB is refused.
func (t *TTY) ReadSecret(ctx context.Context, prompt string) (string, error) {
	return t.ask(ctx, prompt, true)
}

// ReadLine shows the prompt and reads a line that is seen while it is typed.
// Unlike ReadSecret it takes what was typed ahead; else it behaves alike.
func (t *TTY) ReadLine(ctx context.Context, prompt string) (string, error) {
	return t.ask(ctx, prompt, false)
}

// Confirm asks a yes-or-no question. Only y and yes, in either case, are a
// yes; an empty line, anything else and ^D are a no.
func (t *TTY) Confirm(ctx context.Context, question string) (bool, error) {
	line, err := t.ReadLine(ctx, question+" [y/N] ")
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes", err
}

func (t *TTY) ask(ctx context.Context, prompt string, hidden bool) (string, error) {
	if ctx.Err() != nil {
		return "", ErrInterrupted
	}
	// Caught before the echo goes off: by default they would end the process
	// and leave the terminal mute.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGTSTP)
	defer signal.Stop(signals)

	restore, err := t.prepare(hidden)
	if err != nil {
		return "", fmt.Errorf("prepare the terminal: %w", err)
	}
	line, err := t.prompt(ctx, signals, prompt)
	if restored := restore(err != nil); err == nil && restored != nil {
		line, err = "", fmt.Errorf("restore the terminal: %w", restored)
	}
	if hidden || err != nil {
		_, _ = io.WriteString(t.f, "\n") // nobody saw the one that was typed, if any
	}
	return line, err
}

func (t *TTY) prompt(ctx context.Context, signals <-chan os.Signal, prompt string) (string, error) {
	if _, err := io.WriteString(t.f, prompt); err != nil {
		return "", fmt.Errorf("write to the terminal: %w", err)
	}
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		line, err := readLine(t.f)
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-signals:
	case <-ctx.Done():
	}
	// Where the system can end the read, wait for its end, so that it does not
	// take what is typed later; elsewhere it is left behind.
	if t.f.SetReadDeadline(time.Unix(1, 0)) == nil {
		<-done
		_ = t.f.SetReadDeadline(time.Time{})
	}
	return "", ErrInterrupted
}

// prepare sets the terminal up to read a line. The returned function puts it
// back, after throwing away what was typed where that is asked for.
func (t *TTY) prepare(hidden bool) (restore func(discard bool) error, err error) {
	var old unix.Termios
	err = control(t.f, func(fd int) error {
		state, err := unix.IoctlGetTermios(fd, getTermios)
		if err != nil {
			return err
		}
		old = *state
		state.Iflag |= unix.ICRNL
		state.Lflag |= unix.ICANON | unix.ISIG | unix.ECHO
		if !hidden {
			return unix.IoctlSetTermios(fd, setTermios, state)
		}
		state.Lflag &^= unix.ECHO | unix.ECHONL
		if err := unix.IoctlSetTermios(fd, setTermios, state); err != nil {
			return err
		}
		if err := flushInput(fd); err != nil {
			_ = unix.IoctlSetTermios(fd, setTermios, &old) // an error must not leave it mute
			return err
		}
		return nil
	})
	return func(discard bool) error {
		return control(t.f, func(fd int) error {
			if discard {
				_ = flushInput(fd) // the echo comes back in any case
			}
			return unix.IoctlSetTermios(fd, setTermios, &old)
		})
	}, err
}

// control runs do on the file's descriptor. File.Fd would switch the file to
// blocking reads, which no deadline ends.
func control(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = do(int(fd)) }); err != nil {
		return err
	}
	return failed
}
