package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/detect"
	"pinward/internal/pinrule"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// SetUp is a user's choice of protection in a login.
type SetUp struct {
	LoginID    access.Secret     `json:"login_id"`
	Protection access.Protection `json:"protection"`
	PIN        access.PIN        `json:"pin"`
	PINConfirm access.PIN        `json:"pin_confirm"`
	SetupCode  access.Secret     `json:"setup_code"`

	// Held stands in place of PINConfirm on pinward's own pages: what HoldPIN gave
	// for the first entry.
	Held access.Secret `json:"-"`

	Remember *Remember `json:"remember"`
}

func (r SetUp) check() error {
	if r.LoginID.Empty() || r.Protection == "" {
		return access.Usage("login setup: login_id and protection are needed", "")
	}
	if p, err := access.ParseProtection(string(r.Protection)); err != nil || p == access.NotChosen {
		return access.Usage("login setup: unknown protection", "use pin, notify or none")
	}
	if r.Protection == access.ByPIN && r.PIN.Empty() {
		return access.Usage("login setup: pin is needed to be protected by one", "")
	}
	return nil
}

// SetUp stores a protection that a user chose in a login, with its PIN. A
// refused PIN leaves the login open; a wrong set-up code counts as a wrong PIN.
func (a *App) SetUp(ctx context.Context, by access.Operator, req SetUp) (LoginAnswer, error) {
	if err := req.check(); err != nil {
		return LoginAnswer{}, err
	}
	if err := authorize(by, LoginSetup); err != nil {
		return LoginAnswer{}, a.denied(ctx, by, LoginSetup, err)
	}
	s, answer, err := a.judgeSetUp(ctx, by, req)
	if errors.Is(err, errLoginGone) {
		return gone(), nil
	}
	if err != nil || answer.Refused {
		return answer, err
	}
	var sealed secret.SealedPIN
	if req.Protection == access.ByPIN {
		if sealed, err = a.keys.SealPIN(a.random, a.hasher, s.facts.Account.ID, req.PIN); err != nil {
			return LoginAnswer{}, fmt.Errorf("seal the PIN of %s: %w", s.facts.Account.Login, err)
		}
	}
	err = a.change(ctx, by, LoginSetup, func(c *change) error {
		answer, err = c.setUp(ctx, req, sealed)
		return err
	})
	if errors.Is(err, errLoginGone) {
		return gone(), nil
	}
	return answer, err
}

// judgeSetUp refuses what needs no transaction to be refused: a choice that is
// not open to this login, and a PIN that breaks a rule.
func (a *App) judgeSetUp(ctx context.Context, by access.Operator, req SetUp) (session, LoginAnswer, error) {
	var s session
	var subject pinrule.Subject
	err := a.store.View(ctx, func(tx store.Tx) (err error) {
		if s, err = a.session(ctx, tx, by, req.LoginID); err != nil {
			return err
		}
		subject, err = a.subject(ctx, tx, s.facts.Account, s.facts.Policy)
		return err
	})
	if err != nil {
		return s, LoginAnswer{}, err
	}
	if answer := s.refuseSetUp(req); answer.Refused || req.Protection != access.ByPIN {
		return s, answer, nil
	}
	answer, err := a.judgeNewPIN(s, req, subject)
	return s, answer, err
}

// refuseSetUp answers a choice that is not open to this login.
func (s session) refuseSetUp(req SetUp) LoginAnswer {
	switch {
	case s.login.State == access.LoginDenied:
		return s.refusal(access.Deny, s.login.Reason)
	case !s.facts.Account.Usable(s.facts.Now, s.facts.Location):
		return s.refusal(access.Deny, access.ReasonAccountSuspended)
	case s.login.State == access.LoginOpen && s.login.Decision != access.SetUp:
		return s.refusal(s.login.Decision, s.login.Reason)
	}
	v := s.verdict(req)
	switch {
	case v.NeedPIN:
		return s.refusal(access.AskPIN, v.Reason)
	case !v.Allowed && s.login.State == access.LoginPassed:
		return s.refusal(access.Allow, v.Reason)
	case !v.Allowed:
		return s.refusal(access.SetUp, v.Reason)
	}
	return LoginAnswer{}
}

