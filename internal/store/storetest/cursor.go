package storetest

import (
	"context"
	"testing"

	"pinward/internal/access"
	"pinward/internal/store"
)

func cursors(t *testing.T, open Opener) {
	t.Run("every field comes back", func(t *testing.T) { cursorRoundTrip(t, start(t, open)) })
}

func cursorRoundTrip(t *testing.T, f *fixture) {
	get := func(ctx context.Context, tx store.Tx) (access.Cursor, error) { return tx.Cursor(ctx, "nightly") }
	all := func(ctx context.Context, tx store.Tx) ([]access.Cursor, error) { return tx.Cursors(ctx) }
	put := func(c access.Cursor) {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutCursor(ctx, c) })
	}
	same(t, "cursor that never was", read(f, get), access.Cursor{Name: "nightly"})
	same(t, "no cursors", read(f, all), []access.Cursor{})
	want := access.Cursor{
		Name: "nightly", Selection: "severity=warn", Alert: 7,
		Pending: access.PendingExport{To: 9, Path: "/var/tmp/alerts.csv", Digest: []byte{1, 2}}, MovedAt: epoch(), AuditSeq: 3,
	}
	filled(t, want)
	filled(t, want.Pending)
	put(want)
	same(t, "cursor", read(f, get), want)
	want.Alert, want.Pending = 9, access.PendingExport{}
	put(want)
	same(t, "moved cursor", read(f, get), want)
	other := access.Cursor{Name: "hourly"}
	put(other)
	same(t, "cursors", read(f, all), []access.Cursor{other, want})
}
