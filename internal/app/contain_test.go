package app_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// contain contains accounts and gives what became of them.
func (k *kit) contain(req app.Contain) []app.ResetItem {
	k.t.Helper()
	req.Reason = "it was not them"
	items, err := k.Contain(context.Background(), root, req)
	if err != nil {
		k.t.Fatal(err)
	}
	return items
}

// alertOf gives the number of the account's newest alert of a kind.
func (k *kit) alertOf(login string, kind access.AlertKind) (row store.AlertRow) {
	k.t.Helper()
	_, err := k.Alerts(context.Background(), root, app.AlertQuery{Login: login}, func(r store.AlertRow) error {
		if r.Kind == kind {
			row = r
		}
		return nil
	})
	if err != nil || row.Key == 0 {
		k.t.Fatalf("no alert %s of %s: %v", kind, login, err)
	}
	return row
}

func TestContainTakesEverythingAway(t *testing.T) {
	k := forgetful(t)
	token := k.registered("lea", rightPIN, "Home")
	alert := k.alertOf("lea", access.AlertNewDevice)
	open := k.start("lea", "").LoginID
	k.askCode(open)
	if _, err := k.GivePass(t.Context(), root, "lea", 0, "an exam"); err != nil {
		t.Fatal(err)
	}
	before := k.head()
	items := k.contain(app.Contain{Alert: number(alert)})
	if len(items) != 1 || items[0].Login != "lea" || items[0].Ended != (app.Ended{Devices: 1, Logins: 2, Codes: 2}) || items[0].Alerts == 0 {
		t.Fatalf("got %+v", items)
	}
	trail := k.trail(before)
	if len(trail) != 1 || trail[0].Action != "alerts.respond" || trail[0].Target != k.stored("lea").ID {
		t.Errorf("audit: got %+v, want one record of lea", trail)
	}
	if got := k.alertOf("lea", access.AlertNewDevice); got.State != access.AlertClosed || got.Answer != "it was not them" {
		t.Errorf("the alert: got %+v, want closed", got.Alert)
	}
	want(t, k.give(open, rightPIN, ""), access.Deny, access.ReasonLoginExpired)
	started := k.start("lea", token)
	want(t, started, access.SetUp, access.ReasonSetupCodeRequired)
	done := k.setUp(started.LoginID, access.ByPIN, newPIN, items[0].Code.Reveal())
	want(t, done, access.Allow, access.ReasonSetupCodeRequired)
	if !done.PasswordChangeAdvised {
		t.Error("a change of the password is not advised")
	}
	told := k.notices(access.NoticeContained)
	if len(told) != 2 || told[0].ToSchool || told[0].Facts.Suspended || told[0].Facts.Reason != "it was not them" || !told[1].ToSchool || told[1].Facts.Login != "lea" {
		t.Errorf("notices: got %+v, want the person and the school", told)
	}
}

func TestContainSuspends(t *testing.T) {
	k := teacher(t)
	items := k.contain(app.Contain{Logins: []string{"lea"}, Suspend: true})
	if items[0].Code.Reveal() != "" {
		t.Error("a code is out for an account that nobody may use")
	}
	if told := k.notices(access.NoticeContained); len(told) != 2 || !told[0].Facts.Suspended || told[1].Facts.Suspended {
		t.Errorf("notices: got %+v, want the person's to know of the suspension", told)
	}
	want(t, k.start("lea", ""), access.Deny, access.ReasonAccountSuspended)
	k.mustStatus((*app.App).RestoreAccount)
	want(t, k.start("lea", ""), access.SetUp, access.ReasonSetupCodeRequired)
}

// Somebody who never had a PIN needs a code as well: the password is known.
func TestContainedAccountWithoutAPIN(t *testing.T) {
	k := newKit(t)
	k.add("max", access.Student)
	want(t, k.start("max", ""), access.Allow, access.ReasonNoProtection)
	k.contain(app.Contain{Logins: []string{"max"}})
	want(t, k.start("max", ""), access.SetUp, access.ReasonSetupCodeRequired)
}

