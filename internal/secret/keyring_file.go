package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pinward/internal/access"
)

const (
	keyringVersion = 1
	maxKeyringFile = maxPrivateFile // thousands of keys
)

type keyringFile struct {
	Version   int       `json:"version"`
	Keys      []keyFile `json:"keys"`
	CookieKey []byte    `json:"cookie_key"`
}

type keyFile struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	State     string    `json:"state"`
	Secret    []byte    `json:"secret"`
}

// LoadKeyring reads a keyring file. It fails with access.ErrUnusable and one of
// these codes: key_missing; key_unreadable; key_insecure (a symbolic link, not
// a regular file, any permission for group or others, an owner who is neither
// this process's user nor root); key_invalid (not the JSON that the package
// describes, or without exactly one active key). It never makes a key.
func LoadKeyring(path string) (*Keyring, error) {
	data, err := readPrivate("keyring", path)
	if err != nil {
		return nil, err
	}
	k, err := decodeKeyring(data)
	if err != nil {
		return nil, &access.Error{
			Kind: access.ErrUnusable, Code: "key_invalid",
			Text: fmt.Sprintf("keyring %s: %v", path, err),
			Hint: "restore the keyring from its own backup; a new one would not open this store",
		}
	}
	return k, nil
}

// decodeKeyring says what is wrong by place and never quotes the file: a file
// given by mistake may hold somebody else's secret.
func decodeKeyring(data []byte) (*Keyring, error) {
	switch {
	case len(data) == 0:
		return nil, errors.New("empty")
	case len(data) > maxKeyringFile:
		return nil, fmt.Errorf("larger than %d bytes", maxKeyringFile)
	}
	var file keyringFile
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(&file); err != nil {
		return nil, errors.New("not a keyring in JSON")
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("goes on after its end")
	}
	if file.Version != keyringVersion {
		return nil, fmt.Errorf("version %d, where this pinward knows %d", file.Version, keyringVersion)
	}
	if len(file.CookieKey) != keySize {
		return nil, fmt.Errorf("cookie key of %d bytes, not %d", len(file.CookieKey), keySize)
	}
	r := &ring{cookieKey: file.CookieKey}
	for i, one := range file.Keys {
		if err := r.add(one); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
	}
	if r.active == "" {
		return nil, errors.New("no active key")
	}
	return hide(r), nil
}

func (r *ring) add(f keyFile) error {
	switch {
	case !validID(f.ID):
		return errors.New("its id is not valid")
	case len(f.Secret) != keySize:
		return fmt.Errorf("%d bytes, not %d", len(f.Secret), keySize)
	case f.CreatedAt.IsZero():
		return errors.New("no created_at")
	case f.State != stateActive && f.State != stateNext && f.State != stateRetired:
		return errors.New("its state is neither active nor next nor retired")
	}
	for _, other := range r.keys {
		if other.id == f.ID {
			return errors.New("its id stands twice")
		}
		if other.state == f.State && f.State != stateRetired {
			return fmt.Errorf("a second %s key", f.State)
		}
	}
	if f.State == stateActive {
		r.active = f.ID
	}
	r.keys = append(r.keys, key{id: f.ID, createdAt: f.CreatedAt, state: f.State, secret: f.Secret})
	return nil
}

// Create writes the keyring to a new file of mode 0600, whatever the umask, and
// makes the missing folders above it with mode 0700. File and folders are on
// disk when it returns. A path that exists, be it a dangling link, is left
// alone and refused with access.ErrRefused, code exists; what cannot be written
// is access.ErrUnusable, code key_unwritable.
func (k *Keyring) Create(path string) error {
	data, err := k.encode()
	if err != nil {
		return err
	}
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return unwritable(path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return access.Refused("exists", fmt.Sprintf("keyring %s: exists already", path),
			"a keyring is never written over: keep this one, or name another file")
	}
	if err != nil {
		return unwritable(path, err)
	}
	err = writeSynced(f, data)
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		// Nothing is sealed with it yet, and half a keyring would bar a retry.
		return unwritable(path, errors.Join(err, os.Remove(path)))
	}
	return nil
}

func (k *Keyring) encode() ([]byte, error) {
	file := keyringFile{Version: keyringVersion, CookieKey: k.ring().cookieKey}
	for _, one := range k.ring().keys {
		file.Keys = append(file.Keys, keyFile{ID: one.id, CreatedAt: one.createdAt, State: one.state, Secret: one.secret})
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode keyring: %w", err)
	}
	return append(data, '\n'), nil
}

func writeSynced(f *os.File, data []byte) error {
	// A umask may have taken even the owner's bits.
	err := f.Chmod(0o600)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return syncFolder(above)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func unwritable(path string, err error) error {
	return &access.Error{
		Kind: access.ErrUnusable, Code: "key_unwritable",
		Text: fmt.Sprintf("keyring %s: cannot be written: %v", path, cause(err)),
		Hint: "name a file in a folder that this user may write to, with --keyring",
	}
}
