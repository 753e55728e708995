package app

import (
	"context"
	"sync"
	"sync/atomic"

	"pinward/internal/store"
)

// pageRows is how many rows a streamed page holds. Three are in memory at a time.
const pageRows = 500

// A listing is long: its rows are handed out in key order, and read ahead of
// whoever takes them.
type listing[T any] struct {
	app  *App
	key  func(T) int64
	read func(tx store.Tx, page store.Page, take func(T) error) error
	free chan []T     // room of pages that were taken
	span atomic.Int64 // how many keys to read in one go
}

// A page is what one transaction read.
type page[T any] struct {
	rows []T
	err  error
}

// inPages streams a long listing of the keys that within bounds. read hands out
// the rows of one page in key order; each takes all of them one by one. Every
// page is a transaction of its own, so that a slow reader never pins the
// write-ahead log. Where the highest key is known, two pages are read at a time,
// each of a span of keys that held a page's rows before.
func inPages[T any](ctx context.Context, a *App, within store.Page, key func(T) int64,
	read func(tx store.Tx, page store.Page, take func(T) error) error, each func(T) error,
) error {
	l := &listing[T]{app: a, key: key, read: read, free: make(chan []T, 3)}
	first := l.page(ctx, within)
	if err := l.hand(first, each); err != nil || !l.more(first, within) {
		return err
	}
	within.After = key(first.rows[pageRows-1])
	l.span.Store(within.After - key(first.rows[0]) + 1)

	ctx, stop := context.WithCancel(ctx)
	var readers sync.WaitGroup
	defer func() { // nothing may still be reading when the caller closes the store
		stop()
		readers.Wait()
	}()
	spans := make(chan chan page[T])
	readers.Go(func() { l.split(ctx, within, &readers, spans) })
	for pages := range spans {
		for p := range pages {
			if err := l.hand(p, each); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// hand gives a page's rows to each.
func (l *listing[T]) hand(p page[T], each func(T) error) error {
	if p.err != nil {
		return p.err
	}
	for _, row := range p.rows {
		if err := each(row); err != nil {
			return err
		}
	}
	select {
	case l.free <- p.rows:
	default:
	}
	return nil
}

// split has the keys read span by span, and gives each span's pages in turn: of
// one the rows are taken while the next is read. Without a highest key there is
// one span.
func (l *listing[T]) split(ctx context.Context, within store.Page, readers *sync.WaitGroup, spans chan<- chan page[T]) {
	defer close(spans)
	for end := within.UpTo; ; within.After = within.UpTo {
		if end != 0 {
			within.UpTo = min(within.After+l.span.Load(), end)
		}
		span, pages := within, make(chan page[T])
		readers.Go(func() { l.pages(ctx, span, pages) })
		select {
		case spans <- pages:
		case <-ctx.Done():
			return
		}
		if within.UpTo == end {
			return
		}
	}
}

// pages reads one span, and fits the next ones to how many rows it held.
func (l *listing[T]) pages(ctx context.Context, span store.Page, pages chan<- page[T]) {
	defer close(pages)
	keys, rows := span.UpTo-span.After, 0
	for more := true; more; {
		p := l.page(ctx, span)
		rows += len(p.rows)
		if more = l.more(p, span); more {
			span.After = l.key(p.rows[pageRows-1])
		}
		select {
		case pages <- p:
		case <-ctx.Done():
			return
		}
	}
	switch {
	case rows < pageRows/2:
		l.span.CompareAndSwap(keys, 2*keys)
	case rows > 2*pageRows:
		l.span.CompareAndSwap(keys, keys/2)
	}
}

// page reads the first rows of a span.
func (l *listing[T]) page(ctx context.Context, span store.Page) page[T] {
	var p page[T]
	select {
	case p.rows = <-l.free:
		p.rows = p.rows[:0]
	default:
	}
	span.Limit = pageRows
	p.err = l.app.store.ViewMany(ctx, func(tx store.Tx) error {
		return l.read(tx, span, func(row T) error {
			p.rows = append(p.rows, row)
			return nil
		})
	})
	return p
}

// more reports whether the span may hold rows after the page.
func (l *listing[T]) more(p page[T], span store.Page) bool {
	return p.err == nil && len(p.rows) == pageRows && l.key(p.rows[pageRows-1]) != span.UpTo
}
