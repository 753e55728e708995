package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/detect"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// StartLogin is what a portal tells after it checked the password. One of Login
// and ExternalID names the account.
type StartLogin struct {
	Login             string        `json:"login"`
	ExternalID        string        `json:"external_id"`
	IP                string        `json:"ip"`
	UserAgent         string        `json:"user_agent"`
	DeviceToken       access.Secret `json:"device_token"`
	PasswordChangedAt *time.Time    `json:"password_changed_at"`

	// Cookie gives the value of one of the browser's cookies, empty where it has
	// none of that name, for callers that know all cookies and no DeviceToken:
	// the name of the device's depends on the account. Nil: no cookies are known.
	Cookie func(name string) access.Secret `json:"-"`

	// ReturnURL asks for pinward's own pages, which send the browser back there:
	// one of the portal's addresses, to the letter. State goes with it.
	ReturnURL string `json:"return_url"`
	State     string `json:"state"`
}

// StartLogin opens a login and decides what it takes to pass. An unknown
// account is denied like any other, with its own reason: the callers are
// authenticated portals. With a ReturnURL the answer carries the link of a page
// where the rest happens (VisitPage), and is never allow: the portal learns that
// by RedeemLogin.
//
// Errors: access.ErrRefused with the code return_url_not_allowed or
// state_invalid.
func (a *App) StartLogin(ctx context.Context, by access.Operator, req StartLogin) (LoginAnswer, error) {
	if _, err := req.check(); err != nil {
		return LoginAnswer{}, err
	}
	var answer LoginAnswer
	err := a.change(ctx, by, LoginStart, func(c *change) error {
		id, opened, err := c.open(ctx, req)
		opened.LoginID = id.Reveal()
		answer = opened
		return err
	})
	return answer, err
}

// open begins a login of the caller's and gives its secret id.
func (c *change) open(ctx context.Context, req StartLogin) (secret.LoginID, LoginAnswer, error) {
	id, err := secret.NewLoginID(c.app.random)
	if err != nil {
		return id, LoginAnswer{}, fmt.Errorf("make a login id: %w", err)
	}
	ip, err := req.check()
	if err != nil {
		return id, LoginAnswer{}, err
	}
	if _, err := c.sweepLogins(ctx); err != nil {
		return id, LoginAnswer{}, err
	}
	s := session{login: access.Login{
		IDHash: secret.HashLoginID(id.Reveal()), OpenedBy: c.by.ID, State: access.LoginOpen,
		StartedAt: c.now, ExpiresAt: c.now.Add(access.LoginFor),
		IP: ip, UserAgent: access.CutUserAgent(req.UserAgent),
	}}
	answer, err := c.start(ctx, &s, req)
	return id, answer, err
}

// check refuses what names no account or two, and gives the address.
func (req StartLogin) check() (netip.Addr, error) {
	if (req.Login == "") == (req.ExternalID == "") {
		return netip.Addr{}, access.Usage("login: one of login and external_id is needed", "name the account by its login, or by its id in the school's own system")
	}
	if err := req.checkReturn(); err != nil {
		return netip.Addr{}, err
	}
	return parseIP(req.IP)
}

// presented gives the device token that a login comes with.
func (a *App) presented(req StartLogin, account access.Account) access.Secret {
	if req.Cookie == nil || !req.DeviceToken.Empty() {
		return req.DeviceToken
	}
	return req.Cookie(a.keys.CookieName(account.ID))
}

func (c *change) start(ctx context.Context, s *session, req StartLogin) (LoginAnswer, error) {
	if req.ReturnURL != "" {
		if err := c.mayReturn(ctx, req.ReturnURL); err != nil {
			return LoginAnswer{}, err
		}
	}
	account, err := loginAccount(ctx, c.Tx, c.by, c.action, req)
	if errors.Is(err, access.ErrNotFound) {
		return c.denyUnknown(ctx, s)
	}
	if err != nil {
		return LoginAnswer{}, err
	}
	c.targetAccount(account)
	s.login.AccountKey = account.Key
	if s.facts, s.school, err = c.app.facts(ctx, c.Tx, account, c.now); err != nil {
		return LoginAnswer{}, err
	}
	if req.ReturnURL != "" {
		return c.startHosted(ctx, s, req)
	}
	token, err := c.app.token(ctx, c.Tx, c.app.presented(req, account))
	if err != nil {
		return LoginAnswer{}, err
	}
	return c.decide(ctx, s, token, req.PasswordChangedAt)
}

