package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// restored gives a kit on a backup that was judged and restored in the place of
// the kit's store.
func (k *kit) restored(path string) (*kit, app.Restored) {
	k.t.Helper()
	r := k.onBackup(path)
	if _, err := r.JudgeBackup(context.Background(), root); err != nil {
		k.t.Fatal(err)
	}
	done, err := r.RestoreBackup(context.Background(), root, k.store)
	if err != nil {
		k.t.Fatal(err)
	}
	if err := r.CheckKey(context.Background()); err != nil {
		k.t.Fatal(err)
	}
	if report, err := r.CheckStore(context.Background(), root); err != nil || len(report.Problems) > 0 {
		k.t.Errorf("check of the restored store: got %v, %v", report.Problems, err)
	}
	return r, done
}

// onBackup gives a kit with the same keys and clock on a backup.
func (k *kit) onBackup(path string) *kit {
	k.t.Helper()
	r := *k
	r.store = openBackup(k.t, path)
	r.App = r.with(k.keys)
	return &r
}

// guesses gives wrong PINs of lea.
func (k *kit) guesses(n int) {
	k.t.Helper()
	for range n {
		if got := k.verify(wrongPIN); got == "right" {
			k.t.Fatal("wrong PIN: got right")
		}
	}
}

func TestRestoreEndsAllTrust(t *testing.T) {
	k, _, token := family(t)
	code := k.reset("max")
	open := k.start("lea", "").LoginID
	r, done := k.restored(k.backup())
	if done.Ended.Devices != 1 || done.Ended.Codes != 1 || done.Ended.Logins == 0 {
		t.Errorf("ended: got %+v, want a device, a code and logins", done.Ended)
	}
	want(t, r.start("lea", token), access.AskPIN, access.ReasonDeviceRevoked)
	want(t, r.give(open, rightPIN, ""), access.Deny, access.ReasonLoginExpired)
	want(t, r.setUp(r.start("max", "").LoginID, access.ByPIN, rightPIN, code), access.SetUp, access.ReasonSetupCodeWrong)
	if got := r.verify(rightPIN); got != "right" {
		t.Errorf("the right PIN: got %s, want it right", got)
	}
}

// TestRestoreGivesNoTriesBack: of the backup and the store that it replaces, the
// larger count holds.
func TestRestoreGivesNoTriesBack(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, since func(k *kit)
		failed        int
		verdict       string // of the right PIN
		kept          int
	}{
		{"nothing happened", func(*kit) {}, func(*kit) {}, 0, "right", 0},
		{"wrong PINs since", func(*kit) {}, func(k *kit) { k.guesses(3) }, 3, "right", 1},
		{"more wrong PINs since", func(k *kit) { k.guesses(2) }, func(k *kit) { k.guesses(2) }, 4, "right", 1},
		{"a lock since", func(*kit) {}, func(k *kit) { k.guesses(5) }, 5, "pin_locked", 1},
		{"a block since", func(*kit) {}, func(k *kit) {
			k.guesses(5)
			k.now = k.now.Add(access.LockFor)
			k.guesses(5)
		}, 10, "pin_blocked", 1},
		{"a block before, and a success since", func(k *kit) {
			k.guesses(5)
			k.now = k.now.Add(access.LockFor)
			k.guesses(5)
		}, func(k *kit) { k.pin("lea", rightPIN) }, 10, "pin_blocked", 0},
		{"attempts in flight as the store was lost", func(*kit) {}, func(k *kit) { k.dieJudging(5) }, 5, "pin_locked", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, _, _ := family(t)
			tt.before(k)
			path := k.backup()
			tt.since(k)
			r, done := k.restored(path)
			if done.Counters != tt.kept {
				t.Errorf("counters kept: got %d accounts, want %d", done.Counters, tt.kept)
			}
			if got := r.pinStatus("lea").Failed; got != tt.failed {
				t.Errorf("failed: got %d, want %d", got, tt.failed)
			}
			if got := r.verify(rightPIN); got != tt.verdict {
				t.Errorf("the right PIN: got %s, want %s", got, tt.verdict)
			}
		})
	}
}

