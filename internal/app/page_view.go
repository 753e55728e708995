package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/pinrule"
	"pinward/internal/store"
)

// A PageView is what a page shows of a login and its account.
type PageView struct {
	Kind    access.PageKind
	Browser access.Secret // new, to be kept in a cookie; empty: the browser has it

	// Answer is how the login stands: what is to be asked next, or why it ended.
	// DeviceToken and CookieName are set by the request that made a token only.
	Answer    LoginAnswer
	State     access.LoginState
	ExpiresAt time.Time // of the page: 10 minutes from the login on, 15 from the visit of an account
	PINProven bool      // the PIN was given in this login, and holds

	// CookieLost says that a browser like this one was recognized here lately, and
	// that this one sent no token: it may be the same, without its cookies.
	CookieLost bool

	AccountID  string // public id
	Login      string
	Name       string
	Lang       string // "fr" or "en": the account's, else the school's
	Protection access.Protection

	School   string // its name
	Contact  string // whom to ask
	TimeZone *time.Location
	Portal   string // name of who opened the login

	PINMin, PINMax, PINSuggest int                 // digits
	Registration               access.Registration // on this network
	DeviceDays                 int                 // how long a device is recognized at most

	Browsing access.Browser // what the login comes from
	Place    string         // its address; empty: unknown
	Inside   bool           // the address is the school's own

	// Notices are unseen, oldest first; only where a PIN or a recognized device
	// shows who it is.
	Notices []PageNotice

	ReturnURL   string // empty: nowhere to go back to
	ReturnState string // the portal's own text for that address
}

// A PageNotice is a notice with what may be done about it here.
type PageNotice struct {
	NoticeInfo

	MaySee bool // this device did not cause it, and so may mark it as seen
}

// Page gives the view of the page that a browser is on. The browser's secret
// stands for the login in every other use case too.
//
// Errors: access.ErrRefused with the code page_expired.
func (a *App) Page(ctx context.Context, by access.Operator, browser access.Secret) (PageView, error) {
	var view PageView
	err := a.read(ctx, by, PageRead, func(tx store.Tx) (err error) {
		view, err = a.viewOf(ctx, tx, by, browser)
		return err
	})
	return view, pageGone(err)
}

func (a *App) viewOf(ctx context.Context, tx store.Tx, by access.Operator, browser access.Secret) (PageView, error) {
	s, err := a.session(ctx, tx, by, browser)
	if err != nil {
		return PageView{}, err
	}
	page, err := tx.PageByBrowser(ctx, hashOf(browser))
	if err != nil {
		return PageView{}, fmt.Errorf("read a page: %w", err)
	}
	answer, err := s.standing(ctx, tx)
	if err != nil {
		return PageView{}, err
	}
	return a.pageView(ctx, tx, s, page, answer)
}

// standing answers as the login stands, without a request.
func (s session) standing(ctx context.Context, tx store.Tx) (LoginAnswer, error) {
	answer := s.refusal(s.login.Decision, s.login.Reason)
	answer.Refused, answer.MayChoose = s.login.State == access.LoginDenied, s.login.MayChoose
	switch s.login.Decision {
	case access.AskPIN:
		left := s.facts.Attempts.Left(s.login.WrongPINs)
		answer.AttemptsLeft = &left
	case access.SetUp:
		answer.AllowedProtections = s.facts.Policy.AllowedFor(s.facts.Account)
	case access.Allow:
		if s.login.MayChoose {
			answer.AllowedProtections = s.facts.Policy.AllowedFor(s.facts.Account)
		}
	case access.Deny, access.ToPage:
	}
	if s.login.DeviceID != "" && s.login.Decision == access.Allow {
		d, err := tx.Device(ctx, s.login.DeviceID)
		if err != nil {
			return answer, fmt.Errorf("read device %s: %w", s.login.DeviceID, err)
		}
		answer.Device = deviceInfo(d, s.facts.Account.Login)
	}
	return answer, inform(ctx, tx, s, &answer, 0)
}

