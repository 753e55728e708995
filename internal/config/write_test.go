package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWriteIsReadBack(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	tests := []struct {
		name        string
		write, want Config
	}{
		{"plain paths", Config{Store: "/s.db", Keyring: "/k.json", Output: "csv"}, Config{Store: "/s.db", Keyring: "/k.json", Output: "csv"}},
		{"an output left out", Config{Store: "/s.db", Keyring: "/k.json"}, Config{Store: "/s.db", Keyring: "/k.json", Output: "table"}},
		{"paths that YAML would misread", Config{Store: "/a b/: #\"'\\é\n.db", Keyring: "/- {x}"}, Config{Store: "/a b/: #\"'\\é\n.db", Keyring: "/- {x}", Output: "table"}},
		{"relative paths become absolute", Config{Store: "s.db", Keyring: "x/k.json"}, Config{Store: dir + "/s.db", Keyring: dir + "/x/k.json", Output: "table"}},
		{"a URL", Config{Store: "postgres://h/d", Keyring: "/k"}, Config{Store: "postgres://h/d", Keyring: "/k", Output: "table"}},
		{"nothing", Config{}, Config{Store: "/home/u/.local/share/pinward/pinward.db", Keyring: "/home/u/.config/pinward/keyring.json", Output: "table"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "new folder/config.yaml")
			if err := Write(path, tt.write); err != nil {
				t.Fatal(err)
			}
			got, err := Load(Sources{File: path, Env: env(map[string]string{"HOME": "/home/u"})})
			if err != nil {
				t.Fatal(err)
			}
			if got.Store != tt.want.Store || got.Keyring != tt.want.Keyring || got.Output != tt.want.Output || got.File != path {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if data, _ := os.ReadFile(path); !strings.HasPrefix(string(data), "# ") {
				t.Error("got no comment at the head of the file")
			}
		})
	}
}

func TestWriteModes(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o777} {
		base := t.TempDir()
		old := syscall.Umask(umask)
		err := Write(filepath.Join(base, "a/b/config.yaml"), Config{Store: "/s.db"})
		syscall.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]fs.FileMode{"a": 0o700, "a/b": 0o700, "a/b/config.yaml": 0o600} {
			info, err := os.Stat(filepath.Join(base, name))
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != want {
				t.Errorf("umask %03o: mode of %s: got %o, want %o", umask, name, got, want)
			}
		}
	}
}

func TestWriteKeepsWhatExists(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte("output: csv\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), link); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, link} {
		err := Write(p, Config{Store: "/s.db"})
		if !errors.Is(err, fs.ErrExist) || strings.Count(err.Error(), p) != 1 {
			t.Errorf("got %v, want ErrExist naming %s once", err, p)
		}
	}
	if data, _ := os.ReadFile(path); string(data) != "output: csv\n" {
		t.Errorf("existing file: got %q, want it unchanged", data)
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o755 {
		t.Errorf("existing folder: got mode %o, want it unchanged", info.Mode().Perm())
	}
	if err := Write(filepath.Join(path, "below/config.yaml"), Config{}); err == nil {
		t.Error("a file as parent: got no error")
	}
}
