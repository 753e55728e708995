package store

import (
	"context"

	"pinward/internal/access"
)

// Cursors say how far exports have come.
type Cursors interface {
	// Cursor gives a zero Cursor with that name where none was ever stored.
	Cursor(ctx context.Context, name string) (access.Cursor, error)
	Cursors(ctx context.Context) ([]access.Cursor, error) // by name
	PutCursor(ctx context.Context, c access.Cursor) error
}
