package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// noticeOf gives the newest notice of a kind.
func (k *kit) noticeOf(kind access.NoticeKind) access.Notice {
	k.t.Helper()
	all := k.notices(kind)
	if len(all) == 0 {
		k.t.Fatalf("no notice %s", kind)
	}
	return all[len(all)-1].Notice
}

// see marks a notice as seen on the page that the browser is on.
func (b *browser) see(id string) error {
	return second(b.k.SeeNotice(context.Background(), access.PageUser(), app.AnswerNotice{ID: id, LoginID: b.secret}))
}

func (b *browser) dispute(id string) (app.Disputed, error) {
	return b.k.DisputeNotice(context.Background(), access.PageUser(), app.AnswerNotice{ID: id, LoginID: b.secret})
}

// away is a browser elsewhere.
func (k *kit) away() *browser {
	b := k.newBrowser()
	b.ip, b.agent = "203.0.113.80", chrome
	return b
}

// TestNoticeStaysForTheDeviceThatCausedIt: a thief cannot make the owner's
// warning disappear.
func TestNoticeStaysForTheDeviceThatCausedIt(t *testing.T) {
	k, ent := hosting(t)
	owner := k.newBrowser()
	owner.through(ent, "lea", rightPIN, "Home")
	k.forgive()
	k.now = k.now.Add(time.Hour)
	thief := k.away()
	thief.account(ent, "lea", rightPIN, "")
	n := k.noticeOf(access.NoticeNewDevice)
	wantCode(t, thief.see(n.ID), app.CodeNoticeCaused) // in the same login
	thief.account(ent, "lea", rightPIN, "Phone")
	wantCode(t, thief.see(n.ID), app.CodeNoticeCaused) // in the same browser and network
	thief.account(ent, "lea", "", "")
	wantCode(t, thief.see(n.ID), app.CodeNoticeCaused) // on a device registered since
	added := k.noticeOf(access.NoticeDeviceAdded)
	thief.ip = "198.51.100.77"
	thief.account(ent, "lea", "", "")
	wantCode(t, thief.see(added.ID), app.CodeNoticeCaused) // on that device, from another network

	view := owner.account(ent, "lea", "", "")
	if len(view.Notices) != 2 || !view.Notices[0].MaySee {
		t.Errorf("the owner reads %+v", view.Notices)
	}
	wantCode(t, owner.see(n.ID), "")
	if seen := k.notice(n.ID); !seen.SeenAt.Equal(k.now) {
		t.Errorf("seen at %v", seen.SeenAt)
	}
	if view, err := owner.page(); err != nil || len(view.Notices) != 1 || view.Notices[0].ID != added.ID {
		t.Errorf("left: got %+v, %v", view.Notices, err)
	}
	if changed, err := k.SeeNotice(context.Background(), access.PageUser(), app.AnswerNotice{ID: n.ID, LoginID: owner.secret}); changed || err != nil {
		t.Errorf("again: got %t, %v", changed, err)
	}
}

func TestNoticesOfOthersDoNotExist(t *testing.T) {
	ctx := context.Background()
	k, ent := hosting(t)
	k.add("tom", access.Teacher)
	k.pin("tom", otherPIN)
	k.now = k.now.Add(time.Hour)
	k.away().through(ent, "tom", otherPIN, "")
	n := k.noticeOf(access.NoticeNewDevice)
	b := k.newBrowser()
	b.account(ent, "lea", rightPIN, "")
	for _, id := range []string{n.ID, "n_absent"} {
		wantCode(t, b.see(id), "not_found")
		wantCode(t, second(b.dispute(id)), "not_found")
	}
	foreign := k.portal(access.Portal{Name: "b", Scopes: []access.Scope{access.ScopeLogin}, Schools: []string{"B"}}).Portal.Operator()
	wantCode(t, second(k.DisputeNotice(ctx, foreign, app.AnswerNotice{ID: n.ID})), "not_found")
	wantCode(t, second(k.UnseenNotices(ctx, foreign, "tom", "")), "not_found")
	wantCode(t, second(k.UnseenNotices(ctx, ent, "tom", "x")), "usage")
	if all, err := k.UnseenNotices(ctx, ent, "tom", ""); err != nil || len(all) != 2 {
		t.Errorf("tom's notices: got %+v, %v", all, err)
	}
}

// TestNoticesNeedMoreThanThePassword: to read and to answer them.
func TestNoticesNeedMoreThanThePassword(t *testing.T) {
	k := freeStudent(t, access.Notify)
	ent := k.ent("ent")
	k.away().through(ent, "max", "", "")
	n := k.noticeOf(access.NoticeNewDevice)
	k.now = k.now.Add(time.Minute)
	b := k.newBrowser()
	if view := b.account(ent, "max", "", ""); len(view.Notices) != 0 {
		t.Errorf("got %+v", view.Notices)
	}
	wantCode(t, b.see(n.ID), "proof_needed")
	wantCode(t, second(b.dispute(n.ID)), "proof_needed")
	k.now = k.now.Add(time.Minute)
	b.setUp(access.ByPIN, "7304")
	wantCode(t, b.see(n.ID), "")
}

