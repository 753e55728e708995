package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// OpenAccount asks for a link to the pages on which a person looks after the
// account, for the login that brought them.
type OpenAccount struct {
	LoginID   access.Secret `json:"login_id"`
	ReturnURL string        `json:"return_url"` // one of the portal's; empty: nowhere
}

// An AccountLink opens an account's pages, once.
type AccountLink struct {
	Link      access.Secret // a secret for the person's browser alone
	ExpiresAt time.Time
}

// OpenAccount gives a link, good for a minute and one browser, to the pages of
// the account that a login passed for not longer than 10 minutes ago. That login
// must have proven who it is: by the PIN or by a device that is still recognized,
// and by the password alone only where the account has no PIN that could be
// asked. One that a pass or a pause let through proves nothing. One of pinward's
// own pages must have been redeemed.
//
// Errors: access.ErrRefused with the code login_expired, login_hosted,
// proof_needed, account_not_active or return_url_not_allowed.
func (a *App) OpenAccount(ctx context.Context, by access.Operator, req OpenAccount) (AccountLink, error) {
	if req.LoginID.Empty() {
		return AccountLink{}, access.Usage("open the account's pages: login_id is needed", "")
	}
	var link AccountLink
	err := a.change(ctx, by, AccountOpen, func(c *change) error {
		s, err := c.opener(ctx, req)
		if err != nil {
			return err
		}
		c.targetAccount(s.facts.Account)
		c.note("login_number", s.login.Key)
		link.ExpiresAt = c.now.Add(access.AccountLinkFor)
		link.Link, err = c.link(ctx, &access.Page{
			LoginKey: s.login.Key, Kind: access.PageAccount, LinkUntil: link.ExpiresAt, ReturnURL: req.ReturnURL, CreatedAt: c.now,
		})
		return err
	})
	if errors.Is(err, errLoginGone) {
		return AccountLink{}, loginExpired()
	}
	return link, err
}

// opener loads the login that asks for its account's pages.
func (c *change) opener(ctx context.Context, req OpenAccount) (session, error) {
	if req.ReturnURL != "" {
		if err := c.mayReturn(ctx, req.ReturnURL); err != nil {
			return session{}, err
		}
	}
	l, page, err := loginOf(ctx, c.Tx, c.by, req.LoginID)
	switch {
	case err != nil:
		return session{}, err
	case page.Key != 0 && !page.Redeemed():
		return session{}, hosted()
	case l.State != access.LoginPassed || !l.OpenAt(c.now) || !c.now.Before(l.EndedAt.Add(access.LoginFor)):
		return session{}, errLoginGone
	}
	s, err := c.app.load(ctx, c.Tx, l)
	switch {
	case err != nil:
		return s, err
	case !s.facts.Account.Usable(c.now, s.facts.Location):
		return s, access.Refused("account_not_active", "open the account's pages: the account is not active", "")
	case !s.mayLookAfter():
		return s, proofNeeded("open the account's pages")
	}
	return s, nil
}

// mayLookAfter reports whether the login proved enough for its account's pages.
func (s session) mayLookAfter() bool {
	return s.proven() || !s.facts.Credential.Set() && !s.facts.Credential.Cleared() && !s.login.Reason.Waived()
}

// accountOpen reports whether an account's pages are still open in the login.
func (s session) accountOpen(p access.Page) bool {
	return s.login.State == access.LoginPassed && s.facts.Now.Before(p.VisitedAt.Add(access.AccountFor)) &&
		s.facts.Account.Usable(s.facts.Now, s.facts.Location) && s.mayLookAfter()
}

// visitAccount lets the login last as long as the account's pages, so that what
// ends it ends them.
func (c *change) visitAccount(ctx context.Context, s *session, p access.Page) (LoginAnswer, error) {
	if !s.accountOpen(p) {
		return LoginAnswer{}, errLoginGone
	}
	if until := c.now.Add(access.AccountFor); s.login.ExpiresAt.Before(until) {
		s.login.ExpiresAt = until
		if err := c.PutLogin(ctx, &s.login); err != nil {
			return LoginAnswer{}, fmt.Errorf("store login %d: %w", s.login.Key, err)
		}
	}
	return s.standing(ctx, c.Tx)
}

