package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A folder takes mails as files, for whoever develops to look at.
type folder string

// put writes a mail to a file that is named after its id. It is whole or absent,
// and a second try leaves one.
func (f folder) put(id string, mail io.WriterTo) error {
	err := f.make()
	if err == nil {
		err = f.write(filepath.Join(string(f), fileName(id)), mail)
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	if err != nil {
		return unusable(fmt.Sprintf("deliver a mail: mail.folder %s: %v", string(f), err))
	}
	return nil
}

// make makes the folder where it is missing. Mails hold codes: a folder that lets
// others in takes none.
func (f folder) make() error {
	err := os.Mkdir(string(f), 0o700)
	if err == nil {
		return os.Chmod(string(f), 0o700) // whatever the umask
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(string(f))
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("is not a folder")
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("open to others (mode %04o); chmod 700 it", info.Mode().Perm())
	}
	return nil
}

func (f folder) write(path string, mail io.WriterTo) error {
	temp, err := os.CreateTemp(string(f), ".mail-*")
	if err != nil {
		return err
	}
	_, err = mail.WriteTo(temp)
	err = errors.Join(err, temp.Chmod(0o600), temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	dir, err := os.Open(string(f))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// fileName gives the file of an id, which may be anything.
func fileName(id string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._@-", r)
	}
	if len(id) > 200 || strings.HasPrefix(id, ".") || strings.ContainsFunc(id, func(r rune) bool { return !plain(r) }) {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:])
	}
	return id + ".eml"
}
