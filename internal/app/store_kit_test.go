package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"pinward/internal/app"
	"pinward/internal/store/sqlite"
)

// reopened gives a second App on the kit's file, as another process has it.
func (k *kit) reopened() *app.App {
	k.t.Helper()
	s, err := sqlite.Open(context.Background(), k.store.Path())
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = s.Close() })
	return k.over(s)
}

// raw opens the kit's file with plain SQL, as somebody does who tampers with it.
// Foreign keys are off there, which is SQLite's own default.
func (k *kit) raw() *sql.DB {
	k.t.Helper()
	db, err := sql.Open("sqlite", "file:"+k.store.Path()+"?_busy_timeout=10000")
	if err != nil {
		k.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	k.t.Cleanup(func() { _ = db.Close() })
	return db
}

// tamper runs statements behind pinward's back.
func (k *kit) tamper(statements ...string) {
	k.t.Helper()
	db := k.raw()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			k.t.Fatalf("%s: %v", s, err)
		}
	}
}

// dump gives every row of every table but those left out, as text.
func (k *kit) dump(without ...string) string {
	k.t.Helper()
	db := k.raw()
	var out strings.Builder
	for _, table := range k.column(db, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`) {
		if slices.Contains(without, table) {
			continue
		}
		rows, err := db.QueryContext(context.Background(), `SELECT * FROM `+table+` ORDER BY 1, 2`)
		if err != nil {
			k.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			k.t.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				k.t.Fatal(err)
			}
			_, _ = fmt.Fprintf(&out, "%s %x\n", table, fmt.Sprint(values...))
		}
		if err := rows.Err(); err != nil {
			k.t.Fatal(err)
		}
		_ = rows.Close()
	}
	return out.String()
}

// column gives the first column of a query's rows.
func (k *kit) column(db *sql.DB, query string) (values []string) {
	k.t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			k.t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		k.t.Fatal(err)
	}
	return values
}
