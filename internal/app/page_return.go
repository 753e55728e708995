package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// FinishPage ends the page of a login that passed: it gives the address to send
// the browser to, which carries a code that the portal redeems within a minute,
// once. Asked again, it gives another code, and the one before is void. The
// address is a secret for that browser alone.
//
// Errors: access.ErrRefused with the code page_expired, page_not_done where the
// login has not passed, or return_url_not_allowed where the portal lost the
// address meanwhile.
func (a *App) FinishPage(ctx context.Context, by access.Operator, browser access.Secret) (access.Secret, error) {
	var to access.Secret
	err := a.change(ctx, by, PageFinish, func(c *change) error {
		s, err := a.session(ctx, c.Tx, by, browser)
		if err != nil {
			return err
		}
		c.targetAccount(s.facts.Account)
		c.note("login_number", s.login.Key)
		to, err = c.giveCode(ctx, s, browser)
		return err
	})
	return to, pageGone(err)
}

func (c *change) giveCode(ctx context.Context, s session, browser access.Secret) (access.Secret, error) {
	var none access.Secret
	page, err := c.PageByBrowser(ctx, hashOf(browser))
	if err != nil {
		return none, fmt.Errorf("read a page: %w", err)
	}
	if page.Kind != access.PageLogin || s.login.State != access.LoginPassed || !s.facts.Account.Usable(c.now, s.facts.Location) {
		return none, access.Refused(CodePageNotDone, "page: the login has not passed", "go through with it on the page")
	}
	returns, err := mayReturn(ctx, c.Tx, s.login.OpenedBy, page.ReturnURL)
	if err != nil {
		return none, err
	}
	if !returns {
		return none, access.Refused("return_url_not_allowed", "page: the portal has no such return address any more", "log in again at the portal")
	}
	code, hash, err := c.app.newSecret()
	if err != nil {
		return none, err
	}
	page.CodeHash, page.CodeUntil, page.CodeTries = hash, c.now.Add(access.ReturnCodeFor), 0
	if err := c.PutPage(ctx, &page); err != nil {
		return none, fmt.Errorf("store a page of login %d: %w", s.login.Key, err)
	}
	// CheckReturnURL lets no query and no fragment stand in the address.
	query := url.Values{"code": {code.Reveal()}}
	if page.State != "" {
		query.Set("state", page.State)
	}
	return access.NewSecret(page.ReturnURL + "?" + query.Encode()), nil
}

// RedeemLogin is the code that a browser brought back to the portal.
type RedeemLogin struct {
	LoginID access.Secret `json:"login_id"`
	Code    access.Secret `json:"code"`
}

// A RedeemedLogin says how a login on pinward's own pages ended. The portal must
// compare the account with the one whose password it checked.
type RedeemedLogin struct {
	LoginAnswer

	Login      *string `json:"login"`
	ExternalID *string `json:"external_id"`
}

// RedeemLogin tells a portal that a login passed on pinward's own page, for the
// code that the browser brought back: once, while the code and the login are
// good. Everything else is Refused: deny with the reason login_code_wrong, and
// after 5 wrong codes the right one is void, or login_expired. The device's token
// stays in the browser.
func (a *App) RedeemLogin(ctx context.Context, by access.Operator, req RedeemLogin) (RedeemedLogin, error) {
	if req.LoginID.Empty() || req.Code.Empty() {
		return RedeemedLogin{}, access.Usage("login redeem: login_id and code are needed", "")
	}
	var done RedeemedLogin
	err := a.change(ctx, by, LoginRedeem, func(c *change) (err error) {
		done, err = c.redeem(ctx, req)
		return err
	})
	if errors.Is(err, errLoginGone) {
		return RedeemedLogin{LoginAnswer: gone()}, nil
	}
	return done, err
}

