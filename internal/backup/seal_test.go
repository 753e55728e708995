package backup

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"pinward/internal/access"
)

// identity makes a key pair: the public half, and a file with the other one.
func identity(t *testing.T) (recipient, path string) {
	t.Helper()
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "identity.txt")
	if err := os.WriteFile(path, []byte("# a comment\n"+pair.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return pair.Recipient().String(), path
}

func sealed(t *testing.T, content string, recipients ...string) []byte {
	t.Helper()
	all, err := ParseRecipients(recipients)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := all.Seal(&out, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSealAndOpen(t *testing.T) {
	content := strings.Repeat("SQLite format 3\x00 and more ", 10_000)
	one, oneFile := identity(t)
	two, twoFile := identity(t)
	blob := sealed(t, content, one, two)
	if bytes.Contains(blob, []byte("SQLite")) {
		t.Error("the sealed backup shows its content")
	}
	for _, path := range []string{oneFile, twoFile} {
		r, err := Open(bytes.NewReader(blob), path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != content {
			t.Errorf("opened: got %d bytes, %v, want the content", len(got), err)
		}
	}
	r, err := Open(strings.NewReader(content), "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != content {
		t.Errorf("not sealed: got %d bytes, %v, want the content", len(got), err)
	}
}

func TestOpenRefuses(t *testing.T) {
	mine, file := identity(t)
	_, other := identity(t)
	private := filepath.Join(t.TempDir(), "private")
	if err := os.WriteFile(private, []byte("AGE-SECRET-KEY-1hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	blob := string(sealed(t, "content", mine))
	for _, tt := range []struct{ name, content, identity, code string }{
		{"a sealed one without an identity", blob, "", "backup_sealed"},
		{"an open one with an identity", "content", file, "backup_not_sealed"},
		{"an empty one with an identity", "", file, "backup_not_sealed"},
		{"another identity", blob, other, "identity_wrong"},
		{"an identity that is missing", blob, filepath.Join(t.TempDir(), "none"), "identity_unreadable"},
		{"an identity that is none", blob, private, "identity_unreadable"},
		{"a header cut short", blob[:len(intro)+10], file, "identity_wrong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(strings.NewReader(tt.content), tt.identity)
			if access.CodeOf(err) != tt.code {
				t.Fatalf("got %v (code %q), want %q", err, access.CodeOf(err), tt.code)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error quotes the identity file: %v", err)
			}
		})
	}
}

// TestCutSealIsNoticed: half a backup must not pass for one.
func TestCutSealIsNoticed(t *testing.T) {
	mine, file := identity(t)
	blob := sealed(t, strings.Repeat("x", 200_000), mine)
	for _, cut := range []int{1, 20_000, 70_000} {
		r, err := Open(bytes.NewReader(blob[:len(blob)-cut]), file)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if access.CodeOf(err) != "backup_damaged" {
			t.Errorf("cut by %d bytes: got %v, want backup_damaged", cut, err)
		}
	}
}

func TestParseRecipientsRefuses(t *testing.T) {
	mine, _ := identity(t)
	for _, text := range []string{"", "age1", "hunter2", mine + "\n" + mine, "AGE-SECRET-KEY-1", strings.ToUpper(mine) + "x"} {
		_, err := ParseRecipients([]string{mine, text})
		if access.CodeOf(err) != "usage" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v, want a usage error that does not quote it", text, err)
		}
	}
}
