package torture_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A tampering is what somebody who can write the store's file, and has no key,
// may try to get away with.
type tampering struct {
	name string
	sql  []string
	// names must stand in what finds it.
	names string
	// touched: the chain by itself still verifies, but rows name a record that
	// is gone, which the check of the whole store finds.
	touched bool
	// headOnly: nothing but a remembered head tells.
	headOnly bool
}

func tamperings() []tampering {
	const (
		openUp   = `DROP TRIGGER audit_update`
		openText = `DROP TRIGGER audit_detail_update`
		someone  = `(SELECT id FROM account WHERE login = 'edited')`
		another  = `(SELECT id FROM account WHERE login = 'set')`
	)
	edit := func(name, column, value string) tampering {
		return tampering{name: "audit " + name, names: "record 5", sql: []string{
			openUp, fmt.Sprintf(`UPDATE audit SET %s = %s WHERE seq = 5`, column, value),
		}}
	}
	return []tampering{
		{name: "a PIN copied from another account", names: "pin, row 1 (edited)", sql: []string{
			`UPDATE pin SET (sealed, key_id) = (SELECT sealed, key_id FROM pin WHERE account_id = ` + another + `) WHERE account_id = ` + someone,
		}},
		{name: "a PIN cut short", names: "pin, row 1 (edited)", sql: []string{
			`UPDATE pin SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE account_id = ` + someone,
		}},
		{name: "a birth date copied from another account", names: "birth_date", sql: []string{
			`UPDATE birth_date SET sealed = (SELECT sealed FROM birth_date ORDER BY account_id DESC LIMIT 1) WHERE account_id = (SELECT min(account_id) FROM birth_date)`,
		}},
		edit("time", "at", "at + 1000"), edit("actor", "actor", "'uid:7'"), edit("role", "role", "'principal'"),
		edit("action", "action", "'pin.check'"), edit("kind of target", "target_kind", "'school'"),
		edit("target", "target", "'a0'"), edit("result", "result", "'refused'"),
		edit("key", "key_id", "'k0'"), edit("seal", "mac", "zeroblob(32)"), edit("predecessor", "prev", "zeroblob(32)"),
		edit("seal of the detail", "detail_mac", "zeroblob(32)"),
		{name: "an edited detail", names: "record 5", sql: []string{openText, `UPDATE audit_detail SET detail = '{"login":"somebody"}' WHERE seq = 5`}},
		{name: "a record removed from the middle", names: "record 5", sql: []string{`DELETE FROM audit_detail WHERE seq = 5`, `DELETE FROM audit WHERE seq = 5`}},
		{name: "the first record removed", names: "record 1", sql: []string{`DELETE FROM audit_detail WHERE seq = 1`, `DELETE FROM audit WHERE seq = 1`}},
		{name: "a record removed and the others moved up", names: "record 5", sql: append([]string{
			`PRAGMA foreign_keys = OFF`, openUp, openText, `DELETE FROM audit_detail WHERE seq = 5`, `DELETE FROM audit WHERE seq = 5`,
		}, renumber("seq > 5", -1)...)},
		{name: "two records exchanged", names: "record 5", sql: append([]string{`PRAGMA foreign_keys = OFF`, openUp, openText},
			append(append(renumber("seq = 5", 1000), renumber("seq = 6", -1)...), renumber("seq = 1005", -999)...)...)},
		{name: "a record added in front of the end", names: "record", sql: []string{
			`INSERT INTO audit SELECT seq + 1, at, actor, role, action, target_kind, target, result, key_id, detail_mac, mac, mac FROM audit ORDER BY seq DESC LIMIT 1`,
		}},
		{name: "the last record removed", names: "missing", headOnly: true, sql: []string{
			`DELETE FROM audit_detail WHERE seq = (SELECT max(seq) FROM audit)`, `DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)`,
		}},
		{name: "the end cut off", names: "missing", touched: true, sql: []string{`DELETE FROM audit_detail WHERE seq > 8`, `DELETE FROM audit WHERE seq > 8`}},
		{name: "an address of a device that is none", names: "device, row d", sql: []string{`UPDATE device SET last_ip = 'nowhere'`}},
		{name: "an address of a login that is none", names: "login, row 1", sql: []string{`UPDATE login SET ip = 'nowhere'`}},
		{name: "a reason that there is not", names: "login, row 1", sql: []string{`UPDATE login SET reason = 'mood'`}},
		{name: "an address of an alert that is none", names: "alert, row 1", sql: []string{`UPDATE alert SET ip = 'nowhere'`}},
		{name: "a severity that there is not", names: "alert, row 1", sql: []string{`UPDATE alert SET severity = 'none'`}},
		{name: "a protection that no policy allows", names: "policy, row student 1", sql: []string{`UPDATE policy SET allowed = 'dog' WHERE profile = 'student'`}},
		{name: "a network that is none", names: "school, row A", sql: []string{`UPDATE school SET networks = 'here'`}},
		{name: "all records removed", names: "missing", sql: []string{`DELETE FROM audit_detail`, `DELETE FROM audit`}},
	}
}

