package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pinward/internal/access"
)

func TestCreateAndLoad(t *testing.T) {
	k := newRing(t, 1)
	path := filepath.Join(t.TempDir(), "a", "b", "keyring.json")
	if err := k.Create(path); err != nil {
		t.Fatal(err)
	}
	back, err := LoadKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(back.IDs(), k.IDs()) || back.ActiveID() != k.ActiveID() || back.CookieName(alice) != k.CookieName(alice) {
		t.Errorf("got keys %q, active %q, want %q", back.IDs(), back.ActiveID(), k.IDs())
	}
	s := sealPIN(t, k, alice, "8305")
	if ok, err := back.VerifyPIN(alice, s, access.NewPIN("8305")); err != nil || !ok {
		t.Errorf("a PIN sealed before: got %v, %v, want true", ok, err)
	}
	if got := back.ring().keys[0].createdAt; !got.Equal(epoch()) {
		t.Errorf("created at %v, want %v", got, epoch())
	}
}

// This test changes the umask of the whole process: no test of this package
// may run in parallel.
func TestCreateModesUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0o000, 0o022, 0o077, 0o277} {
		t.Run(fmt.Sprintf("umask %03o", umask), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "new", "keyring.json")
			if umask == 0o277 { // would shut ourselves out of a new folder
				path = filepath.Join(dir, "keyring.json")
			}
			before := syscall.Umask(umask)
			err := newRing(t, 1).Create(path)
			syscall.Umask(before)
			if err != nil {
				t.Fatal(err)
			}
			wantMode(t, path, 0o600)
			if filepath.Dir(path) != dir {
				wantMode(t, filepath.Dir(path), fs.ModeDir|0o700)
			}
		})
	}
}

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != want {
		t.Errorf("%s: got mode %v, want %v", filepath.Base(path), info.Mode(), want)
	}
}

func TestCreateNeverWritesOver(t *testing.T) {
	dir := t.TempDir()
	file, link, folder := filepath.Join(dir, "file"), filepath.Join(dir, "link"), filepath.Join(dir, "folder")
	err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(filepath.Join(dir, "nowhere"), link), os.Mkdir(folder, 0o700))
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"an empty file": file, "a dangling link": link, "a folder": folder} {
		t.Run(name, func(t *testing.T) {
			wantError(t, newRing(t, 1).Create(path), access.ErrRefused, "exists")
		})
	}
	if data, err := os.ReadFile(file); err != nil || len(data) != 0 {
		t.Errorf("the file there was changed: %d bytes, %v", len(data), err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link was followed: %v", err)
	}
	wantError(t, newRing(t, 1).Create(filepath.Join(file, "below", "keyring.json")), access.ErrUnusable, "key_unwritable")
}

func TestLoadKeyringNeverMakesOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "keyring.json")
	_, err := LoadKeyring(path)
	wantError(t, err, access.ErrUnusable, "key_missing")
	if _, err := os.Lstat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a mistyped path created something: %v", err)
	}
}

