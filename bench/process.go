package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A program is a command line to run as a process of its own.
type program struct {
	args  []string
	stdin string
	out   string // a file that its output goes to; none: nowhere
}

// pinward gives a command of ours on a store.
func (s *setup) pinward(on *sample, args ...string) program {
	return program{args: append([]string{s.bin, "--store", on.path, "--keyring", on.keyring}, args...)}
}

// shell gives a run of the sqlite3 shell on a file.
func shell(path string, args ...string) program {
	return program{args: append([]string{"sqlite3", "-batch", path}, args...)}
}

func (p program) command(ctx context.Context, before ...string) *exec.Cmd {
	args := append(before, p.args...)
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Env = append(os.Environ(), "PINWARD_CONFIG=", "TZ=UTC")
	if p.stdin != "" {
		c.Stdin = strings.NewReader(p.stdin)
	}
	return c
}

// task times the process from its start to its end.
func (p program) task(ctx context.Context) task {
	return func() (time.Duration, error) {
		c := p.command(ctx)
		if p.out != "" {
			f, err := os.Create(p.out)
			if err != nil {
				return 0, err
			}
			defer func() { _ = f.Close() }()
			c.Stdout = f
		}
		c.Stderr = os.Stderr
		began := time.Now()
		err := c.Run()
		took := time.Since(began)
		if err != nil {
			err = fmt.Errorf("%s: %w", strings.Join(p.args, " "), err)
		}
		return took, err
	}
}

// run runs the process once and gives its output.
func (p program) run(ctx context.Context) (string, error) {
	c := p.command(ctx)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w", strings.Join(p.args, " "), err)
	}
	return strings.TrimSpace(string(out)), err
}

// peak gives the process's largest memory in KiB, as GNU time tells: what this
// process learns of a child by itself includes its own memory.
func (p program) peak(ctx context.Context) (int, error) {
	c := p.command(ctx, "time", "--quiet", "-f", "%M")
	c.Stdout = io.Discard
	var told bytes.Buffer
	c.Stderr = &told
	if err := c.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w: %s", strings.Join(p.args, " "), err, told.String())
	}
	lines := strings.Fields(told.String())
	return strconv.Atoi(lines[len(lines)-1])
}
