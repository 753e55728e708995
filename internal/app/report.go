package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/report"
	"pinward/internal/store"
)

// reported resolves the schools that a report covers, with their zones.
type reported struct {
	codes   []string // nil: all
	schools map[string]access.School
	first   access.School // by code
}

func (a *App) reportedSchools(ctx context.Context, tx store.Tx, by access.Operator, named string) (reported, error) {
	r := reported{schools: map[string]access.School{}}
	var codes []string
	if named != "" {
		codes = []string{named}
	}
	var err error
	if r.codes, err = scopeSchools(ctx, tx, by, codes); err != nil {
		return r, err
	}
	all, err := reachable(ctx, tx, by)
	if err != nil {
		return r, err
	}
	for _, s := range all {
		r.schools[s.Code] = s
		if r.first.Code == "" && (named == "" || s.Code == named) {
			r.first = s
		}
	}
	return r, nil
}

// zone gives the time zone of a school, and for what belongs to no school that
// is known here the zone of the first one that the report covers.
func (a *App) zone(r reported, code string) *time.Location {
	if s, ok := r.schools[code]; ok {
		return a.location(s)
	}
	return a.location(r.first)
}

// Zone gives the time zone in which a report of the school, or of all that the
// operator reaches, counts its days.
func (a *App) Zone(ctx context.Context, by access.Operator, school string) (*time.Location, error) {
	zone := time.UTC
	err := a.read(ctx, by, ReportLogins, func(tx store.Tx) error {
		r, err := a.reportedSchools(ctx, tx, by, school)
		zone = a.location(r.first)
		return err
	})
	return zone, err
}

// ReportCoverage counts who has what protection, by school and profile.
func (a *App) ReportCoverage(ctx context.Context, by access.Operator, school string) ([]report.Coverage, error) {
	c := report.Cover{Policies: map[access.Profile]access.Policy{}, Now: a.clock()}
	var r reported
	err := a.read(ctx, by, ReportCoverage, func(tx store.Tx) (err error) {
		if c.Policies, err = policies(ctx, tx); err != nil {
			return err
		}
		r, err = a.reportedSchools(ctx, tx, by, school)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.Zone = func(code string) *time.Location { return a.zone(r, code) }
	read := func(tx store.Tx, page store.Page, take func(store.AccountRow) error) error {
		f := store.AccountFilter{Page: page, Schools: r.codes, Status: access.Active, Now: c.Now}
		rows, err := tx.Accounts(ctx, f)
		if err != nil {
			return fmt.Errorf("count accounts: %w", err)
		}
		return takeAll(rows, take)
	}
	err = inPages(ctx, a, store.Page{}, func(row store.AccountRow) int64 { return row.Key }, read, func(row store.AccountRow) error {
		c.Add(row.Account, row.PINSet)
		return nil
	})
	return c.Rows(), err
}

func takeAll[T any](page []T, take func(T) error) error {
	for _, row := range page {
		if err := take(row); err != nil {
			return err
		}
	}
	return nil
}

func policies(ctx context.Context, tx store.Tx) (map[access.Profile]access.Policy, error) {
	all := map[access.Profile]access.Policy{}
	for _, p := range access.Profiles() {
		policy, err := tx.Policy(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("read the policy of %s: %w", p, err)
		}
		all[p] = policy
	}
	return all, nil
}

// A DeviceReport says what of recognized devices is worth a look.
type DeviceReport struct {
	School   string        // code; empty: all
	Shared   int           // accounts on one browser at one address
	Unused   time.Duration // not seen for so long
	Expiring time.Duration // expiring within it
}

// ReportDevices finds devices that somebody should look at.
func (a *App) ReportDevices(ctx context.Context, by access.Operator, q DeviceReport) ([]report.DeviceFinding, error) {
	l := report.DeviceLook{Now: a.clock(), Shared: q.Shared, Unused: q.Unused, Expiring: q.Expiring, Limits: map[access.Profile]int{}}
	var r reported
	var idle map[access.Profile]time.Duration
	err := a.read(ctx, by, ReportDevices, func(tx store.Tx) (err error) {
		all, err := policies(ctx, tx)
		if err != nil {
			return err
		}
		for p, policy := range all {
			l.Limits[p] = policy.MaxDevices
		}
		if idle, err = idleLimits(ctx, tx); err != nil {
			return err
		}
		r, err = a.reportedSchools(ctx, tx, by, q.School)
		return err
	})
	if err != nil {
		return nil, err
	}
	read := func(tx store.Tx, page store.Page, take func(store.DeviceRow) error) error {
		rows, err := tx.Devices(ctx, store.DeviceFilter{Page: page, Schools: r.codes})
		if err != nil {
			return fmt.Errorf("look at devices: %w", err)
		}
		return takeAll(rows, take)
	}
	err = inPages(ctx, a, store.Page{}, func(row store.DeviceRow) int64 { return row.Key }, read, func(row store.DeviceRow) error {
		row.ExpiresAt = expiry(row.Device, idle[row.Profile])
		l.Add(row.Device, row.Login, row.School, row.Profile)
		return nil
	})
	return l.Rows(), err
}

// ReportLogins counts the logins of whole days by their outcome, from the day
// that was since ago up to today. A day is that of the account's home school; a
// login of an unknown account counts in the zone of the first school.
func (a *App) ReportLogins(ctx context.Context, by access.Operator, school string, since time.Duration) ([]report.LoginDay, error) {
	now := a.clock()
	var r reported
	err := a.read(ctx, by, ReportLogins, func(tx store.Tx) (err error) {
		r, err = a.reportedSchools(ctx, tx, by, school)
		return err
	})
	if err != nil {
		return nil, err
	}
	zone := a.location(r.first)
	c := report.LoginCount{From: access.DateOf(now.Add(-since).In(zone)), To: access.DateOf(now.In(zone))}
	// Zones are at most 26 hours apart.
	f := store.LoginFilter{Schools: r.codes, Since: now.Add(-since - 3*access.Day)}
	read := func(tx store.Tx, page store.Page, take func(store.LoginRow) error) error {
		f := f
		f.Page = page
		if err := tx.EachLogin(ctx, f, take); err != nil {
			return fmt.Errorf("count logins: %w", err)
		}
		return nil
	}
	err = inPages(ctx, a, store.Page{}, func(row store.LoginRow) int64 { return row.Key }, read, func(row store.LoginRow) error {
		c.Add(row.Login, a.zone(r, row.School))
		return nil
	})
	return c.Rows(), err
}
