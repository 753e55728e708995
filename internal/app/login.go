package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// A LoginAnswer tells the portal what to do next. The command line and the HTTP
// API write it as it is.
type LoginAnswer struct {
	LoginID            string              `json:"login_id,omitempty"`
	Decision           access.Decision     `json:"decision,omitempty"`
	Reason             access.Reason       `json:"reason,omitempty"`
	Rule               string              `json:"rule,omitempty"` // that a new PIN broke
	AttemptsLeft       *int                `json:"attempts_left,omitempty"`
	RetryAt            *time.Time          `json:"retry_at,omitempty"`
	AllowedProtections []access.Protection `json:"allowed_protections,omitempty"`
	MayChoose          bool                `json:"may_choose"`
	MayRemember        bool                `json:"may_remember"`
	MayReset           bool                `json:"may_reset"`
	Device             *DeviceInfo         `json:"device"`
	DeviceError        string              `json:"device_error,omitempty"`
	DeviceToken        string              `json:"device_token,omitempty"`
	CookieName         string              `json:"cookie_name,omitempty"`
	DevicesRevoked     int                 `json:"devices_revoked,omitempty"`
	SessionsEnded      int                 `json:"sessions_ended,omitempty"` // at gates
	Notices            []NoticeInfo        `json:"notices,omitempty"`

	// PasswordChangeAdvised says that somebody else may know the password.
	PasswordChangeAdvised bool `json:"password_change_advised"`

	// PageLink opens the page of a login with a ReturnURL, once; empty: there is
	// none. It is a secret for the user's browser alone.
	PageLink access.Secret `json:"-"`

	// Refused says that the request was not granted (exit code 5): a denial, or
	// a PIN, set-up or device that was turned down.
	Refused bool `json:"-"`
}

// DeviceInfo is a device as an answer shows it.
type DeviceInfo struct {
	ID            string     `json:"id"`
	Login         string     `json:"login"`
	Label         string     `json:"label"`
	Kind          string     `json:"kind"`
	FirstSeenAt   time.Time  `json:"first_seen_at"`
	LastSeenAt    time.Time  `json:"last_seen_at"`
	ExpiresAt     time.Time  `json:"expires_at"`
	RevokedAt     *time.Time `json:"revoked_at"`
	RevokedBy     *string    `json:"revoked_by"`
	RevokedReason *string    `json:"revoked_reason"`
}

func deviceInfo(d access.Device, login string) *DeviceInfo {
	info := &DeviceInfo{
		ID: d.ID, Login: login, Label: d.Label, Kind: d.Kind,
		FirstSeenAt: d.FirstSeenAt, LastSeenAt: d.LastSeenAt, ExpiresAt: d.ExpiresAt,
	}
	if d.Revoked() {
		info.RevokedAt, info.RevokedBy, info.RevokedReason = &d.RevokedAt, &d.RevokedBy, &d.RevokedReason
	}
	return info
}

// A session is one login with all that decides it, inside a transaction.
type session struct {
	login  access.Login
	facts  decide.Facts
	school access.School
	news   news
}

// errLoginGone says that a login id is unknown, not the caller's, or past its
// time; all three read alike.
var errLoginGone = errors.New("login gone")

// session loads the login of a secret id for the operator that opened it, or
// for the browser whose secret the id then is (see loginOf).
func (a *App) session(ctx context.Context, tx store.Tx, by access.Operator, id access.Secret) (session, error) {
	l, page, err := loginOf(ctx, tx, by, id)
	if err != nil {
		return session{}, err
	}
	now := a.clock()
	if l.AccountKey == 0 || (!l.OpenAt(now) && l.State != access.LoginDenied) {
		return session{}, errLoginGone
	}
	if page.Key != 0 && by.Role != access.RoleUser {
		return session{}, hosted()
	}
	s, err := a.load(ctx, tx, l)
	if err == nil && page.Kind == access.PageAccount && !s.accountOpen(page) {
		err = errLoginGone
	}
	return s, err
}

// loginOf finds the login that a secret names, and its page: for a browser on
// pinward's own pages the one that it is there for, for all others one that they
// opened themselves, with a zero page where they ask for the PIN themselves.
func loginOf(ctx context.Context, tx store.Tx, by access.Operator, id access.Secret) (access.Login, access.Page, error) {
	if by.Role == access.RoleUser {
		return loginOfBrowser(ctx, tx, id)
	}
	l, err := tx.LoginByIDHash(ctx, secret.HashLoginID(id.Reveal()))
	if errors.Is(err, access.ErrNotFound) || err == nil && l.OpenedBy != by.ID {
		return l, access.Page{}, errLoginGone
	}
	if err != nil {
		return l, access.Page{}, fmt.Errorf("read the login: %w", err)
	}
	page, err := tx.LoginPage(ctx, l.Key)
	if err != nil {
		return l, page, fmt.Errorf("read the page of login %d: %w", l.Key, err)
	}
	return l, page, nil
}

