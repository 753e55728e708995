package app_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// twins makes a store of two accounts with PIN, birth date and devices.
func twins(t *testing.T) *kit {
	t.Helper()
	k := newKit(t)
	for _, login := range []string{"lea", "tom"} {
		k.person(login, func(n *app.NewAccount) {
			n.Profile = access.Teacher
			n.BirthDate, _ = access.ParseDate("1979-04-17")
		})
		k.pin(login, rightPIN)
		k.registerAs(login, rightPIN, "Home")
	}
	return k
}

func TestCheckStoreNamesTableAndRow(t *testing.T) {
	flip := func(table string, at int) func(k *kit) { return func(k *kit) { k.flip(table, at) } }
	with := func(statements ...string) func(k *kit) { return func(k *kit) { k.tamper(statements...) } }
	copied := func(table string) func(k *kit) {
		return with(fmt.Sprintf(`UPDATE %[1]s SET sealed = (SELECT o.sealed FROM %[1]s o WHERE o.account_id = 2) WHERE account_id = 1`, table))
	}
	const audit = `UPDATE audit SET actor = 'uid:9' WHERE seq = 4`
	for _, c := range []struct {
		name   string
		tamper func(k *kit)
		want   []string // table and row of each problem
		damage bool
	}{
		{"untouched", func(*kit) {}, nil, false},
		{"a byte of a PIN's head", flip("pin", 3), []string{"pin 1 (lea)"}, true},
		{"a byte of its salt", flip("pin", 10), []string{"pin 1 (lea)"}, true},
		{"a byte of its nonce", flip("pin", 26), []string{"pin 1 (lea)"}, true},
		{"a byte of its hash", flip("pin", 50), []string{"pin 1 (lea)"}, true},
		{"a byte of its tag", flip("pin", 84), []string{"pin 1 (lea)"}, true},
		{"a PIN cut short", with(`UPDATE pin SET sealed = substr(sealed, 1, 40) WHERE account_id = 1`), []string{"pin 1 (lea)"}, true},
		{"a PIN copied to another account", copied("pin"), []string{"pin 1 (lea)"}, true},
		{"a PIN under an unknown key", with(`UPDATE pin SET key_id = 'key_none' WHERE account_id = 1`), []string{"pin 1 (lea)"}, true},
		{"a byte of a birth date", flip("birth_date", 20), []string{"birth_date 1 (lea)"}, true},
		{"a birth date copied to another account", copied("birth_date"), []string{"birth_date 1 (lea)"}, true},
		{"an audit record", with(mayEdit, audit), []string{"audit 4"}, true},
		{"an audit record and a PIN", with(mayEdit, audit, `UPDATE pin SET sealed = zeroblob(85) WHERE account_id = 1`), []string{"pin 1 (lea)", "audit 4"}, true},
		{
			"rows whose account is gone", with(`DELETE FROM account_school WHERE account_id = 1`, `DELETE FROM account WHERE id = 1`),
			[]string{"pin 1", "birth_date 1", "device 1", "login 1", "alert 1", "alert 2", "notice 1", "notice 2", "attempt 1"},
			false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := twins(t)
			c.tamper(k)
			before := k.dump()
			report, err := k.CheckStore(t.Context(), root)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, p := range report.Problems {
				got[strings.TrimSpace(p.Table+" "+p.Row)]++
			}
			for _, place := range c.want {
				if got[place] != 1 {
					t.Errorf("%s: named %d times, want once", place, got[place])
				}
			}
			if len(report.Problems) != len(c.want) {
				t.Errorf("got %d problems, want %d: %+v", len(report.Problems), len(c.want), report.Problems)
			}
			if report.Damaged() != c.damage {
				t.Errorf("damaged: got %t, want %t", report.Damaged(), c.damage)
			}
			if k.dump() != before {
				t.Error("the check changed the store")
			}
		})
	}
}

// flip turns one bit of what is sealed for lea.
func (k *kit) flip(table string, at int) {
	k.t.Helper()
	db := k.raw()
	defer func() { _ = db.Close() }()
	var sealed []byte
	if err := db.QueryRowContext(context.Background(), `SELECT sealed FROM `+table+` WHERE account_id = 1`).Scan(&sealed); err != nil {
		k.t.Fatal(err)
	}
	sealed[at] ^= 1
	if _, err := db.ExecContext(context.Background(), `UPDATE `+table+` SET sealed = ?1 WHERE account_id = 1`, sealed); err != nil {
		k.t.Fatal(err)
	}
}

func TestCheckStoreCounts(t *testing.T) {
	k := twins(t)
	report, err := k.CheckStore(t.Context(), root)
	if err != nil || report.Accounts != 2 || report.Sealed != 4 || report.Records != k.head() || report.Head.Seq != k.head() {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestWrongKeyringFailsClosed(t *testing.T) {
	k := teacher(t)
	if err := k.CheckKey(t.Context()); err != nil {
		t.Fatalf("the right keyring: got %v", err)
	}
	other, err := secret.NewKeyring(rand.Reader, morning)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, k.with(other).CheckKey(t.Context()), access.ErrUnusable, "key_wrong")
	wantError(t, k.with(k.impostor(other)).CheckKey(t.Context()), access.ErrUnusable, "key_wrong")
	before := k.dump("attempt")
	a := k.with(other)
	for range 12 {
		wantError(t, a.VerifyPIN(t.Context(), root, "lea", access.NewPIN(rightPIN)), access.ErrUnusable, "key_unknown")
	}
	if k.dump("attempt") != before {
		t.Error("a wrong keyring changed the store")
	}
	k.wantAttempts(0, 0, 0)
	k.write(func(tx store.Tx) error { return tx.PutMeta(context.Background(), "store_id", nil) })
	wantError(t, k.CheckKey(t.Context()), access.ErrUnusable, "key_wrong")
}

// impostor gives a keyring with another key under the id of the kit's own.
func (k *kit) impostor(other *secret.Keyring) *secret.Keyring {
	k.t.Helper()
	path := filepath.Join(k.t.TempDir(), "keyring.json")
	if err := other.Create(path); err != nil {
		k.t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !json.Valid(data) {
		k.t.Fatal(err)
	}
	data = []byte(strings.ReplaceAll(string(data), other.ActiveID(), k.keys.ActiveID()))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		k.t.Fatal(err)
	}
	ring, err := secret.LoadKeyring(path)
	if err != nil {
		k.t.Fatal(err)
	}
	return ring
}
