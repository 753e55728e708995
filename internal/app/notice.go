package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// An AnswerNotice is what a person says of a notice. LoginID is the login in
// which they say so, for access.PageUser the browser's secret; of a portal it may
// be past its time.
type AnswerNotice struct {
	ID      string        `json:"-"` // of the notice
	LoginID access.Secret `json:"login_id"`
}

// CodeNoticeCaused refuses to mark a notice as seen on the device that it tells
// of.
const CodeNoticeCaused = "notice_of_this_device"

// UnseenNotices gives the notices of a month that an account's person has not
// seen, oldest first and at most 20. One of login and externalID names the
// account.
func (a *App) UnseenNotices(ctx context.Context, by access.Operator, login, externalID string) ([]NoticeInfo, error) {
	req := StartLogin{Login: login, ExternalID: externalID}
	if _, err := req.check(); err != nil {
		return nil, access.Usage("notices: one of login and external_id is needed", "")
	}
	notices := []NoticeInfo{}
	err := a.read(ctx, by, NoticeList, func(tx store.Tx) error {
		account, err := loginAccount(ctx, tx, by, NoticeList, req)
		if err != nil {
			return err
		}
		rows, err := unseen(ctx, tx, account, a.clock())
		for _, n := range rows {
			notices = append(notices, noticeInfo(n))
		}
		return err
	})
	return notices, err
}

// SeeNotice marks a notice as seen by its person; changed is false where it was
// before. The login must show who it is, by a PIN or a recognized device, and
// must not come from the device that the notice tells of.
//
// Errors: access.ErrNotFound; access.ErrRefused with the code
// notice_of_this_device, proof_needed, login_expired or page_expired.
func (a *App) SeeNotice(ctx context.Context, by access.Operator, req AnswerNotice) (changed bool, err error) {
	err = a.change(ctx, by, NoticeSee, func(c *change) error {
		s, err := c.reader(ctx, req.LoginID)
		if err != nil {
			return err
		}
		n, err := c.noticeTo(ctx, s.facts.Account, req.ID)
		if err != nil {
			return err
		}
		caused, err := s.caused(ctx, c.Tx, n)
		if err != nil {
			return err
		}
		if caused {
			return access.Refused(CodeNoticeCaused, "mark a notice as seen: it tells of this very device", "answer it on another device")
		}
		if changed = n.SeenAt.IsZero(); !changed {
			c.nothing()
			return nil
		}
		return c.see(ctx, n)
	})
	return changed, a.readerGone(by, err)
}

// reader loads the login in which a notice is answered, which must show who
// answers.
func (c *change) reader(ctx context.Context, id access.Secret) (session, error) {
	s, err := c.app.readingLogin(ctx, c.Tx, c.by, id)
	if err != nil {
		return s, err
	}
	if !s.proven() {
		return s, proofNeeded("answer a notice")
	}
	c.targetAccount(s.facts.Account)
	return s, nil
}

// readingLogin loads a login that passed. A portal's may be past its time: what
// the portal lets people do lasts longer than the login.
func (a *App) readingLogin(ctx context.Context, tx store.Tx, by access.Operator, id access.Secret) (session, error) {
	if by.Role == access.RoleUser {
		s, err := a.session(ctx, tx, by, id)
		if err == nil && s.login.State != access.LoginPassed {
			err = errLoginGone
		}
		return s, err
	}
	l, page, err := loginOf(ctx, tx, by, id)
	if err != nil {
		return session{}, err
	}
	if l.State != access.LoginPassed || page.Key != 0 && !page.Redeemed() {
		return session{}, errLoginGone
	}
	return a.load(ctx, tx, l)
}

func (a *App) readerGone(by access.Operator, err error) error {
	switch {
	case !errors.Is(err, errLoginGone):
		return err
	case by.Role == access.RoleUser:
		return pageExpired()
	}
	return loginExpired()
}

func loginExpired() error {
	return access.Refused("login_expired", "login: unknown, or over", "start another one")
}

func proofNeeded(what string) error {
	return access.Refused("proof_needed", what+": the login proved the password alone", "let the person give the PIN, or use a recognized device")
}

// noticeTo loads a notice to the account's person; all others do not exist.
func (c *change) noticeTo(ctx context.Context, account access.Account, id string) (access.Notice, error) {
	row, err := c.Notice(ctx, id)
	if err != nil {
		return access.Notice{}, notFoundAs(err, "notice", shortened(id))
	}
	if row.AccountKey != account.Key || !row.ToPerson() {
		return access.Notice{}, access.NotFound("notice", shortened(id))
	}
	return row.Notice, nil
}

func (c *change) see(ctx context.Context, n access.Notice) error {
	c.note("notice_id", n.ID)
	n.SeenAt, n.AuditSeq = c.now, c.seq
	if err := c.PutNotice(ctx, &n); err != nil {
		return fmt.Errorf("mark notice %s as seen: %w", n.ID, err)
	}
	return nil
}

