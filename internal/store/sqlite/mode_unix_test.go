//go:build unix

package sqlite

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
)

func TestModesWhateverTheUmask(t *testing.T) {
	for _, umask := range []int{0o000, 0o022, 0o077} {
		t.Run(fmt.Sprintf("umask %03o", umask), func(t *testing.T) {
			root := t.TempDir()
			defer syscall.Umask(syscall.Umask(umask))
			path := filepath.Join(root, "one", "two", "pinward.db")
			s, err := Create(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if err := putMeta(s, "a", []byte("x")); err != nil {
				t.Fatal(err)
			}
			err = onConnection(t.Context(), path, migrating, func(c *conn) error { return copyBeside(t.Context(), c, path+".copy") })
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]fs.FileMode{}
			err = filepath.WalkDir(filepath.Join(root, "one"), func(p string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := d.Info()
				got[filepath.Base(p)] = info.Mode().Perm()
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]fs.FileMode{
				"one": 0o700, "two": 0o700, "pinward.db": 0o600, "pinward.db-wal": 0o600, "pinward.db-shm": 0o600,
				"pinward.db.copy": 0o600,
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("modes: got %v, want %v", got, want)
			}
		})
	}
}