func TestRestoreKeepsSuspensions(t *testing.T) {
	k, _, _ := family(t)
	path := k.backup()
	k.status("lea", (*app.App).SuspendAccount)
	k.status("zoe", (*app.App).ArchiveAccount)
	r, done := k.restored(path)
	if done.Suspended != 1 {
		t.Errorf("suspended: got %d, want 1", done.Suspended)
	}
	lea, zoe := r.stored("lea"), r.stored("zoe")
	if lea.Status != access.Suspended || lea.StatusReason == "" || lea.AuditSeq != r.head() {
		t.Errorf("lea: got %s (%q, record %d), want suspended for the same reason", lea.Status, lea.StatusReason, lea.AuditSeq)
	}
	if zoe.Status != access.Active {
		t.Errorf("zoe: got %s, want active: that somebody left is no suspension", zoe.Status)
	}
}

func TestRestoreNamesWhatIsLost(t *testing.T) {
	k, _, _ := family(t)
	path := k.backup()
	backedUp := k.head()
	k.now = k.now.Add(time.Hour)
	from := k.now
	k.person("ada", nil)
	k.now = k.now.Add(time.Hour)
	k.person("bob", nil)
	r, done := k.restored(path)
	// The record of the backup itself is the first that the backup lacks.
	if done.Head.Seq != backedUp-1 || done.Old.Seq != k.head() || done.Lost.From != backedUp || done.Lost.To != k.head() {
		t.Errorf("got %+v, want records %d to %d lost", done, backedUp, k.head())
	}
	if !done.Lost.FromAt.Equal(morning) || !done.Lost.UntilAt.Equal(from.Add(time.Hour)) {
		t.Errorf("span: got %v to %v", done.Lost.FromAt, done.Lost.UntilAt)
	}
	if detail := r.lastDetail(app.StoreRestore); detail["lost_from"] != float64(backedUp) || detail["lost_to"] != float64(k.head()) {
		t.Errorf("detail: got %v, want the span", detail)
	}

	// A second restore, of a backup from before the first, loses both lines.
	r.person("eve", nil)
	again, done := r.restored(k.backup())
	if done.Lost.From != backedUp || done.Lost.To != r.head() {
		t.Errorf("from another line: got %+v, want records %d to %d lost", done.Lost, backedUp, r.head())
	}
	_, done = again.restored(again.backup())
	if done.Lost.From != again.head() || done.Lost.To != again.head() {
		t.Errorf("at once: got %+v, want the backup's own record alone", done.Lost)
	}
}

// TestRestoreKeepsNumbers: what people and cursors name by number never comes
// back as something else.
func TestRestoreKeepsNumbers(t *testing.T) {
	k, _, _ := family(t)
	path := k.backup()
	k.guesses(2)
	k.start("lea", "")
	last, alert := k.newestLogin(), k.newestAlert()
	r, _ := k.restored(path)
	r.start("lea", "")
	if got := r.newestLogin(); got != last+1 {
		t.Errorf("next login: got number %d, want %d", got, last+1)
	}
	r.pin("lea", rightPIN)
	if got := r.newestAlert(); got <= alert {
		t.Errorf("next alert: got number %d, want one after %d", got, alert)
	}
}

func (k *kit) newestLogin() (n int64) {
	k.t.Helper()
	k.view(func(tx store.Tx) (err error) {
		n, err = tx.NewestLogin(context.Background())
		return err
	})
	return n
}

func TestRestoreWithoutAnOldStore(t *testing.T) {
	k, _, _ := family(t)
	r := k.onBackup(k.backup())
	judged, err := r.JudgeBackup(context.Background(), root)
	if err != nil || judged.Accounts != 3 || judged.Head.Seq != k.head()-1 || !judged.HeadAt.Equal(morning) {
		t.Errorf("judged: got %+v, %v", judged, err)
	}
	done, err := r.RestoreBackup(context.Background(), root, nil)
	if err != nil || done.Old.Seq != 0 || done.Lost.To != 0 || done.Ended.Devices != 1 {
		t.Errorf("got %+v, %v, want nothing compared", done, err)
	}
}

