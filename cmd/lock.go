package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"pinward/internal/access"
)

// lock takes a lock of the kernel, which dies with the process, on a file that
// is made where there is none and stays: removing it would let two processes
// hold a lock of the same name. What another process holds is refused at once.
func lock(path, what string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, &access.Error{Kind: access.ErrUnusable, Code: "lock_failed", Text: fmt.Sprintf("lock %s: %v", what, err)}
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, &access.Error{Kind: access.ErrBusy, Code: "in_use", Text: what + ": another run is at work", Hint: "try again when it has ended"}
	}
	return nil, &access.Error{Kind: access.ErrUnusable, Code: "lock_failed", Text: fmt.Sprintf("lock %s: %v", what, err)}
}
