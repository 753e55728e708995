package sqlite

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"pinward/internal/access"
	"pinward/internal/store"
)

func checkOf(t *testing.T, path string) (found, orphans []store.Problem) {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if found, err = s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx store.Tx) (err error) {
		orphans, err = tx.Orphans(t.Context())
		return err
	})
	if err != nil && !errors.Is(err, access.ErrDamaged) {
		t.Fatal(err)
	}
	return found, orphans
}

func TestCheckNamesTheDamagedTable(t *testing.T) {
	for _, tt := range []struct {
		name, object, want string
	}{
		{"a table's page", "device", "device"},
		{"an index's page", "device_account", "device"},
		{"an index that SQLite named", "sqlite_autoindex_account_1", "account"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := newClosedStore(t)
			root := 0
			err := onConnection(t.Context(), path, migrating, func(c *conn) error {
				return c.one(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = ?1", []any{tt.object}, &root)
			})
			if err != nil {
				t.Fatal(err)
			}
			spoil(t, path, func(b []byte) []byte {
				copy(b[(root-1)*4096:root*4096], bytes.Repeat([]byte{0xff}, 4096))
				return b
			})
			found, _ := checkOf(t, path)
			if !slices.ContainsFunc(found, func(p store.Problem) bool { return p.Table == tt.want && p.Damage }) {
				t.Errorf("got %+v, want damage in table %s", found, tt.want)
			}
		})
	}
}

func TestCheckFindsRowsThatBreakTheSchema(t *testing.T) {
	path := newClosedStore(t)
	mustExecRaw(t, path, "PRAGMA ignore_check_constraints = ON; UPDATE account SET imported = 7")
	found, _ := checkOf(t, path)
	if len(found) != 1 || found[0].Table != "account" || !found[0].Damage {
		t.Errorf("got %+v, want damage in account", found)
	}
}

func TestOrphansOfAnErasedAccount(t *testing.T) {
	path := newClosedStore(t)
	mustExecRaw(t, path, `INSERT INTO pin (account_id, key_id, set_by, temporary, audit_seq) VALUES (1, '', '', 0, 0);
		INSERT INTO attempt (account_id) VALUES (0), (1);
		INSERT INTO attempt_lease (id, account_id, lease, login_id) VALUES (5, 1, 'x', 0), (6, 0, 'x', 0);
		INSERT INTO attempt_wrong (id, account_id) VALUES (7, 1), (8, 0);
		INSERT INTO setup_code (account_id, key_id, mac, tries, created_by) VALUES (1, '', x'00', 0, '');
		INSERT INTO birth_date (account_id, key_id, sealed) VALUES (1, '', x'00');
		INSERT INTO alert (id, kind, severity, state, account_id, school, user_agent, device_id, login_id, incident_id,
			text, answered_by, answer, audit_seq) VALUES (9, '', '', '', 1, '', '', '', 0, '', '', '', '', 0);
		DELETE FROM account`)
	found, orphans := checkOf(t, path)
	problem := func(table, row string) store.Problem { return store.Problem{Table: table, Row: row, Text: orphaned} }
	want := []store.Problem{
		problem("birth_date", "1"), problem("pin", "1"), problem("attempt", "1"), problem("attempt_lease", "5"),
		problem("attempt_wrong", "7"), problem("setup_code", "1"), problem("device", "1"), problem("login", "1"),
		problem("alert", "9"),
	}
	if !slices.Equal(orphans, want) {
		t.Errorf("orphans: got %+v, want %+v", orphans, want)
	}
	for _, p := range want {
		enforced := p.Table != "attempt" && p.Table != "attempt_lease" && p.Table != "attempt_wrong"
		if slices.Contains(found, p) != enforced {
			t.Errorf("check: %+v found: %t, want %t", p, !enforced, enforced)
		}
	}
}

func TestReadingDamageIsDamage(t *testing.T) {
	for name, statement := range map[string]string{
		"an address that is none": "UPDATE device SET last_ip = 'nowhere'",
		"a table that is gone":    "DROP TABLE device",
		"a column that is gone":   "ALTER TABLE device DROP COLUMN kind",
		"a value that is missing": "CREATE TABLE loose AS SELECT * FROM device; DROP TABLE device; ALTER TABLE loose RENAME TO device; UPDATE device SET label = NULL",
		"a text for a number":     "CREATE TABLE loose AS SELECT * FROM device; DROP TABLE device; ALTER TABLE loose RENAME TO device; UPDATE device SET generation = 'x'",
	} {
		path := newClosedStore(t)
		mustExecRaw(t, path, statement)
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		err = s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Device(t.Context(), "d_1"); return err })
		if !errors.Is(err, access.ErrDamaged) {
			t.Errorf("%s: got %v, want %v", name, err, access.ErrDamaged)
		}
		_ = s.Close()
	}
}

