package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pinward/internal/access"
	"pinward/internal/store"
)

// checkRows is how many rows of a table EachRow reads in one transaction.
const checkRows = 10_000

// EachRow reads on a connection that passes the driver by.
func (s *Store) EachRow(ctx context.Context, each func(store.Row)) error {
	for _, t := range everyTable() {
		err := s.eachRowOf(ctx, t, each)
		if errors.Is(err, access.ErrDamaged) {
			each(store.Row{Table: t.name, Fault: faultOf(s.path, err)})
			continue
		}
		if err != nil {
			return fmt.Errorf("read the table %s: %w", t.name, err)
		}
	}
	return nil
}

func (s *Store) eachRowOf(ctx context.Context, t table, each func(store.Row)) error {
	r := t.walk(each)
	for {
		n, err := s.readPage(ctx, r)
		if err != nil || n < checkRows {
			return err
		}
	}
}

// readPage reads one page. A single statement is a transaction of its own.
func (s *Store) readPage(ctx context.Context, r *walk) (n int, err error) {
	c, err := s.stream.get(ctx)
	if err != nil {
		return 0, err
	}
	defer s.stream.put(c)
	query, args := r.next()
	rows, err := c.rowsOnce(ctx, query, args)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := r.take(rows, s.path); err != nil {
			return n, err
		}
		n++
	}
	return n, translate(s.path, rows.Err())
}

// A walk is how far a table has been read. Rows are read into the same
// variable, whose fields are asked for once.
type walk struct {
	table table
	each  func(store.Row)
	last  []anyColumn // the key of the last row
	row   store.Row
	into  []any
	begun bool
}

func (t table) walk(each func(store.Row)) *walk {
	r := &walk{table: t, each: each, last: make([]anyColumn, len(t.keys)), row: store.Row{Table: t.name}}
	for i := range r.last {
		r.into = append(r.into, &r.last[i])
	}
	var fields []any
	r.row.Value, fields = t.into()
	// The name before all that may not fit: what is read until then is good.
	r.into = append(append(r.into, intoText(&r.row.Name)), fields...)
	return r
}

// next gives the query of the next page.
func (r *walk) next() (query string, args []any) {
	keys := strings.Join(r.table.keys, ", ")
	var w where
	w.and("TRUE")
	if r.begun {
		params := make([]string, len(r.last))
		for i, key := range r.last {
			params[i] = w.arg(key.value)
		}
		w.and("(" + keys + ") > (" + strings.Join(params, ", ") + ")")
	}
	r.begun = true
	query = "SELECT " + keys + ", " + r.table.row + ", " + r.table.columns + " FROM " + r.table.from
	return query + w.inOrder(keys, checkRows), w.args
}

// take reads the row at hand. One that does not fit is given with what is wrong.
func (r *walk) take(rows cursor, path string) error {
	err := rows.Scan(r.into...)
	if err == nil {
		r.each(r.row)
		return nil
	}
	if _, ofEngine := codeOf(err); ofEngine {
		return translate(path, err)
	}
	r.each(store.Row{Table: r.row.Table, Name: r.row.Name, Fault: faultOf(path, err)})
	return nil
}

// faultOf words damage for somebody who knows which store it is in.
func faultOf(path string, err error) string {
	var e *access.Error
	if !errors.As(err, &e) {
		return unfitRow
	}
	text := strings.TrimPrefix(e.Text, "store "+path+": ")
	if text == damagedContent {
		return unreadableText // as Check words it
	}
	return text
}

// An anyColumn keeps a value as the engine gives it.
type anyColumn struct{ value any }

func (c *anyColumn) Scan(v any) error {
	c.value = v
	return nil
}
