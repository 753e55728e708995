package app_test

import (
	"context"
	"net/url"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

const backURL = "https://ent.example/pin/back"

// A browser is what somebody visits pinward's pages with.
type browser struct {
	k       *kit
	secret  access.Secret     // of the page that it is on
	cookies map[string]string // of devices
	ip      string
	agent   string
}

// newBrowser gives one at home that knows nothing yet.
func (k *kit) newBrowser() *browser {
	return &browser{k: k, cookies: map[string]string{}, ip: "198.51.100.9", agent: firefox}
}

// ent adds a portal that may send browsers back to backURL.
func (k *kit) ent(name string) access.Operator {
	k.t.Helper()
	return k.portal(access.Portal{Name: name, Scopes: []access.Scope{access.ScopeLogin}, ReturnURLs: []string{backURL}}).Portal.Operator()
}

// host opens a login of lea on pinward's pages.
func (k *kit) host(by access.Operator, login string) app.LoginAnswer {
	k.t.Helper()
	answer, err := k.StartLogin(context.Background(), by, app.StartLogin{
		Login: login, IP: "192.0.2.7", UserAgent: chrome, ReturnURL: backURL, State: "a state & more",
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return answer
}

// try follows a link.
func (b *browser) try(link access.Secret) (app.PageView, error) {
	b.k.t.Helper()
	view, err := b.k.VisitPage(context.Background(), access.PageUser(), app.VisitPage{
		Link: link, Browser: b.secret, IP: b.ip, UserAgent: b.agent,
		Cookie: func(name string) access.Secret { return access.NewSecret(b.cookies[name]) },
	})
	if err == nil && !view.Browser.Empty() {
		b.secret = view.Browser
	}
	b.keep(view.Answer)
	return view, err
}

// visit follows a link that opens.
func (b *browser) visit(link access.Secret) app.PageView {
	b.k.t.Helper()
	view, err := b.try(link)
	if err != nil {
		b.k.t.Fatal(err)
	}
	return view
}

// keep keeps the cookie of a device.
func (b *browser) keep(answer app.LoginAnswer) app.LoginAnswer {
	if answer.DeviceToken != "" {
		b.cookies[answer.CookieName] = answer.DeviceToken
	}
	return answer
}

// give enters a PIN on the page, and names the device where a label is given.
func (b *browser) give(pin, label string) app.LoginAnswer {
	b.k.t.Helper()
	req := app.GivePIN{LoginID: b.secret, PIN: access.NewPIN(pin)}
	if label != "" {
		req.Remember = &app.Remember{Name: label}
	}
	answer, err := b.k.GivePIN(context.Background(), access.PageUser(), req)
	if err != nil {
		b.k.t.Fatal(err)
	}
	return b.keep(answer)
}

// setUp chooses a protection on the page.
func (b *browser) setUp(p access.Protection, pin string) app.LoginAnswer {
	b.k.t.Helper()
	answer, err := b.k.SetUp(context.Background(), access.PageUser(), app.SetUp{
		LoginID: b.secret, Protection: p, PIN: access.NewPIN(pin), PINConfirm: access.NewPIN(pin),
	})
	if err != nil {
		b.k.t.Fatal(err)
	}
	return b.keep(answer)
}

// finish gives the code and the state that the browser carries back.
func (b *browser) finish() (code access.Secret, state string) {
	b.k.t.Helper()
	to, err := b.k.FinishPage(context.Background(), access.PageUser(), b.secret)
	if err != nil {
		b.k.t.Fatal(err)
	}
	u, err := url.Parse(to.Reveal())
	if err != nil || u.Scheme+"://"+u.Host+u.Path != backURL {
		b.k.t.Fatalf("sent back to %q, %v", to.Reveal(), err)
	}
	return access.NewSecret(u.Query().Get("code")), u.Query().Get("state")
}

// redeemed gives what a portal learns for a code.
func (k *kit) redeemed(by access.Operator, id string, code access.Secret) app.RedeemedLogin {
	k.t.Helper()
	done, err := k.RedeemLogin(context.Background(), by, app.RedeemLogin{LoginID: access.NewSecret(id), Code: code})
	if err != nil {
		k.t.Fatal(err)
	}
	return done
}

// through passes a login on the pages by the PIN, and gives its id once redeemed.
func (b *browser) through(by access.Operator, login, pin, label string) string {
	b.k.t.Helper()
	started := b.k.host(by, login)
	if view := b.visit(started.PageLink); view.Answer.Decision == access.AskPIN {
		b.give(pin, label)
	}
	code, _ := b.finish()
	if done := b.k.redeemed(by, started.LoginID, code); done.Decision != access.Allow {
		b.k.t.Fatalf("not redeemed: %+v", done)
	}
	return started.LoginID
}

// accountLink opens an account's pages for a login.
func (k *kit) accountLink(by access.Operator, id string) (access.Secret, error) {
	link, err := k.OpenAccount(context.Background(), by, app.OpenAccount{LoginID: access.NewSecret(id)})
	return link.Link, err
}

// account passes a login and goes on to the account's pages.
func (b *browser) account(by access.Operator, login, pin, label string) app.PageView {
	b.k.t.Helper()
	link, err := b.k.accountLink(by, b.through(by, login, pin, label))
	if err != nil {
		b.k.t.Fatal(err)
	}
	return b.visit(link)
}

// own reads the account's pages.
func (b *browser) own() (app.AccountView, error) {
	return b.k.OwnAccount(context.Background(), access.PageUser(), b.secret)
}

// page reads the page that the browser is on.
func (b *browser) page() (app.PageView, error) {
	return b.k.Page(context.Background(), access.PageUser(), b.secret)
}

// status gives how a portal sees a login.
func (k *kit) statusOf(by access.Operator, id string) app.LoginStatus {
	k.t.Helper()
	s, err := k.LoginStatus(context.Background(), by, access.NewSecret(id))
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// hosting makes a kit with the teacher lea, her PIN and a portal.
func hosting(t *testing.T) (*kit, access.Operator) {
	t.Helper()
	k := teacher(t)
	return k, k.ent("ent")
}
