package app_test

import (
	"context"
	"net/url"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

const (
	notesBack = "https://notes.example/_pin/callback"
	notesPage = "https://notes.example/week?n=3"
)

// A site is an application behind a gate, in one browser.
type site struct {
	*browser
	by      access.Operator
	key     access.Secret // of the portal
	user    string        // whom the proxy names
	sso     string        // session at the portal
	session access.Secret // of the gate's cookie
}

// site adds a portal with a gate, and gives a browser that user is logged in
// with.
func (k *kit) site(portal, user string) *site {
	k.t.Helper()
	made := k.portal(access.Portal{Name: portal, Scopes: []access.Scope{access.ScopeGate}, ReturnURLs: []string{notesBack}})
	return &site{browser: k.newBrowser(), by: made.Portal.Operator(), key: made.Key, user: user}
}

// other gives another browser of the same person.
func (s *site) other() *site {
	return &site{browser: s.k.newBrowser(), by: s.by, key: s.key, user: s.user}
}

func (s *site) caller() app.GateCaller {
	header := func(name string) []string {
		if name != access.DefaultIdentityHeader || s.user == "" {
			return nil
		}
		return strings.Split(s.user, "\n")
	}
	return app.GateCaller{Header: header, SSO: s.sso}
}

// ask asks whether a request of the browser may pass.
func (s *site) ask(u string) (app.GateAnswer, error) {
	s.k.t.Helper()
	return s.k.AskGate(context.Background(), app.PortalCall{Key: s.key}, app.AskGate{
		GateCaller: s.caller(), Session: s.session, Asked: access.GateAsked{URL: u, Method: "GET"},
	})
}

// passes reports whether a request passes now.
func (s *site) passes() bool {
	s.k.t.Helper()
	answer, err := s.ask(notesPage)
	if err != nil {
		s.k.t.Fatal(err)
	}
	if answer.Pass != answer.Start.Empty() {
		s.k.t.Errorf("got a way to the page %v for one that passes %v", !answer.Start.Empty(), answer.Pass)
	}
	return answer.Pass
}

// begin goes the way to the page, and gives its link.
func (s *site) begin(start access.Secret) app.GateStarted {
	s.k.t.Helper()
	started, err := s.k.StartGate(context.Background(), app.StartGate{Start: start, IP: s.ip, UserAgent: s.agent})
	if err != nil {
		s.k.t.Fatal(err)
	}
	return started
}

// enter goes to the page and enters the PIN there, and gives what it sends back.
func (s *site) enter(u, pin, label string) app.RedeemGate {
	s.k.t.Helper()
	answer, err := s.ask(u)
	if err != nil {
		s.k.t.Fatal(err)
	}
	view := s.visit(s.begin(answer.Start).Link)
	if view.Answer.Decision == access.AskPIN {
		s.give(pin, label)
	}
	return s.back()
}

// back leaves the page that is done.
func (s *site) back() app.RedeemGate {
	s.k.t.Helper()
	to, err := s.k.FinishPage(context.Background(), access.PageUser(), s.secret)
	if err != nil {
		s.k.t.Fatal(err)
	}
	u, err := url.Parse(to.Reveal())
	if err != nil || !strings.HasPrefix(to.Reveal(), notesBack+"?") {
		s.k.t.Fatalf("sent back to %q, %v", to.Reveal(), err)
	}
	return app.RedeemGate{
		GateCaller: s.caller(), State: access.NewSecret(u.Query().Get("state")), Code: access.NewSecret(u.Query().Get("code")),
	}
}

func (s *site) redeem(req app.RedeemGate) (app.GatePassed, error) {
	s.k.t.Helper()
	req.GateCaller = s.caller()
	passed, err := s.k.RedeemGate(context.Background(), s.by, req)
	if err == nil {
		s.session = passed.Session
	}
	return passed, err
}

// logIn gets the browser past the gate, by the PIN where it is asked.
func (s *site) logIn(pin, label string) app.GatePassed {
	s.k.t.Helper()
	passed, err := s.redeem(s.enter(notesPage, pin, label))
	if err != nil {
		s.k.t.Fatal(err)
	}
	if !s.passes() {
		s.k.t.Fatal("it does not pass after the PIN")
	}
	return passed
}
