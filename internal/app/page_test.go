package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func TestPortalLearnsOfAHostedLoginByItsCodeAlone(t *testing.T) {
	k, ent := hosting(t)
	started := k.host(ent, "lea")
	want(t, started, access.AskPIN, access.ReasonNewDevice)
	if started.PageLink.Empty() || started.MayRemember {
		t.Errorf("got %+v, want a link, and nothing to do for the portal", started)
	}
	b := k.newBrowser()
	view := b.visit(started.PageLink)
	want(t, view.Answer, access.AskPIN, access.ReasonNewDevice)
	if view.Login != "lea" || view.Portal != "ent" || view.School != "School A" || view.Place != b.ip || *view.Answer.AttemptsLeft != 3 {
		t.Errorf("got %+v", view)
	}
	want(t, b.give(wrongPIN, ""), access.AskPIN, access.ReasonPINWrong)
	answer := b.give(rightPIN, "Home")
	want(t, answer, access.Allow, access.ReasonNewDevice)
	if answer.Device == nil || answer.DeviceToken == "" {
		t.Errorf("no device: %+v", answer)
	}
	s := k.statusOf(ent, started.LoginID)
	if s.State != access.LoginOpen || s.Decision != access.ToPage || s.Reason != nil {
		t.Errorf("before the code the portal reads %+v", s)
	}
	code, state := b.finish()
	if state != "a state & more" {
		t.Errorf("state: got %q", state)
	}
	done := k.redeemed(ent, started.LoginID, code)
	want(t, done.LoginAnswer, access.Allow, access.ReasonNewDevice)
	if *done.Login != "lea" || done.Device == nil || done.Device.Label != "Home" || done.DeviceToken != "" || done.MayRemember {
		t.Errorf("redeemed: got %+v", done)
	}
	if s := k.statusOf(ent, started.LoginID); s.State != access.LoginPassed || !s.Redeemed || *s.Reason != access.ReasonNewDevice {
		t.Errorf("after the code the portal reads %+v", s)
	}
	if row := k.logins("lea")[0]; row.IP.String() != b.ip || row.UserAgent != firefox {
		t.Errorf("the log has %s, %s, want the browser's own", row.IP, row.UserAgent)
	}
}

// TestRecognizedBrowserPassesUnasked: the device's cookie lives on pinward's own
// host, so nothing is asked, told or counted before the browser came.
func TestRecognizedBrowserPassesUnasked(t *testing.T) {
	k, ent := hosting(t)
	b := k.newBrowser()
	b.through(ent, "lea", rightPIN, "Home")
	before := b.cookies
	b.cookies = map[string]string{}
	for name, token := range before {
		b.cookies[name] = token
	}
	alerts := len(k.alerts("lea"))
	k.forgive()
	started := k.host(ent, "lea")
	want(t, started, access.AskPIN, access.ReasonNewDevice)
	view := b.visit(started.PageLink)
	want(t, view.Answer, access.Allow, access.ReasonDeviceRecognized)
	for name := range before {
		if before[name] == b.cookies[name] {
			t.Error("the token was not rotated")
		}
	}
	code, _ := b.finish()
	done := k.redeemed(ent, started.LoginID, code)
	want(t, done.LoginAnswer, access.Allow, access.ReasonDeviceRecognized)
	if done.Device == nil || done.DeviceToken != "" {
		t.Errorf("got %+v", done)
	}
	if got := len(k.alerts("lea")); got != alerts {
		t.Errorf("%d alerts more", got-alerts)
	}
	k.wantOwed("lea", "")
}