func (c *change) redeem(ctx context.Context, req RedeemLogin) (RedeemedLogin, error) {
	l, page, err := loginOf(ctx, c.Tx, c.by, req.LoginID)
	if err != nil {
		return RedeemedLogin{}, err
	}
	if page.Key == 0 {
		return RedeemedLogin{}, errLoginGone
	}
	s, right, err := c.redeemPage(ctx, l, page, req.Code)
	if err != nil {
		return RedeemedLogin{}, err
	}
	if !right {
		return c.wrongReturn(ctx, s, page)
	}
	answer, err := s.standing(ctx, c.Tx)
	answer.MayRemember, answer.MayReset, answer.MayChoose, answer.AllowedProtections = false, false, false, nil
	account := s.facts.Account
	done := RedeemedLogin{LoginAnswer: answer, Login: &account.Login}
	if account.ExternalID != "" {
		done.ExternalID = &account.ExternalID
	}
	return done, err
}

// redeemPage spends the code of a page where it is the right one.
func (c *change) redeemPage(ctx context.Context, l access.Login, page access.Page, code access.Secret) (session, bool, error) {
	if l.AccountKey == 0 || !l.OpenAt(c.now) {
		return session{}, false, errLoginGone
	}
	s, err := c.app.load(ctx, c.Tx, l)
	if err != nil {
		return s, false, err
	}
	c.targetAccount(s.facts.Account)
	c.note("login_number", l.Key)
	if !page.CodeGood(c.now) || !isSecret(code, page.CodeHash) || l.State != access.LoginPassed {
		return s, false, nil
	}
	if !s.facts.Account.Usable(c.now, s.facts.Location) {
		return s, false, errLoginGone
	}
	page.CodeHash, page.RedeemedAt = nil, c.now
	if err := c.PutPage(ctx, &page); err != nil {
		return s, false, fmt.Errorf("store a page of login %d: %w", l.Key, err)
	}
	return s, true, nil
}

// wrongReturn counts a code that was not the right one.
func (c *change) wrongReturn(ctx context.Context, s session, page access.Page) (RedeemedLogin, error) {
	c.record.Result = access.AuditRefused
	c.note("reason_code", string(access.ReasonLoginCodeWrong))
	if page.CodeHash != nil {
		page.CodeTries++
		if err := c.PutPage(ctx, &page); err != nil {
			return RedeemedLogin{}, fmt.Errorf("store a page of login %d: %w", s.login.Key, err)
		}
	}
	return RedeemedLogin{LoginAnswer: LoginAnswer{
		Decision: access.Deny, Reason: access.ReasonLoginCodeWrong, Refused: true,
	}}, nil
}

// A LoginStatus is how a login stands, as far as whoever opened it knows.
type LoginStatus struct {
	State     access.LoginState `json:"state"`
	Decision  access.Decision   `json:"decision"`
	Reason    *access.Reason    `json:"reason"`
	Hosted    bool              `json:"hosted"` // its PIN is entered on pinward's own page
	Redeemed  bool              `json:"redeemed"`
	StartedAt time.Time         `json:"started_at"`
	ExpiresAt time.Time         `json:"expires_at"`
}

// LoginStatus says how a login stands. One on pinward's own page that has passed
// reads as open with the decision page until its code is redeemed, and as expired
// where that did not happen in time.
//
// Errors: access.ErrNotFound for an id that is unknown, or somebody else's.
func (a *App) LoginStatus(ctx context.Context, by access.Operator, id access.Secret) (LoginStatus, error) {
	var status LoginStatus
	err := a.read(ctx, by, LoginStatusRead, func(tx store.Tx) error {
		l, page, err := loginOf(ctx, tx, by, id)
		if errors.Is(err, errLoginGone) {
			return access.NotFound("login", "[login id]")
		}
		if err != nil {
			return err
		}
		status = statusOf(l, page, a.clock())
		return nil
	})
	return status, err
}

func statusOf(l access.Login, page access.Page, now time.Time) LoginStatus {
	status := LoginStatus{
		State: l.State, Decision: l.Decision, Reason: &l.Reason, Hosted: page.Key != 0, Redeemed: page.Redeemed(),
		StartedAt: l.StartedAt, ExpiresAt: l.ExpiresAt,
	}
	untold := status.Hosted && !status.Redeemed && l.State == access.LoginPassed
	if untold {
		status.State, status.Decision, status.Reason = access.LoginOpen, access.ToPage, nil
	}
	if status.State == access.LoginOpen && !now.Before(l.ExpiresAt) {
		status.State = access.LoginExpired
	}
	return status
}