// An AccountView is what a person sees of the own account.
type AccountView struct {
	PageView

	ChosenAt   time.Time // of the protection; zero: never
	PINSet     bool
	PINSetAt   time.Time
	Temporary  bool // the PIN is, and must be changed
	Choices    []OwnChoice
	Devices    []OwnDevice // those that are recognized, as they were registered
	MaxDevices int
}

// An OwnChoice is a protection that the policy allows, and what choosing it needs
// in this login, by SetUp.
type OwnChoice struct {
	Protection access.Protection
	Chosen     bool
	NeedPIN    bool          // the present PIN first, by GivePIN
	NeedCode   bool          // a set-up code along with it
	Closed     access.Reason // why not at all now; empty: it may be chosen
}

// An OwnDevice is a recognized device of the own account.
type OwnDevice struct {
	DeviceInfo // ExpiresAt is the end of its life or, sooner, of lying unused

	Current bool   // the login comes from it
	Network string // such as 192.0.2.0/24, where it was last seen; empty: unknown
}

// OwnAccount gives the account of a browser on its pages.
//
// Errors: access.ErrRefused with the code page_expired.
func (a *App) OwnAccount(ctx context.Context, by access.Operator, browser access.Secret) (AccountView, error) {
	var view AccountView
	err := a.read(ctx, by, OwnRead, func(tx store.Tx) error {
		s, err := a.ownSession(ctx, tx, by, browser)
		if err != nil {
			return err
		}
		if view.PageView, err = a.viewOf(ctx, tx, by, browser); err != nil {
			return err
		}
		view.ChosenAt, view.MaxDevices = s.facts.Account.ChosenAt, s.facts.Policy.MaxDevices
		view.PINSet, view.PINSetAt, view.Temporary = s.facts.Credential.Set(), s.facts.Credential.SetAt, s.facts.Credential.Temporary
		view.Choices = s.choices()
		view.Devices, err = s.devices(ctx, tx)
		return err
	})
	return view, pageGone(err)
}

// ownSession loads the login of a browser on an account's pages.
func (a *App) ownSession(ctx context.Context, tx store.Tx, by access.Operator, browser access.Secret) (session, error) {
	_, page, err := loginOfBrowser(ctx, tx, browser)
	if err != nil {
		return session{}, err
	}
	if page.Kind != access.PageAccount {
		return session{}, errLoginGone
	}
	return a.session(ctx, tx, by, browser)
}

func (s session) choices() []OwnChoice {
	var all []OwnChoice
	for _, p := range s.facts.Policy.AllowedFor(s.facts.Account) {
		choice := OwnChoice{Protection: p, Chosen: p == s.facts.Account.Protection}
		v := s.verdict(SetUp{Protection: p})
		withCode := decide.Setup(s.facts, decide.Choice{Protection: p, CodeGiven: true, PINProven: s.pinProven()})
		switch {
		case v.NeedPIN:
			choice.NeedPIN = true
		case !v.Allowed && withCode.Allowed:
			choice.NeedCode = true
		case !v.Allowed:
			choice.Closed = v.Reason
		}
		all = append(all, choice)
	}
	return all
}

func (s session) devices(ctx context.Context, tx store.Tx) ([]OwnDevice, error) {
	account := s.facts.Account
	rows, err := tx.Devices(ctx, store.DeviceFilter{AccountKey: account.Key})
	if err != nil {
		return nil, fmt.Errorf("list the devices of %s: %w", account.Login, err)
	}
	var own []OwnDevice
	for _, row := range rows {
		d := OwnDevice{DeviceInfo: *deviceInfo(row.Device, account.Login), Current: row.ID == s.login.DeviceID}
		d.ExpiresAt = expiry(row.Device, access.Days(s.facts.Policy.IdleDays))
		if row.LastIP.IsValid() {
			d.Network = access.NetworkOf(row.LastIP).String()
		}
		if s.facts.Now.Before(d.ExpiresAt) {
			own = append(own, d)
		}
	}
	return own, nil
}
