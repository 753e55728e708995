package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"pinward/internal/access"
	"pinward/internal/store"
)

// newTestStore makes a store in a folder of its own.
func newTestStore(t *testing.T) *Store {
	t.Helper()
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "pinward.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// newClosedStore makes a store with one account and one device, closes it and
// gives its path.
func newClosedStore(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pinward.db")
	s, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	fillStore(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func fillStore(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	err := s.Update(ctx, func(tx store.Tx) error {
		a := access.Account{ID: "a_1", Login: "sample"}
		if err := tx.PutAccount(ctx, &a); err != nil {
			return err
		}
		d := access.Device{ID: "d_1", AccountKey: a.Key, Label: "Room 1"}
		if err := tx.PutDevice(ctx, &d); err != nil {
			return err
		}
		l := access.Login{IDHash: []byte("l"), AccountKey: a.Key}
		if err := tx.PutLogin(ctx, &l); err != nil {
			return err
		}
		return tx.AppendAudit(ctx, access.AuditRecord{Seq: 1, Detail: []byte(`{"login":"sample"}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func putMeta(s *Store, name string, value []byte) error {
	ctx := context.Background()
	return s.Update(ctx, func(tx store.Tx) error { return tx.PutMeta(ctx, name, value) })
}

func getMeta(t *testing.T, s *Store, name string) string {
	t.Helper()
	var value []byte
	err := s.View(t.Context(), func(tx store.Tx) (err error) {
		value, err = tx.Meta(t.Context(), name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

// execRaw runs SQL on a store behind pinward's back, without foreign keys.
func execRaw(t *testing.T, path, statement string) error {
	t.Helper()
	return onConnection(t.Context(), path, migrating, func(c *conn) error {
		_, err := c.sql.ExecContext(t.Context(), statement)
		return err
	})
}

func mustExecRaw(t *testing.T, path, statement string) {
	t.Helper()
	if err := execRaw(t, path, statement); err != nil {
		t.Fatal(err)
	}
}