func (a *App) pageView(ctx context.Context, tx store.Tx, s session, p access.Page, answer LoginAnswer) (PageView, error) {
	account := s.facts.Account
	portal, _ := access.PortalName(s.login.OpenedBy)
	v := PageView{
		Kind: p.Kind, Answer: answer, State: s.login.State, ExpiresAt: s.pageUntil(p), PINProven: s.pinProven(),
		AccountID: account.ID, Login: account.Login, Name: account.Name(), Lang: account.Lang,
		Protection: account.Protection,
		School:     s.school.Name, Contact: s.school.Contact, TimeZone: s.facts.Location, Portal: portal,
		PINMin: s.facts.Policy.PINMin, PINMax: s.facts.Policy.PINMax, PINSuggest: s.facts.Policy.PINSuggest,
		Registration: s.school.RegistrationAt(s.login.IP), DeviceDays: s.facts.Policy.DeviceDays + s.facts.Policy.SpreadDays(),
		Browsing: s.login.Browser(), Inside: s.school.Inside(s.login.IP),
		ReturnURL: p.ReturnURL, ReturnState: p.State,
	}
	if s.login.IP.IsValid() {
		v.Place = s.login.IP.String()
	}
	if v.Lang == "" {
		v.Lang = s.school.Lang
	}
	var err error
	if v.CookieLost, err = s.cookieLost(ctx, tx); err != nil {
		return v, err
	}
	v.Notices, err = a.pageNotices(ctx, tx, s)
	return v, err
}

func (s session) cookieLost(ctx context.Context, tx store.Tx) (bool, error) {
	if s.login.State != access.LoginOpen || s.facts.Recognition != decide.NoToken {
		return false, nil
	}
	rows, err := tx.Devices(ctx, store.DeviceFilter{AccountKey: s.facts.Account.Key})
	if err != nil {
		return false, fmt.Errorf("list the devices of %s: %w", s.facts.Account.Login, err)
	}
	devices := make([]access.Device, len(rows))
	for i, row := range rows {
		devices[i] = row.Device
	}
	return decide.CookieLost(s.facts.Now, s.login.Browser(), s.login.IP, devices), nil
}

// pageNotices gives what the person has not seen, but what this very login is
// the cause of.
func (a *App) pageNotices(ctx context.Context, tx store.Tx, s session) ([]PageNotice, error) {
	if s.login.State != access.LoginPassed || !s.proven() {
		return nil, nil
	}
	rows, err := unseen(ctx, tx, s.facts.Account, a.clock())
	if err != nil {
		return nil, err
	}
	var shown []PageNotice
	for _, n := range rows {
		if n.Facts.LoginKey == s.login.Key {
			continue
		}
		caused, err := s.caused(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		shown = append(shown, PageNotice{NoticeInfo: noticeInfo(n), MaySee: !caused})
	}
	return shown, nil
}

// pageUntil gives when the page is over.
func (s session) pageUntil(p access.Page) time.Time {
	until := p.VisitedAt.Add(access.AccountFor)
	if p.Kind == access.PageLogin || s.login.ExpiresAt.Before(until) {
		return s.login.ExpiresAt
	}
	return until
}

// proven reports whether the login shows who it is: by the PIN that holds, or by
// a device that is still recognized.
func (s session) proven() bool {
	return s.facts.Recognition == decide.Recognized || s.pinProven()
}

// SuggestPIN draws a PIN that the account's rules take, of the length that its
// policy proposes.
//
// Errors: access.ErrRefused with the code page_expired.
func (a *App) SuggestPIN(ctx context.Context, by access.Operator, browser access.Secret) (access.PIN, error) {
	var subject pinrule.Subject
	var digits int
	err := a.read(ctx, by, PINSuggest, func(tx store.Tx) error {
		s, err := a.session(ctx, tx, by, browser)
		if err != nil {
			return err
		}
		digits = min(max(s.facts.Policy.PINSuggest, s.facts.Policy.PINMin), s.facts.Policy.PINMax)
		subject, err = a.subject(ctx, tx, s.facts.Account, s.facts.Policy)
		return err
	})
	if err != nil {
		return access.PIN{}, pageGone(err)
	}
	pin, err := pinrule.Suggest(a.random, digits, subject)
	if err != nil {
		return access.PIN{}, fmt.Errorf("propose a PIN: %w", err)
	}
	return pin, nil
}
