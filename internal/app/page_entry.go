package app

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"fmt"
	"strings"

	"pinward/internal/access"
)

// HoldPIN is a new PIN that a person has typed once, on pinward's own pages.
type HoldPIN struct {
	Browser access.Secret
	PIN     access.PIN
}

// HoldPIN judges a new PIN as SetUp would, changes nothing, and gives a text that
// stands for the PIN until it is typed a second time: SetUp takes it as Held. The
// text does not tell the PIN, and serves the same login alone. A PIN that is not
// taken gives a Refused answer, as SetUp does, and no text.
//
// Errors: access.ErrRefused with the code page_expired.
func (a *App) HoldPIN(ctx context.Context, by access.Operator, req HoldPIN) (access.Secret, LoginAnswer, error) {
	var none access.Secret
	if req.Browser.Empty() || req.PIN.Empty() {
		return none, LoginAnswer{}, access.Usage("hold a PIN: browser and pin are needed", "")
	}
	if err := authorize(by, PINHold); err != nil {
		return none, LoginAnswer{}, a.denied(ctx, by, PINHold, err)
	}
	s, answer, err := a.judgeSetUp(ctx, by, SetUp{
		LoginID: req.Browser, Protection: access.ByPIN, PIN: req.PIN, PINConfirm: req.PIN,
	})
	if err != nil {
		return none, LoginAnswer{}, pageGone(err)
	}
	if answer.Refused {
		return none, answer, nil
	}
	keyID := a.keys.ActiveID()
	mac, err := a.keys.EntryMAC(keyID, s.login.Key, s.facts.Account.ID, req.PIN)
	if err != nil {
		return none, LoginAnswer{}, fmt.Errorf("hold a PIN of %s: %w", s.facts.Account.Login, err)
	}
	return access.NewSecret(keyID + "." + base64.RawURLEncoding.EncodeToString(mac)), answer, nil
}

// confirmation gives what a new PIN must equal: its second entry, or itself where
// what is held stands for it.
func (a *App) confirmation(s session, req SetUp) access.PIN {
	keyID, held, ok := strings.Cut(req.Held.Reveal(), ".")
	if !ok {
		return req.PINConfirm
	}
	mac, err := a.keys.EntryMAC(keyID, s.login.Key, s.facts.Account.ID, req.PIN)
	if err != nil {
		return access.PIN{} // a key that is gone held nothing
	}
	if typed, err := base64.RawURLEncoding.DecodeString(held); err != nil || !hmac.Equal(mac, typed) {
		return access.PIN{}
	}
	return req.PIN
}
