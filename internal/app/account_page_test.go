package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// direct passes a login that the portal asks the PIN of, and gives its id.
func (k *kit) direct(by access.Operator, login, pin string) string {
	k.t.Helper()
	started, err := k.StartLogin(context.Background(), by, app.StartLogin{Login: login, IP: "198.51.100.9", UserAgent: firefox})
	if err != nil {
		k.t.Fatal(err)
	}
	if pin != "" {
		if _, err := k.GivePIN(context.Background(), by, app.GivePIN{LoginID: access.NewSecret(started.LoginID), PIN: access.NewPIN(pin)}); err != nil {
			k.t.Fatal(err)
		}
	}
	return started.LoginID
}

// TestWhoseLoginOpensTheAccount: the password alone does only where there is no
// PIN to ask for.
func TestWhoseLoginOpensTheAccount(t *testing.T) {
	student := func(p access.Protection) func(k *kit) {
		return func(k *kit) {
			k.tamper(`DELETE FROM pin`)
			k.account("lea", func(a *access.Account) { a.Profile, a.Protection = access.Student, p })
		}
	}
	for _, c := range []struct {
		name    string
		prepare func(k *kit)
		pin     string
		then    func(k *kit)
		want    string
	}{
		{"the PIN was given", nil, rightPIN, nil, ""},
		{"the PIN is asked", nil, "", nil, "login_expired"},
		{"the PIN was wrong", nil, wrongPIN, nil, "login_expired"},
		{"a notice is all there is", student(access.Notify), "", nil, ""},
		{"nothing was chosen", student(access.NotChosen), "", nil, ""},
		{"no protection", student(access.None), "", nil, ""},
		{"a pass let it through", func(k *kit) { k.pass(time.Hour) }, "", nil, "proof_needed"},
		{"a pass, and the PIN afterwards", func(k *kit) { k.pass(time.Hour) }, rightPIN, nil, ""},
		{"a pause let it through", func(k *kit) { k.pause(time.Hour) }, "", nil, "proof_needed"},
		{"a pause, with nothing set up", func(k *kit) {
			k.tamper(`DELETE FROM pin`)
			k.account("lea", func(a *access.Account) { a.Protection = access.NotChosen })
			k.pause(time.Hour)
		}, "", nil, "proof_needed"},
		{"in its last millisecond", nil, rightPIN, func(k *kit) { k.now = k.now.Add(access.LoginFor - time.Millisecond) }, ""},
		{"past its time", nil, rightPIN, func(k *kit) { k.now = k.now.Add(access.LoginFor) }, "login_expired"},
		{"the PIN was changed since", nil, rightPIN, func(k *kit) {
			k.now = k.now.Add(time.Second)
			b := k.newBrowser()
			b.account(access.Portal{Name: "ent"}.Operator(), "lea", rightPIN, "")
			b.setUp(access.ByPIN, otherPIN)
		}, "proof_needed"},
		{"the PIN was reset since", nil, rightPIN, func(k *kit) { k.reset("lea") }, "login_expired"},
		{"past the account's last day", nil, rightPIN, func(k *kit) {
			k.account("lea", func(a *access.Account) { a.EndsOn = access.Date{Year: 2026, Month: 3, Day: 1} })
		}, "account_not_active"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, ent := hosting(t)
			if c.prepare != nil {
				c.prepare(k)
			}
			id := k.direct(ent, "lea", c.pin)
			if c.then != nil {
				c.then(k)
			}
			wantCode(t, second(k.accountLink(ent, id)), c.want)
		})
	}
}

