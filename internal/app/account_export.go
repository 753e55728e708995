package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// held is what the store holds about an account from some time on.
type held struct {
	Devices []store.DeviceRow // revoked ones too
	Logins  []store.LoginRow
	Alerts  []store.AlertRow
	Notices []store.NoticeRow
	Audits  []AuditEntry // about the account, its devices and its incidents, and what last changed their rows
}

// An AccountExport is everything that the store holds about a person, but for
// what only pinward itself may open: PIN, birth date, tokens and codes.
type AccountExport struct {
	Page      AccountPage
	BirthDate bool // one is kept, sealed
	SetupCode bool // one is out
	MadeAt    time.Time
	held
}

// ExportAccount gives everything that is held about a person. It leaves a
// record, since what it gives leaves the house.
func (a *App) ExportAccount(ctx context.Context, by access.Operator, login string) (AccountExport, error) {
	var x AccountExport
	err := a.change(ctx, by, ExportPerson, func(c *change) error {
		account, err := c.account(ctx, login)
		if err != nil {
			return err
		}
		x.MadeAt = c.now
		if x.Page, err = a.accountPage(ctx, c.Tx, by, account); err != nil {
			return err
		}
		born, err := c.BirthDate(ctx, account.Key)
		if err != nil {
			return fmt.Errorf("look for the birth date of %s: %w", account.Login, err)
		}
		x.BirthDate, x.SetupCode = born.Blob != nil, !x.Page.PIN.CodeExpiresAt.IsZero()
		c.targetAccount(account)
		x.held, err = a.heldOf(ctx, c.Tx, account, time.Time{})
		return err
	})
	return x, err
}

// heldOf gathers what is held about an account from since on.
func (a *App) heldOf(ctx context.Context, tx store.Tx, account access.Account, since time.Time) (h held, err error) {
	if h.Devices, err = tx.Devices(ctx, store.DeviceFilter{AccountKey: account.Key, All: true}); err != nil {
		return h, fmt.Errorf("list the devices of %s: %w", account.Login, err)
	}
	if h.Logins, err = tx.Logins(ctx, store.LoginFilter{AccountKey: account.Key, Since: since}); err != nil {
		return h, fmt.Errorf("list the logins of %s: %w", account.Login, err)
	}
	if h.Alerts, err = tx.Alerts(ctx, store.AlertFilter{AccountKey: account.Key, Since: since}); err != nil {
		return h, fmt.Errorf("list the alerts of %s: %w", account.Login, err)
	}
	if h.Notices, err = tx.Notices(ctx, store.NoticeFilter{AccountKey: account.Key, Named: account.Login, Since: since}); err != nil {
		return h, fmt.Errorf("list the notices of %s: %w", account.Login, err)
	}
	targets := []string{account.ID}
	for _, d := range h.Devices {
		targets = append(targets, d.ID)
	}
	for _, alert := range h.Alerts {
		if !slices.Contains(targets, alert.IncidentID) {
			targets = append(targets, alert.IncidentID)
		}
	}
	for _, target := range targets {
		if err := h.readAudits(ctx, tx, store.AuditFilter{Target: target, Since: since}); err != nil {
			return h, err
		}
	}
	if err := h.readChanges(ctx, tx, account, since); err != nil {
		return h, err
	}
	slices.SortFunc(h.Audits, func(x, y AuditEntry) int { return cmp.Compare(x.Seq, y.Seq) })
	return h, nil
}

// readChanges reads the records that rows of the account name as their last
// change: one of many accounts at once has none of them as its target.
func (h *held) readChanges(ctx context.Context, tx store.Tx, account access.Account, since time.Time) error {
	credential, err := tx.Credential(ctx, account.Key)
	if err != nil {
		return fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	changes := []int64{account.AuditSeq, credential.AuditSeq}
	for _, d := range h.Devices {
		changes = append(changes, d.AuditSeq)
	}
	for _, alert := range h.Alerts {
		changes = append(changes, alert.AuditSeq)
	}
	for _, notice := range h.Notices {
		changes = append(changes, notice.AuditSeq)
	}
	for _, seq := range changes {
		read := slices.ContainsFunc(h.Audits, func(e AuditEntry) bool { return e.Seq == seq })
		if read || seq == 0 {
			continue
		}
		if err := h.readAudits(ctx, tx, store.AuditFilter{Page: store.Page{After: seq - 1, UpTo: seq}, Since: since}); err != nil {
			return err
		}
	}
	return nil
}

func (h *held) readAudits(ctx context.Context, tx store.Tx, f store.AuditFilter) error {
	records, err := tx.Audits(ctx, f)
	if err != nil {
		return fmt.Errorf("read the audit records: %w", err)
	}
	for _, r := range records {
		e := AuditEntry{AuditRecord: r}
		if r.Detail != nil {
			if err := json.Unmarshal(r.Detail, &e.Details); err != nil {
				return auditDamage(r.Seq, "its detail is not readable")
			}
		}
		h.Audits = append(h.Audits, e)
	}
	return nil
}

// An Erasure counts what was, or would be, erased with an account.
type Erasure struct {
	Account    access.Account
	Devices    int
	Logins     int
	Alerts     int
	OpenAlerts int
	Notices    int
}

// ErasurePlan counts what EraseAccount would erase.
func (a *App) ErasurePlan(ctx context.Context, by access.Operator, login string) (Erasure, error) {
	var e Erasure
	err := a.read(ctx, by, ErasePerson, func(tx store.Tx) error {
		account, err := findAccount(ctx, tx, by, ErasePerson, login)
		if err != nil {
			return err
		}
		e, err = a.erasure(ctx, tx, account)
		return err
	})
	return e, err
}

func (a *App) erasure(ctx context.Context, tx store.Tx, account access.Account) (Erasure, error) {
	h, err := a.heldOf(ctx, tx, account, time.Time{})
	e := Erasure{Account: account, Devices: len(h.Devices), Logins: len(h.Logins), Alerts: len(h.Alerts), Notices: len(h.Notices)}
	for _, alert := range h.Alerts {
		if alert.State == access.AlertOpen || alert.State == access.AlertDisputed {
			e.OpenAlerts++
		}
	}
	return e, err
}

// EraseAccount removes a person with all that belongs to them, in audit details
// too, whatever the account's status is. The records of the audit stay and still
// verify: they name people by public id only, and so does the record of this.
func (a *App) EraseAccount(ctx context.Context, by access.Operator, login, reason string) (Erasure, error) {
	var e Erasure
	err := a.change(ctx, by, ErasePerson, func(c *change) error {
		account, err := c.account(ctx, login)
		if err != nil {
			return err
		}
		if reason, err = requiredReason(reason, "erase "+account.Login); err != nil {
			return err
		}
		if e, err = a.erasure(ctx, c.Tx, account); err != nil {
			return err
		}
		if err := c.EraseAccounts(ctx, []int64{account.Key}); err != nil {
			return fmt.Errorf("erase account %s: %w", account.ID, err)
		}
		c.target("account", account.ID)
		c.note("devices", e.Devices)
		c.note("logins", e.Logins)
		c.note("alerts", e.Alerts)
		c.note("reason", reason)
		return nil
	})
	return e, err
}
