package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// pageSize is how many rows a long listing reads in one transaction, so that it
// never pins the write-ahead log.
const pageSize = 10_000

// A DeviceQuery selects devices as a user names them.
type DeviceQuery struct {
	Login  string // of the account; empty: any
	School string // code; empty: any
	store.DeviceFilter
}

// Devices streams devices in the order of their registration. A row expires, and
// ExpiredAt selects it, where its lifetime or its policy's idle limit ends.
func (a *App) Devices(ctx context.Context, by access.Operator, q DeviceQuery, each func(store.DeviceRow) error) error {
	f := q.DeviceFilter
	f.Limit, f.ExpiredAt = pageSize, time.Time{}
	var idle map[access.Profile]time.Duration
	err := a.read(ctx, by, DeviceList, func(tx store.Tx) (err error) {
		if idle, err = idleLimits(ctx, tx); err != nil {
			return err
		}
		return resolveDevices(ctx, tx, by, DeviceList, q, &f)
	})
	if err != nil {
		return err
	}
	for {
		var page []store.DeviceRow
		err := a.store.View(ctx, func(tx store.Tx) (err error) {
			page, err = tx.Devices(ctx, f)
			return err
		})
		if err != nil {
			return fmt.Errorf("list devices: %w", err)
		}
		for _, row := range page {
			row.ExpiresAt = expiry(row.Device, idle[row.Profile])
			if !q.ExpiredAt.IsZero() && row.ExpiresAt.After(q.ExpiredAt) {
				continue
			}
			if err := each(row); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			return nil
		}
		f.After = page[len(page)-1].Key
	}
}

// idleLimits gives how long a device may lie unused, by profile.
func idleLimits(ctx context.Context, tx store.Tx) (map[access.Profile]time.Duration, error) {
	idle := map[access.Profile]time.Duration{}
	for _, p := range access.Profiles() {
		policy, err := tx.Policy(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("read the policy of %s: %w", p, err)
		}
		idle[p] = access.Days(policy.IdleDays)
	}
	return idle, nil
}

// expiry gives when a device expires that is not used before.
func expiry(d access.Device, idle time.Duration) time.Time {
	if unused := d.LastSeenAt.Add(idle); unused.Before(d.ExpiresAt) {
		return unused
	}
	return d.ExpiresAt
}

// resolveDevices turns the names of a query into keys, inside the operator's
// scope.
func resolveDevices(ctx context.Context, tx store.Tx, by access.Operator, action Action, q DeviceQuery, f *store.DeviceFilter) error {
	var err error
	f.AccountKey, f.Schools, err = narrowed(ctx, tx, by, action, q.Login, q.School)
	return err
}

// findDevice loads a device by public id with its account, if the operator may
// act on it.
func findDevice(ctx context.Context, tx store.Tx, by access.Operator, action Action, id string) (access.Device, access.Account, error) {
	d, err := tx.Device(ctx, id)
	if err != nil {
		return d, access.Account{}, notFoundAs(err, "device", shortened(id))
	}
	account, err := tx.AccountByKey(ctx, d.AccountKey)
	if err != nil {
		return d, account, fmt.Errorf("read the account of device %s: %w", id, err)
	}
	err = authorizeTarget(by, action, account, id)
	if errors.Is(err, access.ErrNotFound) {
		err = access.NotFound("device", id)
	}
	return d, account, err
}

// Device gives one device, revoked or not.
func (a *App) Device(ctx context.Context, by access.Operator, id string) (store.DeviceRow, error) {
	var row store.DeviceRow
	err := a.read(ctx, by, DeviceShow, func(tx store.Tx) error {
		d, account, err := findDevice(ctx, tx, by, DeviceShow, id)
		if err != nil {
			return err
		}
		row = deviceRow(d, account)
		idle, err := idleLimits(ctx, tx)
		row.ExpiresAt = expiry(d, idle[account.Profile])
		return err
	})
	return row, err
}

func deviceRow(d access.Device, a access.Account) store.DeviceRow {
	return store.DeviceRow{
		Device: d, AccountID: a.ID, Login: a.Login, Name: a.Name(),
		Profile: a.Profile, Group: a.Group, School: a.HomeSchool(),
	}
}

// RenameDevice gives a device another label; changed is false where it has it.
func (a *App) RenameDevice(ctx context.Context, by access.Operator, id, label string) (changed bool, err error) {
	if label, err = access.NormalizeLabel(label); err != nil {
		return false, err
	}
	err = a.change(ctx, by, DeviceRename, func(c *change) error {
		d, account, err := findDevice(ctx, c.Tx, by, DeviceRename, id)
		if err != nil {
			return err
		}
		if d.Revoked() {
			return access.Refused("device_revoked", fmt.Sprintf("rename device %s: it is revoked", id), "")
		}
		c.target("device", d.ID)
		c.note("login", account.Login)
		if changed = d.Label != label; !changed {
			c.nothing()
			return nil
		}
		d.Label, d.AuditSeq = label, c.seq
		if err := c.PutDevice(ctx, &d); err != nil {
			return fmt.Errorf("rename device %s: %w", id, err)
		}
		return nil
	})
	return changed, err
}

