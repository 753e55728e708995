package torture_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUmask: folders are 0700 and files 0600 whatever the umask, while they are
// in use too.
func TestUmask(t *testing.T) {
	t.Parallel()
	for _, umask := range []string{"000", "022", "077"} {
		t.Run(umask, func(t *testing.T) {
			s := &site{t: t, dir: t.TempDir(), under: []string{"sh", "-c", `umask "$1"; shift; exec "$@"`, "sh", umask}}
			s.must("", "init", "--school", "A=School A")
			s.must("", "account", "add", "lea", "--name", "Sample, Lea", "--profile", "student")
			s.must("", "account", "list", "-o", "csv", "--output-file", filepath.Join(s.dir, "accounts.csv"))
			rejects := filepath.Join(s.dir, "rejects.csv")
			s.wantCode(5, "login,name\nno login,Sample\n", "account", "import", "-", "--profile", "student", "--rejects", rejects)
			s.must("", "demo", "--dir", filepath.Join(s.dir, "demo"))

			tail := s.follow("login", "tail", "-f", "-n", "1")
			s.start("lea") // lets the write-ahead log and its index come to be
			if _, err := tail.out.ReadString('\n'); err != nil {
				t.Error(err)
			}
			s.wantPrivate()
			for _, suffix := range []string{"-wal", "-shm"} {
				if _, err := os.Lstat(s.store() + suffix); err != nil {
					t.Errorf("while the store is in use: %v", err)
				}
			}
			tail.interrupt()
			tail.end(s)
		})
	}
}

// wantPrivate fails where anything of the site lets others in.
func (s *site) wantPrivate() {
	s.t.Helper()
	files := 0
	err := filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == s.dir {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		}
		if got := info.Mode().Perm(); got != want {
			s.t.Errorf("%s: mode %04o, want %04o", strings.TrimPrefix(path, s.dir), got, want)
		}
		files++
		return nil
	})
	if err != nil || files < 10 {
		s.t.Errorf("%d files and folders, %v; want all that the program made", files, err)
	}
}
