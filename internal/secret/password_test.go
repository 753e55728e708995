package secret

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pinward/internal/access"
)

func TestLoadPassword(t *testing.T) {
	const password = "correct horse é"
	tests := []struct {
		name, content string
		mode          os.FileMode
		works         bool
	}{
		{"one line", password + "\n", 0o600, true},
		{"a line without its end", password, 0o400, true},
		{"a line of Windows", password + "\r\n", 0o600, true},
		{"a file that the group may read", password, 0o640, false},
		{"a file that all may read", password, 0o604, false},
		{"an empty file", "", 0o600, false},
		{"an empty line", "\n", 0o600, false},
		{"two lines", password + "\nmore\n", 0o600, false},
		{"a NUL", "a\x00b", 0o600, false},
		{"bytes that are no text", "\xff\xfe", 0o600, false},
		{"a huge file", strings.Repeat("a", maxPrivateFile), 0o600, false},
	}
	for _, tt := range tests {
		path := filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(path, []byte(tt.content), tt.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		got, err := LoadPassword(path)
		if tt.works {
			if err != nil || got.Reveal() != password {
				t.Errorf("%s: got %q, %v, want the password", tt.name, got.Reveal(), err)
			}
			continue
		}
		if !errors.Is(err, access.ErrUnusable) || access.CodeOf(err) != "password_file" || !got.Empty() {
			t.Errorf("%s: got %v, want password_file", tt.name, err)
		}
		if text := fmt.Sprint(err); strings.Contains(text, "horse") || strings.Contains(text, "keyring") {
			t.Errorf("%s: got %q, want neither the content nor a keyring", tt.name, text)
		}
	}
}

func TestLoadPasswordRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "password"), link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, link, filepath.Join(dir, "nothing"), "/dev/null"} {
		_, err := LoadPassword(path)
		var e *access.Error
		if !errors.As(err, &e) || e.Code != "password_file" || strings.Contains(e.Text+e.Hint, "keyring") {
			t.Errorf("%s: got %v, want password_file and no word of a keyring", path, err)
		}
	}
}
