package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// noticeRows gives the notices owed about an account, oldest first.
func (k *kit) noticeRows(login string) (rows []store.NoticeRow) {
	k.t.Helper()
	key := k.stored(login).Key
	k.view(func(tx store.Tx) (err error) {
		rows, err = tx.Notices(context.Background(), store.NoticeFilter{AccountKey: key})
		return err
	})
	return rows
}

// owed names the notices about an account: their kinds, a "-" behind those that
// are not mailed.
func (k *kit) owed(login string) string {
	k.t.Helper()
	var kinds []string
	for _, n := range k.noticeRows(login) {
		kind := string(n.Kind)
		if n.State == access.NoticeUnmailed {
			kind += "-"
		}
		kinds = append(kinds, kind)
	}
	return strings.Join(kinds, " ")
}

// forgive forgets all notices.
func (k *kit) forgive() {
	k.t.Helper()
	k.tamper(`DELETE FROM notice`)
}

func (k *kit) wantOwed(login, want string) {
	k.t.Helper()
	if got := k.owed(login); got != want {
		k.t.Errorf("notices of %s: got %q, want %q", login, got, want)
	}
}

// freeStudent gives a student without a PIN; a chosen protection is set behind
// the use cases' back.
func freeStudent(t *testing.T, p access.Protection) *kit {
	t.Helper()
	k := newKit(t)
	max := k.add("max", access.Student)
	max.Protection = p
	k.write(func(tx store.Tx) error { return tx.PutAccount(context.Background(), &max) })
	return k
}