func TestRestoreOverADamagedStore(t *testing.T) {
	k, _, _ := family(t)
	path := k.backup()
	k.guesses(3)
	k.tamper(`PRAGMA ignore_check_constraints = 1`, `UPDATE account SET ends_on = 'never' WHERE login = 'zoe'`, `UPDATE account SET status = 'suspended'`)
	r, done := k.restored(path)
	if done.OldErr == nil {
		t.Error("old store: got no error, want to be told")
	}
	if got := r.pinStatus("lea").Failed; got != 3 {
		t.Errorf("failed: got %d, want the 3 that could be read", got)
	}
}

func TestJudgeBackupRefuses(t *testing.T) {
	const detail = `UPDATE audit_detail SET detail = NULL WHERE seq = 2`
	for _, tt := range []struct {
		name       string
		keys       func(k *kit) *secret.Keyring
		statements []string
		kind       error
		code       string
	}{
		{"another keyring", func(k *kit) *secret.Keyring { return newRing(k.t) }, nil, access.ErrUnusable, "key_unknown"},
		{"another key under the same id", func(k *kit) *secret.Keyring { return k.impostor(newRing(k.t)) }, nil, access.ErrUnusable, "key_wrong"},
		{"no key named", nil, []string{`DELETE FROM meta WHERE name LIKE 'key_check:%'`}, access.ErrDamaged, "backup_damaged"},
		{"a seal broken", nil, []string{`UPDATE pin SET sealed = zeroblob(85) WHERE sealed IS NOT NULL`}, access.ErrDamaged, "backup_damaged"},
		{"a record gone", nil, []string{`DELETE FROM audit_detail WHERE seq = 2`, `DELETE FROM audit WHERE seq = 2`}, access.ErrDamaged, "backup_damaged"},
		{"a value out of place", nil, []string{`PRAGMA ignore_check_constraints = 1`, `UPDATE account SET imported = 7`}, access.ErrDamaged, "backup_damaged"},
		{"a detail erased, as is allowed", nil, []string{detail}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, _, _ := family(t)
			path := k.backup()
			tamperAt(t, path, tt.statements...)
			r := k.onBackup(path)
			if tt.keys != nil {
				r.App = r.with(tt.keys(k))
			}
			_, err := r.JudgeBackup(context.Background(), root)
			wantError(t, err, tt.kind, tt.code)
		})
	}
}

func newRing(t *testing.T) *secret.Keyring {
	t.Helper()
	ring, err := secret.NewKeyring(rand.Reader, morning)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// TestRestoreOverARotation: a backup from before a rotation opens with the ring
// from after it, and the rest is sealed anew.
func TestRestoreOverARotation(t *testing.T) {
	k, path, _ := family(t)
	backup := k.backup()
	if err := k.NoteKeyCopy(context.Background(), root); err != nil {
		t.Fatal(err)
	}
	k.rotate(path)
	r, _ := k.restored(backup)
	if got := r.verify(rightPIN); got != "right" {
		t.Errorf("the right PIN: got %s, want it right", got)
	}
	if got, want := r.uses(), "retired: 1 PINs, 2 dates, 0 devices, 0 codes; active: 0 PINs, 0 dates, 0 devices, 0 codes"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if done := r.rotate(path); !done.Continued || done.Rows != 3 {
		t.Errorf("rotation: got %+v, want the rest done", done)
	}
	if got := r.verify(rightPIN); got != "right" {
		t.Errorf("the right PIN under the new key: got %s", got)
	}
	if care, err := r.Care(context.Background(), root); err != nil || !care.KeyNotedAt.IsZero() {
		t.Errorf("key noted: got %v, %v, want the copy to be too old", care.KeyNotedAt, err)
	}
}

// TestRestoreKeepsWhatPeopleDid: that a backup was made and a key copied is true
// of the world, whatever the backup knows.
func TestRestoreKeepsWhatPeopleDid(t *testing.T) {
	k, _, _ := family(t)
	path := k.backup()
	k.now = k.now.Add(time.Hour)
	if err := k.NoteKeyCopy(context.Background(), root); err != nil {
		t.Fatal(err)
	}
	r, _ := k.restored(path)
	care, err := r.Care(context.Background(), root)
	if err != nil || !care.LastBackupAt.Equal(morning) || !care.KeyNotedAt.Equal(k.now) {
		t.Errorf("got %s, %v", fmt.Sprint(care), err)
	}
}
