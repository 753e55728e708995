package mail

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFolderTakesMails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mails")
	for _, umask := range []int{0, 0o277} {
		old := syscall.Umask(umask)
		c := courier(t, Settings{Delivery: ByFile, From: "a@ecole.example", Folder: path, Timeout: "1m"})
		for _, id := range []string{"n_1", "n_2", "n_1"} {
			if err := c.Deliver(t.Context(), message(t, id)); err != nil {
				t.Error(err)
			}
		}
		syscall.Umask(old)
		files, err := os.ReadDir(path)
		if err != nil || len(files) != 2 || files[0].Name() != "n_1@ecole.example.eml" || files[1].Name() != "n_2@ecole.example.eml" {
			t.Fatalf("umask %04o: got %v, %v, want one file a mail", umask, files, err)
		}
		for name, want := range map[string]fs.FileMode{path: 0o700, filepath.Join(path, files[0].Name()): 0o600} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
				t.Errorf("umask %04o: %s: got mode %o, %v, want %o", umask, name, info.Mode().Perm(), err, want)
			}
		}
		data, err := os.ReadFile(filepath.Join(path, files[1].Name()))
		if err != nil {
			t.Fatal(err)
		}
		readBack(t, data, message(t, "n_2"))
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	open, file, link := filepath.Join(dir, "open"), filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{open, file, link, filepath.Join(dir, "no", "where"), filepath.Join(file, "x")} {
		c := courier(t, Settings{Delivery: ByFile, From: "a@ecole.example", Folder: path, Timeout: "1m"})
		err := c.Deliver(t.Context(), message(t, "n_1"))
		checkFault(t, err, "mail_setup", false, true)
		if err != nil && strings.Count(err.Error(), path) != 1 {
			t.Errorf("got %q, want %s once", err, path)
		}
	}
}

func TestFileNameStaysInItsFolder(t *testing.T) {
	for _, id := range []string{"../x", ".x", "", "a/b", "a\x00b", "é@x", strings.Repeat("a", 300)} {
		name := fileName(id)
		if id != "" && (len(name) != 68 || filepath.Base(name) != name) {
			t.Errorf("%q: got %q, want a digest", id, name)
		}
	}
	if got := fileName("n_1@ecole.example"); got != "n_1@ecole.example.eml" {
		t.Errorf("got %q, want the id itself", got)
	}
}
