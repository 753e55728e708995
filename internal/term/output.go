package term

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// ErrClosed says that standard output was closed before the program began.
var ErrClosed = errors.New("standard output is closed")

// Output gives f, or a writer that fails with ErrClosed where f was closed: Go
// opens the null device in its place, read-write, and would lose data silently.
// A shell's own `>/dev/null` is write-only.
func Output(f *os.File) io.Writer {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	if err != nil {
		return closedWriter{}
	}
	if flags&unix.O_ACCMODE != unix.O_RDWR {
		return f
	}
	var out, null unix.Stat_t
	if unix.Fstat(int(f.Fd()), &out) != nil || unix.Stat(os.DevNull, &null) != nil {
		return f
	}
	if out.Mode&unix.S_IFMT == unix.S_IFCHR && out.Rdev == null.Rdev {
		return closedWriter{}
	}
	return f
}

type closedWriter struct{}

func (closedWriter) Write([]byte) (int, error) { return 0, fmt.Errorf("write: %w", ErrClosed) }