// decide judges the login by the device token of its browser, and does what
// follows from the outcome.
func (c *change) decide(ctx context.Context, s *session, token decide.Token, passwordChanged *time.Time) (LoginAnswer, error) {
	err := c.keepLock(ctx, s.facts)
	if err != nil {
		return LoginAnswer{}, err
	}
	s.recognize(token)
	if err := c.app.passOut(ctx, c.Tx, &s.facts); err != nil {
		return LoginAnswer{}, err
	}
	outcome := decide.Login(s.facts)
	s.apply(outcome)
	answer := s.answer(outcome)
	if err := c.present(ctx, s, token, &answer); err != nil {
		return LoginAnswer{}, err
	}
	if answer.DevicesRevoked, err = c.passwordChanged(ctx, s, passwordChanged); err != nil {
		return LoginAnswer{}, err
	}
	if err := c.finish(ctx, s); err != nil {
		return LoginAnswer{}, err
	}
	c.noteLogin(s.login)
	err = c.replayed(ctx, s, token)
	answer.SessionsEnded = c.sessions
	if err != nil || s.login.State != access.LoginPassed {
		return answer, err
	}
	if err := c.spendPass(ctx, *s); err != nil {
		return LoginAnswer{}, err
	}
	err = c.conclude(ctx, s, &answer)
	return answer, err
}

// keepLock stores a lock as swept: one that a clock moved back has bounded anew
// would begin again at every login until something stores it.
func (c *change) keepLock(ctx context.Context, f decide.Facts) error {
	if _, locked := f.Attempts.Locked(c.now); !locked {
		return nil
	}
	if err := c.PutAttempts(ctx, f.Account.Key, f.Attempts); err != nil {
		return fmt.Errorf("store the attempts at %s: %w", f.Account.Login, err)
	}
	return nil
}

// recognize judges the presented token and writes it into the login.
func (s *session) recognize(t decide.Token) {
	s.facts.Recognition = decide.Recognize(t, decide.Request{
		AccountKey: s.facts.Account.Key,
		Protection: s.facts.Account.Effective(),
		Idle:       access.Days(s.facts.Policy.IdleDays),
		Browser:    s.login.Browser(),
		Now:        s.facts.Now,
	})
	s.login.Token = string(s.facts.Recognition)
	if s.facts.Recognition == decide.Recognized {
		s.login.Recognized, s.login.DeviceID = true, t.Device.ID
		s.facts.DeviceSince = t.Device.FirstSeenAt
	}
	if s.facts.Recognition == decide.OtherAccount {
		s.login.Borrowed = t.Device.ID
	}
}

// apply writes the outcome into the login.
func (s *session) apply(o decide.Outcome) {
	s.login.Decision, s.login.Reason, s.login.MayChoose = o.Decision, o.Reason, o.MayChoose
	switch o.Decision {
	case access.Allow:
		s.login.End(access.LoginPassed, o.Decision, o.Reason, s.facts.Now)
		s.news.passed = true
	case access.Deny:
		s.login.End(access.LoginDenied, o.Decision, o.Reason, s.facts.Now)
	case access.AskPIN, access.SetUp, access.ToPage:
	}
}

