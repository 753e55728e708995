package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// RedeemGate is what a browser brings back from the page to the application.
type RedeemGate struct {
	GateCaller

	State access.Secret
	Code  access.Secret
}

// A GatePassed is a browser that got past the gate: the id of its session, for a
// cookie of the application's host, and where it wanted to go.
type GatePassed struct {
	Session access.Secret
	To      string
	Login   string
}

// A browser that comes back so often within so short a time, and never with the
// cookie that it was given, keeps none.
const (
	cookielessTries = 3
	cookielessIn    = 2 * time.Minute
)

// RedeemGate begins a session for a login that passed on pinward's own page. The
// proxy must name the very account of the login, and the same session at the
// portal. State and code are good once; each session has a new id.
//
// Errors: access.ErrForbidden as of AskGate, with the code identity_mismatch
// where the proxy names somebody else; access.ErrRefused with the code
// gate_state_unknown, login_code_wrong or cookies_refused; To then says where the
// browser may begin anew, if that is known.
func (a *App) RedeemGate(ctx context.Context, by access.Operator, req RedeemGate) (GatePassed, error) {
	var passed GatePassed
	var refused error
	err := a.change(ctx, by, GateRedeem, func(c *change) error {
		p, account, err := a.gateLogin(ctx, c.Tx, by, req)
		if err != nil {
			return err
		}
		start, err := gateStartFor(ctx, c.Tx, p, account, req)
		if err != nil {
			return err
		}
		c.targetAccount(account)
		passed, refused, err = c.passGate(ctx, p, account, start, req)
		return err
	})
	return passed, errors.Join(err, refused)
}

// gateLogin gives the portal that calls, and the account that it says is logged
// in.
func (a *App) gateLogin(ctx context.Context, tx store.Tx, by access.Operator, req RedeemGate) (access.Portal, access.Account, error) {
	name, _ := access.PortalName(by.ID)
	p, err := tx.Portal(ctx, name)
	if errors.Is(err, access.ErrNotFound) { // revoked since it proved itself
		return p, access.Account{}, portalUnknown()
	}
	if err != nil {
		return p, access.Account{}, fmt.Errorf("read portal %s: %w", name, err)
	}
	account, err := a.gateAccount(ctx, tx, p, GateRedeem, req.GateCaller)
	return p, account, err
}

// gateStartFor gives the way that this portal opened for this account.
func gateStartFor(ctx context.Context, tx store.Tx, p access.Portal, account access.Account, req RedeemGate) (access.GateStart, error) {
	start, err := gateStartOf(ctx, tx, req.State)
	if err != nil {
		return start, err
	}
	if start.PortalKey != p.Key {
		return start, gateStateUnknown()
	}
	if start.AccountKey != account.Key || !bytes.Equal(start.SSOHash, req.ssoHash()) {
		return start, gateForbidden(CodeIdentityOther, "the PIN was entered by somebody else than is logged in", "open the application again")
	}
	return start, nil
}

// LeaveGate gives where a browser may begin anew that comes back without a code.
//
// Errors: those of RedeemGate.
func (a *App) LeaveGate(ctx context.Context, by access.Operator, req RedeemGate) (string, error) {
	err := authorize(by, GateRedeem)
	if err != nil {
		return "", err
	}
	var start access.GateStart
	err = a.store.View(ctx, func(tx store.Tx) error {
		p, account, err := a.gateLogin(ctx, tx, by, req)
		if err != nil {
			return err
		}
		start, err = gateStartFor(ctx, tx, p, account, req)
		return err
	})
	return start.URL, err
}