// caused reports whether the notice comes from the device of this login.
func (s session) caused(ctx context.Context, tx store.Tx, n access.Notice) (bool, error) {
	cause := decide.Origin{LoginKey: n.Facts.LoginKey, Browser: n.Facts.Browser, IP: n.Facts.IP, At: n.Facts.At}
	if cause.LoginKey != 0 {
		l, err := tx.LoginByKey(ctx, cause.LoginKey)
		if err != nil && !errors.Is(err, access.ErrNotFound) { // long ago
			return false, fmt.Errorf("read login %d: %w", cause.LoginKey, err)
		}
		cause.DeviceID = l.DeviceID
	}
	reader := decide.Reader{
		LoginKey: s.login.Key, DeviceID: s.login.DeviceID, Browser: s.login.Browser().String(), IP: s.login.IP,
	}
	if s.facts.Recognition == decide.Recognized {
		reader.DeviceSince = s.facts.DeviceSince
	}
	return decide.Caused(cause, reader), nil
}

// DisputeNotice records that what a notice tells of was not its person, with the
// incident that it belongs to: as DisputeAlert does, but that the login in which
// it is said goes on unless it belongs to that incident itself. What no alert
// tells of is told to the school by one. The notice counts as seen. A portal may
// leave LoginID out, and all logins end.
//
// Errors: access.ErrNotFound; access.ErrRefused with the code proof_needed,
// login_expired or page_expired.
func (a *App) DisputeNotice(ctx context.Context, by access.Operator, req AnswerNotice) (Disputed, error) {
	var done Disputed
	err := a.change(ctx, by, NoticeDispute, func(c *change) error {
		n, s, err := c.disputable(ctx, req)
		if err != nil {
			return err
		}
		account := s.facts.Account
		done.Login = account.Login
		known, err := c.toldOf(ctx, account, n)
		if err != nil {
			return err
		}
		open := unanswered(known)
		if len(open) == 0 && len(known) > 0 {
			c.nothing() // it was disputed, or judged, before
			return nil
		}
		if len(open) == 0 {
			if open, err = c.raiseDisputed(ctx, account, n); err != nil {
				return err
			}
			n.AlertKey = open[0].Key
		}
		done.Number, done.Alerts = fmt.Sprint(open[0].Key), len(open)
		if done.Ended, err = c.dispute(ctx, open, "its person said so of a notice", n.Facts.At, s.login.Key); err != nil {
			return err
		}
		return c.see(ctx, n)
	})
	return done, a.readerGone(by, err)
}

// disputable loads the notice, and the login in which it is disputed; of that
// only the account where a portal names none.
func (c *change) disputable(ctx context.Context, req AnswerNotice) (access.Notice, session, error) {
	if !req.LoginID.Empty() || c.by.Role == access.RoleUser {
		s, err := c.reader(ctx, req.LoginID)
		if err != nil {
			return access.Notice{}, s, err
		}
		n, err := c.noticeTo(ctx, s.facts.Account, req.ID)
		return n, s, err
	}
	var s session
	row, err := c.Notice(ctx, req.ID)
	if err != nil {
		return access.Notice{}, s, notFoundAs(err, "notice", shortened(req.ID))
	}
	if !row.ToPerson() {
		return access.Notice{}, s, access.NotFound("notice", shortened(req.ID))
	}
	if s.facts.Account, err = c.AccountByKey(ctx, row.AccountKey); err != nil {
		return access.Notice{}, s, fmt.Errorf("read the account of notice %s: %w", row.ID, err)
	}
	err = authorizeTarget(c.by, c.action, s.facts.Account, req.ID)
	if errors.Is(err, access.ErrNotFound) {
		err = access.NotFound("notice", shortened(req.ID))
	}
	c.targetAccount(s.facts.Account)
	return row.Notice, s, err
}

// toldOf gives the alerts of what a notice tells of, with all of their incidents.
func (c *change) toldOf(ctx context.Context, account access.Account, n access.Notice) ([]store.AlertRow, error) {
	rows, err := c.Tx.Alerts(ctx, store.AlertFilter{AccountKey: account.Key})
	if err != nil {
		return nil, fmt.Errorf("list the alerts of %s: %w", account.Login, err)
	}
	incidents := map[string]bool{}
	for _, r := range rows {
		if n.AlertKey == r.Key || n.Facts.LoginKey != 0 && n.Facts.LoginKey == r.LoginKey {
			incidents[r.IncidentID] = true
		}
	}
	var known []store.AlertRow
	for _, r := range rows {
		if incidents[r.IncidentID] {
			known = append(known, r)
		}
	}
	return known, nil
}

// unanswered gives the alerts that may still be disputed.
func unanswered(all []store.AlertRow) []store.AlertRow {
	var open []store.AlertRow
	for _, r := range all {
		if r.State == access.AlertOpen || r.State == access.AlertAcknowledged {
			open = append(open, r)
		}
	}
	return open
}

// raiseDisputed raises an alert for what a person disputes and none told of.
func (c *change) raiseDisputed(ctx context.Context, account access.Account, n access.Notice) ([]store.AlertRow, error) {
	o := occasion{IP: n.Facts.IP, LoginKey: n.Facts.LoginKey}
	if err := c.raise(ctx, account, detect.Changed(access.AlertChangeDisputed), o); err != nil {
		return nil, err
	}
	last, err := c.LastAlert(ctx, account.Key, []access.AlertKind{access.AlertChangeDisputed})
	if err != nil {
		return nil, fmt.Errorf("find the alert about %s: %w", account.Login, err)
	}
	return []store.AlertRow{{Alert: last, Login: account.Login}}, nil
}