func (s session) verdict(req SetUp) decide.Verdict {
	return decide.Setup(s.facts, decide.Choice{
		Protection: req.Protection, CodeGiven: !req.SetupCode.Empty(), PINProven: s.pinProven(),
	})
}

// judgeNewPIN holds a new PIN against the rules and against the old one.
func (a *App) judgeNewPIN(s session, req SetUp, subject pinrule.Subject) (LoginAnswer, error) {
	err := checkNewPIN(req.PIN, a.confirmation(s, req), subject)
	if err == nil && s.facts.Credential.Set() {
		old := secret.SealedPIN{KeyID: s.facts.Credential.KeyID, Blob: s.facts.Credential.Sealed}
		same, verifyErr := a.keys.VerifyPIN(s.facts.Account.ID, old, req.PIN)
		if verifyErr != nil {
			return LoginAnswer{}, fmt.Errorf("open the PIN of %s: %w", s.facts.Account.Login, verifyErr)
		}
		if same {
			err = access.Refused(access.CodePINSameAsOld, "set a PIN: it is the old one", "choose another")
		}
	}
	return s.refusedPIN(err)
}

// checkNewPIN holds a new PIN and its repetition against the rules.
func checkNewPIN(pin, confirm access.PIN, subject pinrule.Subject) error {
	if err := pinrule.Check(pin, subject); err != nil {
		return err
	}
	if !pin.Equal(confirm) {
		return access.Refused(access.CodePINMismatch, "set a PIN: the two entries differ", "type it again")
	}
	return nil
}

// refusedPIN answers a new PIN that was refused; any other error stays one.
func (s session) refusedPIN(err error) (LoginAnswer, error) {
	var refusal *access.Error
	if !errors.As(err, &refusal) {
		return LoginAnswer{}, err
	}
	answer := s.refusal(access.SetUp, access.Reason(refusal.Code))
	answer.Rule = refusal.Rule
	if s.login.State == access.LoginPassed {
		answer.Decision = access.Allow
	}
	return answer, nil
}

// setUp judges again inside the transaction, since anything may have changed,
// and stores the choice.
func (c *change) setUp(ctx context.Context, req SetUp, sealed secret.SealedPIN) (LoginAnswer, error) {
	s, err := c.app.session(ctx, c.Tx, c.by, req.LoginID)
	if err != nil {
		return LoginAnswer{}, err
	}
	c.targetAccount(s.facts.Account)
	if answer := s.refuseSetUp(req); answer.Refused {
		c.record.Result = access.AuditRefused
		c.note("reason_code", string(answer.Reason))
		return answer, nil
	}
	if s.verdict(req).NeedCode {
		answer, err := c.tryCode(ctx, &s, req.SetupCode)
		if err != nil || answer.Refused {
			return answer, err
		}
		if _, err := c.DeleteSetupCode(ctx, s.facts.Account.Key); err != nil {
			return LoginAnswer{}, fmt.Errorf("spend the set-up code of %s: %w", s.facts.Account.Login, err)
		}
	}
	return c.choose(ctx, &s, req, sealed)
}

