package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// Codes of requests that a gate turns away.
const (
	CodeNoIdentity       = "no_identity"        // the proxy says of nobody that he is logged in
	CodeIdentityTwice    = "identity_duplicate" // it names two
	CodeIdentityOther    = "identity_mismatch"  // it names another than who entered the PIN
	CodeGateHost         = "gate_host_unknown"  // the portal has no return address on that host
	CodeGateStateUnknown = "gate_state_unknown" // never given, used, or forgotten
	CodeCookiesRefused   = "cookies_refused"    // the browser keeps none of the application's
)

func gateForbidden(code, text, hint string) error {
	return &access.Error{Kind: access.ErrForbidden, Code: code, Text: "gate: " + text, Hint: hint}
}

// A GateCaller is what a proven reverse proxy says of a browser.
type GateCaller struct {
	// Header gives all lines of a header of the request. The one of the portal's
	// identity header names who is logged in.
	Header func(name string) []string
	// SSO tells one session at the portal from others; empty: it is not told.
	SSO string
}

// ssoHash gives what the store keeps of it.
func (g GateCaller) ssoHash() []byte {
	if g.SSO == "" {
		return nil
	}
	return hashOf(access.NewSecret(g.SSO))
}

// AskGate is a request to an application, of which a reverse proxy asks whether
// it may pass.
type AskGate struct {
	GateCaller

	Session access.Secret // of the browser's cookie; empty: it has none
	Asked   access.GateAsked
	Quiet   bool // no browser would follow a way to the page: none is made
}

// A GateAnswer says how a request stands at the gate: it may pass, or the
// browser has to go by the way that Start opens.
type GateAnswer struct {
	Pass     bool
	Login    string
	State    access.GateState
	DeviceID string
	Start    access.Secret // for StartGate; empty for one that passes
}

// AskGate judges a request by the session of its browser, and only reads, but
// for the time that the session was last seen and new ways to the page. A
// session of another account, or of another session at the portal, is none.
//
// It takes the proof of the calling portal, and not the portal, so that a request
// costs one look at the store.
//
// Errors: those of Portal; access.ErrForbidden with the codes no_identity,
// identity_duplicate, account_unknown, account_suspended and gate_host_unknown.
func (a *App) AskGate(ctx context.Context, call PortalCall, req AskGate) (GateAnswer, error) {
	now := a.clock()
	call.Scope = access.ScopeGate
	var p access.Portal
	var used *access.PortalKey
	var account access.Account
	var s access.GateSession
	err := a.store.ViewOften(ctx, func(tx store.Tx) (err error) {
		if p, used, err = callingPortal(ctx, tx, call); err != nil {
			return err
		}
		if account, err = a.gateAccount(ctx, tx, p, GateAsk, req.GateCaller); err != nil {
			return err
		}
		s, err = gateSession(ctx, tx, p, account, req, now)
		return err
	})
	if err != nil {
		return GateAnswer{}, err
	}
	a.noteKey(ctx, used)
	if s.Key == 0 {
		answer := GateAnswer{Login: account.Login}
		if !req.Quiet {
			answer.Start, err = a.gateStart(ctx, p, account, req)
		}
		return answer, err
	}
	if s.SeenToNote(now) {
		// Best effort: a store that is busy must not turn a browser away.
		_ = a.store.Update(ctx, func(tx store.Tx) error { return tx.NoteGateSession(ctx, s.Key, now) })
	}
	return GateAnswer{Pass: true, Login: account.Login, State: s.State, DeviceID: s.DeviceID}, nil
}

// gateAccount gives the account that the portal says is logged in.
func (a *App) gateAccount(ctx context.Context, tx store.Tx, p access.Portal, action Action, caller GateCaller) (access.Account, error) {
	named, err := identity(p, caller)
	if err != nil {
		return access.Account{}, err
	}
	account, err := findAccount(ctx, tx, p.Operator(), action, named)
	if errors.Is(err, access.ErrNotFound) {
		return account, gateForbidden(string(access.ReasonAccountUnknown), "whoever is logged in has no account here", "import it: pinward account import")
	}
	if err != nil {
		return account, err
	}
	usable, err := a.usable(ctx, tx, account)
	if err == nil && !usable {
		err = gateForbidden(string(access.ReasonAccountSuspended), "the account is not active", "see: pinward account show "+account.Login)
	}
	return account, err
}

// usable reports whether the account may log in now. Most have no end date, and
// need no look at their school's time zone.
func (a *App) usable(ctx context.Context, tx store.Tx, account access.Account) (bool, error) {
	zone := time.UTC
	if !account.EndsOn.IsZero() {
		school, err := tx.School(ctx, account.HomeSchool())
		if err != nil {
			return false, owed(err, fmt.Sprintf("read the school of %s", account.Login))
		}
		zone = a.location(school)
	}
	return account.Usable(a.clock(), zone), nil
}

