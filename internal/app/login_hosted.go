package app

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// hosted refuses what a portal may not do in a login whose PIN is entered on
// pinward's own pages.
func hosted() error {
	return access.Refused("login_hosted", "login: its PIN is entered on pinward's own page", "send the browser to the page, and redeem the code that it brings back")
}

// checkReturn refuses what does not go with a return address.
func (req StartLogin) checkReturn() error {
	switch {
	case req.ReturnURL == "" && req.State != "":
		return access.Usage("login start: state without return_url", "send both, or none")
	case req.ReturnURL != "" && !req.DeviceToken.Empty():
		return access.Usage("login start: device_token with return_url", "the browser's token is read on pinward's own page")
	}
	return access.CheckState(req.State)
}

// mayReturn refuses return addresses that are not one of the caller's.
func (c *change) mayReturn(ctx context.Context, u string) error {
	returns, err := mayReturn(ctx, c.Tx, c.by.ID, u)
	if err == nil && !returns {
		err = access.Refused("return_url_not_allowed", "return address: not one of the portal's", "see: pinward portal list")
	}
	return err
}

// mayReturn reports whether a page may send the browser to u for the operator of
// that id. Only portals have return addresses.
func mayReturn(ctx context.Context, tx store.Tx, operator, u string) (bool, error) {
	name, ok := access.PortalName(operator)
	if !ok {
		return false, nil
	}
	p, err := tx.Portal(ctx, name)
	if errors.Is(err, access.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read portal %s: %w", name, err)
	}
	return p.Returns(u), nil
}

// startHosted opens a login that is decided when its browser comes. What no
// browser could change is decided at once.
func (c *change) startHosted(ctx context.Context, s *session, req StartLogin) (LoginAnswer, error) {
	s.recognize(decide.Token{})
	if err := c.app.passOut(ctx, c.Tx, &s.facts); err != nil {
		return LoginAnswer{}, err
	}
	outcome := decide.Hosted(decide.Login(s.facts))
	if outcome.Decision == access.Deny {
		return c.decide(ctx, s, decide.Token{}, req.PasswordChangedAt)
	}
	if err := c.keepLock(ctx, s.facts); err != nil {
		return LoginAnswer{}, err
	}
	s.apply(outcome)
	if err := c.finish(ctx, s); err != nil {
		return LoginAnswer{}, err
	}
	c.noteLogin(s.login)
	page := access.Page{
		LoginKey: s.login.Key, Kind: access.PageLogin, LinkUntil: s.login.ExpiresAt,
		ReturnURL: req.ReturnURL, State: req.State, CreatedAt: c.now,
	}
	if req.PasswordChangedAt != nil {
		page.PasswordChangedAt = req.PasswordChangedAt.UTC().Truncate(time.Millisecond)
	}
	link, err := c.link(ctx, &page)
	if err != nil {
		return LoginAnswer{}, err
	}
	answer := s.answer(outcome)
	answer.MayRemember, answer.PageLink = false, link
	return answer, nil
}

// link stores a new page and gives the secret that opens it.
func (c *change) link(ctx context.Context, p *access.Page) (link access.Secret, err error) {
	if link, p.LinkHash, err = c.app.newSecret(); err != nil {
		return link, err
	}
	if err := c.PutPage(ctx, p); err != nil {
		return link, fmt.Errorf("store a page of login %d: %w", p.LoginKey, err)
	}
	return link, nil
}

// newSecret draws 256 bits for a browser, and gives what the store keeps of them.
func (a *App) newSecret() (access.Secret, []byte, error) {
	id, err := secret.NewLoginID(a.random)
	if err != nil {
		return access.Secret{}, nil, fmt.Errorf("make a secret of a page: %w", err)
	}
	s := access.NewSecret(id.Reveal())
	return s, hashOf(s), nil
}

// hashOf gives what the store keeps of a page's secret.
func hashOf(s access.Secret) []byte { return secret.HashLoginID(s.Reveal()) }

// isSecret reports whether a hash is that of a secret; of no secret there is none.
func isSecret(s access.Secret, hash []byte) bool {
	return hash != nil && subtle.ConstantTimeCompare(hashOf(s), hash) == 1
}