// choose stores the protection and its PIN, lets the login pass, and revokes
// every device but the one in use where the account is now asked for more.
func (c *change) choose(ctx context.Context, s *session, req SetUp, sealed secret.SealedPIN) (LoginAnswer, error) {
	before, account := s.facts.Account.Protection, s.facts.Account
	account.Protection, account.ChosenAt, account.AuditSeq = req.Protection, c.now, c.seq
	if err := c.PutAccount(ctx, &account); err != nil {
		return LoginAnswer{}, fmt.Errorf("store account %s: %w", account.Login, err)
	}
	s.facts.Account = account
	neverSet := s.facts.Credential.NeverSet()
	if err := c.putPIN(ctx, s.facts.Credential, account, sealed, account.ID, false); err != nil {
		return LoginAnswer{}, err
	}
	answer := LoginAnswer{Decision: access.Allow, Reason: s.login.Reason, MayReset: s.facts.Policy.SelfReset}
	var err error
	if req.Protection == access.ByPIN {
		err = c.afterNewPIN(ctx, s, neverSet, &answer)
	} else if req.Protection.Strength() > before.Strength() {
		err = c.revokeOthers(ctx, s, "the protection was strengthened", &answer)
	}
	if err != nil {
		return LoginAnswer{}, err
	}
	s.news.chose = choiceNotice(before, req.Protection, s.facts.Credential)
	c.note("protection", string(req.Protection))
	if req.Protection.Strength() < before.Strength() {
		if err := c.raise(ctx, account, detect.Changed(access.AlertProtectionWeakened), occasionOf(s.login)); err != nil {
			return LoginAnswer{}, err
		}
	}
	return c.passSetUp(ctx, s, req.Remember, answer)
}

// afterNewPIN is what every new PIN entails: the code is spent, the counters
// begin anew, and other devices must prove themselves.
func (c *change) afterNewPIN(ctx context.Context, s *session, first bool, answer *LoginAnswer) error {
	account := s.facts.Account
	s.login.PINAt = c.now
	if _, err := c.voidCodes(ctx, account); err != nil {
		return err
	}
	if err := c.PutAttempts(ctx, account.Key, access.Attempts{}); err != nil {
		return fmt.Errorf("reset the attempts at %s: %w", account.Login, err)
	}
	if err := c.revokeOthers(ctx, s, "the PIN was set or changed", answer); err != nil || !first {
		return err
	}
	return c.raise(ctx, account, detect.Changed(access.AlertFirstPINSet), occasionOf(s.login))
}

// revokeOthers revokes the account's devices but the one in use, and ends its
// sessions but those of that device and this login.
func (c *change) revokeOthers(ctx context.Context, s *session, why string, answer *LoginAnswer) error {
	keep, err := c.deviceInUse(ctx, *s)
	if err != nil {
		return err
	}
	if answer.DevicesRevoked, err = c.revokeDevices(ctx, s.facts.Account, keep, why); err != nil {
		return err
	}
	if _, err = c.endSessions(ctx, store.GateFilter{
		AccountKey: s.facts.Account.Key, ButDevice: s.login.DeviceID, ButLogin: s.login.Key,
	}); err != nil {
		return err
	}
	answer.SessionsEnded = c.sessions
	c.note("devices_revoked", answer.DevicesRevoked)
	return nil
}

// deviceInUse gives the key of the device that the login comes from, 0 if none.
func (c *change) deviceInUse(ctx context.Context, s session) (int64, error) {
	if s.login.DeviceID == "" {
		return 0, nil
	}
	d, err := c.Device(ctx, s.login.DeviceID)
	if err != nil {
		return 0, fmt.Errorf("read device %s: %w", s.login.DeviceID, err)
	}
	return d.Key, nil
}

// passSetUp ends an open login as passed; one that has passed stays so.
func (c *change) passSetUp(ctx context.Context, s *session, remember *Remember, answer LoginAnswer) (LoginAnswer, error) {
	if s.login.State == access.LoginOpen {
		return c.pass(ctx, s, remember, answer)
	}
	s.login.MayChoose = false
	if remember != nil {
		if err := c.remember(ctx, s, *remember, &answer); err != nil {
			return LoginAnswer{}, err
		}
	}
	answer.MayRemember = s.mayRemember()
	if err := c.PutLogin(ctx, &s.login); err != nil {
		return LoginAnswer{}, fmt.Errorf("store login %d: %w", s.login.Key, err)
	}
	if remember != nil && answer.DeviceError == "" {
		if err := c.raiseRegistered(ctx, s.facts.Account, s.login); err != nil {
			return LoginAnswer{}, err
		}
	}
	err := c.conclude(ctx, s, &answer)
	return answer, err
}