func TestHostedLoginWaitsForItsBrowser(t *testing.T) {
	for _, c := range []struct {
		name        string
		prepare     func(k *kit)
		start       access.Decision
		startReason access.Reason
		visit       access.Decision
		visitReason access.Reason
		owed        bool // where nobody comes, somebody knew the password alone
	}{
		{"a notice is not owed before", func(k *kit) {
			k.account("lea", func(a *access.Account) { a.Profile, a.Protection = access.Student, access.Notify })
		}, access.ToPage, access.ReasonNotifyOnly, access.Allow, access.ReasonNotifyOnly, false},
		{"nothing was chosen", func(k *kit) {
			k.account("lea", func(a *access.Account) { a.Profile, a.Protection = access.Student, access.NotChosen })
		}, access.ToPage, access.ReasonNoProtection, access.Allow, access.ReasonNoProtection, false},
		{"a lock waits, for a recognized device goes past it", func(k *kit) {
			for range access.LockAfter {
				k.verify(wrongPIN)
			}
		}, access.ToPage, access.ReasonPINLocked, access.Deny, access.ReasonPINLocked, true},
		{"a PIN is asked", func(*kit) {}, access.AskPIN, access.ReasonNewDevice, access.AskPIN, access.ReasonNewDevice, true},
		{"a set-up is owed", func(k *kit) { k.reset("lea") }, access.SetUp, access.ReasonSetupCodeRequired, access.SetUp, access.ReasonSetupCodeRequired, true},
		{"a pass is not spent before", func(k *kit) { k.pass(time.Hour) }, access.ToPage, access.ReasonLoginPass, access.Allow, access.ReasonLoginPass, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, ent := hosting(t)
			c.prepare(k)
			k.forgive()
			before := len(k.alerts("lea"))
			started := k.host(ent, "lea")
			want(t, started, c.start, c.startReason)
			k.wantOwed("lea", "")
			wantKinds(t, k.alerts("lea")[before:])
			nobody := k.host(ent, "lea")
			view := k.newBrowser().visit(started.PageLink)
			want(t, view.Answer, c.visit, c.visitReason)
			before = len(k.alerts("lea"))
			k.now = k.now.Add(access.LoginFor)
			if s := k.statusOf(ent, nobody.LoginID); s.State != access.LoginExpired {
				t.Errorf("nobody came: got %+v", s)
			}
			expired := 0
			for _, kind := range k.swept("lea", before) {
				if kind == access.AlertLoginAbandoned {
					expired++
				}
			}
			wantExpired := 0
			if c.owed {
				wantExpired = 1
			}
			if c.visit == access.AskPIN || c.visit == access.SetUp {
				wantExpired = 2 // nor did the one who came go on
			}
			if expired != wantExpired {
				t.Errorf("%d abandoned logins told of, want %d", expired, wantExpired)
			}
		})
	}
}

// swept ends what is overdue and gives the alerts that came since.
func (k *kit) swept(login string, before int) []access.AlertKind {
	k.t.Helper()
	if err := k.SweepLogins(context.Background()); err != nil {
		k.t.Fatal(err)
	}
	return k.alerts(login)[before:]
}

func TestRecognizedBrowserGoesPastALock(t *testing.T) {
	k, ent := hosting(t)
	b := k.newBrowser()
	b.through(ent, "lea", rightPIN, "Home")
	for range access.LockAfter {
		k.verify(wrongPIN)
	}
	want(t, b.visit(k.host(ent, "lea").PageLink).Answer, access.Allow, access.ReasonDeviceRecognized)
	want(t, k.newBrowser().visit(k.host(ent, "lea").PageLink).Answer, access.Deny, access.ReasonPINLocked)
}

func TestHostedDenialsNeedNoBrowser(t *testing.T) {
	k, ent := hosting(t)
	want(t, k.host(ent, "nobody"), access.Deny, access.ReasonAccountUnknown)
	k.status("lea", (*app.App).SuspendAccount)
	answer := k.host(ent, "lea")
	want(t, answer, access.Deny, access.ReasonAccountSuspended)
	if !answer.PageLink.Empty() {
		t.Error("a page opens for it")
	}
}

