package app

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/pinrule"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// ResetByMail asks for a code by mail or, with Code, replaces a forgotten PIN by
// it.
type ResetByMail struct {
	LoginID    access.Secret `json:"login_id"`
	Code       access.Secret `json:"code"`
	PIN        access.PIN    `json:"pin"`
	PINConfirm access.PIN    `json:"pin_confirm"`
	Remember   *Remember     `json:"remember"`
}

func (r ResetByMail) check() error {
	if r.LoginID.Empty() {
		return access.Usage("login reset: login_id is needed", "")
	}
	if r.Code.Empty() != r.PIN.Empty() {
		return access.Usage("login reset: code and pin come together", "send login_id alone to ask for a code")
	}
	return nil
}

// ResetByMail owes the person a code, or replaces the PIN where the code is
// right. Neither answer tells whether there is an address to mail it to.
func (a *App) ResetByMail(ctx context.Context, by access.Operator, req ResetByMail) (LoginAnswer, error) {
	if err := req.check(); err != nil {
		return LoginAnswer{}, err
	}
	if err := authorize(by, LoginReset); err != nil {
		return LoginAnswer{}, a.denied(ctx, by, LoginReset, err)
	}
	made := newPIN{}
	if !req.Code.Empty() {
		var err error
		if made, err = a.makePIN(ctx, by, req); err != nil && !errors.Is(err, errLoginGone) {
			return LoginAnswer{}, err
		}
	}
	var answer LoginAnswer
	err := a.change(ctx, by, LoginReset, func(c *change) (err error) {
		answer, err = c.resetByMail(ctx, req, made)
		return err
	})
	if errors.Is(err, errLoginGone) {
		return gone(), nil
	}
	return answer, err
}

// A newPIN is one that was judged and sealed before it is known whether it may
// be set.
type newPIN struct {
	sealed  secret.SealedPIN
	refusal error
}

// makePIN judges and seals the new PIN, outside of any transaction. What the
// rules say of it is told to nobody whose code is not right, and takes the same
// time.
func (a *App) makePIN(ctx context.Context, by access.Operator, req ResetByMail) (newPIN, error) {
	var s session
	var subject pinrule.Subject
	err := a.store.View(ctx, func(tx store.Tx) (err error) {
		if s, err = a.session(ctx, tx, by, req.LoginID); err != nil {
			return err
		}
		subject, err = a.subject(ctx, tx, s.facts.Account, s.facts.Policy)
		return err
	})
	if err != nil {
		return newPIN{}, err
	}
	if refusal := checkNewPIN(req.PIN, req.PINConfirm, subject); refusal != nil {
		a.keys.VerifyDummy(a.hasher, access.NewPIN("0000"))
		return newPIN{refusal: refusal}, nil
	}
	sealed, err := a.keys.SealPIN(a.random, a.hasher, s.facts.Account.ID, req.PIN)
	if err != nil {
		return newPIN{}, fmt.Errorf("seal the PIN of %s: %w", s.facts.Account.Login, err)
	}
	return newPIN{sealed: sealed}, nil
}

// resetByMail judges everything inside the transaction, since anything may have
// changed.
func (c *change) resetByMail(ctx context.Context, req ResetByMail, made newPIN) (LoginAnswer, error) {
	s, err := c.app.session(ctx, c.Tx, c.by, req.LoginID)
	if err != nil {
		return LoginAnswer{}, err
	}
	if !c.now.Before(s.login.ExpiresAt) {
		return LoginAnswer{}, errLoginGone
	}
	c.targetAccount(s.facts.Account)
	c.note("login_number", s.login.Key)
	if answer := s.refuseReset(); answer.Refused {
		return c.turnReset(answer), nil
	}
	if req.Code.Empty() {
		return c.askCode(ctx, &s)
	}
	pending, right, err := c.mailCodeRight(ctx, s, req.Code)
	if err != nil {
		return LoginAnswer{}, err
	}
	if !right {
		return c.turnReset(s.resetAnswer(access.ReasonResetWrong, pending)), nil
	}
	if made.refusal != nil {
		return c.refuseNewPIN(ctx, s, pending, made.refusal)
	}
	return c.replacePIN(ctx, &s, req.Remember, made.sealed)
}

// turnReset records a request that was refused.
func (c *change) turnReset(answer LoginAnswer) LoginAnswer {
	answer.Refused = true
	c.record.Result = access.AuditRefused
	c.note("reason_code", string(answer.Reason))
	return answer
}

