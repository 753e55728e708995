package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// GivePIN is the PIN that a user typed in a login.
type GivePIN struct {
	LoginID  access.Secret `json:"login_id"`
	PIN      access.PIN    `json:"pin"`
	Remember *Remember     `json:"remember"`
}

// Remember asks for the login's device to become a recognized one.
type Remember struct {
	Name    string `json:"name"`
	Replace bool   `json:"replace"` // take the place of the device of that label
}

// GivePIN judges a PIN in an open login: it passes, asks again, or ends it. In
// a login that has passed it proves the PIN again, as a change of it demands.
func (a *App) GivePIN(ctx context.Context, by access.Operator, req GivePIN) (LoginAnswer, error) {
	if req.LoginID.Empty() || req.PIN.Empty() {
		return LoginAnswer{}, access.Usage("login pin: login_id and pin are needed", "")
	}
	if err := authorize(by, LoginPIN); err != nil {
		return LoginAnswer{}, a.denied(ctx, by, LoginPIN, err)
	}
	var s session
	var t attempt
	err := a.inLine(ctx, func(tx store.Tx) (_ access.Admission, err error) {
		if s, err = a.session(ctx, tx, by, req.LoginID); err != nil {
			return 0, err
		}
		t = attempt{account: s.facts.Account, credential: s.facts.Credential, admission: access.LoginSpent}
		if !s.takesPIN() {
			return t.admission, nil
		}
		err = a.reserve(ctx, tx, &t, s.login.Key, s.login.WrongPINs)
		return t.admission, err
	})
	if errors.Is(err, errLoginGone) {
		return gone(), nil
	}
	if err != nil {
		return LoginAnswer{}, err
	}
	right := false
	if t.admission == access.Admitted {
		if right, err = a.judge(t, req.PIN); err != nil {
			return LoginAnswer{}, errors.Join(err, a.release(ctx, t))
		}
	}
	var answer LoginAnswer
	err = settled(func() (err error) {
		answer, err = a.settlePIN(ctx, by, req, t, right)
		return err
	})
	return answer, err
}

// takesPIN reports whether a PIN may be judged in the login now.
func (s session) takesPIN() bool {
	if !s.facts.Account.Usable(s.facts.Now, s.facts.Location) || !s.facts.Credential.Set() {
		return false
	}
	return s.login.State == access.LoginPassed || (s.login.State == access.LoginOpen && s.login.Decision == access.AskPIN)
}

func (a *App) settlePIN(ctx context.Context, by access.Operator, req GivePIN, t attempt, right bool) (LoginAnswer, error) {
	var answer LoginAnswer
	err := a.change(ctx, by, LoginPIN, func(c *change) (err error) {
		answer, err = c.settlePIN(ctx, req, t, right)
		return err
	})
	if errors.Is(err, errLoginGone) {
		return gone(), nil
	}
	return answer, err
}

func (c *change) settlePIN(ctx context.Context, req GivePIN, t attempt, right bool) (LoginAnswer, error) {
	s, err := c.app.session(ctx, c.Tx, c.by, req.LoginID)
	if err != nil {
		return LoginAnswer{}, err
	}
	c.targetAccount(s.facts.Account)
	if t.admission != access.Admitted {
		return c.turnAway(ctx, &s, t.admission)
	}
	counted := false
	if s.facts.Attempts, counted, err = c.settle(ctx, t, right); err != nil {
		return LoginAnswer{}, err
	}
	switch {
	case !counted || !s.takesPIN():
		return c.turnAway(ctx, &s, t.admission)
	case right:
		return c.rightPIN(ctx, &s, req.Remember)
	}
	return c.wrongPIN(ctx, &s)
}

// turnAway answers a PIN that was not judged, and ends the login where the
// account has locked, blocked or closed.
func (c *change) turnAway(ctx context.Context, s *session, admission access.Admission) (LoginAnswer, error) {
	c.record.Result = access.AuditRefused
	_, locked := s.facts.Attempts.Locked(c.now)
	reason := s.login.Reason
	switch {
	case s.login.State == access.LoginDenied:
		c.note("reason_code", string(reason))
		return s.refusal(access.Deny, reason), nil
	case !s.facts.Account.Usable(c.now, s.facts.Location):
		reason = access.ReasonAccountSuspended
	case s.login.Decision == access.SetUp:
		c.note("reason_code", string(reason))
		return s.refusal(access.SetUp, reason), nil
	case !s.facts.Credential.Set():
		c.note("reason_code", string(access.ReasonPINNotSet))
		return s.refusal(s.login.Decision, access.ReasonPINNotSet), nil
	case s.facts.Attempts.Blocked():
		reason = access.ReasonPINBlocked
	case locked:
		reason = access.ReasonPINLocked
	case admission == access.TurnedHour:
		reason = access.ReasonHourlyLimit
	default:
		reason = access.ReasonLoginExhausted
	}
	return c.deny(ctx, s, reason)
}

