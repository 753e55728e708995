package app_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
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
func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, now: morning}
	ctx := context.Background()
	var err error
	if k.store, err = sqlite.Create(ctx, filepath.Join(t.TempDir(), "pinward.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.store.Close() })
	if k.keys, err = secret.NewKeyring(rand.Reader, morning); err != nil {
		t.Fatal(err)
	}
	k.App = k.with(k.keys)
	shared, err := access.ParseNetwork("10.1.0.0/16=shared")
	if err != nil {
		t.Fatal(err)
	}
	err = k.Init(ctx, root, []access.School{
		{Code: "A", Name: "School A", TimeZone: "Europe/Paris", Lang: "fr", Networks: []access.Network{shared}},
		{Code: "B", Name: "School B"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kit) with(keys *secret.Keyring) *app.App {
	return app.New(app.Deps{
		Store: k.store, Keys: keys, Random: rand.Reader,
		Hasher: secret.Hasher{MemoryKiB: 64, Time: 1},
		Now:    func() time.Time { return k.now },
	})
}
