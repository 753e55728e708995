package app

import (
	"context"
	"crypto/hmac"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// codePurpose separates set-up codes from other codes under the same key.
const codePurpose = "setup"

// newCode issues a set-up code for the account in place of any pending one.
func (c *change) newCode(ctx context.Context, account access.Account, valid time.Duration) (secret.Code, time.Time, error) {
	code, err := secret.NewSetupCode(c.app.random)
	if err != nil {
		return secret.Code{}, time.Time{}, fmt.Errorf("make a set-up code: %w", err)
	}
	keyID := c.app.keys.ActiveID()
	mac, err := c.app.keys.CodeMAC(keyID, codePurpose, account.ID, code)
	if err != nil {
		return secret.Code{}, time.Time{}, fmt.Errorf("seal the set-up code of %s: %w", account.Login, err)
	}
	pending := access.SetupCode{
		AccountKey: account.Key, KeyID: keyID, MAC: mac,
		CreatedAt: c.now, CreatedBy: c.by.ID, ExpiresAt: c.now.Add(valid),
	}
	if err := c.PutSetupCode(ctx, pending); err != nil {
		return secret.Code{}, time.Time{}, fmt.Errorf("store the set-up code of %s: %w", account.Login, err)
	}
	return code, pending.ExpiresAt, nil
}

// tryCode counts one try of the pending code and judges it. A wrong one counts
// as a wrong PIN too.
func (c *change) tryCode(ctx context.Context, s *session, typed access.Secret) (LoginAnswer, error) {
	account := s.facts.Account
	counts := s.facts.Attempts
	if admission := counts.Admit(c.now, s.login.Key, s.login.WrongPINs); admission != access.Admitted {
		return c.turnAwayCode(ctx, s, admission)
	}
	right, err := c.codeRight(ctx, account, typed)
	if err != nil || right {
		return LoginAnswer{}, err
	}
	counts.Reserve(access.Lease{ID: "code", LoginKey: s.login.Key, At: c.now})
	counts.Settle("code", false, c.now)
	s.facts.Attempts = counts
	if err := c.PutAttempts(ctx, account.Key, counts); err != nil {
		return LoginAnswer{}, fmt.Errorf("store the attempts at %s: %w", account.Login, err)
	}
	return c.wrongCode(ctx, s)
}

// turnAwayCode answers a code that was not judged because wrong ones had
// locked, blocked or spent the login.
func (c *change) turnAwayCode(ctx context.Context, s *session, admission access.Admission) (LoginAnswer, error) {
	switch admission {
	case access.TurnedLock:
		return c.deny(ctx, s, access.ReasonPINLocked)
	case access.TurnedBlock:
		return c.deny(ctx, s, access.ReasonPINBlocked)
	case access.LoginSpent, access.TurnedHour:
		return c.deny(ctx, s, access.ReasonLoginExhausted)
	case access.Admitted, access.WaitInLine:
	}
	return LoginAnswer{}, attemptsInFlight("set-up code")
}

func (c *change) wrongCode(ctx context.Context, s *session) (LoginAnswer, error) {
	answer, err := c.wrongPIN(ctx, s)
	if err == nil && answer.Reason == access.ReasonPINWrong {
		answer.Decision, answer.Reason = access.SetUp, access.ReasonSetupCodeWrong
		c.note("reason_code", string(access.ReasonSetupCodeWrong))
	}
	return answer, err
}

// codeRight counts a try and compares, in that order.
func (c *change) codeRight(ctx context.Context, account access.Account, typed access.Secret) (bool, error) {
	pending, err := c.SetupCode(ctx, account.Key)
	if err != nil {
		return false, fmt.Errorf("read the set-up code of %s: %w", account.Login, err)
	}
	counted, err := c.ReserveSetupTry(ctx, account.Key, access.SetupTries)
	if err != nil {
		return false, fmt.Errorf("count a try of the set-up code of %s: %w", account.Login, err)
	}
	code, ok := secret.ParseSetupCode(typed.Reveal())
	if !counted || !ok || !pending.Good(c.now) {
		return false, nil
	}
	mac, err := c.app.keys.CodeMAC(pending.KeyID, codePurpose, account.ID, code)
	if err != nil {
		return false, fmt.Errorf("judge the set-up code of %s: %w", account.Login, err)
	}
	return hmac.Equal(mac, pending.MAC), nil
}