func (s *session) answer(o decide.Outcome) LoginAnswer {
	answer := LoginAnswer{
		Decision: o.Decision, Reason: o.Reason, AllowedProtections: o.Allowed,
		MayChoose: o.MayChoose, MayReset: o.MayReset, Refused: o.Decision == access.Deny,
		MayRemember: o.Decision != access.Deny && s.mayRemember(),
	}
	if o.Decision == access.AskPIN {
		answer.AttemptsLeft = &o.AttemptsLeft
	}
	if !o.RetryAt.IsZero() {
		answer.RetryAt = &o.RetryAt
	}
	return answer
}

// loginAccount finds the account of a login; one outside the caller's schools
// is as unknown as an absent one.
func loginAccount(ctx context.Context, tx store.Tx, by access.Operator, action Action, req StartLogin) (access.Account, error) {
	if req.Login != "" {
		return findAccount(ctx, tx, by, action, req.Login)
	}
	account, err := tx.AccountByExternalID(ctx, req.ExternalID)
	if err != nil {
		return access.Account{}, notFoundAs(err, "account", shortened(req.ExternalID))
	}
	return account, authorizeTarget(by, action, account, req.ExternalID)
}

// unknownAccount is the answer for an account that is not there.
func unknownAccount() LoginAnswer {
	return LoginAnswer{Decision: access.Deny, Reason: access.ReasonAccountUnknown, Refused: true}
}

// denyUnknown keeps no word of what was typed: it may be a password.
func (c *change) denyUnknown(ctx context.Context, s *session) (LoginAnswer, error) {
	s.login.End(access.LoginDenied, access.Deny, access.ReasonAccountUnknown, c.now)
	if err := c.PutLogin(ctx, &s.login); err != nil {
		return LoginAnswer{}, fmt.Errorf("store the login: %w", err)
	}
	if err := c.raiseEnd(ctx, access.Account{}, s.login); err != nil {
		return LoginAnswer{}, err
	}
	c.noteLogin(s.login)
	return unknownAccount(), nil
}

// noteLogin writes what came of the login into the audit record.
func (c *change) noteLogin(l access.Login) {
	c.note("login_number", l.Key)
	c.note("decision", string(l.Decision))
	c.note("reason_code", string(l.Reason))
	if l.State == access.LoginDenied {
		c.record.Result = access.AuditRefused
	}
}

// passwordChanged revokes the devices that were registered before the newest
// change of password that the portal knows of, but the one in use, and ends all
// sessions but those of it (rule 6).
func (c *change) passwordChanged(ctx context.Context, s *session, at *time.Time) (int, error) {
	account := &s.facts.Account
	if at == nil || at.After(c.now) || !at.UTC().Truncate(time.Millisecond).After(account.PasswordChangedAt) {
		return 0, nil
	}
	account.PasswordChangedAt, account.AuditSeq = at.UTC().Truncate(time.Millisecond), c.seq
	if err := c.PutAccount(ctx, account); err != nil {
		return 0, fmt.Errorf("store account %s: %w", account.Login, err)
	}
	devices, err := c.Devices(ctx, store.DeviceFilter{AccountKey: account.Key})
	if err != nil {
		return 0, fmt.Errorf("list the devices of %s: %w", account.Login, err)
	}
	revoked := 0
	for _, row := range devices {
		if row.ID == s.login.DeviceID || row.FirstSeenAt.After(account.PasswordChangedAt) {
			continue
		}
		if err := c.revoke(ctx, row.Device, "the password was changed"); err != nil {
			return 0, err
		}
		revoked++
	}
	_, err = c.endSessions(ctx, store.GateFilter{AccountKey: account.Key, ButDevice: s.login.DeviceID})
	return revoked, err
}

// replayed revokes the device of a superseded token and raises the alarm.
func (c *change) replayed(ctx context.Context, s *session, t decide.Token) error {
	if s.facts.Recognition != decide.Replayed {
		return nil
	}
	if err := c.revoke(ctx, t.Device, "an old token of it came back"); err != nil {
		return err
	}
	o := occasionOf(s.login)
	o.DeviceID = t.Device.ID
	return c.raise(ctx, s.facts.Account, detect.Replay(t.Device, s.login.Browser(), s.login.IP), o)
}
