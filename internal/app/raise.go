package app

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/secret"
)

// An occasion is where an alert comes from; all of it is optional.
type occasion struct {
	At        time.Time // zero: now
	IP        netip.Addr
	UserAgent string
	DeviceID  string
	LoginKey  int64
	Imported  bool      // it stands in a portal's log
	Began     time.Time // the login, if any
}

func occasionOf(l access.Login) occasion {
	return occasion{IP: l.IP, UserAgent: l.UserAgent, DeviceID: l.DeviceID, LoginKey: l.Key, Began: l.StartedAt}
}

// raise stores an alert about an account, in the incident that it continues or
// in a new one, and owes the notice that goes with it.
func (c *change) raise(ctx context.Context, a access.Account, f detect.Finding, o occasion) error {
	at := o.when(c.now)
	incident, begun, err := c.incident(ctx, a, f.Kind, at)
	if err != nil {
		return err
	}
	kind, err := c.warning(ctx, a, f.Kind, begun, o)
	if err != nil {
		return err
	}
	alert := access.Alert{
		At: at, Kind: f.Kind, Severity: f.Severity, State: access.AlertOpen,
		AccountKey: a.Key, School: a.HomeSchool(),
		IP: o.IP, UserAgent: o.UserAgent, DeviceID: o.DeviceID, LoginKey: o.LoginKey,
		IncidentID: incident, Text: sentence(f, o), AuditSeq: c.seq,
	}
	if err := c.PutAlert(ctx, &alert); err != nil {
		return fmt.Errorf("raise %s for %s: %w", f.Kind, a.Login, err)
	}
	if kind == "" {
		return nil
	}
	return c.warn(ctx, a, access.Notice{Kind: kind, AlertKey: alert.Key}, o)
}

// raiseAtSchool stores an alert about a school, in an incident of its own.
func (c *change) raiseAtSchool(ctx context.Context, s access.School, f detect.Finding) error {
	id, err := secret.NewPublicID(c.app.random, "i")
	if err != nil {
		return fmt.Errorf("name a new incident: %w", err)
	}
	alert := access.Alert{
		At: c.now, Kind: f.Kind, Severity: f.Severity, State: access.AlertOpen, School: s.Code,
		IncidentID: id, Text: f.Kind.Sentence(), AuditSeq: c.seq,
	}
	if err := c.PutAlert(ctx, &alert); err != nil {
		return fmt.Errorf("raise %s for school %s: %w", f.Kind, s.Code, err)
	}
	return nil
}

// sentence words an alert. Outside a login nobody has given a password.
func sentence(f detect.Finding, o occasion) string {
	if f.Kind == access.AlertPINWrong && o.LoginKey == 0 {
		return "a wrong PIN was tried outside a login"
	}
	if o.Imported {
		return f.Sentence() + " (from the portal's log: a device is its browser and network)"
	}
	return f.Sentence()
}

// incident gives the incident that an alert belongs to; begun says that it is
// its first.
func (c *change) incident(ctx context.Context, a access.Account, k access.AlertKind, at time.Time) (id string, begun bool, err error) {
	last, err := c.LastAlert(ctx, a.Key, detect.Family(k))
	switch {
	case err == nil && detect.SameIncident(last, at):
		return last.IncidentID, false, nil
	case err != nil && !errors.Is(err, access.ErrNotFound):
		return "", false, fmt.Errorf("find the incident of %s: %w", a.Login, err)
	}
	if id, err = secret.NewPublicID(c.app.random, "i"); err != nil {
		return "", false, fmt.Errorf("name a new incident: %w", err)
	}
	return id, true, nil
}