// renumber moves records and their details by so many numbers, upwards or
// downwards one at a time so that none meets another.
func renumber(where string, by int) []string {
	return []string{
		fmt.Sprintf(`UPDATE audit SET seq = -seq WHERE %s`, where),
		fmt.Sprintf(`UPDATE audit SET seq = -seq + %d WHERE seq < 0`, by),
		fmt.Sprintf(`UPDATE audit_detail SET seq = -seq WHERE %s`, where),
		fmt.Sprintf(`UPDATE audit_detail SET seq = -seq + %d WHERE seq < 0`, by),
	}
}

// TestTampering: whatever was sealed or chained and then changed by another
// hand is named, with exit 11.
func TestTampering(t *testing.T) {
	t.Parallel()
	template := newSite(t)
	player(template)
	template.must("", "account", "import", template.rosterFile(1, 3), "--profile", "student", "--school", "A")
	template.device(0)
	template.verify("edited", rightPIN) // leaves a record that no row names
	head := template.head()
	template.must("", "audit", "verify", "--head", head)
	for _, tt := range tamperings() {
		t.Run(tt.name, func(t *testing.T) {
			s := template.in(t).copy(filepath.Join(t.TempDir(), "site"))
			s.edit(tt.sql...)
			chained := strings.Contains(strings.Join(tt.sql, ";"), "audit")
			check, verify := 11, 11
			if tt.headOnly {
				check = 0
			}
			if tt.headOnly || tt.touched {
				verify = 0
			}
			s.wantNamed(check, tt.names, "store", "check")
			if chained {
				s.wantNamed(verify, tt.names, "audit", "verify")
				s.wantNamed(11, tt.names, "audit", "verify", "--head", head)
			}
		})
	}
}

// wantNamed checks the exit code, and that damage is told by its name.
func (s *site) wantNamed(code int, name string, args ...string) {
	s.t.Helper()
	r := s.wantCode(code, "", args...)
	if code == 11 && !strings.Contains(r.err, name) {
		s.t.Errorf("%v: want %q named, got %s", args, name, r)
	}
}

// TestFlippedByteInASeal: one byte of the file, in the middle of a sealed PIN,
// is named by the check, lets nobody in and locks nobody out.
func TestFlippedByteInASeal(t *testing.T) {
	s := newSite(t)
	s.teacher("lea")
	sealed, err := hex.DecodeString(s.ask(`SELECT hex(sealed) FROM pin WHERE account_id = 1`))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(s.store())
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(file, sealed)
	if at < 0 || bytes.Contains(file[at+1:], sealed) {
		t.Fatal("the sealed PIN does not stand in the file just once")
	}
	for _, place := range []int{0, len(sealed) / 2, len(sealed) - 1} {
		spoilt := bytes.Clone(file)
		spoilt[at+place] ^= 1
		if err := os.WriteFile(s.store(), spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		s.wantNamed(11, "pin, row 1 (lea)", "store", "check")
		for range 6 { // more often than would lock
			if r := s.verify("lea", rightPIN); r.code != 11 || !strings.Contains(r.err, "seal_broken") {
				t.Errorf("pin verify: want seal_broken and exit 11, got %s", r)
			}
		}
	}
	if err := os.WriteFile(s.store(), file, 0o600); err != nil {
		t.Fatal(err)
	}
	s.wantCode(0, rightPIN+"\n", "pin", "verify", "lea", "--pin-stdin")
}

// TestLostLog: without the write-ahead log that a killed process left, what was
// acknowledged last is gone. A remembered head tells; a log of noise is passed
// over in the same way and breaks nothing.
func TestLostLog(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"removed": os.Remove,
		"noise":   func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("noise"), 10_000), 0o600) },
		"cut off": func(path string) error { return os.Truncate(path, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.teacher("edited")
			tail := s.follow("login", "tail", "-f", "-n", "1")
			s.start("edited")
			if _, err := tail.out.ReadString('\n'); err != nil { // from now on it keeps the log from being folded in
				t.Fatal(err)
			}
			s.must("", "account", "edit", "edited", "--group", "6F")
			head := s.head()
			_ = tail.cmd.Process.Kill()
			tail.end(s)
			if err := spoil(s.store() + "-wal"); err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(s.store() + "-shm")
			s.wantNamed(11, "missing", "audit", "verify", "--head", head)
			s.must("", "account", "edit", "edited", "--group", "6E")
			s.sound()
		})
	}
}