// A RevokeItem is what became of one device named for revocation.
type RevokeItem struct {
	ID       string
	Changed  bool // false: it was revoked already
	Sessions int  // at gates, that ended with it
	Err      error
}

// RevokeDevices revokes the devices of those public ids in one transaction.
// Absent ones are reported in their item; those revoked already stay as they
// are.
func (a *App) RevokeDevices(ctx context.Context, by access.Operator, ids []string, reason string) ([]RevokeItem, error) {
	if reason == "" {
		reason = "revoked by an operator"
	}
	return a.revokeMany(ctx, by, DeviceRevoke, ids, reason)
}

// PruneDevices revokes devices past their lifetime or unused for longer than
// their policy's idle limit: those of ExpiredDevices, as far as they still are.
func (a *App) PruneDevices(ctx context.Context, by access.Operator, ids []string) ([]RevokeItem, error) {
	return a.revokeMany(ctx, by, DevicePrune, ids, "expired")
}

func (a *App) revokeMany(ctx context.Context, by access.Operator, action Action, ids []string, reason string) ([]RevokeItem, error) {
	reason, err := optionalReason(reason)
	if err != nil {
		return nil, err
	}
	if len(ids) > 1 {
		if err := authorizeBulk(by, action); err != nil {
			return nil, a.denied(ctx, by, action, err)
		}
	}
	var items []RevokeItem
	err = a.change(ctx, by, action, func(c *change) error {
		items = make([]RevokeItem, 0, len(ids))
		list := sha256.New()
		revoked := 0
		var taken removals
		for _, id := range ids {
			item, err := c.revokeOne(ctx, id, reason, &taken)
			if err != nil {
				return err
			}
			if item.Changed {
				revoked++
				_, _ = fmt.Fprintln(list, id)
			}
			items = append(items, item)
		}
		switch revoked {
		case 0:
			c.nothing()
		case 1:
		default:
			delete(c.detail, "login")
			c.target("devices", hex.EncodeToString(list.Sum(nil)))
		}
		c.note("devices_revoked", revoked)
		c.note("reason", reason)
		if action == DevicePrune {
			return nil // nobody did it
		}
		return c.tellRemoved(ctx, taken)
	})
	return items, err
}

func (c *change) revokeOne(ctx context.Context, id, reason string, taken *removals) (RevokeItem, error) {
	d, account, err := findDevice(ctx, c.Tx, c.by, c.action, id)
	if errors.Is(err, access.ErrNotFound) {
		return RevokeItem{ID: id, Err: err}, nil
	}
	if err != nil || d.Revoked() {
		return RevokeItem{ID: id}, err
	}
	if c.action == DevicePrune {
		if expired, err := c.expired(ctx, d, account); err != nil || !expired {
			return RevokeItem{ID: id}, err
		}
	}
	c.target("device", d.ID)
	c.note("login", account.Login)
	taken.add(account, d)
	before := c.sessions
	err = c.revoke(ctx, d, reason)
	return RevokeItem{ID: id, Changed: true, Sessions: c.sessions - before}, err
}

// expired reports whether a device is past its lifetime or its policy's idle
// limit: it may have been used between the plan and the pruning.
func (c *change) expired(ctx context.Context, d access.Device, account access.Account) (bool, error) {
	policy, err := c.Policy(ctx, account.Profile)
	if err != nil {
		return false, fmt.Errorf("read the policy of %s: %w", account.Profile, err)
	}
	return d.Expired(c.now, access.Days(policy.IdleDays)), nil
}

// ExpiredDevices lists unrevoked devices that are past their lifetime or their
// policy's idle limit, for PruneDevices.
func (a *App) ExpiredDevices(ctx context.Context, by access.Operator) ([]store.DeviceRow, error) {
	expired := []store.DeviceRow{}
	err := a.read(ctx, by, DevicePrune, func(tx store.Tx) error {
		idle, err := idleLimits(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.Devices(ctx, store.DeviceFilter{Schools: by.Schools})
		if err != nil {
			return fmt.Errorf("list devices: %w", err)
		}
		now := a.clock()
		expired = slices.DeleteFunc(rows, func(r store.DeviceRow) bool {
			return !r.Expired(now, idle[r.Profile])
		})
		return nil
	})
	return expired, err
}