// identity gives the login that the portal's proxy names.
func identity(p access.Portal, caller GateCaller) (string, error) {
	name := cmp.Or(p.IdentityHeader, access.DefaultIdentityHeader)
	lines := caller.Header(name)
	switch {
	case len(lines) > 1:
		return "", gateForbidden(CodeIdentityTwice, "the identity header stands there twice", "let the proxy set "+name+", not add it")
	case len(lines) == 0 || lines[0] == "":
		return "", gateForbidden(CodeNoIdentity, "nobody is logged in", "let the proxy say who is, in the header "+name)
	}
	return lines[0], nil
}

// gateSession gives the session of the browser's cookie, and a zero one where
// there is none that is good for this portal, account and session of the portal.
func gateSession(ctx context.Context, tx store.Tx, p access.Portal, account access.Account, req AskGate, now time.Time) (access.GateSession, error) {
	var none access.GateSession
	if req.Session.Empty() {
		return none, nil
	}
	s, err := tx.GateSessionByHash(ctx, hashOf(req.Session))
	if errors.Is(err, access.ErrNotFound) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read the session of %s: %w", account.Login, err)
	}
	ours := s.PortalKey == p.Key && s.AccountKey == account.Key && bytes.Equal(s.SSOHash, req.ssoHash())
	if !ours || !s.GoodAt(now) {
		return none, nil
	}
	return s, nil
}

// gateStart opens a way to the page, or gives again the one that is open for the
// same.
func (a *App) gateStart(ctx context.Context, p access.Portal, account access.Account, req AskGate) (access.Secret, error) {
	to, back, ok := p.GateTarget(req.Asked)
	if !ok {
		return access.Secret{}, gateForbidden(CodeGateHost, "the portal has no return address on this host", "name it with --return-url; see: pinward portal list")
	}
	s := access.GateStart{
		PortalKey: p.Key, AccountKey: account.Key, SSOHash: req.ssoHash(), ReturnURL: back, URL: to,
	}
	var token access.Secret
	err := a.store.ViewOften(ctx, func(tx store.Tx) (err error) {
		token, err = a.openStart(ctx, tx, &s)
		return err
	})
	if err != nil || !token.Empty() {
		return token, err
	}
	err = a.store.Update(ctx, func(tx store.Tx) (err error) {
		token, err = a.newStart(ctx, tx, s)
		return err
	})
	return token, err
}

// openStart gives the token of the way that is open for the same as s, which it
// completes as far as it is known; empty where there is none.
func (a *App) openStart(ctx context.Context, tx store.Tx, s *access.GateStart) (access.Secret, error) {
	s.About = secret.HashLoginID(fmt.Sprintf("%d %d %x %s %s", s.PortalKey, s.AccountKey, s.SSOHash, s.ReturnURL, s.URL))
	known, err := tx.GateStartAbout(ctx, s.About)
	if err != nil {
		return access.Secret{}, fmt.Errorf("look for a way past the gate: %w", err)
	}
	s.Key = known.Key
	if known.Key == 0 || !known.GoodAt(a.clock()) || known.KeyID != a.keys.ActiveID() {
		return access.Secret{}, nil
	}
	return a.keys.GateStart(known.KeyID, known.Salt)
}

func (a *App) newStart(ctx context.Context, tx store.Tx, s access.GateStart) (access.Secret, error) {
	token, err := a.openStart(ctx, tx, &s) // another request may have been first
	if err != nil || !token.Empty() {
		return token, err
	}
	now := a.clock()
	open, err := tx.CountGateStarts(ctx, s.AccountKey, s.PortalKey, now)
	if err != nil {
		return access.Secret{}, fmt.Errorf("count the ways past the gate: %w", err)
	}
	if home := access.HomeOf(s.URL); open >= access.MaxGateStarts && s.URL != home {
		s.URL = home
		return a.newStart(ctx, tx, s)
	}
	if s.Salt, err = secret.NewGateSalt(a.random); err != nil {
		return access.Secret{}, err
	}
	s.KeyID, s.ExpiresAt = a.keys.ActiveID(), now.Add(access.GateStartFor)
	if token, err = a.keys.GateStart(s.KeyID, s.Salt); err != nil {
		return access.Secret{}, err
	}
	s.Hash = hashOf(token)
	if err := tx.PutGateStart(ctx, &s); err != nil {
		return access.Secret{}, fmt.Errorf("store a way past the gate: %w", err)
	}
	return token, nil
}
