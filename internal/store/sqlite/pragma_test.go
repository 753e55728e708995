package sqlite

import (
	"testing"
)

func TestPragmasOfEveryConnection(t *testing.T) {
	s := newTestStore(t)
	ctx := t.Context()
	both := map[string]string{
		"busy_timeout": "10000", "journal_mode": "wal", "foreign_keys": "1", "trusted_schema": "0",
		"cell_size_check": "1", "temp_store": "2",
	}
	for name, tt := range map[string]struct {
		pool *pool
		want map[string]string
	}{
		"writer": {s.write, map[string]string{"synchronous": "2", "secure_delete": "1"}},
		"reader": {s.read, nil},
	} {
		c, err := tt.pool.get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, wants := range []map[string]string{both, tt.want} {
			for pragma, want := range wants {
				var got string
				if err := c.one(ctx, "PRAGMA "+pragma, nil, &got); err != nil || got != want {
					t.Errorf("%s: %s: got %q, %v, want %q", name, pragma, got, err, want)
				}
			}
		}
		// A double-quoted text that names nothing is an error, no string.
		if err := c.exec(ctx, `SELECT "nothing"`); err == nil {
			t.Errorf("%s: took a double-quoted name for a string", name)
		}
		tt.pool.put(c)
	}
}

func TestReaderCannotWrite(t *testing.T) {
	s := newTestStore(t)
	c, err := s.read.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.read.put(c)
	if err := c.exec(t.Context(), "DELETE FROM meta"); err == nil {
		t.Error("got no error from a write on a reading connection, want one")
	}
}
