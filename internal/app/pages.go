package app

import (
	"context"

	"pinward/internal/store"
)

// pageRows is how many rows a streamed page holds. Two are in memory at a time.
const pageRows = 1000

// inPages streams a long listing. read hands out the rows with a key above
// after, at most pageRows of them; each takes them one by one. Every page is a
// transaction of its own, so that a slow reader never pins the write-ahead log,
// and the next one is read while the rows of this one are taken.
func inPages[T any](ctx context.Context, a *App, after int64, key func(T) int64,
	read func(tx store.Tx, after int64, take func(T) error) error, each func(T) error,
) error {
	ctx, stop := context.WithCancel(ctx)
	type page struct {
		rows []T
		err  error
	}
	full, free := make(chan page), make(chan []T, 2)
	free <- nil
	free <- nil
	go func() {
		defer close(full)
		for rows := range free {
			p := page{rows: rows[:0]}
			take := func(row T) error {
				p.rows = append(p.rows, row)
				return nil
			}
			p.err = a.store.ViewMany(ctx, func(tx store.Tx) error { return read(tx, after, take) })
			more := p.err == nil && len(p.rows) == pageRows
			if more {
				after = key(p.rows[pageRows-1])
			}
			full <- p
			if !more {
				return
			}
		}
	}()
	defer func() { // nothing may still be reading when the caller closes the store
		stop()
		close(free)
		for range full { // only waits
		}
	}()
	for p := range full {
		if p.err != nil {
			return p.err
		}
		for _, row := range p.rows {
			if err := each(row); err != nil {
				return err
			}
		}
		free <- p.rows
	}
	return nil
}
