package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// DiagnoseSpan is how far back a diagnosis looks.
const DiagnoseSpan = 90 * access.Day

// A Diagnosis says why somebody is always asked for the PIN.
type Diagnosis struct {
	Account  access.Account
	Logins   int            // in DiagnoseSpan
	Findings []decide.Cause // most frequent first
	Advice   []string       // what to change
}

// Diagnose answers "why am I asked every time?" from what the account's logins
// presented and from its registrations.
func (a *App) Diagnose(ctx context.Context, by access.Operator, login string) (Diagnosis, error) {
	var d Diagnosis
	err := a.read(ctx, by, DeviceDiagnose, func(tx store.Tx) error {
		account, err := findAccount(ctx, tx, by, DeviceDiagnose, login)
		if err != nil {
			return err
		}
		d.Account = account
		logins, err := tx.Logins(ctx, store.LoginFilter{AccountKey: account.Key, Since: a.clock().Add(-DiagnoseSpan)})
		if err != nil {
			return fmt.Errorf("list the logins of %s: %w", account.Login, err)
		}
		devices, err := tx.Devices(ctx, store.DeviceFilter{AccountKey: account.Key, All: true})
		if err != nil {
			return fmt.Errorf("list the devices of %s: %w", account.Login, err)
		}
		policy, err := tx.Policy(ctx, account.Profile)
		if err != nil {
			return fmt.Errorf("read the policy of %s: %w", account.Profile, err)
		}
		school, err := tx.School(ctx, account.HomeSchool())
		if err != nil {
			return fmt.Errorf("read the school of %s: %w", account.Login, err)
		}
		d.Logins = len(logins)
		d.Findings, d.Advice = decide.Diagnose(history(policy, school, logins, devices, a.clock()))
		return nil
	})
	return d, err
}

// history shapes rows for the pure diagnosis.
func history(policy access.Policy, school access.School, logins []store.LoginRow, devices []store.DeviceRow, now time.Time) decide.History {
	h := decide.History{Now: now, MaxDevices: policy.MaxDevices}
	for _, row := range logins {
		h.Logins = append(h.Logins, row.Login)
		if school.RegistrationAt(row.IP) != access.RegisterAllow {
			h.OnSharedNetwork++
		}
	}
	for _, row := range devices {
		h.Devices = append(h.Devices, row.Device)
	}
	return h
}