// load gathers all that decides a login.
func (a *App) load(ctx context.Context, tx store.Tx, l access.Login) (session, error) {
	account, err := tx.AccountByKey(ctx, l.AccountKey)
	if err != nil {
		return session{}, fmt.Errorf("read the account of login %d: %w", l.Key, err)
	}
	s := session{login: l}
	s.facts, s.school, err = a.facts(ctx, tx, account, a.clock())
	if err != nil {
		return session{}, err
	}
	if err := a.trustOf(ctx, tx, &s); err != nil {
		return session{}, err
	}
	return s, nil
}

// trustOf recalls the device that the login was recognized by.
func (a *App) trustOf(ctx context.Context, tx store.Tx, s *session) error {
	s.facts.Recognition = decide.Recognition(s.login.Token)
	if !s.login.Recognized {
		return nil
	}
	d, err := tx.Device(ctx, s.login.DeviceID)
	if err != nil {
		return fmt.Errorf("read device %s: %w", s.login.DeviceID, err)
	}
	if d.Revoked() {
		s.facts.Recognition = decide.Revoked
	}
	s.facts.DeviceSince = d.FirstSeenAt
	return nil
}

// facts gathers what a login of the account is decided on.
func (a *App) facts(ctx context.Context, tx store.Tx, account access.Account, now time.Time) (decide.Facts, access.School, error) {
	f := decide.Facts{Now: now, Known: true, Account: account, Recognition: decide.NoToken}
	school, err := tx.School(ctx, account.HomeSchool())
	if err != nil {
		return f, school, owed(err, fmt.Sprintf("read the school of %s", account.Login))
	}
	f.Location = a.location(school)
	if until, paused := school.Paused(now); paused {
		f.PausedUntil = until
	}
	if f.Policy, err = tx.Policy(ctx, account.Profile); err != nil {
		return f, school, owed(err, fmt.Sprintf("read the policy of %s", account.Profile))
	}
	if f.Credential, err = tx.Credential(ctx, account.Key); err != nil {
		return f, school, fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	if f.Attempts, err = tx.Attempts(ctx, account.Key); err != nil {
		return f, school, fmt.Errorf("read the attempts at %s: %w", account.Login, err)
	}
	f.Attempts.Sweep(now)
	return f, school, nil
}

// pinProven reports whether this login gave the PIN that holds now: one that was
// changed since proves nothing.
func (s session) pinProven() bool {
	return !s.login.PINAt.IsZero() && !s.login.PINAt.Before(s.facts.Credential.SetAt)
}

// owed words the absence of a row that must be there as damage: nobody named it,
// so it is not a target that was not found.
func owed(err error, what string) error {
	if !errors.Is(err, access.ErrNotFound) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return &access.Error{
		Kind: access.ErrDamaged, Code: "row_missing", Text: what + ": it is missing in the store",
		Hint: "somebody may have edited the store by hand; see: pinward store check",
	}
}

// mayRemember reports whether a device may be registered in this login.
func (s session) mayRemember() bool {
	return !s.login.Recognized && !s.login.Registered && !s.login.Reason.Waived() &&
		s.school.RegistrationAt(s.login.IP) != access.RegisterNever
}

// refusal answers a request that was not granted, from the login as it stands.
func (s session) refusal(d access.Decision, r access.Reason) LoginAnswer {
	answer := LoginAnswer{Decision: d, Reason: r, Refused: true, MayReset: s.facts.Policy.SelfReset}
	answer.MayRemember = d != access.Deny && s.mayRemember()
	if until, locked := s.facts.Attempts.Locked(s.facts.Now); locked && r == access.ReasonPINLocked {
		answer.RetryAt = &until
	}
	return answer
}

func gone() LoginAnswer {
	return LoginAnswer{Decision: access.Deny, Reason: access.ReasonLoginExpired, Refused: true}
}

// parseIP reads the address that a portal tells; none is fine.
func parseIP(s string) (netip.Addr, error) {
	if s == "" {
		return netip.Addr{}, nil
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}, access.Usage("login: ip is not an address", "send the address of the user's browser, such as 192.0.2.7")
	}
	return addr.Unmap().WithZone(""), nil
}

// finish stores a login whose outcome is known and raises its alerts.
func (c *change) finish(ctx context.Context, s *session) error {
	if err := c.PutLogin(ctx, &s.login); err != nil {
		return fmt.Errorf("store login %d: %w", s.login.Key, err)
	}
	if err := c.raiseEnd(ctx, s.facts.Account, s.login); err != nil {
		return err
	}
	return c.raiseRegistered(ctx, s.facts.Account, s.login)
}