func TestAccountLinkAttacks(t *testing.T) {
	ctx := context.Background()
	k, ent := hosting(t)
	id := k.direct(ent, "lea", rightPIN)
	wantCode(t, second(k.accountLink(k.ent("moodle"), id)), "login_expired")
	wantCode(t, second(k.accountLink(root, id)), "login_expired")
	wantCode(t, second(k.OpenAccount(ctx, ent, app.OpenAccount{LoginID: access.NewSecret(id), ReturnURL: "https://evil.example/"})), "return_url_not_allowed")
	hosted := k.host(ent, "lea")
	b := k.newBrowser()
	b.visit(hosted.PageLink)
	b.give(rightPIN, "")
	wantCode(t, second(k.accountLink(ent, hosted.LoginID)), "login_hosted")
	wantCode(t, second(b.own()), app.CodePageExpired) // the page of a login is none of the account

	link, err := k.accountLink(ent, id)
	if err != nil {
		t.Fatal(err)
	}
	late, err := k.accountLink(ent, id)
	if err != nil {
		t.Fatal(err)
	}
	owner, thief := k.newBrowser(), k.newBrowser()
	if view := owner.visit(link); view.Kind != access.PageAccount || view.Login != "lea" || !view.PINProven {
		t.Errorf("got %+v", view)
	}
	wantCode(t, second(thief.try(link)), app.CodePageTaken)
	wantCode(t, second(k.FinishPage(ctx, access.PageUser(), owner.secret)), "page_not_done")
	k.now = k.now.Add(access.AccountLinkFor)
	wantCode(t, second(thief.try(late)), app.CodePageExpired)

	// Fifteen minutes from the visit, past the login's own time.
	k.now = morning.Add(access.AccountFor - time.Millisecond)
	wantCode(t, second(owner.own()), "")
	k.now = morning.Add(access.AccountFor)
	wantCode(t, second(owner.own()), app.CodePageExpired)
	if got := owner.give(rightPIN, ""); got.Reason != access.ReasonLoginExpired {
		t.Errorf("a PIN afterwards: got %+v", got)
	}
}

// TestAnAccountsPagesDoNotProlongThemselves: a login that they keep open brings
// nobody there again.
func TestAnAccountsPagesDoNotProlongThemselves(t *testing.T) {
	k, ent := hosting(t)
	id := k.direct(ent, "lea", rightPIN)
	link, err := k.accountLink(ent, id)
	if err != nil {
		t.Fatal(err)
	}
	k.newBrowser().visit(link)
	k.now = k.now.Add(access.LoginFor)
	wantCode(t, second(k.accountLink(ent, id)), "login_expired")
}

func TestOwnDevices(t *testing.T) {
	ctx := context.Background()
	k, ent := hosting(t)
	k.newBrowser().through(ent, "lea", rightPIN, "Work")
	b := k.newBrowser()
	b.account(ent, "lea", rightPIN, "Home")
	k.add("tom", access.Teacher)
	k.putDevice("d-tom", "tom", nil)
	view, err := b.own()
	if err != nil {
		t.Fatal(err)
	}
	if len(view.Devices) != 2 || view.Devices[0].Label != "Work" || view.Devices[0].Current || !view.Devices[1].Current || view.Devices[1].Network != "198.51.100.0/24" {
		t.Fatalf("devices: got %+v", view.Devices)
	}
	work, home := view.Devices[0].ID, view.Devices[1].ID
	rename := func(id, label string) error {
		return second(k.RenameOwnDevice(ctx, access.PageUser(), app.RenameOwn{Browser: b.secret, ID: id, Label: label}))
	}
	wantCode(t, rename("d-tom", "Mine"), "not_found")
	wantCode(t, rename(work, "home"), "label_taken")
	wantCode(t, rename(work, "School"), "label_invalid")
	wantCode(t, rename(work, "Room 201"), "")
	if got := k.device(work).Label; got != "Room 201" {
		t.Errorf("label: got %q", got)
	}
	revoke := func(req app.RevokeOwn) (app.RevokedOwn, error) {
		req.Browser = b.secret
		return k.RevokeOwnDevices(ctx, access.PageUser(), req)
	}
	_, err = revoke(app.RevokeOwn{IDs: []string{work, "d-tom"}})
	wantCode(t, err, "not_found")
	if d := k.device(work); d.Revoked() {
		t.Error("one of two was revoked though the other was not found")
	}
	k.forgive()
	done, err := revoke(app.RevokeOwn{IDs: []string{work, work}})
	if err != nil || done.Devices != 1 || done.Current {
		t.Errorf("revoke one: got %+v, %v", done, err)
	}
	k.wantOwed("lea", "device_removed")
	if n := k.noticeRows("lea")[0]; n.Facts.By != "" || n.Facts.Label != "Room 201" {
		t.Errorf("the notice: got %+v", n.Facts)
	}
	if d := k.device(work); d.RevokedBy != "page" || d.RevokedReason == "" {
		t.Errorf("revoked by %q: %s", d.RevokedBy, d.RevokedReason)
	}
	done, err = revoke(app.RevokeOwn{All: true})
	if err != nil || done.Devices != 1 || !done.Current || !k.device(home).Revoked() {
		t.Errorf("revoke all: got %+v, %v", done, err)
	}
	wantCode(t, second(b.own()), "") // the PIN was given in it
}

