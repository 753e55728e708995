package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/viper"
)

const header = `# pinward's configuration. Every key may be removed: what is not said here comes
# from the defaults. PINWARD_STORE, PINWARD_KEYRING, PINWARD_OUTPUT and the flags
# of a command win over this file; thresholds of detection stand below "detect", see
# docs/detection.md. Relative paths count from this file's folder.
# No secret belongs here: the keyring is named, not held.
`

// Write creates the configuration file with the values that are not empty, in
// absolute paths, readable by its owner alone whatever the umask, and durable
// when it returns. Missing parent folders are made, for the owner alone too. An
// existing file, even a dangling link, stays as it is: the error wraps
// fs.ErrExist.
func Write(path string, c Config) error {
	data, err := encode(c)
	if err == nil {
		err = makeDirs(filepath.Dir(path))
	}
	if err == nil {
		err = create(path, data)
	}
	if err != nil {
		return fmt.Errorf("write configuration file %q: %w", path, cause(err))
	}
	return nil
}

func encode(c Config) ([]byte, error) {
	values := map[string]any{}
	for key, path := range map[string]string{keyStore: c.Store, keyKeyring: c.Keyring} {
		if path == "" {
			continue
		}
		if !strings.Contains(path, "://") {
			abs, err := filepath.Abs(path)
			if err != nil {
				return nil, err
			}
			path = abs
		}
		values[key] = path
	}
	if c.Output != "" {
		values[keyOutput] = c.Output
	}
	if len(values) == 0 {
		return []byte(header), nil
	}
	yaml, err := viper.NewCodecRegistry().Encoder("yaml")
	if err != nil {
		return nil, err
	}
	data, err := yaml.Encode(values)
	return append([]byte(header), data...), err
}

// makeDirs makes the folders that are missing, one by one: under a hard umask
// os.MkdirAll could not enter what it has just made.
func makeDirs(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeDirs(filepath.Dir(dir)); err != nil {
			return err
		}
		err = os.Mkdir(dir, 0o700)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		err = os.Chmod(dir, 0o700)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

// create leaves the whole file or none.
func create(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(path)
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
