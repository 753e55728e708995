package sqlite_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"pinward/internal/store"
	"pinward/internal/store/sqlite"
	"pinward/internal/store/storetest"
)

func TestStoreConformance(t *testing.T) {
	conform(t, func(s *sqlite.Store) store.Store { return s })
}

// TestDirectConnectionsConform holds ViewMany, ViewOften and UpdateMany to all that View
// and Update promise, and to living beside them.
func TestDirectConnectionsConform(t *testing.T) {
	conform(t, func(s *sqlite.Store) store.Store { return many{s} })
	t.Run("views that come often", func(t *testing.T) {
		conform(t, func(s *sqlite.Store) store.Store { return frequent{s} })
	})
	t.Run("views beside updates of the other kind", func(t *testing.T) {
		conform(t, func(s *sqlite.Store) store.Store { return mixed{s} })
	})
}

// many runs every transaction on direct connections.
type many struct{ *sqlite.Store }

func (m many) View(ctx context.Context, f func(store.Tx) error) error { return m.ViewMany(ctx, f) }

func (m many) Update(ctx context.Context, f func(store.Tx) error) error { return m.UpdateMany(ctx, f) }

// frequent reads on the connections that serve decisions.
type frequent struct{ *sqlite.Store }

func (m frequent) View(ctx context.Context, f func(store.Tx) error) error { return m.ViewOften(ctx, f) }

// mixed reads through the driver what was written without it.
type mixed struct{ *sqlite.Store }

func (m mixed) Update(ctx context.Context, f func(store.Tx) error) error { return m.UpdateMany(ctx, f) }

func conform(t *testing.T, as func(*sqlite.Store) store.Store) {
	t.Helper()
	var mu sync.Mutex
	folders := map[*testing.T]string{}
	storetest.Run(t, func(t *testing.T) store.Store {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if folders[t] == "" {
			folders[t] = t.TempDir()
		}
		path := filepath.Join(folders[t], "pinward.db")
		open := sqlite.Open
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			open = sqlite.Create
		}
		s, err := open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		return as(s)
	})
}
