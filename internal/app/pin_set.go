package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/pinrule"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// SetPIN is a PIN that an account's owner types at an operator's terminal, or a
// temporary one that must be changed at the next login.
type SetPIN struct {
	Login       string
	PIN         access.PIN
	Temporary   bool
	KeepDevices bool
	Reason      string // needed to keep the devices
}

// SetPIN stores a PIN and takes back all trust in the account, unless the
// devices are kept for a reason.
func (a *App) SetPIN(ctx context.Context, by access.Operator, req SetPIN) (Ended, error) {
	reason, err := optionalReason(req.Reason)
	if err != nil {
		return Ended{}, err
	}
	if req.KeepDevices && reason == "" {
		return Ended{}, reasonRequired("keep the devices")
	}
	account, err := a.judgeOperatorPIN(ctx, by, req)
	if err != nil {
		return Ended{}, a.denied(ctx, by, PINSet, err)
	}
	sealed, err := a.keys.SealPIN(a.random, a.hasher, account.ID, req.PIN)
	if err != nil {
		return Ended{}, fmt.Errorf("seal the PIN of %s: %w", account.Login, err)
	}
	var ended Ended
	err = a.change(ctx, by, PINSet, func(c *change) error {
		c.note("reason", reason)
		c.note("temporary", req.Temporary)
		ended, err = c.setPIN(ctx, req, sealed)
		return err
	})
	return ended, err
}

// CheckOperatorPIN holds a PIN against the account's rules without storing it,
// so that a prompt can refuse it before asking for it again.
func (a *App) CheckOperatorPIN(ctx context.Context, by access.Operator, login string, pin access.PIN) error {
	_, err := a.judgeOperatorPIN(ctx, by, SetPIN{Login: login, PIN: pin})
	return a.denied(ctx, by, PINSet, err)
}

func (a *App) judgeOperatorPIN(ctx context.Context, by access.Operator, req SetPIN) (access.Account, error) {
	if err := authorize(by, PINSet); err != nil {
		return access.Account{}, err
	}
	var account access.Account
	var subject pinrule.Subject
	err := a.store.View(ctx, func(tx store.Tx) (err error) {
		if account, err = findAccount(ctx, tx, by, PINSet, req.Login); err != nil {
			return err
		}
		policy, err := tx.Policy(ctx, account.Profile)
		if err != nil {
			return fmt.Errorf("read the policy of %s: %w", account.Profile, err)
		}
		subject, err = a.subject(ctx, tx, account, policy)
		return err
	})
	if err != nil {
		return access.Account{}, err
	}
	return account, pinrule.Check(req.PIN, subject)
}

func (c *change) setPIN(ctx context.Context, req SetPIN, sealed secret.SealedPIN) (Ended, error) {
	account, err := c.account(ctx, req.Login)
	if err != nil {
		return Ended{}, err
	}
	c.targetAccount(account)
	if account.Status == access.Archived {
		return Ended{}, access.Refused("account_archived", fmt.Sprintf("set the PIN of %s: the account is archived", account.Login), "restore it first: pinward account restore "+account.Login+" --reason TEXT")
	}
	old, err := c.Credential(ctx, account.Key)
	if err != nil {
		return Ended{}, fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	account.Protection, account.ChosenAt, account.AuditSeq = access.ByPIN, c.now, c.seq
	if err := c.PutAccount(ctx, &account); err != nil {
		return Ended{}, fmt.Errorf("store account %s: %w", account.Login, err)
	}
	if err := c.putPIN(ctx, old, account, sealed, c.by.ID, req.Temporary); err != nil {
		return Ended{}, err
	}
	if err := c.PutAttempts(ctx, account.Key, access.Attempts{}); err != nil {
		return Ended{}, fmt.Errorf("reset the attempts at %s: %w", account.Login, err)
	}
	ended, err := c.endAfterSet(ctx, account, req.KeepDevices)
	if err != nil {
		return Ended{}, err
	}
	c.noteEnded(ended)
	kind := access.AlertPINReset
	if old.NeverSet() {
		kind = access.AlertFirstPINSet
	}
	if err := c.raise(ctx, account, detect.Changed(kind), occasion{}); err != nil {
		return Ended{}, err
	}
	return ended, c.notify(ctx, account, access.Notice{
		Kind: newPINNotice(old), Facts: access.NoticeFacts{By: string(c.by.Role)},
	})
}

func (c *change) endAfterSet(ctx context.Context, account access.Account, keepDevices bool) (Ended, error) {
	if keepDevices {
		return c.endLogins(ctx, account, 0)
	}
	return c.endTrust(ctx, account, "the PIN was set by an operator")
}

// putPIN stores a sealed PIN, or takes the PIN away where sealed is empty.
func (c *change) putPIN(ctx context.Context, old access.Credential, account access.Account, sealed secret.SealedPIN, setBy string, temporary bool) error {
	next := access.Credential{SetAt: old.SetAt, SetBy: old.SetBy, AuditSeq: c.seq}
	if sealed.Blob != nil {
		next = access.Credential{
			KeyID: sealed.KeyID, Sealed: sealed.Blob, SetAt: c.now, SetBy: setBy,
			Temporary: temporary, AuditSeq: c.seq,
		}
	}
	if err := c.PutCredential(ctx, account.Key, next); err != nil {
		return fmt.Errorf("store the PIN of %s: %w", account.Login, err)
	}
	return nil
}

// reasonRequired asks for a reason that was not given.
func reasonRequired(what string) error {
	return &access.Error{
		Kind: access.ErrConfirm, Code: "reason_required",
		Text: what + ": a reason is needed", Hint: "give --reason TEXT",
	}
}

// optionalReason gives the stored form of a reason.
func optionalReason(s string) (string, error) {
	return access.NormalizeText("reason", s, access.MaxText)
}
