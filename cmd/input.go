package cmd

import (
	"context"
	"io"
)

// An input is standard input whose reads end with the program's context: ^C
// must end a command that waits for a pipe.
type input struct {
	ctx  context.Context // a Reader has no other way to be told
	from io.Reader
}

type read struct {
	n   int
	err error
}

// Read reads, or gives the context's error. The read under way then goes on
// in a buffer of its own, so that p is not written to after the return.
func (i *input) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	own := make([]byte, len(p))
	done := make(chan read, 1)
	go func() {
		n, err := i.from.Read(own)
		done <- read{n, err}
	}()
	select {
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	case r := <-done:
		copy(p, own[:r.n])
		return r.n, r.err
	}
}
