package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// A heist is a login of lea on pinward's pages that somebody else wants.
type heist struct {
	*kit
	ent     access.Operator
	started app.LoginAnswer
	victim  *browser // has passed the PIN
}

func heisted(t *testing.T) *heist {
	t.Helper()
	h := &heist{}
	h.kit, h.ent = hosting(t)
	h.started = h.host(h.ent, "lea")
	h.victim = h.newBrowser()
	h.victim.visit(h.started.PageLink)
	want(t, h.victim.give(rightPIN, ""), access.Allow, access.ReasonNewDevice)
	return h
}

// TestPageLinkAttacks: what a link does not open.
func TestPageLinkAttacks(t *testing.T) {
	for _, c := range []struct {
		name string
		try  func(h *heist, thief *browser) error
		want string
	}{
		{"a second browser", func(h *heist, thief *browser) error { return second(thief.try(h.started.PageLink)) }, app.CodePageTaken},
		{"a second browser with a secret of its own making", func(h *heist, thief *browser) error {
			thief.secret = access.NewSecret("planted")
			return second(thief.try(h.started.PageLink))
		}, app.CodePageTaken},
		{"a second browser with the link as its secret", func(h *heist, thief *browser) error {
			thief.secret = h.started.PageLink
			return second(thief.try(h.started.PageLink))
		}, app.CodePageTaken},
		{"a second browser with the secret of another page", func(h *heist, thief *browser) error {
			thief.visit(h.host(h.ent, "lea").PageLink)
			return second(thief.try(h.started.PageLink))
		}, app.CodePageTaken},
		{"no link", func(_ *heist, thief *browser) error { return second(thief.try(access.Secret{})) }, app.CodePageExpired},
		{"a guessed link", func(_ *heist, thief *browser) error { return second(thief.try(access.NewSecret("guess"))) }, app.CodePageExpired},
		{"the login's id as link", func(h *heist, thief *browser) error {
			return second(thief.try(access.NewSecret(h.started.LoginID)))
		}, app.CodePageExpired},
		{"the first browser, once redeemed", func(h *heist, _ *browser) error {
			code, _ := h.victim.finish()
			h.redeemed(h.ent, h.started.LoginID, code)
			return second(h.victim.try(h.started.PageLink))
		}, app.CodePageExpired},
		{"the first browser, once it left", func(h *heist, _ *browser) error {
			if err := h.LeavePage(context.Background(), access.PageUser(), h.victim.secret); err != nil {
				return err
			}
			return second(h.victim.try(h.started.PageLink))
		}, app.CodePageExpired},
		{"another browser, once the first left", func(h *heist, thief *browser) error {
			if err := h.LeavePage(context.Background(), access.PageUser(), h.victim.secret); err != nil {
				return err
			}
			return second(thief.try(h.started.PageLink))
		}, app.CodePageExpired},
		{"an unused link past the login's time", func(h *heist, thief *browser) error {
			link := h.host(h.ent, "lea").PageLink
			h.now = h.now.Add(access.LoginFor)
			return second(thief.try(link))
		}, app.CodePageExpired},
		{"an unused link just in time", func(h *heist, thief *browser) error {
			link := h.host(h.ent, "lea").PageLink
			h.now = h.now.Add(access.LoginFor - time.Millisecond)
			return second(thief.try(link))
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := heisted(t)
			wantCode(t, c.try(h, h.newBrowser()), c.want)
		})
	}
}

// TestPageSecretsAreNeverTheCallersOwn: a cookie that was planted in a browser
// opens nothing afterwards.
func TestPageSecretsAreNeverTheCallersOwn(t *testing.T) {
	h := heisted(t)
	b := h.newBrowser()
	planted := h.victim.secret
	b.secret = planted
	view := b.visit(h.host(h.ent, "lea").PageLink)
	if view.Browser.Empty() || view.Browser.Reveal() == planted.Reveal() {
		t.Fatal("the browser goes on with the planted secret")
	}
	want(t, b.give(rightPIN, ""), access.Allow, access.ReasonNewDevice)
}

