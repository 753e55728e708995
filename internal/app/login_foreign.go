package app

import (
	"context"
	"errors"

	"pinward/internal/access"
	"pinward/internal/store"
)

// ForeignPIN is the PIN that a user typed, as the contracts of other products
// tell it.
type ForeignPIN struct {
	LoginID access.Secret
	Login   string // of the account, named again: the id may have passed through a browser
	PIN     access.PIN
	Proven  bool // the caller asks only after the password was right
}

// GiveForeignPIN judges a PIN in a login like GivePIN, for callers whose answer
// reaches people that may have proved nothing. Whatever it answers costs what a
// wrong PIN costs: the same hash and the same writes, also where the account is
// unknown, shut or another's, or has no PIN. Where the password is not proven, an
// account is tried no more after access.WrongAnHour wrong PINs in an hour, so
// that whoever reaches such a caller cannot lock people out all day.
func (a *App) GiveForeignPIN(ctx context.Context, by access.Operator, req ForeignPIN) (LoginAnswer, error) {
	if req.LoginID.Empty() || req.PIN.Empty() {
		return LoginAnswer{}, access.Usage("login pin: login id and PIN are needed", "")
	}
	if err := authorize(by, LoginPIN); err != nil {
		return LoginAnswer{}, a.denied(ctx, by, LoginPIN, err)
	}
	var t, decoy attempt
	var unknown bool
	err := a.inLine(ctx, func(tx store.Tx) (_ access.Admission, err error) {
		t, err = a.admitForeign(ctx, tx, by, req)
		if unknown = errors.Is(err, errLoginGone); err != nil && !unknown {
			return 0, err
		}
		if !unknown && (t.admission == access.Admitted || t.admission == access.WaitInLine) {
			return t.admission, nil
		}
		decoy = attempt{}
		err = a.reserve(ctx, tx, &decoy, 0, 0)
		return decoy.admission, err
	})
	if err != nil {
		return LoginAnswer{}, err
	}
	judged := t
	if decoy.lease.ID != "" {
		judged = decoy
	}
	right, err := a.judge(judged, req.PIN)
	if err != nil {
		return LoginAnswer{}, errors.Join(err, a.release(ctx, judged))
	}
	return a.settleForeign(ctx, by, req, t, decoy, right, unknown)
}

// admitForeign counts the attempt if it may be judged. What is not the account's
// login is gone, as for a stranger.
func (a *App) admitForeign(ctx context.Context, tx store.Tx, by access.Operator, req ForeignPIN) (attempt, error) {
	t := attempt{admission: access.LoginSpent, unproven: !req.Proven}
	s, err := a.session(ctx, tx, by, req.LoginID)
	if err != nil {
		return t, err
	}
	if login, err := access.NormalizeLogin(req.Login); err != nil || login != s.facts.Account.Login {
		return t, errLoginGone
	}
	t.account, t.credential = s.facts.Account, s.facts.Credential
	if !s.takesPIN() {
		return t, nil
	}
	err = a.reserve(ctx, tx, &t, s.login.Key, s.login.WrongPINs)
	return t, err
}

func (a *App) settleForeign(ctx context.Context, by access.Operator, req ForeignPIN, t, decoy attempt, right, unknown bool) (LoginAnswer, error) {
	answer := gone()
	err := a.change(ctx, by, LoginPIN, func(c *change) error {
		if decoy.lease.ID != "" {
			if _, _, err := c.settle(ctx, decoy, false); err != nil {
				return err
			}
		}
		if unknown {
			c.target("account", "unknown")
			c.record.Result = access.AuditRefused
			return nil
		}
		var err error
		answer, err = c.settlePIN(ctx, GivePIN{LoginID: req.LoginID}, t, right)
		return err
	})
	if errors.Is(err, errLoginGone) {
		return gone(), nil
	}
	return answer, err
}
