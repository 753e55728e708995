package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An incidentLegacy is what a replaced store knows of incidents that its backup
// may have been made before: whose password and PIN are known to others.
type incidentLegacy struct {
	accounts []accountLegacy
	disputed []access.Alert
	schools  []access.School
}

// An accountLegacy is what is taken over of one account.
type accountLegacy struct {
	id         string
	advisedAt  time.Time // of the password
	changedAt  time.Time // likewise
	credential access.Credential
}

func (l *incidentLegacy) read(ctx context.Context, tx store.Tx) (err error) {
	rows, err := tx.Accounts(ctx, store.AccountFilter{})
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	for _, row := range rows {
		one := accountLegacy{id: row.ID, advisedAt: row.PasswordAdvisedAt, changedAt: row.PasswordChangedAt}
		if one.credential, err = tx.Credential(ctx, row.Key); err != nil {
			return fmt.Errorf("read the PIN of %s: %w", row.Login, err)
		}
		if one.worthKeeping() {
			l.accounts = append(l.accounts, one)
		}
	}
	alerts, err := tx.Alerts(ctx, store.AlertFilter{States: []access.AlertState{access.AlertDisputed}})
	if err != nil {
		return fmt.Errorf("list disputed alerts: %w", err)
	}
	for _, row := range alerts {
		l.disputed = append(l.disputed, row.Alert)
	}
	if l.schools, err = tx.Schools(ctx); err != nil {
		return fmt.Errorf("list schools: %w", err)
	}
	return nil
}

func (l accountLegacy) worthKeeping() bool {
	return !l.advisedAt.IsZero() || !l.changedAt.IsZero() || l.credential.Cleared()
}

// tookPIN reports whether the PIN that the backup has, or that it lacks, was taken
// since: by a reset or a containment that nothing followed, or one by which the
// password was said to be known and after which another PIN was set.
func (l accountLegacy) tookPIN(ours access.Credential, advisedAt time.Time) bool {
	theirs := l.credential
	if theirs.Cleared() {
		return !ours.Cleared() && theirs.ClearedAt.After(ours.SetAt)
	}
	return ours.Set() && theirs.SetAt.After(ours.SetAt) && l.advisedAt.After(advisedAt) && !l.advisedAt.After(theirs.SetAt)
}

// keepIncidents takes over what the old store knows of incidents.
func (c *change) keepIncidents(ctx context.Context, l incidentLegacy, r *Restored) error {
	for _, one := range l.accounts {
		if err := c.keepAccount(ctx, one, r); err != nil {
			return err
		}
	}
	for _, alert := range l.disputed {
		if err := c.keepDispute(ctx, alert, r); err != nil {
			return err
		}
	}
	for _, school := range l.schools {
		if err := c.keepPauseEnd(ctx, school); err != nil {
			return err
		}
	}
	return nil
}

// keepAccount keeps the later of both advices and changes of the password, and
// takes a PIN that was taken since.
func (c *change) keepAccount(ctx context.Context, theirs accountLegacy, r *Restored) error {
	account, err := c.AccountByID(ctx, theirs.id)
	if errors.Is(err, access.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read account %s: %w", theirs.id, err)
	}
	ours, err := c.Credential(ctx, account.Key)
	if err != nil {
		return fmt.Errorf("read the PIN of %s: %w", account.Login, err)
	}
	if theirs.tookPIN(ours, account.PasswordAdvisedAt) {
		r.Resets++
		if err := c.clearPIN(ctx, account, ours); err != nil {
			return err
		}
	}
	before := account
	account.PasswordAdvisedAt = latest(account.PasswordAdvisedAt, theirs.advisedAt)
	account.PasswordChangedAt = latest(account.PasswordChangedAt, theirs.changedAt)
	if account.PasswordAdvisedAt.Equal(before.PasswordAdvisedAt) && account.PasswordChangedAt.Equal(before.PasswordChangedAt) {
		return nil
	}
	if account.PasswordChangeAdvised(c.now) && !before.PasswordChangeAdvised(c.now) {
		r.Advised++
	}
	account.AuditSeq = c.seq
	if err := c.PutAccount(ctx, &account); err != nil {
		return fmt.Errorf("store account %s: %w", account.Login, err)
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// keepDispute disputes an alert that was disputed in the old store, where the
// backup has it and nobody closed it.
func (c *change) keepDispute(ctx context.Context, theirs access.Alert, r *Restored) error {
	row, err := c.Alert(ctx, theirs.Key)
	if errors.Is(err, access.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read alert %d: %w", theirs.Key, err)
	}
	ours := row.Alert
	same := ours.IncidentID == theirs.IncidentID && ours.Kind == theirs.Kind && ours.At.Equal(theirs.At)
	if !same || ours.State != access.AlertOpen && ours.State != access.AlertAcknowledged {
		return nil
	}
	ours.State, ours.AnsweredAt, ours.AnsweredBy, ours.Answer = theirs.State, theirs.AnsweredAt, theirs.AnsweredBy, theirs.Answer
	ours.AuditSeq = c.seq
	r.Disputed++
	if err := c.PutAlert(ctx, &ours); err != nil {
		return fmt.Errorf("dispute alert %d: %w", ours.Key, err)
	}
	return nil
}

// keepPauseEnd ends a pause of the backup where it was ended in the old store.
func (c *change) keepPauseEnd(ctx context.Context, theirs access.School) error {
	ours, err := c.School(ctx, theirs.Code)
	if errors.Is(err, access.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read school %s: %w", theirs.Code, err)
	}
	if !ours.PausedAt.Equal(theirs.PausedAt) || !theirs.PausedUntil.Before(ours.PausedUntil) {
		return nil
	}
	ours.PausedUntil, ours.PauseReason = theirs.PausedUntil, theirs.PauseReason
	if err := c.PutSchool(ctx, &ours); err != nil {
		return fmt.Errorf("store school %s: %w", ours.Code, err)
	}
	return nil
}
