package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"pinward/internal/access"
)

// A stage is the folder PATH.init in which the file PATH is made whole before it
// is put in its place (docs/adr/0028). Its lock keeps a second init out, and
// ends with the process.
type stage struct {
	place  string // where the file is to be
	code   string // of the error where that cannot be done
	dir    string
	lock   *os.File
	kept   bool // this run made the whole file
	linked bool // this run gave it its place
}

// whole is where the file is whole, and half where it is being made.
func (s *stage) whole() string { return filepath.Join(s.dir, filepath.Base(s.place)) }
func (s *stage) half() string  { return filepath.Join(s.dir, "half") }

func stageOf(place, code string) *stage {
	return &stage{place: place, code: code, dir: place + ".init"}
}

// open makes the folder, or takes the one that a killed init has left.
func (s *stage) open() error {
	if err := makeFolder(filepath.Dir(s.place)); err != nil {
		return s.fault(err)
	}
	for {
		if err := makeFolder(s.dir); err != nil {
			return s.fault(err)
		}
		held, err := s.hold()
		if err != nil {
			return s.fault(err)
		}
		if held {
			return nil
		}
	}
}

// hold locks the folder. It reports false where whoever had it has removed it.
func (s *stage) hold() (bool, error) {
	f, err := os.OpenFile(s.dir, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return false, errors.Join(err, f.Close())
	}
	mine, err := f.Stat()
	if err != nil {
		return false, errors.Join(err, f.Close())
	}
	if there, err := os.Lstat(s.dir); err != nil || !os.SameFile(mine, there) {
		return false, f.Close()
	}
	s.lock = f
	return true, nil
}

// besides lists what SQLite adds to a store's name for the files beside it.
func besides() []string { return []string{"-wal", "-shm", "-journal"} }

// drop removes files of the stage, with what SQLite leaves beside them.
func (s *stage) drop(paths ...string) error {
	for _, path := range paths {
		for _, suffix := range append(besides(), "") {
			if err := remove(path + suffix); err != nil {
				return s.fault(err)
			}
		}
	}
	return nil
}

// keep makes the half file the whole one, on disk.
func (s *stage) keep() error {
	for _, suffix := range besides() { // a log of another file would be played into this one
		if err := remove(s.whole() + suffix); err != nil {
			return s.fault(err)
		}
	}
	err := os.Rename(s.half(), s.whole())
	if err != nil {
		return s.fault(err)
	}
	s.kept = true
	return s.fault(syncFolder(s.dir))
}

// put gives the whole file its place, on disk, and overwrites nothing.
func (s *stage) put() error {
	err := os.Link(s.whole(), s.place)
	if errors.Is(err, fs.ErrExist) {
		return alreadyThere(s.place)
	}
	if err != nil {
		return s.fault(err)
	}
	s.linked = true
	return s.fault(syncFolder(filepath.Dir(s.place)))
}

// isPlaced reports whether the place holds the same as the whole file already.
func (s *stage) isPlaced() bool {
	want, err := os.ReadFile(s.whole())
	have, otherErr := os.ReadFile(s.place)
	return err == nil && otherErr == nil && bytes.Equal(have, want)
}

// takeBack removes what put has put in its place.
func (s *stage) takeBack() error {
	if !s.linked {
		return nil
	}
	return s.fault(os.Remove(s.place))
}

// close removes the folder with all that a stage holds.
func (s *stage) close() error {
	if s.lock == nil {
		return nil
	}
	err := s.drop(s.half(), s.whole())
	if err == nil {
		err = s.fault(os.Remove(s.dir))
	}
	return errors.Join(err, s.unlock())
}

// leave keeps what is whole for a later init.
func (s *stage) leave() error {
	if s.lock == nil {
		return nil
	}
	err := s.drop(s.half())
	if err == nil && !exists(s.whole()) {
		err = s.fault(os.Remove(s.dir))
	}
	return errors.Join(err, s.unlock())
}

func (s *stage) unlock() error {
	f := s.lock
	s.lock = nil
	return f.Close()
}

func (s *stage) fault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return &access.Error{
			Kind: access.ErrBusy, Code: "init_running",
			Text: fmt.Sprintf("init: another one is making %s", s.place), Hint: "wait for it to end",
		}
	}
	return &access.Error{
		Kind: access.ErrUnusable, Code: s.code,
		Text: fmt.Sprintf("init: %s cannot be made: %v", s.place, err), Hint: "check the owner and mode of its folder",
	}
}

// remove removes a file that may be gone.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// exists reports whether a name is taken, be it by a dangling link.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// makeFolder makes a folder and those above it, for this user alone whatever
// the umask, on disk.
func makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	if above := filepath.Dir(dir); above != dir {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) { // another process made it meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(os.Chmod(dir, 0o700), syncFolder(filepath.Dir(dir)))
}
