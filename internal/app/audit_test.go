package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// mayEdit drops the trigger that refuses to change audit records, as somebody
// who tampers would.
const mayEdit = `DROP TRIGGER audit_update`

// chain makes a store with ten audit records and gives its head.
func chain(t *testing.T) (*kit, app.AuditHead) {
	t.Helper()
	k := teacher(t)
	for range 3 {
		k.verify(wrongPIN)
	}
	for _, group := range []string{"a", "b", "c", "d"} {
		if _, err := k.EditAccount(t.Context(), root, "lea", app.AccountUpdate{Group: &group}); err != nil {
			t.Fatal(err)
		}
	}
	head, err := k.AuditHead(t.Context(), root)
	if err != nil || head.Seq != 10 {
		t.Fatalf("head: got %s, %v, want record 10", head, err)
	}
	return k, head
}

func TestTamperedAuditIsNoticed(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper []string
		record int // named by the error; 0: the chain is whole
		byHead bool
	}{
		{"untouched", nil, 0, false},
		{"another actor", []string{mayEdit, `UPDATE audit SET actor = 'uid:9' WHERE seq = 4`}, 4, false},
		{"another role", []string{mayEdit, `UPDATE audit SET role = 'portal' WHERE seq = 4`}, 4, false},
		{"another time", []string{mayEdit, `UPDATE audit SET at = at + 1 WHERE seq = 4`}, 4, false},
		{"another action", []string{mayEdit, `UPDATE audit SET action = 'pin.set' WHERE seq = 4`}, 4, false},
		{"another target", []string{mayEdit, `UPDATE audit SET target = '' WHERE seq = 4`}, 4, false},
		{"a target moved into its kind", []string{mayEdit, `UPDATE audit SET target_kind = target_kind || substr(target, 1, 1), target = substr(target, 2) WHERE seq = 4`}, 4, false},
		{"another result", []string{mayEdit, `UPDATE audit SET result = 'done' WHERE seq = 4`}, 4, false},
		{"another key", []string{mayEdit, `UPDATE audit SET key_id = 'key_none' WHERE seq = 4`}, 4, false},
		{"another MAC", []string{mayEdit, `UPDATE audit SET mac = zeroblob(32) WHERE seq = 4`}, 4, false},
		{"another MAC at the end", []string{mayEdit, `UPDATE audit SET mac = zeroblob(32) WHERE seq = 10`}, 10, false},
		{"the detail of another record", []string{`DELETE FROM audit_detail WHERE seq = 4`, `INSERT INTO audit_detail SELECT 4, detail FROM audit_detail WHERE seq = 7`}, 4, false},
		{"an edited detail", []string{`DROP TRIGGER audit_detail_update`, `UPDATE audit_detail SET detail = replace(detail, 'lea', 'tom') WHERE seq = 4`}, 4, false},
		{"an empty detail", []string{`DROP TRIGGER audit_detail_update`, `UPDATE audit_detail SET detail = '' WHERE seq = 4`}, 4, false},
		{"an erased detail", []string{`UPDATE audit_detail SET detail = NULL WHERE seq = 4`}, 0, false},
		{"a detail without its row", []string{`DELETE FROM audit_detail WHERE seq = 4`}, 0, false},
		{"a detail that covers another MAC", []string{mayEdit, `UPDATE audit_detail SET detail = NULL WHERE seq = 4`, `UPDATE audit SET detail_mac = zeroblob(32) WHERE seq = 4`}, 4, false},
		{"the first removed", []string{`DELETE FROM audit WHERE seq = 1`}, 1, false},
		{"one removed", []string{`DELETE FROM audit WHERE seq = 5`}, 5, false},
		{"one removed and the rest moved up", []string{mayEdit, `DELETE FROM audit WHERE seq = 5`, `UPDATE audit SET seq = seq - 1 WHERE seq > 5`}, 5, false},
		{"two exchanged", []string{mayEdit, `UPDATE audit SET seq = 99 WHERE seq = 4`, `UPDATE audit SET seq = 4 WHERE seq = 5`, `UPDATE audit SET seq = 5 WHERE seq = 99`}, 4, false},
		{"one inserted at the end", []string{`INSERT INTO audit SELECT 11, at, actor, role, action, target_kind, target, result, key_id, detail_mac, mac, mac FROM audit WHERE seq = 10`}, 11, false},
		{"one repeated at the end", []string{`INSERT INTO audit SELECT 11, at, actor, role, action, target_kind, target, result, key_id, detail_mac, prev, mac FROM audit WHERE seq = 10`}, 11, false},
		{"the end cut off", []string{`DELETE FROM audit WHERE seq > 8`}, 10, true},
		{"all cut off", []string{`DELETE FROM audit`}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k, head := chain(t)
			k.tamper(c.tamper...)
			_, _, err := k.VerifyAudit(t.Context(), root, app.AuditHead{})
			if c.byHead {
				if err != nil {
					t.Errorf("without a head: got %v, want none, since nothing tells", err)
				}
				_, _, err = k.VerifyAudit(t.Context(), root, head)
			}
			wantDamagedRecord(t, err, c.record)
		})
	}
}

func wantDamagedRecord(t *testing.T, err error, record int) {
	t.Helper()
	if record == 0 {
		wantError(t, err, nil, "")
		return
	}
	wantError(t, err, access.ErrDamaged, "audit_broken")
	if named := fmt.Sprintf("record %d:", record); !strings.Contains(err.Error(), named) {
		t.Errorf("got %v, want it to name %q", err, named)
	}
}

