package app

import (
	"context"
	"fmt"
	"strings"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// mailPurpose binds a mailed code to the login that asked for it and to the
// address it is mailed to, beside the account.
func mailPurpose(s session) string {
	return fmt.Sprintf("reset %d %s", s.login.Key, s.facts.Account.Email)
}

// askCode owes the person a code by mail. Where none may be mailed the same is
// written: the code is then in nobody's hands, and no mail is sent.
func (c *change) askCode(ctx context.Context, s *session) (LoginAnswer, error) {
	account := s.facts.Account
	asked, err := c.CountResetCodes(ctx, account.Key, c.now.Add(-access.ResetsWithin))
	if err != nil {
		return LoginAnswer{}, fmt.Errorf("count the mailed codes of %s: %w", account.Login, err)
	}
	if asked >= access.ResetsInDay {
		return c.turnReset(s.refusal(s.login.Decision, access.ReasonResetLimit)), nil
	}
	if _, err := c.VoidResetCodes(ctx, account.Key); err != nil {
		return LoginAnswer{}, fmt.Errorf("void the mailed codes of %s: %w", account.Login, err)
	}
	pending, code, err := c.newMailCode(*s)
	if err != nil {
		return LoginAnswer{}, err
	}
	if err := c.PutResetCode(ctx, &pending); err != nil {
		return LoginAnswer{}, fmt.Errorf("store the mailed code of %s: %w", account.Login, err)
	}
	if err := c.mailCode(ctx, *s, code, pending); err != nil {
		return LoginAnswer{}, err
	}
	// The login lasts as long as its code is good.
	if s.login.ExpiresAt.Before(pending.ExpiresAt) {
		s.login.ExpiresAt = pending.ExpiresAt
	}
	if err := c.PutLogin(ctx, &s.login); err != nil {
		return LoginAnswer{}, fmt.Errorf("store login %d: %w", s.login.Key, err)
	}
	c.note("reason_code", string(access.ReasonResetSent))
	return s.resetAnswer(access.ReasonResetSent, pending), nil
}

func (c *change) newMailCode(s session) (access.ResetCode, secret.Code, error) {
	account := s.facts.Account
	code, err := secret.NewMailCode(c.app.random)
	if err != nil {
		return access.ResetCode{}, code, fmt.Errorf("make a code to mail: %w", err)
	}
	keyID := c.app.keys.ActiveID()
	mac, err := c.app.keys.CodeMAC(keyID, mailPurpose(s), account.ID, code)
	if err != nil {
		return access.ResetCode{}, code, fmt.Errorf("seal the mailed code of %s: %w", account.Login, err)
	}
	return access.ResetCode{
		AccountKey: account.Key, LoginKey: s.login.Key, KeyID: keyID, MAC: mac,
		CreatedAt: c.now, ExpiresAt: c.now.Add(access.MailCodeFor),
	}, code, nil
}

// noCode stands in a notice that is not mailed, in place of a code.
const noCode = "------"

func (c *change) mailCode(ctx context.Context, s session, code secret.Code, pending access.ResetCode) error {
	n := access.Notice{Kind: access.NoticeResetCode, Facts: s.placed()}
	n.Facts.At, n.Facts.Until = c.now, pending.ExpiresAt
	mailed, err := c.takesMailCode(ctx, s.facts.Account)
	if err != nil {
		return err
	}
	text := code.Reveal()
	if !mailed {
		text, n.State = noCode, access.NoticeUnmailed
	}
	if n.ID, err = secret.NewPublicID(c.app.random, "n"); err != nil {
		return fmt.Errorf("make a notice's id: %w", err)
	}
	sealed, err := c.app.keys.SealNotice(c.app.random, n.ID, access.NewSecret(text))
	if err != nil {
		return err
	}
	n.Secret = access.Sealed(sealed)
	return c.notify(ctx, s.facts.Account, n)
}

// takesMailCode reports whether a code may be mailed for the account: to an
// address that is its own for a while, and not while somebody else may know the
// password, which often opens the mailbox too.
func (c *change) takesMailCode(ctx context.Context, a access.Account) (bool, error) {
	shared, err := c.sharesAddress(ctx, a)
	return !shared && a.TakesMailCode(c.now) && !a.PasswordChangeAdvised(c.now), err
}

// sharesAddress reports whether a guardian or student of the account has the
// same address.
func (c *change) sharesAddress(ctx context.Context, a access.Account) (bool, error) {
	students, err := c.Students(ctx, a.Key)
	if err != nil {
		return false, fmt.Errorf("read the students of %s: %w", a.Login, err)
	}
	guardians, err := c.Guardians(ctx, a.Key)
	if err != nil {
		return false, fmt.Errorf("read the guardians of %s: %w", a.Login, err)
	}
	shared := false
	for _, key := range append(students, guardians...) {
		other, err := c.AccountByKey(ctx, key)
		if err != nil {
			return false, fmt.Errorf("read account %d: %w", key, err)
		}
		shared = shared || strings.EqualFold(other.Email, a.Email)
	}
	return shared, nil
}
