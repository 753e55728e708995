package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// NameDevice asks, in a login that has passed, for its device to become a
// recognized one.
type NameDevice struct {
	LoginID access.Secret `json:"login_id"`
	Name    string        `json:"name"`
	Replace bool          `json:"replace"`
}

// The codes of a device that was not registered.
const (
	deviceLimit     = "device_limit"
	rememberNotHere = "remember_not_here"
)

// RememberDevice registers the device of a login that has passed. A refusal
// stands in the answer's DeviceError and never costs the login.
func (a *App) RememberDevice(ctx context.Context, by access.Operator, req NameDevice) (LoginAnswer, error) {
	if req.LoginID.Empty() {
		return LoginAnswer{}, access.Usage("login remember: login_id is needed", "")
	}
	var answer LoginAnswer
	err := a.change(ctx, by, LoginRemember, func(c *change) error {
		s, err := a.session(ctx, c.Tx, by, req.LoginID)
		if err != nil {
			return err
		}
		c.targetAccount(s.facts.Account)
		if !s.facts.Account.Usable(c.now, s.facts.Location) || s.login.State == access.LoginDenied {
			return errLoginGone
		}
		if s.login.State != access.LoginPassed {
			answer = s.refusal(s.login.Decision, s.login.Reason)
			answer.DeviceError = rememberNotHere
			c.record.Result = access.AuditRefused
			c.note("reason_code", rememberNotHere)
			return nil
		}
		answer = LoginAnswer{Decision: access.Allow, Reason: s.login.Reason}
		if err := c.remember(ctx, &s, Remember{Name: req.Name, Replace: req.Replace}, &answer); err != nil {
			return err
		}
		if answer.DeviceError != "" {
			answer.Refused, answer.MayRemember = true, s.mayRemember()
			c.record.Result = access.AuditRefused
			c.note("reason_code", answer.DeviceError)
			return nil
		}
		if err := c.PutLogin(ctx, &s.login); err != nil {
			return fmt.Errorf("store login %d: %w", s.login.Key, err)
		}
		if err := c.raiseRegistered(ctx, s.facts.Account, s.login); err != nil {
			return err
		}
		return c.tell(ctx, s)
	})
	if errors.Is(err, errLoginGone) {
		return gone(), nil
	}
	return answer, err
}

// remember registers the login's device, or says in the answer why not.
func (c *change) remember(ctx context.Context, s *session, r Remember, answer *LoginAnswer) error {
	err := c.register(ctx, s, r, answer)
	if errors.Is(err, access.ErrRefused) {
		answer.Device, answer.DeviceToken, answer.CookieName, answer.DeviceError = nil, "", "", access.CodeOf(err)
		return nil
	}
	return err
}

func (c *change) register(ctx context.Context, s *session, r Remember, answer *LoginAnswer) error {
	if !s.mayRemember() {
		return access.Refused(rememberNotHere, "register a device: not in this login", "")
	}
	label, err := access.NormalizeLabel(r.Name)
	if err != nil {
		return err
	}
	if err := c.makeRoom(ctx, s, label, r.Replace); err != nil {
		return err
	}
	d, err := c.newDevice(s, label)
	if err != nil {
		return err
	}
	if err := c.issue(&d, s.facts.Account, 0, answer); err != nil {
		return err
	}
	if err := c.PutDevice(ctx, &d); err != nil {
		return fmt.Errorf("register a device of %s: %w", s.facts.Account.Login, err)
	}
	s.login.Registered, s.login.DeviceID = true, d.ID
	s.news.added = d.Label
	answer.Device = deviceInfo(d, s.facts.Account.Login)
	c.note("device_id", d.ID)
	return nil
}

// makeRoom refuses a label that is in use, unless it is to be replaced, and a
// device past the limit; nothing is ever evicted silently.
func (c *change) makeRoom(ctx context.Context, s *session, label string, replace bool) error {
	account := s.facts.Account
	devices, err := c.Devices(ctx, store.DeviceFilter{AccountKey: account.Key})
	if err != nil {
		return fmt.Errorf("list the devices of %s: %w", account.Login, err)
	}
	living := 0
	var replaced *access.Device
	for _, row := range devices {
		same := access.Fold(row.Label) == access.Fold(label)
		switch {
		case same && (replace || !c.now.Before(row.ExpiresAt)):
			replaced = &row.Device
		case same:
			return access.Refused("label_taken", "register a device: the label is in use", "is it the same device? then send replace")
		case c.now.Before(row.ExpiresAt):
			living++
		}
	}
	if living >= s.facts.Policy.MaxDevices {
		return access.Refused(deviceLimit, "register a device: the account has as many as its policy allows", "revoke one first")
	}
	if replaced == nil {
		return nil
	}
	return c.revoke(ctx, *replaced, "replaced under the same label")
}

// newDevice makes the row of a device that will be recognized from now on.
func (c *change) newDevice(s *session, label string) (access.Device, error) {
	id, err := secret.NewPublicID(c.app.random, "d")
	if err != nil {
		return access.Device{}, fmt.Errorf("name a device: %w", err)
	}
	salt := make([]byte, 16)
	if _, err := io.ReadFull(c.app.random, salt); err != nil {
		return access.Device{}, fmt.Errorf("salt a device: %w", err)
	}
	expires, err := c.expiry(s)
	if err != nil {
		return access.Device{}, err
	}
	proof := access.ProofPassword
	if s.pinProven() {
		proof = access.ProofPIN
	}
	browser := s.login.Browser()
	return access.Device{
		ID: id, AccountKey: s.facts.Account.Key, Label: label, Kind: browser.Kind(s.login.UserAgent),
		Proof: proof, Browser: browser, LastIP: s.login.IP,
		TokenKeyID: c.app.keys.ActiveID(), Salt: salt,
		FirstSeenAt: c.now, LastSeenAt: c.now, ExpiresAt: expires, AuditSeq: c.seq,
	}, nil
}

func (c *change) expiry(s *session) (time.Time, error) {
	if s.school.RegistrationAt(s.login.IP) == access.RegisterTonight {
		return tonight(c.now, s.school.Location()), nil
	}
	var b [2]byte
	if _, err := io.ReadFull(c.app.random, b[:]); err != nil {
		return time.Time{}, fmt.Errorf("spread a device's lifetime: %w", err)
	}
	more := (int(b[0])<<8 | int(b[1])) % (s.facts.Policy.SpreadDays() + 1)
	return c.now.Add(access.Days(s.facts.Policy.DeviceDays + more)), nil
}

// tonight gives the next 02:00 on the school's clock.
func tonight(now time.Time, loc *time.Location) time.Time {
	local := now.In(loc)
	end := time.Date(local.Year(), local.Month(), local.Day(), 2, 0, 0, 0, loc)
	if !end.After(now) {
		end = time.Date(local.Year(), local.Month(), local.Day()+1, 2, 0, 0, 0, loc)
	}
	return end.UTC()
}