// TestPasswordChangeSparesTheHostedDevice: which device is in use is known when
// the browser comes, and not before.
func TestPasswordChangeSparesTheHostedDevice(t *testing.T) {
	k, ent := hosting(t)
	here, elsewhere := k.newBrowser(), k.newBrowser()
	here.through(ent, "lea", rightPIN, "Home")
	elsewhere.through(ent, "lea", rightPIN, "Work")
	k.now = k.now.Add(time.Hour)
	changed := k.now.Add(-time.Minute)
	started, err := k.StartLogin(context.Background(), ent, app.StartLogin{Login: "lea", ReturnURL: backURL, PasswordChangedAt: &changed})
	if err != nil {
		t.Fatal(err)
	}
	view := here.visit(started.PageLink)
	want(t, view.Answer, access.Allow, access.ReasonDeviceRecognized)
	if view.Answer.DevicesRevoked != 1 {
		t.Errorf("%d devices revoked, want the other one", view.Answer.DevicesRevoked)
	}
	want(t, elsewhere.visit(k.host(ent, "lea").PageLink).Answer, access.AskPIN, access.ReasonDeviceRevoked)
}

func TestPageUnderstandsItsOwnBrowserAgain(t *testing.T) {
	k, ent := hosting(t)
	started := k.host(ent, "lea")
	b := k.newBrowser()
	b.visit(started.PageLink)
	b.give(wrongPIN, "")
	head := k.head()
	again := b.visit(started.PageLink)
	want(t, again.Answer, access.AskPIN, access.ReasonNewDevice)
	if !again.Browser.Empty() || *again.Answer.AttemptsLeft != 2 || k.head() != head {
		t.Errorf("got %+v", again)
	}
	pin, err := k.SuggestPIN(context.Background(), access.PageUser(), b.secret)
	if err != nil || len(pin.Reveal()) != 6 {
		t.Errorf("a PIN is proposed: got %d digits, %v", len(pin.Reveal()), err)
	}
	for range 2 {
		b.give(wrongPIN, "")
	}
	view, err := b.page()
	if err != nil {
		t.Fatal(err)
	}
	want(t, view.Answer, access.Deny, access.ReasonLoginExhausted)
	if !view.Answer.Refused || view.State != access.LoginDenied {
		t.Errorf("got %+v", view)
	}
}

func TestForgottenPINOnThePage(t *testing.T) {
	k := forgetful(t)
	ent := k.ent("ent")
	started := k.host(ent, "lea")
	b := k.newBrowser()
	b.visit(started.PageLink)
	sent := k.resetBy(access.PageUser(), app.ResetByMail{LoginID: b.secret})
	want(t, sent, access.AskPIN, access.ReasonResetSent)
	done := k.resetBy(access.PageUser(), redemption(b.secret.Reveal(), k.mailed(), newPIN))
	want(t, done, access.Allow, access.ReasonPINResetByMail)
	code, _ := b.finish()
	want(t, k.redeemed(ent, started.LoginID, code).LoginAnswer, access.Allow, access.ReasonPINResetByMail)
}

func TestPagesAreForgottenAfterADay(t *testing.T) {
	k, ent := hosting(t)
	link := k.host(ent, "lea").PageLink
	k.now = k.now.Add(access.Day)
	k.prune()
	wantCode(t, second(k.newBrowser().try(link)), app.CodePageExpired)
	count := func() (n int) {
		k.view(func(tx store.Tx) (err error) {
			n, err = tx.CountAged(context.Background(), store.AgedPages, k.now.Add(access.Day))
			return err
		})
		return n
	}
	if count() != 1 {
		t.Fatal("the page is gone after a day")
	}
	k.now = k.now.Add(time.Millisecond)
	k.prune()
	if count() != 0 {
		t.Error("the page is there after a day")
	}
}

// second gives the error of two results.
func second[T any](_ T, err error) error { return err }

// wantCode checks the code of a refusal; none: no error.
func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if access.CodeOf(err) != code || (err == nil) != (code == "") {
		t.Errorf("got error %v (code %q), want code %q", err, access.CodeOf(err), code)
	}
}