func TestAuditIsAppendOnly(t *testing.T) {
	path := newClosedStore(t)
	for statement, allowed := range map[string]bool{
		"UPDATE audit SET actor = 'other'":                      false,
		"UPDATE audit_detail SET detail = '{}'":                 false,
		"UPDATE audit_detail SET seq = 2, detail = NULL":        false,
		"UPDATE audit_detail SET detail = NULL WHERE seq = 1":   true,
		"UPDATE audit_detail SET detail = '{\"a\":\"forged\"}'": false,
	} {
		if err := execRaw(t, path, statement); (err == nil) != allowed {
			t.Errorf("%s: got %v, want allowed: %t", statement, err, allowed)
		}
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.View(t.Context(), func(tx store.Tx) error {
		head, err := tx.AuditHead(t.Context())
		if head.Seq != 1 || head.Detail != nil {
			t.Errorf("head after erasing: got %+v, want record 1 without detail", head)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// readAll gives what EachRow says of a store, a line a row.
func readAll(t *testing.T, path string) (rows map[string]int, faults []string) {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	rows = map[string]int{}
	err = s.EachRow(t.Context(), func(r store.Row) {
		rows[r.Table]++
		if r.Fault != "" {
			faults = append(faults, r.Table+" "+r.Name+": "+r.Fault)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, faults
}

func TestEveryTableIsRead(t *testing.T) {
	path := newClosedStore(t)
	want := map[string]bool{}
	err := onConnection(t.Context(), path, reading, func(c *conn) error {
		return c.each(t.Context(), `SELECT o.name FROM sqlite_schema o WHERE o.type = 'table' AND o.name NOT LIKE 'sqlite\_%' ESCAPE '\'`, nil, func(row cursor) error {
			var name string
			err := row.Scan(&name)
			want[name] = true
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(want, "audit_detail") // read with audit
	for _, table := range everyTable() {
		if !want[table.name] {
			t.Errorf("%s: no such table, or twice", table.name)
		}
		delete(want, table.name)
	}
	if len(want) > 0 {
		t.Errorf("not read: %v", want)
	}
}

func TestEachRowReadsPageByPage(t *testing.T) {
	path := newClosedStore(t)
	const n = 2*checkRows + 1
	mustExecRaw(t, path, `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
		INSERT INTO attempt_wrong (account_id, at) SELECT 1, i FROM n;
		WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
		INSERT INTO policy SELECT 'p' || (i % 7), i, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM n`)
	rows, faults := readAll(t, path)
	if rows["attempt_wrong"] != n || rows["policy"] != n || len(faults) > 0 {
		t.Errorf("got %v, %v, want %d of each and no fault", rows, faults, n)
	}
}

func TestEachRowPassesOverWhatCannotBeRead(t *testing.T) {
	const more = `INSERT INTO device SELECT 2, 'd_2', account_id, 'Room 2', 'room 2', kind, proof, browser_family, browser_os,
		last_ip, token_key_id, salt, generation, token_hash, presented_at, first_seen_at, last_seen_at, expires_at,
		revoked_at, revoked_by, revoked_reason, audit_seq FROM device; `
	for _, tt := range []struct {
		name, statement string
		devices         int
		want            []string
	}{
		{"nothing", more, 2, nil},
		{"an address", more + "UPDATE device SET last_ip = 'nowhere' WHERE id = 1", 2, []string{"device d_1: a stored address is not one that pinward wrote"}},
		{"all addresses", more + "UPDATE device SET last_ip = 'nowhere'", 2, []string{
			"device d_1: a stored address is not one that pinward wrote", "device d_2: a stored address is not one that pinward wrote",
		}},
		{"a text for a number", more + `CREATE TABLE loose AS SELECT * FROM device; DROP TABLE device; ALTER TABLE loose RENAME TO device;
			UPDATE device SET generation = 'x' WHERE id = 1`, 2, []string{"device d_1: " + unfitRow}},
		{"no table", "DROP TABLE device", 1, []string{"device : its tables are not those of pinward (no such table: device (1))"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := newClosedStore(t)
			mustExecRaw(t, path, tt.statement)
			rows, faults := readAll(t, path)
			if rows["device"] != tt.devices || !slices.Equal(faults, tt.want) {
				t.Errorf("got %d devices and %q, want %d and %q", rows["device"], faults, tt.devices, tt.want)
			}
			if rows["login"] != 1 || rows["audit"] != 1 {
				t.Errorf("got %v, want the tables after it as well", rows)
			}
		})
	}
}

func TestEachRowNamesAPageThatCannotBeRead(t *testing.T) {
	path := newClosedStore(t)
	root := 0
	err := onConnection(t.Context(), path, migrating, func(c *conn) error {
		return c.one(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'device'", nil, &root)
	})
	if err != nil {
		t.Fatal(err)
	}
	spoil(t, path, func(b []byte) []byte {
		copy(b[(root-1)*4096:root*4096], bytes.Repeat([]byte{0xff}, 4096))
		return b
	})
	rows, faults := readAll(t, path)
	if want := []string{"device : " + unreadableText}; !slices.Equal(faults, want) || rows["login"] != 1 {
		t.Errorf("got %q and %v, want %q and the other tables", faults, rows, want)
	}
}
