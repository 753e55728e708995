// Command gendocs writes the documents that follow from the commands, so that
// they cannot say anything else than the commands' own help:
//
//	go run ./internal/gendocs docs/cli        one Markdown page a command
//	go run ./internal/gendocs --man manpages  one man page a command
//
// Its output depends on the tree of commands alone: no date, no user and no
// path of the machine that runs it. The date in the heading of man pages is
// that of SOURCE_DATE_EPOCH (reproducible-builds.org), or left out.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const usage = "use: go run ./internal/gendocs [--man] FOLDER"

func main() {
	if err := run(os.Args[1:], os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func run(args []string, epoch string) error {
	man := len(args) > 0 && args[0] == "--man"
	if man {
		args = args[1:]
	}
	if len(args) != 1 {
		return errors.New(usage)
	}
	if !man {
		all, err := markdownPages()
		if err != nil {
			return err
		}
		return replace(args[0], "*.md", all)
	}
	date, err := dateOf(epoch)
	if err != nil {
		return err
	}
	all, err := manPages(date)
	if err != nil {
		return err
	}
	return replace(args[0], "*.1", all)
}

// dateOf reads seconds since 1970; none is the zero time.
func dateOf(epoch string) (time.Time, error) {
	if epoch == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, errors.New("SOURCE_DATE_EPOCH: not a number of seconds")
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// replace makes pages the only files of folder that match pattern: a page whose
// command is gone goes too.
func replace(folder, pattern string, pages map[string][]byte) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, stays := pages[filepath.Base(path)]; stays {
			continue
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
