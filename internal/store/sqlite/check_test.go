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
