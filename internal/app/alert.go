package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An AlertQuery selects alerts as a user names them.
type AlertQuery struct {
	Login  string // of the account; empty: any
	School string // code; empty: any
	store.AlertFilter
}

// Alerts streams alerts, oldest first, up to the newest at the time of the
// call; logins whose time ran out are judged first. It gives the highest key
// seen, to follow on from.
func (a *App) Alerts(ctx context.Context, by access.Operator, q AlertQuery, each func(store.AlertRow) error) (int64, error) {
	if err := authorize(by, AlertsList); err != nil {
		return 0, a.denied(ctx, by, AlertsList, err)
	}
	if err := a.SweepLogins(ctx); err != nil {
		return 0, err
	}
	f := q.AlertFilter
	f.Limit = pageSize
	err := a.store.View(ctx, func(tx store.Tx) error { return resolveAlerts(ctx, tx, by, q, &f) })
	if err != nil || f.UpTo <= f.After {
		return max(f.UpTo, f.After), a.denied(ctx, by, AlertsList, err)
	}
	newest := f.UpTo
	for {
		var page []store.AlertRow
		err := a.store.View(ctx, func(tx store.Tx) (err error) {
			page, err = tx.Alerts(ctx, f)
			return err
		})
		if err != nil {
			return f.After, fmt.Errorf("list alerts: %w", err)
		}
		for _, row := range page {
			if err := each(row); err != nil {
				return row.Key, err
			}
		}
		if len(page) < pageSize {
			return newest, nil
		}
		f.After = page[len(page)-1].Key
	}
}

func resolveAlerts(ctx context.Context, tx store.Tx, by access.Operator, q AlertQuery, f *store.AlertFilter) (err error) {
	if f.UpTo, err = tx.NewestAlert(ctx); err != nil {
		return fmt.Errorf("find the newest alert: %w", err)
	}
	f.AccountKey, f.Schools, err = narrowed(ctx, tx, by, AlertsList, q.Login, q.School)
	return err
}

// Alert gives one alert and the others of its incident, oldest first.
func (a *App) Alert(ctx context.Context, by access.Operator, number string) (store.AlertRow, []store.AlertRow, error) {
	var row store.AlertRow
	var incident []store.AlertRow
	err := a.read(ctx, by, AlertsList, func(tx store.Tx) (err error) {
		if row, err = findAlert(ctx, tx, by, AlertsList, number); err != nil {
			return err
		}
		incident, err = tx.Alerts(ctx, store.AlertFilter{IncidentID: row.IncidentID})
		return err
	})
	return row, incident, err
}

// findAlert loads an alert by number, if the operator may see its account.
func findAlert(ctx context.Context, tx store.Tx, by access.Operator, action Action, number string) (store.AlertRow, error) {
	key, err := access.ParsePublicNumber("alert", number)
	if err != nil {
		return store.AlertRow{}, err
	}
	row, err := tx.Alert(ctx, key)
	if err != nil {
		return row, notFoundAs(err, "alert", number)
	}
	if row.AccountKey == 0 { // about an address or a school
		if !by.MayReach([]string{row.School}) {
			return store.AlertRow{}, access.NotFound("alert", number)
		}
		return row, nil
	}
	account, err := tx.AccountByKey(ctx, row.AccountKey)
	if err != nil {
		return row, fmt.Errorf("read the account of alert %d: %w", key, err)
	}
	err = authorizeTarget(by, action, account, number)
	if errors.Is(err, access.ErrNotFound) {
		err = access.NotFound("alert", number)
	}
	return row, err
}

// An AckItem is what became of one alert named for acknowledgement.
type AckItem struct {
	Number string
	Alerts int // of its incident, acknowledged now; 0: they were before
	Err    error
}

// AckAlerts acknowledges alerts with all that is open of their incidents: the
// incident is what a list shows as one line.
func (a *App) AckAlerts(ctx context.Context, by access.Operator, numbers []string, reason string) ([]AckItem, error) {
	reason, err := optionalReason(reason)
	if err != nil {
		return nil, err
	}
	if len(numbers) > 1 {
		if err := authorizeBulk(by, AlertsAck); err != nil {
			return nil, a.denied(ctx, by, AlertsAck, err)
		}
	}
	var items []AckItem
	err = a.change(ctx, by, AlertsAck, func(c *change) error {
		items = make([]AckItem, 0, len(numbers))
		list := sha256.New()
		total, incidents := 0, 0
		for _, number := range numbers {
			item, err := c.ack(ctx, number, reason)
			if err != nil {
				return err
			}
			if item.Alerts > 0 {
				total, incidents = total+item.Alerts, incidents+1
				_, _ = fmt.Fprintln(list, c.record.Target)
			}
			items = append(items, item)
		}
		switch incidents {
		case 0:
			c.nothing()
		case 1:
		default:
			delete(c.detail, "login")
			c.target("incidents", hex.EncodeToString(list.Sum(nil)))
		}
		c.note("alerts", total)
		c.note("reason", reason)
		return nil
	})
	return items, err
}

func (c *change) ack(ctx context.Context, number, reason string) (AckItem, error) {
	item := AckItem{Number: number}
	named, err := findAlert(ctx, c.Tx, c.by, AlertsAck, number)
	if errors.Is(err, access.ErrNotFound) {
		item.Err = err
		return item, nil
	}
	if err != nil {
		return item, err
	}
	open, err := c.Tx.Alerts(ctx, store.AlertFilter{IncidentID: named.IncidentID, States: []access.AlertState{access.AlertOpen}})
	if err != nil {
		return item, fmt.Errorf("list the incident of alert %s: %w", number, err)
	}
	for _, row := range open {
		if err := c.answer(ctx, row.Alert, access.AlertAcknowledged, reason); err != nil {
			return item, err
		}
		item.Alerts++
	}
	if item.Alerts > 0 {
		c.target("incident", named.IncidentID)
		c.note("login", named.Login)
	}
	return item, nil
}
