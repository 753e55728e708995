package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// pageLogins is how many logins the page of an account shows.
const pageLogins = 5

// An AccountPage is everything that one page about an account needs.
type AccountPage struct {
	Account     access.Account
	School      access.School // home
	Policy      access.Policy
	PIN         PINStatus
	Attempts    access.Attempts   // as they count now
	PassUntil   time.Time         // of a pass for one login; zero: none is good
	DeviceCount int               // neither revoked nor past their lifetime
	Devices     []store.DeviceRow // unrevoked, those past their lifetime included
	Logins      []store.LoginRow  // the last five, newest first
	OpenAlerts  int               // of severity warn and above
	Sessions    int               // at gates, that let requests pass
	Guardians   []string          // logins, of those whom the operator may see
	Students    []string          // likewise
	Verdicts    []decide.Line
}

// Account gives the page of one account.
func (a *App) Account(ctx context.Context, by access.Operator, login string) (AccountPage, error) {
	var page AccountPage
	err := a.read(ctx, by, AccountShow, func(tx store.Tx) error {
		account, err := findAccount(ctx, tx, by, AccountShow, login)
		if err != nil {
			return err
		}
		page, err = a.accountPage(ctx, tx, by, account)
		return err
	})
	return page, err
}

func (a *App) accountPage(ctx context.Context, tx store.Tx, by access.Operator, account access.Account) (AccountPage, error) {
	now := a.clock()
	p := AccountPage{Account: account}
	facts, school, err := a.facts(ctx, tx, account, now)
	if err != nil {
		return p, err
	}
	if err := a.passOut(ctx, tx, &facts); err != nil {
		return p, err
	}
	p.School, p.Policy, p.Attempts, p.PassUntil = school, facts.Policy, facts.Attempts, facts.PassUntil
	if p.PIN, err = a.pinStatus(ctx, tx, account); err != nil {
		return p, err
	}
	if p.DeviceCount, err = tx.CountDevices(ctx, account.Key, now); err != nil {
		return p, fmt.Errorf("count the devices of %s: %w", account.Login, err)
	}
	if p.Devices, err = tx.Devices(ctx, store.DeviceFilter{AccountKey: account.Key}); err != nil {
		return p, fmt.Errorf("list the devices of %s: %w", account.Login, err)
	}
	if p.Sessions, err = tx.CountGateSessions(ctx, store.GateFilter{AccountKey: account.Key}, now); err != nil {
		return p, fmt.Errorf("count the sessions of %s: %w", account.Login, err)
	}
	p.Verdicts = explained(facts, p.Devices)
	for i, d := range p.Devices {
		p.Devices[i].ExpiresAt = expiry(d.Device, access.Days(p.Policy.IdleDays))
	}
	if err := p.readLog(ctx, tx); err != nil {
		return p, err
	}
	return p, p.readLinks(ctx, tx, by)
}

// explained says whether the person gets in, by the devices that would be
// recognized.
func explained(f decide.Facts, devices []store.DeviceRow) []decide.Line {
	recognized := 0
	idle := access.Days(f.Policy.IdleDays)
	for _, d := range devices {
		if d.Expired(f.Now, idle) || !d.Proof.Suffices(f.Account.Effective()) {
			continue
		}
		recognized++
		if f.DeviceSince.IsZero() || d.FirstSeenAt.Before(f.DeviceSince) {
			f.DeviceSince = d.FirstSeenAt
		}
	}
	return decide.ExplainAccount(f, recognized)
}

func (p *AccountPage) readLog(ctx context.Context, tx store.Tx) error {
	logins, err := tx.Logins(ctx, store.LoginFilter{AccountKey: p.Account.Key})
	if err != nil {
		return fmt.Errorf("list the logins of %s: %w", p.Account.Login, err)
	}
	for i := len(logins) - 1; i >= 0 && len(p.Logins) < pageLogins; i-- {
		p.Logins = append(p.Logins, logins[i])
	}
	alerts, err := tx.Alerts(ctx, store.AlertFilter{
		AccountKey: p.Account.Key, Severities: access.Warn.AtLeast(), States: []access.AlertState{access.AlertOpen},
	})
	if err != nil {
		return fmt.Errorf("list the alerts of %s: %w", p.Account.Login, err)
	}
	p.OpenAlerts = len(alerts)
	return nil
}

func (p *AccountPage) readLinks(ctx context.Context, tx store.Tx, by access.Operator) error {
	guardians, err := tx.Guardians(ctx, p.Account.Key)
	if err != nil {
		return fmt.Errorf("read the guardians of %s: %w", p.Account.Login, err)
	}
	students, err := tx.Students(ctx, p.Account.Key)
	if err != nil {
		return fmt.Errorf("read the students of %s: %w", p.Account.Login, err)
	}
	if p.Guardians, err = loginsOf(ctx, tx, by, guardians); err != nil {
		return err
	}
	p.Students, err = loginsOf(ctx, tx, by, students)
	return err
}

// loginsOf names accounts by login, those of the operator's schools only.
func loginsOf(ctx context.Context, tx store.Tx, by access.Operator, keys []int64) ([]string, error) {
	logins := make([]string, 0, len(keys))
	for _, key := range keys {
		account, err := tx.AccountByKey(ctx, key)
		if err != nil {
			return nil, fmt.Errorf("read account %d: %w", key, err)
		}
		if by.MayReach(account.Schools) {
			logins = append(logins, account.Login)
		}
	}
	return logins, nil
}

// ExplainAccount says whether the person gets in and what stops them, with the
// command that lifts each obstacle.
func (a *App) ExplainAccount(ctx context.Context, by access.Operator, login string) ([]decide.Line, error) {
	var lines []decide.Line
	err := a.read(ctx, by, PolicyExplain, func(tx store.Tx) error {
		account, err := findAccount(ctx, tx, by, PolicyExplain, login)
		if err != nil {
			return err
		}
		facts, _, err := a.facts(ctx, tx, account, a.clock())
		if err != nil {
			return err
		}
		if err := a.passOut(ctx, tx, &facts); err != nil {
			return err
		}
		devices, err := tx.Devices(ctx, store.DeviceFilter{AccountKey: account.Key})
		if err != nil {
			return fmt.Errorf("list the devices of %s: %w", account.Login, err)
		}
		lines = explained(facts, devices)
		return nil
	})
	return lines, err
}
