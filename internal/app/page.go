package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"pinward/internal/access"
	"pinward/internal/store"
)

// Codes of pages that do not open, or not lead back yet.
const (
	CodePageTaken   = "page_taken"    // another browser came first
	CodePageExpired = "page_expired"  // unknown, past its time, done or left
	CodePageNotDone = "page_not_done" // its login has not passed
)

func pageTaken() error {
	return access.Refused(CodePageTaken, "page: another browser has opened it", "log in again at the portal")
}

func pageExpired() error {
	return access.Refused(CodePageExpired, "page: it is over", "log in again at the portal")
}

// VisitPage is a browser that follows the link of a page.
type VisitPage struct {
	Link    access.Secret // of the link
	Browser access.Secret // the browser's own, from its cookie; empty: it has none

	// Cookie gives the value of one of the browser's cookies; empty: it has none
	// of that name. The name of the device's depends on the account.
	Cookie    func(name string) access.Secret `json:"-"`
	IP        string                          // as the page sees it; empty: unknown
	UserAgent string
}

// VisitPage opens a page for the first browser that comes: its view then carries
// a new secret for it in Browser, whatever the browser presented, and by that
// secret as LoginID the browser acts from then on, as access.PageUser. A login
// is decided at this moment, by the device token, address and user agent of this
// browser: it may have passed already, and DeviceToken is then the next one. The
// same browser may come again, and changes nothing by it.
//
// Errors: access.ErrRefused with the code page_taken or page_expired.
func (a *App) VisitPage(ctx context.Context, by access.Operator, req VisitPage) (PageView, error) {
	ip, err := parseIP(req.IP)
	if err != nil {
		return PageView{}, err
	}
	var view PageView
	visited := false
	err = a.read(ctx, by, PageVisit, func(tx store.Tx) (err error) { // a link that is none costs no write
		view, visited, err = a.visitedBy(ctx, tx, by, req)
		return err
	})
	if err != nil || visited {
		return view, pageGone(err)
	}
	err = a.change(ctx, by, PageVisit, func(c *change) (err error) {
		if view, visited, err = a.visitedBy(ctx, c.Tx, by, req); err != nil || visited {
			c.nothing()
			return err
		}
		view, err = c.visit(ctx, req, ip)
		return err
	})
	return view, pageGone(err)
}

// pageGone words the end of a page's login as the end of the page.
func pageGone(err error) error {
	if errors.Is(err, errLoginGone) {
		return pageExpired()
	}
	return err
}

// visitedBy gives the view of a page that this browser has visited before, and
// refuses any other browser. It reports false where none has come yet.
func (a *App) visitedBy(ctx context.Context, tx store.Tx, by access.Operator, req VisitPage) (PageView, bool, error) {
	page, err := tx.PageByLink(ctx, hashOf(req.Link))
	switch {
	case errors.Is(err, access.ErrNotFound):
		return PageView{}, false, pageExpired()
	case err != nil:
		return PageView{}, false, fmt.Errorf("read a page: %w", err)
	case !page.Visited() && a.clock().Before(page.LinkUntil):
		return PageView{}, false, nil
	case page.BrowserHash == nil || page.Redeemed():
		return PageView{}, false, pageExpired()
	case !isSecret(req.Browser, page.BrowserHash):
		return PageView{}, false, pageTaken()
	}
	view, err := a.viewOf(ctx, tx, by, req.Browser)
	return view, true, err
}

// visit binds the browser, and decides the login or opens the account's pages.
func (c *change) visit(ctx context.Context, req VisitPage, ip netip.Addr) (PageView, error) {
	page, err := c.PageByLink(ctx, hashOf(req.Link))
	if err != nil {
		return PageView{}, fmt.Errorf("read a page: %w", err)
	}
	l, err := c.LoginByKey(ctx, page.LoginKey)
	if err != nil {
		return PageView{}, fmt.Errorf("read login %d: %w", page.LoginKey, err)
	}
	due := access.LoginOpen
	if page.Kind == access.PageAccount {
		due = access.LoginPassed
	}
	if l.State != due || !l.OpenAt(c.now) {
		return PageView{}, pageExpired()
	}
	s, err := c.app.load(ctx, c.Tx, l)
	if err != nil {
		return PageView{}, err
	}
	c.targetAccount(s.facts.Account)
	c.note("login_number", l.Key)
	browser, hash, err := c.app.newSecret()
	if err != nil {
		return PageView{}, err
	}
	page.BrowserHash, page.VisitedAt = hash, c.now
	if err := c.PutPage(ctx, &page); err != nil {
		return PageView{}, fmt.Errorf("store a page of login %d: %w", l.Key, err)
	}
	var answer LoginAnswer
	if page.Kind == access.PageAccount {
		answer, err = c.visitAccount(ctx, &s, page)
	} else {
		answer, err = c.visitLogin(ctx, &s, page, req, ip)
	}
	if err != nil {
		return PageView{}, err
	}
	view, err := c.app.pageView(ctx, c.Tx, s, page, answer)
	view.Browser = browser
	return view, err
}

// visitLogin decides the login by the browser that came. Its address and user
// agent stand in the log from now on: the portal knows them by hearsay.
func (c *change) visitLogin(ctx context.Context, s *session, page access.Page, req VisitPage, ip netip.Addr) (LoginAnswer, error) {
	if ip.IsValid() {
		s.login.IP = ip
	}
	if req.UserAgent != "" {
		s.login.UserAgent = access.CutUserAgent(req.UserAgent)
	}
	var presented access.Secret
	if req.Cookie != nil {
		presented = req.Cookie(c.app.keys.CookieName(s.facts.Account.ID))
	}
	token, err := c.app.token(ctx, c.Tx, presented)
	if err != nil {
		return LoginAnswer{}, err
	}
	changed := &page.PasswordChangedAt
	if changed.IsZero() {
		changed = nil
	}
	return c.decide(ctx, s, token, changed)
}

// loginOfBrowser finds the login and page of a browser's secret. A page that is
// redeemed is over: whoever comes back to the browser must not go on there.
func loginOfBrowser(ctx context.Context, tx store.Tx, browser access.Secret) (access.Login, access.Page, error) {
	page, err := tx.PageByBrowser(ctx, hashOf(browser))
	if errors.Is(err, access.ErrNotFound) || err == nil && page.Redeemed() {
		return access.Login{}, page, errLoginGone
	}
	if err != nil {
		return access.Login{}, page, fmt.Errorf("read a page: %w", err)
	}
	l, err := tx.LoginByKey(ctx, page.LoginKey)
	if err != nil {
		return l, page, fmt.Errorf("read login %d: %w", page.LoginKey, err)
	}
	return l, page, nil
}

// LeavePage ends a page for its browser, as at a computer that others use too.
// A login that had yet to pass expires in its time.
//
// Errors: access.ErrRefused with the code page_expired.
func (a *App) LeavePage(ctx context.Context, by access.Operator, browser access.Secret) error {
	err := a.change(ctx, by, PageLeave, func(c *change) error {
		s, err := a.session(ctx, c.Tx, by, browser)
		if err != nil {
			return err
		}
		c.targetAccount(s.facts.Account)
		page, err := c.PageByBrowser(ctx, hashOf(browser))
		if err != nil {
			return fmt.Errorf("read a page: %w", err)
		}
		page.BrowserHash, page.CodeHash = nil, nil
		if err := c.PutPage(ctx, &page); err != nil {
			return fmt.Errorf("store a page of login %d: %w", s.login.Key, err)
		}
		return nil
	})
	return pageGone(err)
}
