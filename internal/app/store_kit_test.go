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
// Foreign keys are off there, which is SQLite's own default. The caller closes it.
func (k *kit) raw() *sql.DB {
	k.t.Helper()
	db, err := sql.Open("sqlite", "file:"+k.store.Path()+"?_busy_timeout=10000")
	if err != nil {
		k.t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	return db
}

// tamper runs statements behind pinward's back.
func (k *kit) tamper(statements ...string) {
	k.t.Helper()
	db := k.raw()
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			k.t.Fatalf("%s: %v", s, err)
		}
	}
}

// dump gives every row of every table but those left out, a line each, with the
// audit record that changed it last.
func (k *kit) dump(without ...string) string {
	k.t.Helper()
	db := k.raw()
	defer func() { _ = db.Close() }()
	var out strings.Builder
	for _, row := range k.rows(db, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`) {
		table := fmt.Sprint(row...)
		if slices.Contains(without, table) {
			continue
		}
		columns := k.rows(db, `SELECT group_concat(name, ', ') FROM (
			SELECT name FROM pragma_table_info('`+table+`') ORDER BY name = 'audit_seq', cid)`)
		for _, row := range k.rows(db, `SELECT `+fmt.Sprint(columns[0]...)+` FROM `+table+` ORDER BY 1, 2`) {
			words := []string{table}
			for _, v := range row {
				words = append(words, fmt.Sprintf("%q", fmt.Sprint(v)))
			}
			_, _ = fmt.Fprintln(&out, strings.Join(words, " "))
		}
	}
	return out.String()
}

// isMarked reports whether the rows of a table name the audit record that
// changed them.
func isMarked(table string) bool {
	return slices.Contains([]string{"account", "alert", "device", "login_pass", "notice", "pin", "policy"}, table)
}

// rows gives what a query gives.
func (k *kit) rows(db *sql.DB, query string) (all [][]any) {
	k.t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
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
		// The number of the audit record comes last, wherever a migration put it.
		if i := slices.Index(columns, "audit_seq"); i >= 0 {
			values = append(slices.Delete(slices.Clone(values), i, i+1), values[i])
		}
		all = append(all, values)
	}
	if err := rows.Err(); err != nil {
		k.t.Fatal(err)
	}
	return all
}