// refuseReset answers where a PIN is not reset by mail: elsewhere than in a login
// that asks for it, or that wrong ones ended.
func (s session) refuseReset() LoginAnswer {
	ended := s.login.Reason == access.ReasonPINLocked || s.login.Reason == access.ReasonPINBlocked ||
		s.login.Reason == access.ReasonLoginExhausted
	switch {
	case s.login.State == access.LoginDenied && !ended:
		return s.refusal(access.Deny, s.login.Reason)
	case !s.facts.Account.Usable(s.facts.Now, s.facts.Location):
		return s.refusal(access.Deny, access.ReasonAccountSuspended)
	case s.login.State == access.LoginOpen && s.login.Decision == access.SetUp:
		return s.refusal(access.SetUp, s.login.Reason)
	case s.login.State == access.LoginPassed && s.login.Reason == access.ReasonPINResetByMail: // a request that came twice
		return s.refusal(access.Allow, s.login.Reason)
	case s.login.State == access.LoginPassed, !s.facts.Policy.SelfReset, !s.facts.Credential.Set():
		return s.refusal(s.login.Decision, access.ReasonResetNotAllowed)
	}
	return LoginAnswer{}
}

// resetAnswer says how far a reset is, in a login that stays as it was.
func (s session) resetAnswer(r access.Reason, pending access.ResetCode) LoginAnswer {
	answer := s.refusal(s.login.Decision, r)
	answer.Refused = false
	left := 0
	if pending.Good(s.facts.Now) {
		left = pending.TriesLeft()
	}
	answer.AttemptsLeft = &left
	return answer
}

// refuseNewPIN leaves the code as good as it was: it was right.
func (c *change) refuseNewPIN(ctx context.Context, s session, pending access.ResetCode, why error) (LoginAnswer, error) {
	pending.Tries--
	if err := c.PutResetCode(ctx, &pending); err != nil {
		return LoginAnswer{}, fmt.Errorf("give a try of the code back to %s: %w", s.facts.Account.Login, err)
	}
	answer, err := s.refusedPIN(why)
	left := pending.TriesLeft()
	answer.Decision, answer.AttemptsLeft = s.login.Decision, &left
	return c.turnReset(answer), err
}

// mailCodeRight counts a try and compares, in that order, and gives the request
// as it then stands. A code is good in the login that asked for it alone.
func (c *change) mailCodeRight(ctx context.Context, s session, typed access.Secret) (access.ResetCode, bool, error) {
	account := s.facts.Account
	pending, err := c.ResetCode(ctx, account.Key)
	if err != nil {
		return pending, false, fmt.Errorf("read the mailed code of %s: %w", account.Login, err)
	}
	if pending.LoginKey != s.login.Key {
		return access.ResetCode{}, false, nil
	}
	good := pending.Good(c.now)
	counted, err := c.ReserveResetTry(ctx, pending.Key, access.MailCodeTries)
	if err != nil {
		return pending, false, fmt.Errorf("count a try of the mailed code of %s: %w", account.Login, err)
	}
	if counted {
		pending.Tries++
	}
	mailed, err := c.takesMailCode(ctx, account)
	if err != nil {
		return pending, false, err
	}
	code, ok := secret.ParseMailCode(typed.Reveal())
	if !good || !counted || !mailed || !ok {
		return pending, false, nil
	}
	mac, err := c.app.keys.CodeMAC(pending.KeyID, mailPurpose(s), account.ID, code)
	if err != nil {
		return pending, false, fmt.Errorf("judge the mailed code of %s: %w", account.Login, err)
	}
	return pending, hmac.Equal(mac, pending.MAC), nil
}

// replacePIN sets the new PIN, ends all trust that rests on the old one, and lets
// the login pass.
func (c *change) replacePIN(ctx context.Context, s *session, remember *Remember, sealed secret.SealedPIN) (LoginAnswer, error) {
	account := s.facts.Account
	ended, err := c.endTrustBut(ctx, account, s.login.Key, "the PIN was reset by mail")
	if err != nil {
		return LoginAnswer{}, err
	}
	c.noteEnded(ended)
	if err := c.putPIN(ctx, s.facts.Credential, account, sealed, account.ID, false); err != nil {
		return LoginAnswer{}, err
	}
	if err := c.PutAttempts(ctx, account.Key, access.Attempts{}); err != nil {
		return LoginAnswer{}, fmt.Errorf("reset the attempts at %s: %w", account.Login, err)
	}
	s.login.PINAt, s.login.Reason = c.now, access.ReasonPINResetByMail
	if err := c.raise(ctx, account, detect.Changed(access.AlertPINResetByMail), occasionOf(s.login)); err != nil {
		return LoginAnswer{}, err
	}
	s.news.chose = access.NoticePINSet
	return c.pass(ctx, s, remember, LoginAnswer{
		Decision: access.Allow, Reason: s.login.Reason, MayReset: s.facts.Policy.SelfReset, DevicesRevoked: ended.Devices, SessionsEnded: ended.Sessions,
	})
}
