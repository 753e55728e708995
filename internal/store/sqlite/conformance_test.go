package sqlite_test

import (
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
		return s
	})
}