func TestContainManyTellsTheSchoolOnce(t *testing.T) {
	k := teacher(t)
	k.add("tom", access.Teacher)
	items := k.contain(app.Contain{School: "A", Bulk: true})
	if len(items) != 2 {
		t.Fatalf("got %+v, want two", items)
	}
	var school []store.NoticeRow
	for _, n := range k.notices(access.NoticeContained) {
		if n.ToSchool {
			school = append(school, n)
		}
	}
	if len(school) != 1 || school[0].Facts.Count != 2 {
		t.Errorf("the school: got %+v, want one notice of two", school)
	}
	if _, err := k.Contain(t.Context(), root, app.Contain{Logins: []string{"lea"}}); access.CodeOf(err) != "reason_required" {
		t.Errorf("without a reason: got %v", err)
	}
}

// The advice lasts until a portal tells of a newer password.
func TestPasswordChangeIsAdvisedUntilItIsTold(t *testing.T) {
	k := newKit(t)
	k.add("max", access.Student)
	k.account("max", func(a *access.Account) { a.PasswordAdvisedAt = k.now })
	tell := func(at time.Time) bool {
		answer, err := k.StartLogin(t.Context(), root, app.StartLogin{Login: "max", PasswordChangedAt: &at})
		if err != nil {
			t.Fatal(err)
		}
		return answer.PasswordChangeAdvised
	}
	k.now = k.now.Add(time.Hour)
	if !tell(morning.Add(-time.Hour)) {
		t.Error("an older change ends the advice")
	}
	if !tell(morning) {
		t.Error("a change of that moment ends the advice")
	}
	if tell(morning.Add(time.Minute)) {
		t.Error("a newer change does not end the advice")
	}
}

func TestDisputeTakesAwayWhatWasGained(t *testing.T) {
	k := teacher(t)
	old := k.registerAs("lea", rightPIN, "Home").Device.ID
	k.now = k.now.Add(2 * time.Hour)
	thief := k.registerAs("lea", rightPIN, "Thief").Device.ID
	alert := k.alertOf("lea", access.AlertNewDevice)
	k.now = k.now.Add(2 * time.Hour) // an incident of its own
	later := k.registerAs("lea", rightPIN, "Later").Device.ID
	open := k.start("lea", "").LoginID
	done, err := k.DisputeAlert(t.Context(), root, number(alert), "she was asleep")
	if err != nil {
		t.Fatal(err)
	}
	if done.Login != "lea" || done.Ended.Devices != 2 || done.Alerts == 0 || done.Ended.Logins == 0 {
		t.Errorf("got %+v", done)
	}
	for id, revoked := range map[string]bool{old: false, thief: true, later: true} {
		if k.device(id).Revoked() != revoked {
			t.Errorf("device %s: revoked %t, want %t", k.device(id).Label, !revoked, revoked)
		}
	}
	want(t, k.give(open, rightPIN, ""), access.Deny, access.ReasonLoginExpired)
	if got, _, err := k.Alert(t.Context(), root, number(alert)); err != nil || got.State != access.AlertDisputed {
		t.Errorf("the alert: got %s, %v", got.State, err)
	}
	if got := k.verify(rightPIN); got != "right" {
		t.Errorf("the PIN: got %s, want it kept", got)
	}
	if done, err = k.DisputeAlert(t.Context(), root, number(alert), "again"); err != nil || done.Alerts != 0 {
		t.Errorf("disputed again: got %+v, %v, want nothing", done, err)
	}
	again := k.give(k.start("lea", "").LoginID, rightPIN, "")
	if !again.PasswordChangeAdvised {
		t.Error("a change of the password is not advised")
	}
	if _, err := k.DisputeAlert(t.Context(), root, number(alert), " "); access.CodeOf(err) != "reason_required" {
		t.Errorf("without a reason: got %v", err)
	}
}

func number(a store.AlertRow) string { return strconv.FormatInt(a.Key, 10) }
