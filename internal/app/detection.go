package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// A judge gathers what the rules of detection need to know, from the store as it
// was at a login, and asks them: at the login, in its transaction, or later, of
// the log. It asks the store only for what the login's outcome can set off.
type judge struct {
	tx         store.Tx
	thresholds detect.Thresholds
	schools    []access.School          // nil: not asked for yet
	visits     map[int64][]detect.Visit // by account, of who judges in the order of time; nil: the store's
}

// ended judges a stored login whose outcome is known; the account is a zero one
// where it is unknown.
func (j *judge) ended(ctx context.Context, account access.Account, l access.Login) ([]detect.Finding, error) {
	var found []detect.Finding
	if l.State == access.LoginPassed && !l.Known() {
		arrival, err := j.arrival(ctx, account, l)
		if err != nil {
			return nil, err
		}
		found = detect.Arrived(l, arrival, j.thresholds)
	}
	if f, ok := detect.Ended(l); ok {
		found = append(found, f)
	}
	for _, rule := range []func(context.Context, access.Login) (detect.Finding, bool, error){j.spraying, j.borrowed} {
		f, ok, err := rule(ctx, l)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, f)
		}
	}
	return found, nil
}

// arrival gathers what is known of the account, as far as a rule is on that asks.
func (j *judge) arrival(ctx context.Context, account access.Account, l access.Login) (detect.Arrival, error) {
	a, t := detect.Arrival{LastSign: account.ChosenAt}, j.thresholds
	if t.NewDevices+t.ResetHours+t.SilenceDays == 0 && l.Reason != access.ReasonNotifyOnly {
		return a, nil
	}
	var err error
	if a.Visits, err = j.visitsBefore(ctx, l); err != nil {
		return a, err
	}
	if t.ResetHours == 0 || a.Familiar(l) {
		return a, nil
	}
	a.ResetAt, err = j.tx.LastAlertAt(ctx, account.Key, access.AlertPINReset)
	if err != nil {
		return a, fmt.Errorf("find the last reset of %s: %w", account.Login, err)
	}
	if a.ResetAt.IsZero() {
		return a, nil
	}
	a.Inside, err = j.inside(ctx, l.IP)
	return a, err
}

func (j *judge) visitsBefore(ctx context.Context, l access.Login) ([]detect.Visit, error) {
	if visits, ok := j.visits[l.AccountKey]; ok {
		return visits, nil
	}
	passed, err := j.tx.PassedBefore(ctx, l.AccountKey, l.Key, detect.Remembered)
	if err != nil {
		return nil, fmt.Errorf("read the logins before login %d: %w", l.Key, err)
	}
	visits := make([]detect.Visit, len(passed))
	for i, earlier := range passed {
		place := detect.Place{Browser: access.ParseBrowser(earlier.UserAgent), Network: access.NetworkOf(earlier.IP)}
		visits[i] = detect.Visit{Place: place, At: earlier.StartedAt, New: !earlier.Known}
	}
	return visits, nil
}

// inside reports whether an address is of one of the schools' own networks.
func (j *judge) inside(ctx context.Context, ip netip.Addr) (bool, error) {
	if j.schools == nil {
		var err error
		if j.schools, err = j.tx.Schools(ctx); err != nil {
			return false, fmt.Errorf("read the schools' networks: %w", err)
		}
	}
	return slices.ContainsFunc(j.schools, func(s access.School) bool { return s.Inside(ip) }), nil
}

// spraying judges the address of a login that failed.
func (j *judge) spraying(ctx context.Context, l access.Login) (detect.Finding, bool, error) {
	t := j.thresholds
	if !l.Failed() || !l.IP.IsValid() || t.SprayMinutes == 0 || t.SprayAccounts+t.SprayAccountsInside == 0 {
		return detect.Finding{}, false, nil
	}
	tried, err := j.tx.TriedFrom(ctx, l.IP, t.SprayFrom(l.EndedAt), l.EndedAt)
	if err != nil {
		return detect.Finding{}, false, fmt.Errorf("count what failed from the address of login %d: %w", l.Key, err)
	}
	if _, ok := detect.Spraying(tried.Accounts, tried.Unknown, false, t); !ok && t.SprayAccounts > 0 && t.SprayAccounts <= t.SprayAccountsInside {
		return detect.Finding{}, false, nil // and from inside it takes more
	}
	inside, err := j.inside(ctx, l.IP)
	f, ok := detect.Spraying(tried.Accounts, tried.Unknown, inside, t)
	return f, ok && err == nil, err
}