// TestTwoAccountsInOneBrowser: each page has its secret, each account its cookie.
func TestTwoAccountsInOneBrowser(t *testing.T) {
	k, ent := hosting(t)
	k.add("tom", access.Teacher)
	k.pin("tom", otherPIN)
	b := k.newBrowser()
	b.through(ent, "lea", rightPIN, "Home")
	b.through(ent, "tom", otherPIN, "Home")
	if len(b.cookies) != 2 {
		t.Fatalf("%d cookies of devices, want one an account", len(b.cookies))
	}
	lea := k.host(ent, "lea")
	want(t, b.visit(lea.PageLink).Answer, access.Allow, access.ReasonDeviceRecognized)
	ofLea := b.secret
	want(t, b.visit(k.host(ent, "tom").PageLink).Answer, access.Allow, access.ReasonDeviceRecognized)
	if view, err := k.Page(context.Background(), access.PageUser(), ofLea); err != nil || view.Login != "lea" {
		t.Errorf("the first page: got %s, %v", view.Login, err)
	}
	if view, err := b.page(); err != nil || view.Login != "tom" {
		t.Errorf("the second page: got %s, %v", view.Login, err)
	}
	// One account's cookie under the other's name recognizes nobody.
	var names, tokens []string
	for name, token := range b.cookies {
		names, tokens = append(names, name), append(tokens, token)
	}
	b.cookies[names[0]], b.cookies[names[1]] = tokens[1], tokens[0]
	want(t, b.visit(k.host(ent, "lea").PageLink).Answer, access.AskPIN, access.ReasonNewDevice)
}

const otherPIN = "694038"

