package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// RecognitionNoted is how often at most a recognition of one device is noted:
// portals ask several times a login.
const RecognitionNoted = 10 * time.Minute

// Recognize decides what a login would take to pass: it opens none, rotates and
// revokes nothing, counts and raises nothing. A token that came back is merely
// unknown here. A portal may ask before it knows that somebody will log in, and
// as often as it likes.
//
// Where a device is recognized and that lets the login pass, a portal may leave
// it at that; so the device counts as seen, and a login of it stands in the log,
// at most once in 10 minutes. All other logins go through StartLogin, also those
// that pass without a device: what the person is to be told hangs on it.
func (a *App) Recognize(ctx context.Context, by access.Operator, req StartLogin) (LoginAnswer, error) {
	ip, err := req.check()
	if err != nil {
		return LoginAnswer{}, err
	}
	if err := authorize(by, LoginRecognize); err != nil {
		return LoginAnswer{}, a.denied(ctx, by, LoginRecognize, err)
	}
	s := session{login: access.Login{IP: ip, UserAgent: access.CutUserAgent(req.UserAgent)}}
	var answer LoginAnswer
	due := false
	err = a.store.ViewOften(ctx, func(tx store.Tx) (err error) {
		answer, due, err = a.foresee(ctx, tx, by, &s, req)
		return err
	})
	if err == nil && due {
		err = a.noteRecognized(ctx, by, s)
	}
	if err != nil {
		return LoginAnswer{}, a.denied(ctx, by, LoginRecognize, err)
	}
	return answer, nil
}

// foresee answers without writing, and says whether the recognition is to be
// noted.
func (a *App) foresee(ctx context.Context, tx store.Tx, by access.Operator, s *session, req StartLogin) (LoginAnswer, bool, error) {
	account, err := loginAccount(ctx, tx, by, LoginRecognize, req)
	if errors.Is(err, access.ErrNotFound) {
		return unknownAccount(), false, nil
	}
	if err != nil {
		return LoginAnswer{}, false, err
	}
	if s.facts, s.school, err = a.facts(ctx, tx, account, a.clock()); err != nil {
		return LoginAnswer{}, false, err
	}
	token, err := a.token(ctx, tx, a.presented(req, account))
	if err != nil {
		return LoginAnswer{}, false, err
	}
	s.recognize(token)
	if s.facts.Recognition == decide.Replayed {
		s.facts.Recognition = decide.UnknownToken
	}
	answer := s.answer(decide.Login(s.facts))
	if !s.login.Recognized {
		return answer, false, nil
	}
	answer.Device = deviceInfo(token.Device, account.Login)
	due := answer.Reason == access.ReasonDeviceRecognized && recognitionDue(token.Device, s.facts.Now)
	return answer, due, nil
}

// recognitionDue reports whether a device was not seen for a while; one that was
// seen in the future has met a clock that was wrong.
func recognitionDue(d access.Device, now time.Time) bool {
	return now.Sub(d.LastSeenAt).Abs() >= RecognitionNoted
}

// noteRecognized notes that a device was seen and that a login passed by it. Of
// several that are told to do so at once, one does.
func (a *App) noteRecognized(ctx context.Context, by access.Operator, s session) error {
	nobody, err := secret.NewLoginID(a.random)
	if err != nil {
		return fmt.Errorf("make a login id: %w", err)
	}
	return a.update(ctx, by, LoginRecognize, func(c *change) error {
		d, err := c.Device(ctx, s.login.DeviceID)
		if err != nil {
			return fmt.Errorf("read device %s: %w", s.login.DeviceID, err)
		}
		if d.Revoked() || !recognitionDue(d, c.now) {
			c.nothing()
			return nil
		}
		c.targetAccount(s.facts.Account)
		d.LastSeenAt, d.LastIP, d.AuditSeq = c.now, s.login.IP, c.seq
		if err := c.PutDevice(ctx, &d); err != nil {
			return fmt.Errorf("store device %s: %w", d.ID, err)
		}
		// Nobody knows the id, and the login is over: it takes no request.
		s.login.IDHash, s.login.AccountKey, s.login.OpenedBy = secret.HashLoginID(nobody.Reveal()), d.AccountKey, by.ID
		s.login.StartedAt, s.login.ExpiresAt = c.now, c.now
		s.login.End(access.LoginPassed, access.Allow, access.ReasonDeviceRecognized, c.now)
		if err := c.PutLogin(ctx, &s.login); err != nil {
			return fmt.Errorf("store the login: %w", err)
		}
		c.noteLogin(s.login)
		c.note("device_id", d.ID)
		return nil
	})
}
