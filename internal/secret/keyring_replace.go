package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Replace writes the keyring in the place of the file at path: the old one or
// the new one is there at any moment, and the new one is on disk when Replace
// returns. The file keeps its owner and gets mode 0600. What stands at path must
// be a keyring file that LoadKeyring would read; it fails as LoadKeyring does,
// and with key_unwritable.
func (k *Keyring) Replace(path string) error {
	data, err := k.encode()
	if err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return unreadable("keyring", path, err)
	}
	if err := checkPrivate("keyring", path, info, os.Geteuid()); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return unwritable(path, err)
	}
	err = errors.Join(giveAs(temp, info), writeSynced(temp, data))
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return unwritable(path, errors.Join(err, os.Remove(temp.Name())))
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return unwritable(path, err)
	}
	return nil
}

// giveAs gives a file to the owner of another one: what root writes must stay
// readable to the user that pinward runs as.
func giveAs(f *os.File, info fs.FileInfo) error {
	owner, known := info.Sys().(*syscall.Stat_t)
	if !known || os.Geteuid() != 0 {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}