// TestItWasNotMe: what the thief got ends, and the page on which it is said
// stays.
func TestItWasNotMe(t *testing.T) {
	k, ent := hosting(t)
	owner := k.newBrowser()
	owner.through(ent, "lea", rightPIN, "Home")
	k.now = k.now.Add(time.Hour)
	thief := k.away()
	thief.account(ent, "lea", rightPIN, "Phone")
	n := k.noticeOf(access.NoticeDeviceAdded)
	k.now = k.now.Add(time.Hour)
	still := k.away()
	still.ip = "203.0.113.81"
	still.cookies = thief.cookies
	still.account(ent, "lea", "", "")
	owner.account(ent, "lea", "", "")
	done, err := owner.dispute(n.ID)
	if err != nil || done.Login != "lea" || done.Alerts == 0 || done.Ended.Devices != 1 || done.Ended.Logins == 0 {
		t.Fatalf("got %+v, %v", done, err)
	}
	wantCode(t, second(still.own()), app.CodePageExpired)
	view, err := owner.own()
	if err != nil || len(view.Devices) != 1 || !view.Answer.PasswordChangeAdvised {
		t.Errorf("the owner reads %+v, %v", view, err)
	}
	if k.notice(n.ID).SeenAt.IsZero() {
		t.Error("the notice still stands on the pages")
	}
	row := k.alertOf("lea", access.AlertNewDevice)
	if row.State != access.AlertDisputed || row.AnsweredBy != "page" {
		t.Errorf("the alert: got %s by %q", row.State, row.AnsweredBy)
	}
	head := k.head()
	if again, err := owner.dispute(n.ID); err != nil || again.Alerts != 0 || k.head() != head {
		t.Errorf("again: got %+v, %v", again, err)
	}
}

// TestDisputingTheOwnLoginEndsIt: whoever sits there is not the person, by their own
// word.
func TestDisputingTheOwnLoginEndsIt(t *testing.T) {
	k, ent := hosting(t)
	b := k.newBrowser()
	b.account(ent, "lea", rightPIN, "")
	if _, err := b.dispute(k.noticeOf(access.NoticeNewDevice).ID); err != nil {
		t.Fatal(err)
	}
	wantCode(t, second(b.own()), app.CodePageExpired)
}

// TestDisputeOfWhatNoAlertToldOf: the school hears of it all the same.
func TestDisputeOfWhatNoAlertToldOf(t *testing.T) {
	k, ent := hosting(t)
	owner := k.newBrowser()
	owner.through(ent, "lea", rightPIN, "Home")
	stolen := k.newBrowser()
	stolen.cookies = owner.cookies
	k.now = k.now.Add(time.Hour)
	stolen.account(ent, "lea", "", "")
	stolen.give(rightPIN, "")
	stolen.setUp(access.ByPIN, otherPIN)
	n := k.noticeOf(access.NoticePINChanged)
	k.now = k.now.Add(time.Hour)
	done, err := k.DisputeNotice(context.Background(), ent, app.AnswerNotice{ID: n.ID})
	if err != nil || done.Alerts != 1 || done.Login != "lea" {
		t.Fatalf("got %+v, %v", done, err)
	}
	row := k.alertOf("lea", access.AlertChangeDisputed)
	if row.Severity != access.High || row.State != access.AlertDisputed || row.AnsweredBy != ent.ID || !row.At.Equal(k.now) {
		t.Errorf("the alert: got %+v", row.Alert)
	}
	if !k.stored("lea").PasswordChangeAdvised(k.now) {
		t.Error("no change of the password is advised")
	}
}

// TestPortalAnswersInALoginOfLongAgo: what a portal lets people do lasts longer
// than the login.
func TestPortalAnswersInALoginOfLongAgo(t *testing.T) {
	ctx := context.Background()
	k, ent := hosting(t)
	mine := k.direct(ent, "lea", rightPIN)
	k.now = k.now.Add(time.Hour)
	k.away().through(ent, "lea", rightPIN, "")
	n := k.noticeOf(access.NoticeNewDevice)
	k.now = k.now.Add(time.Hour)
	see := func(by access.Operator, id string) error {
		return second(k.SeeNotice(ctx, by, app.AnswerNotice{ID: n.ID, LoginID: access.NewSecret(id)}))
	}
	wantCode(t, see(ent, ""), "login_expired")
	wantCode(t, see(k.ent("moodle"), mine), "login_expired")
	hosted := k.host(ent, "lea")
	b := k.newBrowser()
	b.visit(hosted.PageLink)
	b.give(rightPIN, "")
	wantCode(t, see(ent, hosted.LoginID), "login_expired") // not redeemed
	wantCode(t, see(ent, k.host(ent, "lea").LoginID), "login_expired")
	wantCode(t, see(ent, mine), "")
}