// borrowed judges a browser that presented another account's token.
func (j *judge) borrowed(ctx context.Context, l access.Login) (detect.Finding, bool, error) {
	if l.Borrowed == "" || l.State == access.LoginOpen || j.thresholds.SharedAccounts == 0 {
		return detect.Finding{}, false, nil
	}
	if inside, err := j.inside(ctx, l.IP); err != nil || inside {
		return detect.Finding{}, false, err
	}
	n, err := j.tx.BorrowersOf(ctx, l.Borrowed, detect.SharedFrom(l.EndedAt), l.EndedAt)
	if err != nil {
		return detect.Finding{}, false, fmt.Errorf("count who presented the token of device %s: %w", l.Borrowed, err)
	}
	f, ok := detect.Shared(n+1, j.thresholds) // and the account that it is of
	return f, ok, nil
}

// registered judges the device that a stored login registered.
func (j *judge) registered(ctx context.Context, l access.Login) ([]detect.Finding, error) {
	t := j.thresholds
	if !l.Registered || t.ForgetfulTimes+t.SharedAccounts == 0 {
		return nil, nil
	}
	inside, err := j.inside(ctx, l.IP)
	if err != nil || inside { // its computers may forget every night, and share one address
		return nil, err
	}
	d, err := j.tx.Device(ctx, l.DeviceID)
	if errors.Is(err, access.ErrNotFound) { // of a login long ago
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read device %s: %w", l.DeviceID, err)
	}
	at := d.FirstSeenAt
	var found []detect.Finding
	if t.ForgetfulTimes > 0 {
		n, err := j.tx.RegisteredAgain(ctx, d, detect.ForgetfulFrom(at), at)
		if err != nil {
			return nil, fmt.Errorf("count how often device %s was registered: %w", d.ID, err)
		}
		if f, ok := detect.Forgetful(n, t); ok {
			found = append(found, f)
		}
	}
	if t.SharedAccounts > 0 && l.IP.IsValid() {
		n, err := j.tx.RegisteredFrom(ctx, l.IP, l.UserAgent, detect.SharedFrom(at), at)
		if err != nil {
			return nil, fmt.Errorf("count who registered by the browser of device %s: %w", d.ID, err)
		}
		if f, ok := detect.Shared(n, t); ok {
			found = append(found, f)
		}
	}
	return found, nil
}

func (c *change) judge() *judge { return &judge{tx: c.Tx, thresholds: c.app.thresholds} }

// raiseEnd raises the alerts of a login whose outcome is known; the account is a
// zero one where it is unknown.
func (c *change) raiseEnd(ctx context.Context, account access.Account, l access.Login) error {
	found, err := c.judge().ended(ctx, account, l)
	if err != nil {
		return err
	}
	return c.raiseAll(ctx, account, found, occasionOf(l))
}

// raiseRegistered raises what the device tells that a stored login registered.
func (c *change) raiseRegistered(ctx context.Context, account access.Account, l access.Login) error {
	found, err := c.judge().registered(ctx, l)
	if err != nil {
		return err
	}
	return c.raiseAll(ctx, account, found, occasionOf(l))
}

func (c *change) raiseAll(ctx context.Context, account access.Account, found []detect.Finding, o occasion) error {
	for _, f := range found {
		raise := c.raise
		if detect.AboutAddress(f.Kind) {
			raise = c.raiseAddress
		}
		if err := raise(ctx, account, f, o); err != nil {
			return err
		}
	}
	return nil
}

// addressAlerts is how many alerts of an address are looked at: one for each
// school is enough.
const addressAlerts = 50

// raiseAddress stores an alert about an address rather than an account, for the
// school of the account that was tried last, unless it was told just now.
func (c *change) raiseAddress(ctx context.Context, account access.Account, f detect.Finding, o occasion) error {
	source, school, at := access.SourceOf(o.IP), "", o.when(c.now)
	if account.Key != 0 {
		school = account.HomeSchool()
	}
	earlier, err := c.AddressAlerts(ctx, f.Kind, source, addressAlerts)
	if err != nil {
		return fmt.Errorf("find the incident of an address: %w", err)
	}
	incident, raise := detect.Repeat(earlier, school, at)
	if !raise {
		return nil
	}
	if incident == "" {
		if incident, err = secret.NewPublicID(c.app.random, "i"); err != nil {
			return fmt.Errorf("name a new incident: %w", err)
		}
	}
	alert := access.Alert{
		At: at, Kind: f.Kind, Severity: f.Severity, State: access.AlertOpen, School: school,
		IP: source, UserAgent: o.UserAgent, LoginKey: o.LoginKey,
		IncidentID: incident, Text: sentence(f, o), AuditSeq: c.seq,
	}
	if err := c.PutAlert(ctx, &alert); err != nil {
		return fmt.Errorf("raise %s: %w", f.Kind, err)
	}
	return nil
}

// when gives the time of what an occasion is of.
func (o occasion) when(now time.Time) time.Time {
	if o.At.IsZero() {
		return now
	}
	return o.At
}
