package app

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// Ended counts what a use case took away.
type Ended struct {
	Devices int // revoked
	Logins  int // ended
	Codes   int // voided, passes among them

	Sessions int // of a gate, ended
}

// Add sums two counts.
func (e Ended) Add(o Ended) Ended {
	return Ended{
		Devices: e.Devices + o.Devices, Logins: e.Logins + o.Logins, Codes: e.Codes + o.Codes, Sessions: e.Sessions + o.Sessions,
	}
}

// endTrust takes back all trust in an account (rule 6): its devices, its open
// logins, its sessions at gates, its pending codes and its pass, in this
// transaction.
func (c *change) endTrust(ctx context.Context, a access.Account, why string) (Ended, error) {
	return c.endTrustBut(ctx, a, 0, why)
}

// endTrustBut does so but for the login of that key.
func (c *change) endTrustBut(ctx context.Context, a access.Account, login int64, why string) (Ended, error) {
	var e Ended
	var err error
	if e.Devices, err = c.revokeDevices(ctx, a, 0, why); err != nil {
		return Ended{}, err
	}
	rest, err := c.endLogins(ctx, a, login)
	return e.Add(rest), err
}

// endLogins ends the account's open logins but the one of key except, its
// sessions at gates, its codes and its pass; devices stay.
func (c *change) endLogins(ctx context.Context, a access.Account, except int64) (Ended, error) {
	logins, err := c.EndLogins(ctx, a.Key, except, access.ReasonLoginExpired, c.now)
	if err != nil {
		return Ended{}, fmt.Errorf("end the logins of %s: %w", a.Login, err)
	}
	sessions, err := c.endSessions(ctx, store.GateFilter{AccountKey: a.Key})
	if err != nil {
		return Ended{}, err
	}
	codes, err := c.voidCodes(ctx, a)
	return Ended{Logins: logins, Codes: codes, Sessions: sessions}, err
}

// endSessions ends sessions at gates and gives the number of those that were
// good. The change's record tells all of them.
func (c *change) endSessions(ctx context.Context, f store.GateFilter) (int, error) {
	n, err := c.EndGateSessions(ctx, f, c.now, c.seq)
	if err != nil {
		return 0, fmt.Errorf("end sessions at gates: %w", err)
	}
	c.sessions += n
	return n, nil
}

// voidCodes voids whatever stands for the PIN: the set-up code, mailed codes and
// the pass.
func (c *change) voidCodes(ctx context.Context, a access.Account) (int, error) {
	setup, err := c.DeleteSetupCode(ctx, a.Key)
	if err != nil {
		return 0, fmt.Errorf("void the set-up code of %s: %w", a.Login, err)
	}
	voided, err := c.VoidResetCodes(ctx, a.Key)
	if err != nil {
		return 0, fmt.Errorf("void the mailed codes of %s: %w", a.Login, err)
	}
	pass, err := c.DeleteLoginPass(ctx, a.Key)
	if err != nil {
		return 0, fmt.Errorf("void the pass of %s: %w", a.Login, err)
	}
	for _, one := range []bool{setup, pass} {
		if one {
			voided++
		}
	}
	return voided, nil
}

// revokeDevices revokes the account's devices but the one of key except.
func (c *change) revokeDevices(ctx context.Context, a access.Account, except int64, why string) (int, error) {
	n, err := c.RevokeDevices(ctx, a.Key, except, store.Revocation{At: c.now, By: c.by.ID, Reason: why, AuditSeq: c.seq})
	if err != nil {
		return 0, fmt.Errorf("revoke the devices of %s: %w", a.Login, err)
	}
	return n, nil
}

// noteEnded writes the counts into the audit record's detail.
func (c *change) noteEnded(e Ended) {
	c.note("devices_revoked", e.Devices)
	c.note("logins_ended", e.Logins)
	c.note("codes_voided", e.Codes)
}