func TestLoginsOweNotices(t *testing.T) {
	wrong := func(k *kit, n int) {
		id := k.start("lea", "").LoginID
		for range n {
			k.give(id, wrongPIN, "")
		}
	}
	again := func(k *kit) {
		k.start("max", "")
		k.now = k.now.Add(time.Minute)
		k.start("max", "")
	}
	for _, c := range []struct {
		name  string
		kit   func(t *testing.T) *kit
		do    func(k *kit)
		login string
		want  string
	}{
		{"a right PIN", teacher, func(k *kit) { k.give(k.start("lea", "").LoginID, rightPIN, "") }, "lea", "new_device"},
		{"a right PIN and a device", teacher, func(k *kit) { k.registered("lea", rightPIN, "Home") }, "lea", "device_added"},
		{"a device after the login", teacher, func(k *kit) {
			id := k.start("lea", "").LoginID
			k.give(id, rightPIN, "")
			k.name(id, "Home", false)
		}, "lea", "device_added"},
		{"a right PIN twice from one browser and network", teacher, func(k *kit) {
			for _, ip := range []string{"192.0.2.7", "192.0.2.99", "198.51.100.1"} {
				k.give(k.startFrom("lea", "", ip, firefox).LoginID, rightPIN, "")
			}
			k.give(k.startFrom("lea", "", "192.0.2.7", chrome).LoginID, rightPIN, "")
			k.now = k.now.Add(access.TopicSilence)
			k.give(k.start("lea", "").LoginID, rightPIN, "")
		}, "lea", "new_device new_device- new_device new_device new_device"},
		{"a device where the mail was kept back", teacher, func(k *kit) {
			k.give(k.start("lea", "").LoginID, rightPIN, "")
			k.now = k.now.Add(time.Hour)
			id := k.start("lea", "").LoginID
			k.give(id, rightPIN, "")
			k.name(id, "Home", false)
		}, "lea", "new_device device_added"},
		{"a recognized device", teacher, func(k *kit) {
			token := k.registered("lea", rightPIN, "Home")
			k.forgive()
			k.start("lea", token)
		}, "lea", ""},
		{"notify, always", func(t *testing.T) *kit { return freeStudent(t, access.Notify) }, again, "max", "new_device new_device"},
		{"none, always", func(t *testing.T) *kit { return freeStudent(t, access.None) }, again, "max", "new_device new_device"},
		{"nothing chosen, always", func(t *testing.T) *kit { return freeStudent(t, access.NotChosen) }, again, "max", "new_device new_device"},
		{"a first PIN, chosen in the login", func(t *testing.T) *kit { return freeStudent(t, access.NotChosen) }, func(k *kit) {
			k.setUp(k.start("max", "").LoginID, access.ByPIN, "7304", "")
		}, "max", "pin_set"},
		{"a first PIN that is imposed", func(t *testing.T) *kit {
			k := newKit(t)
			k.add("lea", access.Teacher)
			return k
		}, func(k *kit) { k.setUp(k.start("lea", "").LoginID, access.ByPIN, rightPIN, "") }, "lea", "pin_set"},
		{"another protection, whose login was told already", func(t *testing.T) *kit { return freeStudent(t, access.NotChosen) }, func(k *kit) {
			id := k.start("max", "").LoginID
			k.tamper(`UPDATE notice SET state = 'sent', tries = 1`)
			k.setUp(id, access.Notify, "", "")
		}, "max", "new_device protection_changed"},
		{"another PIN", teacher, func(k *kit) {
			id := k.start("lea", "").LoginID
			k.give(id, rightPIN, "")
			k.setUp(id, access.ByPIN, "694038", "")
		}, "lea", "pin_changed"},
		{"one wrong PIN", teacher, func(k *kit) { wrong(k, 1) }, "lea", ""},
		{"three wrong PINs", teacher, func(k *kit) { wrong(k, 3) }, "lea", "login_suspicious"},
		{"wrong PINs up to the lock are one incident", teacher, func(k *kit) { wrong(k, 3); wrong(k, 2); wrong(k, 1) }, "lea", "login_suspicious"},
		{"an incident after an incident", teacher, func(k *kit) {
			wrong(k, 3)
			k.now = k.now.Add(2 * time.Hour)
			wrong(k, 2)
		}, "lea", "login_suspicious login_suspicious"},
		{"wrong PINs up to the block", teacher, func(k *kit) {
			for range 4 {
				wrong(k, 3)
				k.now = k.now.Add(access.LockFor)
			}
			wrong(k, 1)
			k.now = k.now.Add(access.Day)
			wrong(k, 1)
		}, "lea", "login_suspicious pin_blocked"},
		{"a login that is left", teacher, func(k *kit) {
			k.start("lea", "")
			k.now = k.now.Add(time.Hour)
			k.alerts("lea")
		}, "lea", "login_suspicious"},
		{"a token that comes back", teacher, func(k *kit) {
			old := k.registered("lea", rightPIN, "Home")
			token := k.start("lea", old).DeviceToken
			k.now = k.now.Add(time.Hour)
			k.start("lea", k.start("lea", token).DeviceToken)
			k.forgive()
			k.now = k.now.Add(time.Hour)
			k.start("lea", old)
		}, "lea", "login_suspicious"},
		{"wrong PINs outside a login", teacher, func(k *kit) { k.verify(wrongPIN) }, "lea", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := c.kit(t)
			k.forgive()
			c.do(k)
			k.wantOwed(c.login, c.want)
		})
	}
}

func TestAReplayUnderNotifyIsOneNotice(t *testing.T) {
	k := freeStudent(t, access.Notify)
	old := k.registerAs("max", "", "Home").DeviceToken
	token := k.start("max", old).DeviceToken
	k.now = k.now.Add(time.Hour)
	k.start("max", token)
	k.forgive()
	k.now = k.now.Add(time.Hour)
	want(t, k.start("max", old), access.Allow, access.ReasonNotifyOnly)
	k.wantOwed("max", "login_suspicious")
}

func TestANewBlockIsToldAgain(t *testing.T) {
	k := teacher(t)
	block := func() {
		k.tamper(`INSERT OR REPLACE INTO attempt (account_id, failed) VALUES (1, 9)`)
		if got := k.verify(wrongPIN); got != "pin_blocked" {
			t.Fatalf("got %s", got)
		}
	}
	k.forgive()
	block()
	k.now = k.now.Add(time.Minute)
	k.pin("lea", "694038")
	k.now = k.now.Add(time.Minute)
	block()
	k.wantOwed("lea", "pin_blocked pin_changed pin_blocked")
}

