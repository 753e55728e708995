package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// Disputed is what became of an alert of which its person says: it was not me.
type Disputed struct {
	Number string
	Login  string
	Alerts int // of its incident, disputed now; 0: they were before
	Ended  Ended
}

// DisputeAlert records that it was not the account's owner, with all of the
// alert's incident that is not closed. What somebody else may have got by it
// ends: the devices that the incident names or that were registered since it
// began, open logins, codes and passes. The PIN stays until the incident is
// contained: whether it is known too is for a person to judge.
func (a *App) DisputeAlert(ctx context.Context, by access.Operator, number, reason string) (Disputed, error) {
	done := Disputed{Number: number}
	reason, err := requiredReason(reason, "dispute an alert")
	if err != nil {
		return done, err
	}
	err = a.change(ctx, by, AlertsDispute, func(c *change) error {
		named, err := findAlert(ctx, c.Tx, by, AlertsDispute, number)
		if err != nil {
			return err
		}
		if named.AccountKey == 0 {
			return aboutNobody(number)
		}
		done.Login = named.Login
		open, err := c.Tx.Alerts(ctx, store.AlertFilter{
			IncidentID: named.IncidentID, States: []access.AlertState{access.AlertOpen, access.AlertAcknowledged},
		})
		if err != nil {
			return fmt.Errorf("list the incident of alert %s: %w", number, err)
		}
		if len(open) == 0 {
			c.nothing()
			return nil
		}
		c.target("incident", named.IncidentID)
		c.note("login", named.Login)
		c.note("reason", reason)
		done.Alerts = len(open)
		done.Ended, err = c.dispute(ctx, open, reason, c.now, 0)
		return err
	})
	return done, err
}

// dispute takes back what came of an incident since it began, at since the latest,
// but for the login of key except unless the incident names it.
func (c *change) dispute(ctx context.Context, incident []store.AlertRow, reason string, since time.Time, except int64) (Ended, error) {
	account, err := c.AccountByKey(ctx, incident[0].AccountKey)
	if err != nil {
		return Ended{}, fmt.Errorf("read the account of alert %d: %w", incident[0].Key, err)
	}
	devices := map[string]bool{}
	for _, row := range incident {
		if row.LoginKey == except {
			except = 0
		}
		if row.DeviceID != "" {
			devices[row.DeviceID] = true
		}
		if row.At.Before(since) {
			since = row.At
		}
		if err := c.answer(ctx, row.Alert, access.AlertDisputed, reason); err != nil {
			return Ended{}, err
		}
	}
	account.PasswordAdvisedAt, account.AuditSeq = c.now, c.seq
	if err := c.PutAccount(ctx, &account); err != nil {
		return Ended{}, fmt.Errorf("store account %s: %w", account.Login, err)
	}
	ended, err := c.endLogins(ctx, account, except)
	if err != nil {
		return Ended{}, err
	}
	if ended.Devices, err = c.revokeSince(ctx, account, devices, since); err != nil {
		return Ended{}, err
	}
	ended.Sessions = c.sessions
	c.note("alerts", len(incident))
	c.noteEnded(ended)
	return ended, nil
}

// revokeSince revokes the devices of those ids and those registered since then.
func (c *change) revokeSince(ctx context.Context, account access.Account, ids map[string]bool, since time.Time) (int, error) {
	devices, err := c.Devices(ctx, store.DeviceFilter{AccountKey: account.Key})
	if err != nil {
		return 0, fmt.Errorf("list the devices of %s: %w", account.Login, err)
	}
	revoked := 0
	for _, row := range devices {
		if !ids[row.ID] && row.FirstSeenAt.Before(since) {
			continue
		}
		if err := c.revoke(ctx, row.Device, "its owner said: it was not me"); err != nil {
			return 0, err
		}
		revoked++
	}
	return revoked, nil
}
