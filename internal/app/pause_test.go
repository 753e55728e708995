package app_test

import (
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// pass gives lea a pass.
func (k *kit) pass(valid time.Duration) {
	k.t.Helper()
	if _, err := k.GivePass(k.t.Context(), root, "lea", valid, "an exam"); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) pause(span time.Duration) {
	k.t.Helper()
	if _, err := k.PauseSchool(k.t.Context(), root, "A", k.now.Add(span), "the mail is down"); err != nil {
		k.t.Fatal(err)
	}
}

func TestPassIsForOneUnrecognizedLogin(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Home")
	k.pass(0)
	told := k.notices(access.NoticeLoginPass)
	if len(told) != 1 || !told[0].Facts.Until.Equal(k.now.Add(app.PassFor)) || told[0].Facts.Reason != "an exam" {
		t.Errorf("notices: got %+v", told)
	}
	recognized := k.start("lea", token)
	want(t, recognized, access.Allow, access.ReasonDeviceRecognized)
	by := k.start("lea", "")
	want(t, by, access.Allow, access.ReasonLoginPass)
	if by.MayRemember {
		t.Error("its device may be registered")
	}
	if got := k.name(by.LoginID, "Exam", false); got.DeviceError != "remember_not_here" {
		t.Errorf("naming its device: got %+v", got)
	}
	k.give(by.LoginID, rightPIN, "")
	if got := k.name(by.LoginID, "Exam", false); got.DeviceError != "remember_not_here" {
		t.Errorf("naming its device, the PIN proven: got %+v", got)
	}
	want(t, k.start("lea", ""), access.AskPIN, access.ReasonNewDevice)
}

func TestPassEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(k *kit)
		want access.Reason
	}{
		{"not yet", func(k *kit) { k.now = k.now.Add(app.PassFor - time.Millisecond) }, access.ReasonLoginPass},
		{"when its time is over", func(k *kit) { k.now = k.now.Add(app.PassFor) }, access.ReasonNewDevice},
		{"when the clock goes back before it", func(k *kit) { k.now = k.now.Add(-time.Millisecond) }, access.ReasonNewDevice},
		{"when a PIN is set", func(k *kit) { k.pin("lea", newPIN) }, access.ReasonNewDevice},
		{"when the PIN is reset", func(k *kit) { k.reset("lea") }, access.ReasonSetupCodeRequired},
		{"when the account is suspended", func(k *kit) {
			k.mustStatus((*app.App).SuspendAccount)
			k.mustStatus((*app.App).RestoreAccount)
		}, access.ReasonNewDevice},
		{"when the account is contained", func(k *kit) { k.contain(app.Contain{Logins: []string{"lea"}}) }, access.ReasonSetupCodeRequired},
		{"lifts a block", func(k *kit) {
			for range access.LockAfter {
				k.verify(wrongPIN)
			}
		}, access.ReasonLoginPass},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			k.pass(0)
			c.end(k)
			if got := k.start("lea", ""); got.Reason != c.want {
				t.Errorf("got %s, %s, want %s", got.Decision, got.Reason, c.want)
			}
		})
	}
}

func TestPassIsRefusedWhereItWouldNotBeTaken(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(k *kit)
		valid  time.Duration
		want   string
	}{
		{"suspended", func(k *kit) { k.mustStatus((*app.App).SuspendAccount) }, 0, "account_not_active"},
		{"archived", func(k *kit) { k.mustStatus((*app.App).ArchiveAccount) }, 0, "account_not_active"},
		{"the PIN was reset", func(k *kit) { k.reset("lea") }, 0, "setup_code_required"},
		{"somebody else knows the password", func(k *kit) {
			k.account("lea", func(a *access.Account) { a.PasswordAdvisedAt = k.now })
		}, 0, "password_known"},
		{"for longer than an hour", func(*kit) {}, time.Hour + 1, "usage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			c.change(k)
			if _, err := k.GivePass(t.Context(), root, "lea", c.valid, "an exam"); access.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestPauseWaivesPINsForAWhile(t *testing.T) {
	k := teacher(t)
	k.person("far", func(n *app.NewAccount) { n.Schools, n.Profile = []string{"B", "A"}, access.Teacher })
	k.pin("far", rightPIN)
	k.pause(2 * time.Hour)
	for range 2 {
		answer := k.start("lea", "")
		want(t, answer, access.Allow, access.ReasonPolicyPaused)
		if answer.MayRemember {
			t.Error("a device may be registered in a pause")
		}
	}
	want(t, k.start("far", ""), access.AskPIN, access.ReasonNewDevice)
	k.now = k.now.Add(2 * time.Hour)
	want(t, k.start("lea", ""), access.AskPIN, access.ReasonNewDevice)
	var raised []access.Alert
	for _, row := range k.allAlerts("") {
		if row.Kind == access.AlertPolicyPaused {
			raised = append(raised, row.Alert)
		}
	}
	if len(raised) != 1 || raised[0].Severity != access.Critical || raised[0].School != "A" || raised[0].AccountKey != 0 {
		t.Errorf("alerts: got %+v", raised)
	}
	told := k.notices(access.NoticePolicyPaused)
	if len(told) != 1 || !told[0].ToSchool || told[0].Facts.Reason != "the mail is down" {
		t.Errorf("notices: got %+v", told)
	}
}

func TestPauseIsEndedAndBounded(t *testing.T) {
	k := teacher(t)
	for _, span := range []time.Duration{0, -time.Hour, access.MaxPause + time.Millisecond} {
		if _, err := k.PauseSchool(t.Context(), root, "A", k.now.Add(span), "x"); access.CodeOf(err) != "usage" {
			t.Errorf("for %s: got %v, want a usage error", span, err)
		}
	}
	k.pause(access.MaxPause)
	if paused, err := k.Paused(t.Context(), root); err != nil || len(paused) != 1 {
		t.Errorf("paused: got %+v, %v", paused, err)
	}
	if _, ended, err := k.EndPause(t.Context(), root, "A", "it is up"); err != nil || !ended {
		t.Errorf("end: got %t, %v", ended, err)
	}
	want(t, k.start("lea", ""), access.AskPIN, access.ReasonNewDevice)
	before := k.head()
	if _, ended, err := k.EndPause(t.Context(), root, "A", "again"); err != nil || ended || len(k.trail(before)) != 0 {
		t.Errorf("end again: got %t, %v, records %v", ended, err, k.trail(before))
	}
}

// A pause's alert is about a school, and is answered like any other.
func TestAlertOfASchoolIsAnswered(t *testing.T) {
	k := teacher(t)
	k.pause(time.Hour)
	all := k.allAlerts("")
	no := number(all[len(all)-1])
	for _, by := range []access.Operator{operator(access.RolePrincipal, "B")} {
		if _, err := k.AckAlerts(t.Context(), by, []string{no}, "seen"); err != nil {
			t.Fatal(err)
		}
	}
	items, err := k.AckAlerts(t.Context(), operator(access.RolePrincipal, "A"), []string{no}, "seen")
	if err != nil || items[0].Alerts != 1 {
		t.Errorf("its principal: got %+v, %v", items, err)
	}
	if _, err := k.DisputeAlert(t.Context(), root, no, "x"); access.CodeOf(err) != "alert_without_account" {
		t.Errorf("dispute: got %v", err)
	}
	if _, err := k.Contain(t.Context(), root, app.Contain{Alert: no, Reason: "x"}); access.CodeOf(err) != "alert_without_account" {
		t.Errorf("contain: got %v", err)
	}
}