func TestOperatorsOweNotices(t *testing.T) {
	ctx := context.Background()
	edit := func(u app.AccountUpdate) func(k *kit) error {
		return func(k *kit) error { _, err := k.EditAccount(ctx, root, "lea", u); return err }
	}
	for _, c := range []struct {
		name string
		do   func(k *kit) error
		want string
	}{
		{"a PIN set", func(k *kit) error { k.pin("lea", "694038"); return nil }, "pin_changed"},
		{"a PIN reset", func(k *kit) error { k.reset("lea"); return nil }, "pin_reset"},
		{"a PIN reset and set", func(k *kit) error { k.reset("lea"); k.pin("lea", "694038"); return nil }, "pin_reset pin_set"},
		{"a whole school reset", func(k *kit) error {
			_, err := k.ResetPINs(ctx, root, app.ResetPINs{School: "A", Bulk: true})
			return err
		}, "pin_reset"},
		{"two devices revoked at once", func(k *kit) error {
			k.putDevice("d1", "lea", nil)
			k.putDevice("d2", "lea", nil)
			_, err := k.RevokeDevices(ctx, root, []string{"d1", "d2", "d1", "none"}, "")
			return err
		}, "device_removed"},
		{"an old device pruned", func(k *kit) error {
			k.putDevice("d1", "lea", func(d *access.Device) { d.ExpiresAt = k.now })
			_, err := k.PruneDevices(ctx, root, []string{"d1"})
			return err
		}, ""},
		{"suspended", func(k *kit) error { _, err := k.SuspendAccount(ctx, root, "lea", "reason"); return err }, ""},
		{"another address", edit(app.AccountUpdate{Email: pointer("new@example.org")}), "email_changed"},
		{"no address any more", edit(app.AccountUpdate{Email: pointer("")}), "email_changed"},
		{"another group", edit(app.AccountUpdate{Group: pointer("6A")}), ""},
		{"another address by a file", func(k *kit) error {
			report := k.imports(app.ImportOptions{}, pupil("lea", "x1", func(e *access.RosterEntry) { e.Email = pointer("new@example.org") }))
			if report.Updated != 1 {
				return fmt.Errorf("got %+v", report)
			}
			return nil
		}, "email_changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := teacher(t)
			k.forgive()
			if err := c.do(k); err != nil {
				t.Fatal(err)
			}
			k.wantOwed("lea", c.want)
			for _, n := range k.noticeRows("lea") {
				if n.Facts.By != "admin" || n.Address != "lea@example.org" || n.School != "A" || n.Lang != "fr" {
					t.Errorf("got by %q to %q, school %q, language %q", n.Facts.By, n.Address, n.School, n.Lang)
				}
			}
		})
	}
}

func TestAnAddressIsTrustedAnew(t *testing.T) {
	k := newKit(t)
	k.person("eve", nil)
	set := func(email string) access.Account {
		k.t.Helper()
		k.now = k.now.Add(time.Hour)
		if _, err := k.EditAccount(context.Background(), root, "eve", app.AccountUpdate{Email: pointer(email)}); err != nil {
			t.Fatal(err)
		}
		return k.stored("eve")
	}
	if a := set("one@example.org"); !a.EmailChangedAt.IsZero() {
		t.Errorf("the first address: got changed at %s", a.EmailChangedAt)
	}
	k.wantOwed("eve", "")
	k.tamper(`UPDATE account SET mail_failed_at = 1`)
	if a := set("two@example.org"); !a.EmailChangedAt.Equal(k.now) || !a.MailFailedAt.IsZero() {
		t.Errorf("another address: got changed at %s, failed at %s", a.EmailChangedAt, a.MailFailedAt)
	}
	set("")
	if a := set("three@example.org"); !a.EmailChangedAt.Equal(k.now) {
		t.Errorf("an address after none: got changed at %s", a.EmailChangedAt)
	}
}

func TestNoticeSaysWhenWhatAndFromWhere(t *testing.T) {
	k := teacher(t)
	k.forgive()
	k.give(k.startFrom("lea", "", "10.1.2.3", firefox).LoginID, rightPIN, "Room 201")
	n := k.noticeRows("lea")[0]
	if f := n.Facts; !f.At.Equal(morning) || f.Browser != "Firefox on Windows" || f.IP.String() != "10.1.2.3" || !f.Inside || f.Label != "Room 201" {
		t.Errorf("got %+v", f)
	}
	if n.State != access.NoticeWaiting || !n.NextAt.Equal(k.now) {
		t.Errorf("got %s at %s", n.State, n.NextAt)
	}
}

