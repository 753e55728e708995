package app_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store/sqlite"
)

// morning is when the tests' clock starts.
var morning = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// A kit is an App on a real SQLite file with a cheap hash and a movable clock.
type kit struct {
	*app.App
	t     *testing.T
	now   time.Time
	store *sqlite.Store
	keys  *secret.Keyring
}

var root = access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin}

// operator makes an operator of a role, scoped to schools (none: all).
func operator(r access.Role, schools ...string) access.Operator {
	return access.Operator{ID: "op:" + string(r), Name: string(r), Role: r, Schools: schools}
}

// newKit makes a store with the schools A (Europe/Paris, network 10.1.0.0/16
// shared) and B.
func newKit(t *testing.T) *kit { t.Helper(); return newKitIn(t, t.TempDir()) }

// newKitIn makes it in a folder.
func newKitIn(t *testing.T, dir string) *kit {
	t.Helper()
	fresh, err := freshStore()
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{t: t, now: morning, keys: fresh.keys}
	path := filepath.Join(dir, "pinward.db")
	if err := os.WriteFile(path, fresh.file, 0o600); err != nil {
		t.Fatal(err)
	}
	if k.store, err = sqlite.Open(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.store.Close() })
	k.App = k.with(k.keys)
	return k
}

// A fresh is the file that every test begins with, and its keyring.
type fresh struct {
	file []byte
	keys *secret.Keyring
}

// freshStore makes it once: making one takes longer than most tests.
var freshStore = sync.OnceValues(func() (f fresh, err error) {
	dir, err := os.MkdirTemp("", "pinward")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	k := &kit{now: morning}
	path := filepath.Join(dir, "pinward.db")
	if k.store, err = sqlite.Create(context.Background(), path); err != nil {
		return f, err
	}
	if f.keys, err = secret.NewKeyring(rand.Reader, morning); err != nil {
		return f, err
	}
	shared, err := access.ParseNetwork("10.1.0.0/16=shared")
	if err != nil {
		return f, err
	}
	err = k.with(f.keys).Init(context.Background(), root, []access.School{
		{Code: "A", Name: "School A", TimeZone: "Europe/Paris", Lang: "fr", Networks: []access.Network{shared}},
		{Code: "B", Name: "School B"},
	})
	if err = errors.Join(err, k.store.Close()); err != nil {
		return f, err
	}
	f.file, err = os.ReadFile(path)
	return f, err
})

func (k *kit) with(keys *secret.Keyring) *app.App {
	return app.New(app.Deps{
		Store: k.store, Keys: keys, Random: rand.Reader,
		Hasher: secret.Hasher{MemoryKiB: 64, Time: 1},
		Now:    func() time.Time { return k.now },
	})
}