// A chain that was cut and then went on is another one than the remembered head
// belongs to, though it is whole in itself.
func TestChainThatWasCutAndWentOn(t *testing.T) {
	k, head := chain(t)
	k.tamper(`DELETE FROM audit_detail WHERE seq > 8`, `DELETE FROM audit WHERE seq > 8`)
	for range 3 {
		k.verify(wrongPIN)
	}
	n, last, err := k.VerifyAudit(t.Context(), root, app.AuditHead{})
	if err != nil || n != 11 || last.Seq != 11 {
		t.Errorf("without a head: got %d records up to %s, %v", n, last, err)
	}
	_, _, err = k.VerifyAudit(t.Context(), root, head)
	wantDamagedRecord(t, err, 10)
}

// A genuine record that was cut off does not fit into what came after it.
func TestGenuineRecordOfAnotherCourse(t *testing.T) {
	k, _ := chain(t)
	k.tamper(`CREATE TABLE kept AS SELECT * FROM audit WHERE seq = 10`, `DELETE FROM audit_detail WHERE seq > 8`, `DELETE FROM audit WHERE seq > 8`)
	for range 2 {
		k.verify(wrongPIN)
	}
	k.tamper(`DELETE FROM audit_detail WHERE seq = 10`, `DELETE FROM audit WHERE seq = 10`, `INSERT INTO audit SELECT * FROM kept`)
	_, _, err := k.VerifyAudit(t.Context(), root, app.AuditHead{})
	wantDamagedRecord(t, err, 10)
}

func TestRememberedHeadStaysGoodWhileTheChainGrows(t *testing.T) {
	k, head := chain(t)
	k.verify(rightPIN)
	n, last, err := k.VerifyAudit(t.Context(), root, head)
	if err != nil || n != 11 || last.Seq != 11 {
		t.Errorf("got %d records up to %s, %v", n, last, err)
	}
	typed, err := app.ParseAuditHead(" " + head.String() + "\n")
	if err != nil || typed.String() != head.String() {
		t.Errorf("read back: got %s, %v, want %s", typed, err, head)
	}
	for _, s := range []string{"", "10", "10:", "10:abcd", "0:" + head.String()[3:], "x:" + head.String()[3:], head.String() + "00", "-1:" + head.String()[3:]} {
		if _, err := app.ParseAuditHead(s); !errors.Is(err, access.ErrUsage) {
			t.Errorf("%q: got %v, want a usage error", s, err)
		}
	}
}

func TestAuditList(t *testing.T) {
	k, _ := chain(t)
	lea := k.stored("lea").ID
	for _, c := range []struct {
		name string
		f    store.AuditFilter
		want string
	}{
		{"all", store.AuditFilter{}, "1 2 3 4 5 6 7 8 9 10"},
		{"of an action", store.AuditFilter{Action: "pin.verify"}, "4 5 6"},
		{"of a noun", store.AuditFilter{Action: "account"}, "2 7 8 9 10"},
		{"on a target", store.AuditFilter{Target: lea, Action: "pin"}, "3 4 5 6"},
		{"by an actor", store.AuditFilter{Actor: "uid:9"}, ""},
		{"after one", store.AuditFilter{Page: store.Page{After: 8}}, "9 10"},
	} {
		var got []string
		err := k.AuditRecords(t.Context(), root, c.f, func(e app.AuditEntry) error {
			got = append(got, fmt.Sprint(e.Seq))
			if e.Details["actor_name"] != root.Name {
				t.Errorf("record %d: detail: got %v", e.Seq, e.Details)
			}
			return nil
		})
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, %v, want %q", c.name, got, err, c.want)
		}
	}
	k.tamper(`UPDATE audit_detail SET detail = NULL WHERE seq = 4`, `DROP TRIGGER audit_detail_update`, `UPDATE audit_detail SET detail = 'no JSON' WHERE seq = 5`)
	erased := store.AuditFilter{Page: store.Page{After: 3, UpTo: 4}}
	if err := k.AuditRecords(t.Context(), root, erased, func(e app.AuditEntry) error {
		if e.Details != nil {
			t.Errorf("an erased detail: got %v", e.Details)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	err := k.AuditRecords(t.Context(), root, store.AuditFilter{}, func(app.AuditEntry) error { return nil })
	wantDamagedRecord(t, err, 5)
}

// Who is behind sudo stands beside the account that acts.
func TestAuditNamesWhoIsClaimed(t *testing.T) {
	k := teacher(t)
	by := root
	by.Claimed = "uid:1000"
	if err := k.VerifyPIN(context.Background(), by, "lea", access.NewPIN(rightPIN)); err != nil {
		t.Fatal(err)
	}
	if got := k.lastDetail(app.PINVerify)["actor_claimed"]; got != "uid:1000" {
		t.Errorf("got %v, want uid:1000", got)
	}
}

// The chained part names people by public id only.
func TestChainNamesNobody(t *testing.T) {
	k, _ := chain(t)
	for _, r := range k.trail(0) {
		if s := string(r.ChainBytes()); strings.Contains(s, "lea") || strings.Contains(s, "Sample") {
			t.Errorf("record %d names a person in its chained part: %q", r.Seq, s)
		}
	}
	at, err := k.NewestRecordAt(t.Context(), root)
	if err != nil || !at.Equal(k.now) {
		t.Errorf("newest record: got %s, %v, want %s", at, err, k.now)
	}
}
