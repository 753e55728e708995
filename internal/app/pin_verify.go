package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// VerifyPIN judges a PIN outside any login. It counts as an attempt. A wrong
// PIN, a lock, a block and an account without a PIN are refusals with the codes
// of the login decision; an unknown account costs the same and is not found.
func (a *App) VerifyPIN(ctx context.Context, by access.Operator, login string, pin access.PIN) error {
	if err := authorize(by, PINVerify); err != nil {
		return a.denied(ctx, by, PINVerify, err)
	}
	var t attempt
	var absent error
	err := a.inLine(ctx, func(tx store.Tx) (access.Admission, error) {
		t, absent = attempt{}, nil
		account, err := findAccount(ctx, tx, by, PINVerify, login)
		switch {
		case errors.Is(err, access.ErrNotFound):
			absent = err
		case err != nil:
			return 0, err
		default:
			t.account = account
		}
		if t.credential, err = tx.Credential(ctx, t.account.Key); err != nil {
			return 0, fmt.Errorf("read the PIN of %s: %w", login, err)
		}
		err = a.reserve(ctx, tx, &t, 0, 0)
		return t.admission, err
	})
	if err != nil {
		return a.denied(ctx, by, PINVerify, err)
	}
	right := false
	if t.admission == access.Admitted {
		if right, err = a.judge(t, pin); err != nil {
			return errors.Join(err, a.release(ctx, t))
		}
	}
	return settled(func() error { return a.settleVerify(ctx, by, t, right, absent) })
}

func (a *App) settleVerify(ctx context.Context, by access.Operator, t attempt, right bool, absent error) error {
	reason := access.Reason("")
	err := a.update(ctx, by, PINVerify, func(c *change) error {
		counts, ok, err := c.settle(ctx, t, right)
		if err != nil {
			return err
		}
		if absent != nil {
			c.target("account", "unknown")
			c.record.Result = access.AuditRefused
			return nil
		}
		c.targetAccount(t.account)
		account, err := c.AccountByKey(ctx, t.account.Key)
		if err != nil {
			return fmt.Errorf("read account %s: %w", t.account.Login, err)
		}
		school, err := c.School(ctx, account.HomeSchool())
		if err != nil {
			return fmt.Errorf("read the school of %s: %w", account.Login, err)
		}
		reason = verifyReason(t, right && ok, counts, account.Usable(c.now, school.Location()), c.now)
		if reason == "" {
			return nil
		}
		c.record.Result = access.AuditRefused
		c.note("reason_code", string(reason))
		if f, found := detect.WrongPIN(reason); found {
			return c.raise(ctx, account, f, occasion{})
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case absent != nil:
		return absent
	case reason != "":
		return verifyRefusal(t.account.Login, reason)
	}
	return nil
}

// verifyReason gives why the attempt does not pass, or "".
func verifyReason(t attempt, right bool, counts access.Attempts, usable bool, now time.Time) access.Reason {
	_, locked := counts.Locked(now)
	switch {
	case !usable:
		return access.ReasonAccountSuspended
	case right:
		return ""
	case counts.Blocked():
		return access.ReasonPINBlocked
	case locked:
		return access.ReasonPINLocked
	case !t.credential.Set():
		return access.ReasonPINNotSet
	}
	return access.ReasonPINWrong
}

func verifyRefusal(login string, r access.Reason) error {
	hint := ""
	switch r { //nolint:exhaustive // the other reasons never come from a verification
	case access.ReasonPINLocked:
		hint = "wait, or: pinward pin unlock " + login + " --reason TEXT"
	case access.ReasonPINBlocked, access.ReasonPINNotSet:
		hint = "give the person a set-up code: pinward pin reset " + login
	case access.ReasonAccountSuspended:
		hint = "see: pinward account show " + login
	}
	return access.Refused(string(r), fmt.Sprintf("verify the PIN of %s: %s", login, r.Sentence()), hint)
}