// TestPageUserReachesItsOwnLoginAlone: other secrets are none.
func TestPageUserReachesItsOwnLoginAlone(t *testing.T) {
	h := heisted(t)
	plain, err := h.StartLogin(context.Background(), h.ent, app.StartLogin{Login: "lea"})
	if err != nil {
		t.Fatal(err)
	}
	unused := h.host(h.ent, "lea")
	for name, id := range map[string]access.Secret{
		"a portal's login":      access.NewSecret(plain.LoginID),
		"a hosted login":        access.NewSecret(h.started.LoginID),
		"a link":                h.started.PageLink,
		"an unused link":        unused.PageLink,
		"nothing":               access.NewSecret(""),
		"a page's public login": access.NewSecret("lea"),
	} {
		b := h.newBrowser()
		b.secret = id
		if _, err := b.page(); access.CodeOf(err) != app.CodePageExpired {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := h.FinishPage(context.Background(), access.PageUser(), id); access.CodeOf(err) != app.CodePageExpired {
			t.Errorf("%s, finished: got %v", name, err)
		}
		if id.Empty() {
			continue
		}
		want(t, b.give(rightPIN, ""), access.Deny, access.ReasonLoginExpired)
		want(t, b.setUp(access.Notify, ""), access.Deny, access.ReasonLoginExpired)
	}
	if _, err := h.StartLogin(context.Background(), access.PageUser(), app.StartLogin{Login: "lea"}); access.CodeOf(err) != "forbidden" {
		t.Errorf("start as a page: got %v", err)
	}
}

// TestReturnCodeAttacks: what does not tell a portal that somebody passed.
func TestReturnCodeAttacks(t *testing.T) {
	for _, c := range []struct {
		name string
		try  func(h *heist, code access.Secret) app.RedeemedLogin
		want access.Reason
	}{
		{"just in time", func(h *heist, code access.Secret) app.RedeemedLogin {
			h.now = h.now.Add(access.ReturnCodeFor - time.Millisecond)
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonNewDevice},
		{"too late", func(h *heist, code access.Secret) app.RedeemedLogin {
			h.now = h.now.Add(access.ReturnCodeFor)
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginCodeWrong},
		{"a second time", func(h *heist, code access.Secret) app.RedeemedLogin {
			h.redeemed(h.ent, h.started.LoginID, code)
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginCodeWrong},
		{"an older code", func(h *heist, code access.Secret) app.RedeemedLogin {
			h.victim.finish()
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginCodeWrong},
		{"a wrong code", func(h *heist, _ access.Secret) app.RedeemedLogin {
			return h.redeemed(h.ent, h.started.LoginID, access.NewSecret("guess"))
		}, access.ReasonLoginCodeWrong},
		{"the right code after four wrong ones", func(h *heist, code access.Secret) app.RedeemedLogin {
			for range access.ReturnTries - 1 {
				h.redeemed(h.ent, h.started.LoginID, access.NewSecret("guess"))
			}
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonNewDevice},
		{"the right code after five wrong ones", func(h *heist, code access.Secret) app.RedeemedLogin {
			for range access.ReturnTries {
				h.redeemed(h.ent, h.started.LoginID, access.NewSecret("guess"))
			}
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginCodeWrong},
		{"at another portal", func(h *heist, code access.Secret) app.RedeemedLogin {
			return h.redeemed(h.kit.ent("moodle"), h.started.LoginID, code)
		}, access.ReasonLoginExpired},
		{"at another login of the portal", func(h *heist, code access.Secret) app.RedeemedLogin {
			return h.redeemed(h.ent, h.host(h.ent, "lea").LoginID, code)
		}, access.ReasonLoginCodeWrong},
		{"at a login that the portal asks the PIN of", func(h *heist, code access.Secret) app.RedeemedLogin {
			plain, err := h.StartLogin(context.Background(), h.ent, app.StartLogin{Login: "lea"})
			if err != nil {
				h.t.Fatal(err)
			}
			return h.redeemed(h.ent, plain.LoginID, code)
		}, access.ReasonLoginExpired},
		{"the browser's secret in its place", func(h *heist, _ access.Secret) app.RedeemedLogin {
			return h.redeemed(h.ent, h.started.LoginID, h.victim.secret)
		}, access.ReasonLoginCodeWrong},
		{"the link in its place", func(h *heist, _ access.Secret) app.RedeemedLogin {
			return h.redeemed(h.ent, h.started.LoginID, h.started.PageLink)
		}, access.ReasonLoginCodeWrong},
		{"after the browser left", func(h *heist, code access.Secret) app.RedeemedLogin {
			if err := h.LeavePage(context.Background(), access.PageUser(), h.victim.secret); err != nil {
				h.t.Fatal(err)
			}
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginCodeWrong},
		{"after the account was suspended", func(h *heist, code access.Secret) app.RedeemedLogin {
			h.status("lea", (*app.App).SuspendAccount)
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginExpired},
		{"after its last day", func(h *heist, code access.Secret) app.RedeemedLogin {
			h.account("lea", func(a *access.Account) { a.EndsOn = access.Date{Year: 2026, Month: 3, Day: 1} })
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginExpired},
		{"after the clock was moved back", func(h *heist, code access.Secret) app.RedeemedLogin {
			h.now = h.now.Add(-2 * access.ReturnCodeFor)
			return h.redeemed(h.ent, h.started.LoginID, code)
		}, access.ReasonLoginCodeWrong},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := heisted(t)
			code, _ := h.victim.finish()
			done := c.try(h, code)
			passed := c.want == access.ReasonNewDevice
			if done.Reason != c.want || done.Refused == passed || (done.Decision == access.Allow) != passed {
				t.Errorf("got %s, %s, refused %t; want %s", done.Decision, done.Reason, done.Refused, c.want)
			}
			if (done.Login != nil) != passed {
				t.Error("whose login it is is told with a wrong code")
			}
		})
	}
}

func TestNoCodeBeforeTheLoginPassed(t *testing.T) {
	k, ent := hosting(t)
	b := k.newBrowser()
	b.visit(k.host(ent, "lea").PageLink)
	finish := func() error { return second(k.FinishPage(context.Background(), access.PageUser(), b.secret)) }
	wantCode(t, finish(), "page_not_done")
	b.give(wrongPIN, "")
	wantCode(t, finish(), "page_not_done")
	for range 2 {
		b.give(wrongPIN, "")
	}
	wantCode(t, finish(), "page_not_done")
}

// TestPortalKeepsOutOfAHostedLogin: what would let it in without its browser.
func TestPortalKeepsOutOfAHostedLogin(t *testing.T) {
	ctx := context.Background()
	h := heisted(t)
	id := access.NewSecret(h.host(h.ent, "lea").LoginID)
	redeemed := access.NewSecret(h.started.LoginID)
	code, _ := h.victim.finish()
	h.redeemed(h.ent, h.started.LoginID, code)
	for name, id := range map[string]access.Secret{"open": id, "redeemed": redeemed} {
		for what, try := range map[string]func() error{
			"pin": func() error {
				return second(h.GivePIN(ctx, h.ent, app.GivePIN{LoginID: id, PIN: access.NewPIN(rightPIN)}))
			},
			"setup": func() error { return second(h.SetUp(ctx, h.ent, app.SetUp{LoginID: id, Protection: access.Notify})) },
			"name": func() error {
				return second(h.RememberDevice(ctx, h.ent, app.NameDevice{LoginID: id, Name: "Home"}))
			},
			"reset": func() error { return second(h.ResetByMail(ctx, h.ent, app.ResetByMail{LoginID: id})) },
		} {
			if err := try(); access.CodeOf(err) != "login_hosted" {
				t.Errorf("%s of the login that is %s: got %v", what, name, err)
			}
		}
	}
	h.wantAttempts(0, 0, 0)
}

func TestReturnAddressesAreThePortalsOwn(t *testing.T) {
	ctx := context.Background()
	k, ent := hosting(t)
	start := func(by access.Operator, change func(r *app.StartLogin)) error {
		req := app.StartLogin{Login: "lea", ReturnURL: backURL, State: "s"}
		change(&req)
		return second(k.StartLogin(ctx, by, req))
	}
	to := func(u string) func(r *app.StartLogin) { return func(r *app.StartLogin) { r.ReturnURL = u } }
	other := k.portal(access.Portal{Name: "other", Scopes: []access.Scope{access.ScopeLogin}, ReturnURLs: []string{"https://other.example/"}}).Portal.Operator()
	for _, c := range []struct {
		name   string
		by     access.Operator
		change func(r *app.StartLogin)
		want   string
	}{
		{"its own", ent, func(*app.StartLogin) {}, ""},
		{"another portal's", ent, to("https://other.example/"), "return_url_not_allowed"},
		{"its own, of another portal", other, func(*app.StartLogin) {}, "return_url_not_allowed"},
		{"its own and more", ent, to(backURL + "/more"), "return_url_not_allowed"},
		{"its own with a query", ent, to(backURL + "?a=b"), "return_url_not_allowed"},
		{"another host with it behind", ent, to("https://evil.example/" + backURL), "return_url_not_allowed"},
		{"an operator", root, func(*app.StartLogin) {}, "return_url_not_allowed"},
		{"a portal that there is not", access.Portal{Name: "ghost"}.Operator(), func(*app.StartLogin) {}, "return_url_not_allowed"},
		{"a long state", ent, func(r *app.StartLogin) { r.State = string(make([]byte, access.MaxState+1)) }, "state_invalid"},
		{"a state of two lines", ent, func(r *app.StartLogin) { r.State = "a\nb" }, "state_invalid"},
		{"a state alone", ent, to(""), "usage"},
		{"a device token along", ent, func(r *app.StartLogin) { r.DeviceToken = access.NewSecret("x") }, "usage"},
	} {
		t.Run(c.name, func(t *testing.T) { wantCode(t, start(c.by, c.change), c.want) })
	}
}
