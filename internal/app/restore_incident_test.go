package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func (k *kit) contained(login string) {
	k.t.Helper()
	if _, err := k.Contain(context.Background(), root, app.Contain{Logins: []string{login}, Reason: "somebody else"}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) disputed(number string) {
	k.t.Helper()
	if _, err := k.DisputeAlert(context.Background(), root, number, "not me"); err != nil {
		k.t.Fatal(err)
	}
}

// TestRestoreKeepsTakenPINs: a backup from before a containment does not bring the
// PIN back that somebody else knows.
func TestRestoreKeepsTakenPINs(t *testing.T) {
	later := func(k *kit) { k.now = k.now.Add(time.Hour) }
	for _, tt := range []struct {
		name    string
		since   func(k *kit)
		reset   bool
		advised bool
	}{
		{"nothing happened", func(*kit) {}, false, false},
		{"contained since", func(k *kit) { k.contained("lea") }, true, true},
		{"reset since", func(k *kit) { k.reset("lea") }, true, false},
		{"contained, and a new PIN set", func(k *kit) { k.contained("lea"); later(k); k.pin("lea", "694038") }, true, true},
		{"reset, and a new PIN set", func(k *kit) { k.reset("lea"); later(k); k.pin("lea", "694038") }, false, false},
		{"changed by its owner", func(k *kit) { k.pin("lea", "694038") }, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, _, _ := family(t)
			path := k.backup()
			later(k)
			tt.since(k)
			r, done := k.restored(path)
			if got := done.Resets == 1; got != tt.reset {
				t.Errorf("got %+v, want the reset kept: %v", done, tt.reset)
			}
			verdict := "right"
			if tt.reset {
				verdict = "pin_not_set"
				want(t, r.start("lea", ""), access.SetUp, access.ReasonSetupCodeRequired)
			}
			if got := r.verify(rightPIN); got != verdict {
				t.Errorf("the PIN of the backup: got %s, want %s", got, verdict)
			}
			if got := r.stored("lea").PasswordChangeAdvised(r.now); got != tt.advised || (done.Advised == 1) != tt.advised {
				t.Errorf("password change advised: got %v and %+v, want %v", got, done, tt.advised)
			}
		})
	}
}

func TestRestoreKeepsDisputes(t *testing.T) {
	k, _, _ := family(t)
	k.guesses(1)
	number := fmt.Sprint(k.newestAlert())
	path := k.backup()
	k.now = k.now.Add(time.Hour)
	k.disputed(number)
	told := k.now
	r, done := k.restored(path)
	var alert store.AlertRow
	r.view(func(tx store.Tx) (err error) {
		alert, err = tx.Alert(context.Background(), k.newestAlert())
		return err
	})
	if done.Disputed != 1 || done.Advised != 1 || alert.State != access.AlertDisputed || alert.Answer != "not me" || !alert.AnsweredAt.Equal(told) || alert.AuditSeq != r.head() {
		t.Errorf("got %+v and %+v, want the alert disputed as it was", done, alert.Alert)
	}
	if !r.stored("lea").PasswordChangeAdvised(r.now) {
		t.Error("the advice to change the password is lost")
	}
}

// TestRestoreKeepsWhatPortalsTold: the password was changed, whatever the backup
// knows.
func TestRestoreKeepsWhatPortalsTold(t *testing.T) {
	k, _, _ := family(t)
	k.contained("lea")
	path := k.backup()
	changed := k.now.Add(time.Hour)
	k.account("lea", func(a *access.Account) { a.PasswordChangedAt = changed })
	r, done := k.restored(path)
	if got := r.stored("lea"); !got.PasswordChangedAt.Equal(changed) || got.PasswordChangeAdvised(r.now) || done.Advised != 0 {
		t.Errorf("got %+v and %+v", got, done)
	}
}

// TestRestoreKeepsPassesDead: a pass that was used, ended or taken back since, or
// that is still out, is good for nothing after a restore.
func TestRestoreKeepsPassesDead(t *testing.T) {
	k, _, _ := family(t)
	if _, err := k.GivePass(context.Background(), root, "lea", 0, "exam"); err != nil {
		t.Fatal(err)
	}
	path := k.backup()
	want(t, k.start("lea", ""), access.Allow, access.ReasonLoginPass)
	r, done := k.restored(path)
	if done.Ended.Codes != 1 {
		t.Errorf("codes: got %d voided, want the pass", done.Ended.Codes)
	}
	want(t, r.start("lea", ""), access.AskPIN, access.ReasonNewDevice)
}

func TestRestoreKeepsAPauseEnded(t *testing.T) {
	k, _, _ := family(t)
	if _, err := k.PauseSchool(context.Background(), root, "A", k.now.Add(4*time.Hour), "profiles gone"); err != nil {
		t.Fatal(err)
	}
	path := k.backup()
	k.now = k.now.Add(time.Hour)
	if _, _, err := k.EndPause(context.Background(), root, "A", "mended"); err != nil {
		t.Fatal(err)
	}
	r, _ := k.restored(path)
	want(t, r.start("lea", ""), access.AskPIN, access.ReasonNewDevice)
}