func TestLoadKeyringRefusesFiles(t *testing.T) {
	good := goodFile(t, nil)
	dir := t.TempDir()
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	err := errors.Join(os.Symlink(writeFile(t, good, 0o600), link), syscall.Mkfifo(pipe, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, code string }{
		{"a link to a good file", link, "key_insecure"},
		{"a folder", dir, "key_insecure"},
		{"a pipe, without waiting for a writer", pipe, "key_insecure"},
		{"a device", os.DevNull, "key_insecure"},
		{"readable by the group", writeFile(t, good, 0o640), "key_insecure"},
		{"writable by the group", writeFile(t, good, 0o620), "key_insecure"},
		{"readable by others", writeFile(t, good, 0o604), "key_insecure"},
		{"executable by others", writeFile(t, good, 0o601), "key_insecure"},
		{"below a file", filepath.Join(writeFile(t, good, 0o600), "keyring.json"), "key_unreadable"},
		{"no name", "", "key_missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadKeyring(c.path)
			wantError(t, err, access.ErrUnusable, c.code)
			wantHint(t, err)
		})
	}
	for _, mode := range []os.FileMode{0o600, 0o400, 0o700} {
		if _, err := LoadKeyring(writeFile(t, good, mode)); err != nil {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

type ownedFile struct {
	fs.FileInfo
	sys  any
	mode fs.FileMode
}

func (f ownedFile) Mode() fs.FileMode { return f.mode }
func (f ownedFile) Sys() any          { return f.sys }

func TestKeyringOwner(t *testing.T) {
	for _, c := range []struct {
		name string
		mode fs.FileMode
		sys  any
		ok   bool
	}{
		{"me", 0o600, &syscall.Stat_t{Uid: 1000, Gid: 1000}, true},
		{"root", 0o600, &syscall.Stat_t{}, true},
		{"a system credential", 0o440, &syscall.Stat_t{}, true},
		{"root's, its group's too", 0o640, &syscall.Stat_t{}, false},
		{"root's, another group's too", 0o440, &syscall.Stat_t{Gid: 1000}, false},
		{"mine, my group's too", 0o440, &syscall.Stat_t{Uid: 1000, Gid: 1000}, false},
		{"another user", 0o600, &syscall.Stat_t{Uid: 1001}, false},
		{"nobody knows", 0o600, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := checkPrivate("keyring", "keyring.json", ownedFile{sys: c.sys, mode: c.mode}, 1000)
			if c.ok && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !c.ok {
				wantError(t, err, access.ErrUnusable, "key_insecure")
				wantHint(t, err)
			}
		})
	}
}

func wantHint(t *testing.T, err error) {
	t.Helper()
	var e *access.Error
	if !errors.As(err, &e) || e.Hint == "" {
		t.Errorf("%v: has no hint", err)
	}
}

// goodFile gives the text of a valid file with one active and one retired key,
// after change.
func goodFile(t *testing.T, change func(*keyringFile)) string {
	t.Helper()
	file := keyringFile{Version: 1, CookieKey: bytes.Repeat([]byte{3}, keySize), Keys: []keyFile{
		{ID: "key_old", CreatedAt: epoch().Add(-time.Hour), State: "retired", Secret: bytes.Repeat([]byte{1}, keySize)},
		{ID: "key_new", CreatedAt: epoch(), State: "active", Secret: bytes.Repeat([]byte{2}, keySize)},
	}}
	if change != nil {
		change(&file)
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestLoadKeyringRefusesContent(t *testing.T) {
	good := goodFile(t, nil)
	if _, err := LoadKeyring(writeFile(t, good, 0o600)); err != nil {
		t.Fatalf("a good file: %v", err)
	}
	altered := func(change func(*keyringFile)) string { return goodFile(t, change) }
	for name, content := range map[string]string{
		"an empty file":            "",
		"blanks":                   " \n",
		"a text":                   "hunter2-is-my-password\n",
		"an array":                 "[]",
		"null":                     "null",
		"an empty object":          "{}",
		"half a file":              good[:len(good)/2],
		"a second object":          good + good,
		"rubbish at the end":       good + "hunter2",
		"an unknown field":         strings.Replace(good, `"version"`, `"hunter2":1,"version"`, 1),
		"a string as version":      strings.Replace(good, `"version":1`, `"version":"hunter2"`, 1),
		"a secret that is no text": strings.Replace(good, base64Of(1, keySize), "hunter2!", 1),
		"another version":          altered(func(f *keyringFile) { f.Version = 2 }),
		"no version":               altered(func(f *keyringFile) { f.Version = 0 }),
		"no key at all":            altered(func(f *keyringFile) { f.Keys = nil }),
		"no active key":            altered(func(f *keyringFile) { f.Keys[1].State = "retired" }),
		"two active keys":          altered(func(f *keyringFile) { f.Keys[0].State = "active" }),
		"an unknown state":         altered(func(f *keyringFile) { f.Keys[0].State = "hunter2" }),
		"no state":                 altered(func(f *keyringFile) { f.Keys[0].State = "" }),
		"a short key":              altered(func(f *keyringFile) { f.Keys[0].Secret = f.Keys[0].Secret[1:] }),
		"a long key":               altered(func(f *keyringFile) { f.Keys[1].Secret = append(f.Keys[1].Secret, 2) }),
		"no key in a key":          altered(func(f *keyringFile) { f.Keys[1].Secret = nil }),
		"a short cookie key":       altered(func(f *keyringFile) { f.CookieKey = f.CookieKey[1:] }),
		"no cookie key":            altered(func(f *keyringFile) { f.CookieKey = nil }),
		"no id":                    altered(func(f *keyringFile) { f.Keys[0].ID = "" }),
		"an id with a blank":       altered(func(f *keyringFile) { f.Keys[0].ID = "hunter2 key" }),
		"one id twice":             altered(func(f *keyringFile) { f.Keys[0].ID = f.Keys[1].ID }),
		"no time of creation":      altered(func(f *keyringFile) { f.Keys[0].CreatedAt = time.Time{} }),
		"a file of two megabytes":  good + strings.Repeat(" ", 2<<20),
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, content, 0o600)
			_, err := LoadKeyring(path)
			wantError(t, err, access.ErrUnusable, "key_invalid")
			wantHint(t, err)
			for _, secret := range []string{"hunter2", base64Of(1, keySize), base64Of(2, keySize), base64Of(3, keySize)} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error quotes the file: %v", err)
				}
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != content {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
}
