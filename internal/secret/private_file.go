package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"pinward/internal/access"
)

const maxPrivateFile = 1 << 20 // bytes

// readPrivate reads up to one byte more than maxPrivateFile of a file that nobody
// but its owner may have read. It fails as LoadKeyring says, whatever the file is
// called there.
func readPrivate(what, path string) ([]byte, error) {
	// Lstat comes before opening: opening a pipe or a device may block or act.
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &access.Error{
			Kind: access.ErrUnusable, Code: "key_missing",
			Text: fmt.Sprintf("%s %s: does not exist", what, path),
			Hint: "name the keyring with --keyring or PINWARD_KEYRING, or restore it from its own backup; a new one would not open this store",
		}
	}
	if err != nil {
		return nil, unreadable(what, path, err)
	}
	if err := checkPrivate(what, path, info, os.Geteuid()); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, unreadable(what, path, err)
	}
	defer f.Close()
	// The name may lead to another file by now: what was opened is what counts.
	if info, err = f.Stat(); err != nil {
		return nil, unreadable(what, path, err)
	}
	if err := checkPrivate(what, path, info, os.Geteuid()); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxPrivateFile+1))
	if err != nil {
		return nil, unreadable(what, path, err)
	}
	return data, nil
}

// checkPrivate refuses files that somebody other than the user uid or root could
// have read or written.
func checkPrivate(what, path string, info fs.FileInfo, uid int) error {
	owner, known := info.Sys().(*syscall.Stat_t)
	mode := info.Mode()
	switch {
	case mode.Type() == fs.ModeSymlink:
		return insecure(what, path, "is a symbolic link", "name the file that it leads to")
	case !mode.IsRegular():
		return insecure(what, path, "is not a regular file", "name the "+what+" itself")
	case !known || owner.Uid != 0 && int64(owner.Uid) != int64(uid):
		return insecure(what, path, "belongs to another user", "make sure that nobody else has read it, then give it to the user that runs pinward with chown")
	case mode.Perm()&0o077 != 0 && !systemCredential(mode, owner):
		return insecure(what, path, fmt.Sprintf("open to others (mode %04o)", mode.Perm()), "make sure that nobody else has read it, then chmod 600 "+path)
	}
	return nil
}

// systemCredential reports whether a file looks as systemd 254 and later hands
// credentials to a service user: root's, readable by root's group, with an
// access list for that user (systemd.exec(5), LoadCredential).
func systemCredential(mode fs.FileMode, owner *syscall.Stat_t) bool {
	return mode.Perm() == 0o440 && owner.Uid == 0 && owner.Gid == 0
}

func insecure(what, path, why, hint string) error {
	return &access.Error{
		Kind: access.ErrUnusable, Code: "key_insecure",
		Text: fmt.Sprintf("%s %s: %s", what, path, why), Hint: hint,
	}
}

func unreadable(what, path string, err error) error {
	return &access.Error{
		Kind: access.ErrUnusable, Code: "key_unreadable",
		Text: fmt.Sprintf("%s %s: cannot be read: %v", what, path, cause(err)),
		Hint: "run pinward as the user that the " + what + " belongs to",
	}
}

// cause drops the path that the text names already.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