// TestRemovingTheDeviceInUseEndsWhatItProved: the pages were open by it alone.
func TestRemovingTheDeviceInUseEndsWhatItProved(t *testing.T) {
	k, ent := hosting(t)
	b := k.newBrowser()
	b.through(ent, "lea", rightPIN, "Home")
	b.account(ent, "lea", "", "")
	done, err := k.RevokeOwnDevices(context.Background(), access.PageUser(), app.RevokeOwn{Browser: b.secret, All: true})
	if err != nil || !done.Current {
		t.Fatalf("got %+v, %v", done, err)
	}
	wantCode(t, second(b.own()), app.CodePageExpired)
}

func TestDeviceRemovedElsewhereEndsThePagesItProved(t *testing.T) {
	k, ent := hosting(t)
	b := k.newBrowser()
	b.through(ent, "lea", rightPIN, "Home")
	b.account(ent, "lea", "", "")
	wantCode(t, second(b.own()), "")
	view, err := b.own()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.RevokeDevices(context.Background(), root, []string{view.Devices[0].ID}, "lost"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, second(b.own()), app.CodePageExpired)
	if got := b.setUp(access.ByPIN, otherPIN); got.Reason != access.ReasonLoginExpired {
		t.Errorf("a new PIN: got %+v", got)
	}
}

// TestProtectionOnTheAccountsPages: as in a login, with the PIN first where there
// is one.
func TestProtectionOnTheAccountsPages(t *testing.T) {
	k, ent := hosting(t)
	k.account("lea", func(a *access.Account) { a.Profile = access.Student })
	b := k.newBrowser()
	b.through(ent, "lea", rightPIN, "Home")
	k.newBrowser().through(ent, "lea", rightPIN, "Work")
	b.account(ent, "lea", "", "")
	choices := func() map[access.Protection]app.OwnChoice {
		view, err := b.own()
		if err != nil {
			t.Fatal(err)
		}
		all := map[access.Protection]app.OwnChoice{}
		for _, c := range view.Choices {
			all[c.Protection] = c
		}
		return all
	}
	if got := choices(); !got[access.ByPIN].Chosen || !got[access.ByPIN].NeedPIN || !got[access.None].NeedPIN {
		t.Errorf("with a PIN: got %+v", got)
	}
	want(t, b.setUp(access.None, ""), access.AskPIN, access.ReasonDeviceRecognized)
	want(t, b.give(rightPIN, ""), access.Allow, access.ReasonDeviceRecognized)
	if got := choices(); got[access.None].NeedPIN || got[access.None].Closed != "" {
		t.Errorf("after the PIN: got %+v", got)
	}
	answer := b.setUp(access.ByPIN, "6940")
	if answer.Refused || answer.DevicesRevoked != 1 {
		t.Errorf("another PIN: got %+v", answer)
	}
	if got := choices(); !got[access.ByPIN].Chosen {
		t.Errorf("after another PIN: got %+v", got)
	}
	if answer := b.setUp(access.Notify, ""); answer.Refused {
		t.Errorf("a notice: got %+v", answer)
	}
	k.now = k.now.Add(time.Minute)
	// From notify to none a device must be known for longer, or a code be given.
	if got := choices(); !got[access.None].NeedCode {
		t.Errorf("with a notice: got %+v", got)
	}
}

// TestAnothersFirstPINEndsPagesThatProvedNothing: a thief with the password waits
// on the account's pages while the owner chooses a PIN.
func TestAnothersFirstPINEndsPagesThatProvedNothing(t *testing.T) {
	k := freeStudent(t, access.NotChosen)
	ent := k.ent("ent")
	owner, thief := k.newBrowser(), k.newBrowser()
	thief.account(ent, "max", "", "")
	owner.account(ent, "max", "", "")
	if answer := owner.setUp(access.ByPIN, "7304"); answer.Refused {
		t.Fatalf("got %+v", answer)
	}
	wantCode(t, second(thief.own()), app.CodePageExpired)
	wantCode(t, second(owner.own()), "")
}