// deny ends the login.
func (c *change) deny(ctx context.Context, s *session, reason access.Reason) (LoginAnswer, error) {
	s.login.End(access.LoginDenied, access.Deny, reason, c.now)
	c.noteLogin(s.login)
	return s.refusal(access.Deny, reason), c.finish(ctx, s)
}

// wrongPIN counts a wrong PIN against the login, after the account's counters.
func (c *change) wrongPIN(ctx context.Context, s *session) (LoginAnswer, error) {
	s.login.WrongPINs++
	_, locked := s.facts.Attempts.Locked(c.now)
	switch {
	case s.facts.Attempts.Blocked():
		return c.deny(ctx, s, access.ReasonPINBlocked)
	case locked:
		return c.deny(ctx, s, access.ReasonPINLocked)
	case s.login.WrongPINs >= access.LoginTries:
		return c.deny(ctx, s, access.ReasonLoginExhausted)
	}
	if err := c.PutLogin(ctx, &s.login); err != nil {
		return LoginAnswer{}, fmt.Errorf("store login %d: %w", s.login.Key, err)
	}
	c.note("login_number", s.login.Key)
	c.note("reason_code", string(access.ReasonPINWrong))
	c.record.Result = access.AuditRefused
	answer := s.refusal(access.AskPIN, access.ReasonPINWrong)
	left := s.facts.Attempts.Left(s.login.WrongPINs)
	answer.AttemptsLeft = &left
	return answer, nil
}

// rightPIN lets the login pass, or goes on to a new PIN where the old one was
// temporary.
func (c *change) rightPIN(ctx context.Context, s *session, remember *Remember) (LoginAnswer, error) {
	s.login.PINAt = c.now
	if s.facts.Credential.Temporary {
		return c.askNewPIN(ctx, s)
	}
	answer := LoginAnswer{Decision: access.Allow, Reason: s.login.Reason, MayReset: s.facts.Policy.SelfReset}
	if s.login.State == access.LoginPassed {
		if err := c.PutLogin(ctx, &s.login); err != nil {
			return LoginAnswer{}, fmt.Errorf("store login %d: %w", s.login.Key, err)
		}
		answer.MayRemember = s.mayRemember()
		err := c.inform(ctx, *s, &answer)
		return answer, err
	}
	return c.pass(ctx, s, remember, answer)
}

func (c *change) askNewPIN(ctx context.Context, s *session) (LoginAnswer, error) {
	s.login.State, s.login.Decision, s.login.Reason = access.LoginOpen, access.SetUp, access.ReasonPINTemporary
	if err := c.PutLogin(ctx, &s.login); err != nil {
		return LoginAnswer{}, fmt.Errorf("store login %d: %w", s.login.Key, err)
	}
	c.noteLogin(s.login)
	return LoginAnswer{
		Decision: access.SetUp, Reason: access.ReasonPINTemporary,
		AllowedProtections: s.facts.Policy.AllowedFor(s.facts.Account), MayRemember: s.mayRemember(),
	}, nil
}

// pass ends the login as passed, registering its device where asked.
func (c *change) pass(ctx context.Context, s *session, remember *Remember, answer LoginAnswer) (LoginAnswer, error) {
	s.login.End(access.LoginPassed, access.Allow, s.login.Reason, c.now)
	s.news.passed = true
	if remember != nil {
		if err := c.remember(ctx, s, *remember, &answer); err != nil {
			return LoginAnswer{}, err
		}
	}
	answer.MayRemember = s.mayRemember()
	c.noteLogin(s.login)
	if err := c.finish(ctx, s); err != nil {
		return LoginAnswer{}, err
	}
	err := c.conclude(ctx, s, &answer)
	return answer, err
}
