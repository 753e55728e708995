package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// StartGate is a browser that goes the way which AskGate opened.
type StartGate struct {
	Start     access.Secret
	IP        string // as the page sees it; empty: unknown
	UserAgent string
}

// A GateStarted says where the browser goes on: to the page of that link, or
// back to the application, where the way is no longer open and the gate will
// open another one. Where the login is denied there is neither, and Reason says
// why.
type GateStarted struct {
	Link   access.Secret
	Back   string
	Reason access.Reason
}

// StartGate opens a login on pinward's own page, for the account and the portal
// that the way is for. Whoever knows the way needs nothing else: what he finds
// there is the question for the PIN.
//
// Errors: access.ErrRefused with the code gate_state_unknown or
// return_url_not_allowed.
func (a *App) StartGate(ctx context.Context, req StartGate) (GateStarted, error) {
	var p access.Portal
	var start access.GateStart
	var login string
	err := a.store.View(ctx, func(tx store.Tx) (err error) { // a way that is none costs no write
		if start, err = gateStartOf(ctx, tx, req.Start); err != nil {
			return err
		}
		if p, err = tx.PortalByKey(ctx, start.PortalKey); err != nil {
			return fmt.Errorf("read portal %d: %w", start.PortalKey, err)
		}
		account, err := tx.AccountByKey(ctx, start.AccountKey)
		login = account.Login
		return err
	})
	if err != nil {
		return GateStarted{}, err
	}
	if p.Revoked() || !p.May(access.ScopeGate) {
		return GateStarted{}, gateStateUnknown()
	}
	if !start.GoodAt(a.clock()) {
		return GateStarted{Back: start.URL}, nil
	}
	var started GateStarted
	err = a.change(ctx, p.Operator(), LoginStart, func(c *change) error {
		start, err := gateStartOf(ctx, c.Tx, req.Start)
		if err != nil {
			return err
		}
		_, answer, err := c.open(ctx, StartLogin{
			Login: login, IP: req.IP, UserAgent: req.UserAgent, ReturnURL: start.ReturnURL, State: req.Start.Reveal(),
		})
		if err != nil {
			return err
		}
		started = GateStarted{Link: answer.PageLink, Reason: answer.Reason}
		// The way stays open for as long as the login.
		start.ExpiresAt = c.now.Add(access.LoginFor)
		if err := c.PutGateStart(ctx, &start); err != nil {
			return fmt.Errorf("store a way past the gate: %w", err)
		}
		return nil
	})
	return started, err
}

func gateStartOf(ctx context.Context, tx store.Tx, token access.Secret) (access.GateStart, error) {
	start, err := tx.GateStartByHash(ctx, hashOf(token))
	if errors.Is(err, access.ErrNotFound) {
		return start, gateStateUnknown()
	}
	if err != nil {
		return start, fmt.Errorf("read a way past the gate: %w", err)
	}
	return start, nil
}

func gateStateUnknown() error {
	return access.Refused(CodeGateStateUnknown, "gate: this way is not open any more", "open the application again")
}