func TestAnswersCarryUnseenNotices(t *testing.T) {
	k := teacher(t)
	k.forgive()
	for range 3 {
		k.give(k.start("lea", "").LoginID, wrongPIN, "")
	}
	k.write(func(tx store.Tx) error { // as three in one login
		ctx := context.Background()
		rows, err := tx.Logins(ctx, store.LoginFilter{})
		for _, r := range rows {
			if r.State == access.LoginOpen {
				r.ExpiresAt = k.now
				err = tx.PutLogin(ctx, &r.Login)
			}
		}
		return err
	})
	k.now = k.now.Add(time.Hour)
	asked := k.start("lea", "")
	if asked.Notices != nil || asked.PasswordChangeAdvised {
		t.Errorf("before the PIN: got %+v, %t", asked.Notices, asked.PasswordChangeAdvised)
	}
	passed := k.give(asked.LoginID, rightPIN, "Home")
	kinds := func(a app.LoginAnswer) (all []access.NoticeKind) {
		for _, n := range a.Notices {
			all = append(all, n.Kind)
		}
		return all
	}
	if got := kinds(passed); !slices.Equal(got, []access.NoticeKind{access.NoticeLoginSuspicious}) || !passed.PasswordChangeAdvised {
		t.Errorf("after the PIN: got %v, %t", got, passed.PasswordChangeAdvised)
	}
	k.tamper(`UPDATE notice SET seen_at = 1 WHERE kind = 'login_suspicious'`, `UPDATE alert SET state = 'acknowledged'`)
	k.now = k.now.Add(time.Hour)
	again := k.start("lea", passed.DeviceToken)
	if got := kinds(again); !slices.Equal(got, []access.NoticeKind{access.NoticeDeviceAdded}) || again.PasswordChangeAdvised {
		t.Errorf("on the device: got %v, %t", got, again.PasswordChangeAdvised)
	}
	for state, advised := range map[access.AlertState]bool{
		access.AlertOpen: true, access.AlertDisputed: true, access.AlertAcknowledged: false, access.AlertClosed: false,
	} {
		k.tamper(`UPDATE alert SET state = 'acknowledged'`, `UPDATE alert SET state = '`+string(state)+`' WHERE id = 3`)
		if got := k.give(k.start("lea", "").LoginID, rightPIN, "").PasswordChangeAdvised; got != advised {
			t.Errorf("an older alert that is %s: got %t", state, got)
		}
	}
	k.tamper(`UPDATE alert SET state = 'open'`, fmt.Sprintf(`UPDATE alert SET at = %d`, k.now.Add(-access.AdviceFor).UnixMilli()))
	if k.give(k.start("lea", "").LoginID, rightPIN, "").PasswordChangeAdvised {
		t.Error("the alerts are older than the advice holds, and a change is still advised")
	}
	k.tamper(fmt.Sprintf(`UPDATE alert SET at = %d`, k.now.UnixMilli()-1), fmt.Sprintf(`UPDATE account SET password_changed_at = %d`, k.now.UnixMilli()))
	if k.give(k.start("lea", "").LoginID, rightPIN, "").PasswordChangeAdvised {
		t.Error("the password was changed since, and a change is still advised")
	}
}

// TestWarningsMentionTheResetThatPolicyAllows: whoever forgot a PIN is told of
// the code by mail where there is one.
func TestWarningsMentionTheResetThatPolicyAllows(t *testing.T) {
	for _, allowed := range []bool{true, false} {
		k := teacher(t)
		k.selfReset(allowed)
		k.forgive()
		id := k.start("lea", "").LoginID
		for range 3 {
			k.give(id, wrongPIN, "")
		}
		k.wantOwed("lea", "login_suspicious")
		if n := k.noticeRows("lea")[0]; n.Facts.SelfReset != allowed {
			t.Errorf("where policy says %v: got %+v", allowed, n.Facts)
		}
	}
}