// passGate spends state and code and begins the session. What it refuses is in
// the record all the same.
func (c *change) passGate(ctx context.Context, p access.Portal, account access.Account, start access.GateStart, req RedeemGate) (passed GatePassed, refused, err error) {
	refuse := func(code, text, hint string) (GatePassed, error, error) {
		c.record.Result = access.AuditRefused
		c.note("reason_code", code)
		return GatePassed{To: start.URL}, access.Refused(code, "gate: "+text, hint), nil
	}
	s, right, err := c.redeemAtGate(ctx, account, req)
	if err != nil {
		return GatePassed{}, nil, err
	}
	if !right {
		return refuse(string(access.ReasonLoginCodeWrong), "the code is not the one that the page gave", "open the application again")
	}
	if _, err := c.DeleteGateStart(ctx, start.Key); err != nil {
		return GatePassed{}, nil, fmt.Errorf("spend a way past the gate: %w", err)
	}
	lost, err := c.CountGateSessions(ctx, store.GateFilter{
		AccountKey: account.Key, PortalKey: p.Key, Unseen: true, Since: c.now.Add(-cookielessIn),
	}, c.now)
	if err != nil {
		return GatePassed{}, nil, fmt.Errorf("count the sessions of %s: %w", account.Login, err)
	}
	if lost >= cookielessTries {
		return refuse(CodeCookiesRefused, "the browser keeps no cookie of the application", "allow cookies, and open the application again")
	}
	id, hash, err := c.app.newSecret()
	if err != nil {
		return GatePassed{}, nil, err
	}
	if err := c.dropIdleTabs(ctx, account, s.login); err != nil {
		return GatePassed{}, nil, err
	}
	began := access.GateSession{
		Hash: hash, PortalKey: p.Key, AccountKey: account.Key, LoginKey: s.login.Key, DeviceID: s.login.DeviceID,
		State: access.GateStateOf(s.login), SSOHash: start.SSOHash,
		PassedAt: c.now, ExpiresAt: c.now.Add(access.GateFor), AuditSeq: c.seq,
	}
	if err := c.PutGateSession(ctx, &began); err != nil {
		return GatePassed{}, nil, fmt.Errorf("store a session of %s: %w", account.Login, err)
	}
	return GatePassed{Session: id, To: start.URL, Login: account.Login}, nil, nil
}

// dropIdleTabs ends the open logins of the same browser's other tabs, which asked
// for the PIN too and are told nothing of its being given here. Left alone they
// would look like somebody who knows the password and not the PIN.
func (c *change) dropIdleTabs(ctx context.Context, account access.Account, passed access.Login) error {
	open, err := c.Logins(ctx, store.LoginFilter{AccountKey: account.Key, State: access.LoginOpen})
	if err != nil {
		return fmt.Errorf("list the open logins of %s: %w", account.Login, err)
	}
	for _, row := range open {
		l := row.Login
		tab := l.OpenedBy == passed.OpenedBy && l.IP == passed.IP && l.UserAgent == passed.UserAgent && l.WrongPINs == 0
		if !tab || !l.OpenAt(c.now) {
			continue
		}
		l.End(access.LoginDenied, access.Deny, access.ReasonLoginExpired, c.now)
		if err := c.PutLogin(ctx, &l); err != nil {
			return fmt.Errorf("end login %d: %w", l.Key, err)
		}
	}
	return nil
}

// redeemAtGate spends the code of the page that this state was given back by.
func (c *change) redeemAtGate(ctx context.Context, account access.Account, req RedeemGate) (session, bool, error) {
	page, err := c.PageByCode(ctx, hashOf(req.Code))
	if errors.Is(err, access.ErrNotFound) || err == nil && page.State != req.State.Reveal() {
		return session{}, false, nil
	}
	if err != nil {
		return session{}, false, fmt.Errorf("read a page: %w", err)
	}
	l, err := c.LoginByKey(ctx, page.LoginKey)
	if err != nil {
		return session{}, false, fmt.Errorf("read login %d: %w", page.LoginKey, err)
	}
	if l.OpenedBy != c.by.ID || l.AccountKey != account.Key {
		return session{}, false, nil
	}
	s, right, err := c.redeemPage(ctx, l, page, req.Code)
	if errors.Is(err, errLoginGone) {
		return s, false, nil
	}
	return s, right, err
}
