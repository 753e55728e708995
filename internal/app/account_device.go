package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// RenameOwn gives a device of the own account another label.
type RenameOwn struct {
	Browser access.Secret
	ID      string // public id of the device
	Label   string
}

// RenameOwnDevice gives a device of the own account another label; changed is
// false where it has it.
//
// Errors: access.ErrNotFound; access.ErrRefused with the code label_invalid,
// label_taken or page_expired.
func (a *App) RenameOwnDevice(ctx context.Context, by access.Operator, req RenameOwn) (changed bool, err error) {
	label, err := access.NormalizeLabel(req.Label)
	if err != nil {
		return false, err
	}
	err = a.change(ctx, by, OwnRename, func(c *change) error {
		s, err := a.ownSession(ctx, c.Tx, by, req.Browser)
		if err != nil {
			return err
		}
		d, err := c.ownDevice(ctx, s, req.ID)
		if err != nil {
			return err
		}
		c.target("device", d.ID)
		c.note("login", s.facts.Account.Login)
		if changed = d.Label != label; !changed {
			c.nothing()
			return nil
		}
		d.Label, d.AuditSeq = label, c.seq
		if err := c.PutDevice(ctx, &d); err != nil {
			return fmt.Errorf("rename device %s: %w", d.ID, err)
		}
		return nil
	})
	return changed, pageGone(err)
}

// ownDevice loads a device of the session's account; all others do not exist.
func (c *change) ownDevice(ctx context.Context, s session, id string) (access.Device, error) {
	d, err := c.Device(ctx, id)
	if err != nil {
		return d, notFoundAs(err, "device", shortened(id))
	}
	if d.AccountKey != s.facts.Account.Key || d.Revoked() {
		return d, access.NotFound("device", shortened(id))
	}
	return d, nil
}

// RevokeOwn takes devices of the own account off the list.
type RevokeOwn struct {
	Browser access.Secret
	IDs     []string // public ids
	All     bool     // all of them, the one in use too
}

// RevokedOwn is what became of it.
type RevokedOwn struct {
	Devices int
	Current bool // the device in use was among them: without a PIN given in this login the pages are over
}

// RevokeOwnDevices takes devices of the own account off the list, and tells the
// person by mail.
//
// Errors: access.ErrNotFound where one is not the account's, and then none is
// taken; access.ErrRefused with the code page_expired.
func (a *App) RevokeOwnDevices(ctx context.Context, by access.Operator, req RevokeOwn) (RevokedOwn, error) {
	var done RevokedOwn
	err := a.change(ctx, by, OwnRevoke, func(c *change) error {
		s, err := a.ownSession(ctx, c.Tx, by, req.Browser)
		if err != nil {
			return err
		}
		c.targetAccount(s.facts.Account)
		devices, err := c.ownDevices(ctx, s, req)
		if err != nil {
			return err
		}
		var taken removals
		for _, d := range devices {
			if err := c.revoke(ctx, d, "removed by its owner"); err != nil {
				return err
			}
			done.Devices++
			done.Current = done.Current || d.ID == s.login.DeviceID
			taken.add(s.facts.Account, d)
		}
		if done.Devices == 0 {
			c.nothing()
			return nil
		}
		c.note("devices_revoked", done.Devices)
		facts := s.placed()
		facts.At = c.now
		return c.tellRemovedIn(ctx, taken, facts)
	})
	return done, pageGone(err)
}

func (c *change) ownDevices(ctx context.Context, s session, req RevokeOwn) ([]access.Device, error) {
	var devices []access.Device
	if req.All {
		rows, err := c.Devices(ctx, store.DeviceFilter{AccountKey: s.facts.Account.Key})
		if err != nil {
			return nil, fmt.Errorf("list the devices of %s: %w", s.facts.Account.Login, err)
		}
		for _, row := range rows {
			devices = append(devices, row.Device)
		}
		return devices, nil
	}
	named := map[string]bool{}
	for _, id := range req.IDs {
		d, err := c.ownDevice(ctx, s, id)
		if err != nil {
			return nil, err
		}
		if !named[id] {
			devices = append(devices, d)
		}
		named[id] = true
	}
	return devices, nil
}
