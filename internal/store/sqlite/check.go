package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"pinward/internal/access"
	"pinward/internal/store"
)

// Check has SQLite read every page, index and row, and look up every foreign
// key. A file that cannot be read to its end is a problem and no error.
func (s *Store) Check(ctx context.Context) (found []store.Problem, err error) {
	err = onConnection(ctx, s.path, checking, func(c *conn) error {
		found, err = c.check(ctx)
		return err
	})
	return found, err
}

func (c *conn) check(ctx context.Context) ([]store.Problem, error) {
	found, err := c.integrity(ctx)
	if err == nil {
		err = c.references(ctx, &found)
	}
	if errors.Is(err, access.ErrDamaged) {
		return c.unreadable(ctx, found)
	}
	return found, err
}

// integrity gives what SQLite says of the whole file. Where it had to stop, it
// gives what was found so far beside the error.
func (c *conn) integrity(ctx context.Context) ([]store.Problem, error) {
	found := []store.Problem{}
	tables, err := c.objects(ctx)
	if err != nil {
		return found, err
	}
	err = c.each(ctx, `PRAGMA integrity_check`, nil, func(row cursor) error {
		var text string
		err := row.Scan(&text)
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line == "ok" || line == "" || strings.HasPrefix(line, "***") {
				continue
			}
			found = append(found, store.Problem{Table: tableIn(line, tables), Text: line, Damage: true})
		}
		return err
	})
	return found, err
}

// selectBroken words a missing account as Orphans does, so that whoever shows
// both can tell that they are one.
const selectBroken = `SELECT f."table", coalesce(f.rowid, ''),
	CASE f.parent WHEN 'account' THEN '` + orphaned + `' ELSE 'refers to a missing ' || f.parent END
	FROM pragma_foreign_key_check f ORDER BY 1, 2`

func (c *conn) references(ctx context.Context, found *[]store.Problem) error {
	return c.each(ctx, selectBroken, nil, func(row cursor) error {
		var p store.Problem
		err := row.Scan(&p.Table, &p.Row, &p.Text)
		*found = append(*found, p)
		return err
	})
}

// unreadable names the tables that cannot be read to their end, by checking
// one at a time.
func (c *conn) unreadable(ctx context.Context, found []store.Problem) ([]store.Problem, error) {
	tables := []string{}
	err := c.each(ctx, `SELECT o.name FROM sqlite_schema o WHERE o.type = 'table' ORDER BY o.name`, nil, func(row cursor) error {
		var name string
		err := row.Scan(&name)
		tables = append(tables, name)
		return err
	})
	if err != nil && !errors.Is(err, access.ErrDamaged) {
		return nil, err
	}
	named := false
	for _, table := range tables {
		err := c.each(ctx, `SELECT i.integrity_check FROM pragma_integrity_check(?1) i`, []any{table}, func(cursor) error { return nil })
		switch {
		case errors.Is(err, access.ErrDamaged):
			found = append(found, store.Problem{Table: table, Text: unreadableText, Damage: true})
			named = true
		case err != nil:
			return nil, err
		}
	}
	if !named {
		found = append(found, store.Problem{Text: unreadableText, Damage: true})
	}
	return found, nil
}

const unreadableText = "cannot be read to its end"

// objects maps the names and root pages of tables and indexes to tables.
func (c *conn) objects(ctx context.Context) (map[string]string, error) {
	tables := map[string]string{}
	err := c.each(ctx, `SELECT o.name, o.tbl_name, o.rootpage FROM sqlite_schema o`, nil, func(row cursor) error {
		var name, table, root string
		err := row.Scan(&name, &table, &root)
		tables[name], tables[root] = table, table
		return err
	})
	return tables, err
}

// tableIn finds the table that a line of integrity_check is about: it names a
// table, a column as table.column, an index, or "Tree" and a root page.
func tableIn(line string, tables map[string]string) string {
	words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ':' || r == '.' })
	for i, word := range words {
		_, err := strconv.Atoi(word)
		if isNumber := err == nil; isNumber && (i == 0 || !strings.EqualFold(words[i-1], "tree")) {
			continue
		}
		if table, ok := tables[word]; ok {
			return table
		}
	}
	return ""
}

const orphaned = "refers to a missing account"

// Orphans finds rows whose account is gone. The account 0 of the attempt
// tables stands for every unknown account and is never gone.
func (t *tx) Orphans(ctx context.Context) ([]store.Problem, error) {
	found := []store.Problem{}
	for _, o := range [...]struct{ table, key, account string }{
		{"birth_date", "account_id", "account_id"},
		{"pin", "account_id", "account_id"},
		{"attempt", "account_id", "account_id"},
		{"attempt_lease", "id", "account_id"},
		{"attempt_wrong", "id", "account_id"},
		{"setup_code", "account_id", "account_id"},
		{"reset_code", "id", "account_id"},
		{"login_pass", "account_id", "account_id"},
		{"device", "id", "account_id"},
		{"login", "id", "account_id"},
		{"alert", "id", "account_id"},
		{"notice", "id", "account_id"},
	} {
		query := fmt.Sprintf(`SELECT '%[1]s', o.%[2]s, '`+orphaned+`' FROM %[1]s o
			WHERE o.%[3]s <> 0 AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = o.%[3]s) ORDER BY o.%[2]s`,
			o.table, o.key, o.account)
		rows, err := list(ctx, t, query, nil, func(p *store.Problem) []any { return []any{&p.Table, &p.Row, &p.Text} })
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return found, nil
}
