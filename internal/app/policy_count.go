package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// count asks the login decision about every active account of the profile: now,
// and under both policies at the moment when the new one has its full effect.
func (p *PolicyPlan) count(ctx context.Context, tx store.Tx, now time.Time) error {
	zones, err := timeZones(ctx, tx)
	if err != nil {
		return err
	}
	at := p.After.EffectiveAt.Add(p.After.Grace)
	if at.Before(now) {
		at = now
	}
	filter := store.AccountFilter{
		Profiles: []access.Profile{p.After.Profile}, Status: access.Active,
		Page: store.Page{Limit: pageSize}, Now: now,
	}
	for {
		rows, err := tx.Accounts(ctx, filter)
		if err != nil {
			return fmt.Errorf("list the accounts of %s: %w", p.After.Profile, err)
		}
		for _, row := range rows {
			facts := decide.Facts{Known: true, Account: row.Account, Location: zones[row.HomeSchool()], Recognition: decide.NoToken}
			if facts.Location == nil {
				facts.Location = time.UTC
			}
			if facts.Credential, err = credentialOf(ctx, tx, row); err != nil {
				return err
			}
			p.add(facts, now, at)
		}
		if len(rows) < pageSize {
			return nil
		}
		filter.After = rows[len(rows)-1].Key
	}
}

func (p *PolicyPlan) add(f decide.Facts, now, at time.Time) {
	p.Accounts++
	if f.Account.Email == "" {
		p.NoEmail++
	}
	p.SetUpBefore += setUpOwed(f, p.Before, now)
	p.SetUpAnyway += setUpOwed(f, p.Before, at)
	p.SetUpAfter += setUpOwed(f, p.After, at)
}

// setUpOwed gives 1 where a login at that time must set up a protection, else 0.
func setUpOwed(f decide.Facts, p access.Policy, at time.Time) int {
	f.Policy, f.Now = p, at
	if decide.Login(f).Decision == access.SetUp {
		return 1
	}
	return 0
}

// credentialOf gives as much of an account's credential as decides whether a
// set-up is owed; where there is a PIN, a list tells that already.
func credentialOf(ctx context.Context, tx store.Tx, row store.AccountRow) (access.Credential, error) {
	if row.PINSet {
		return access.Credential{Sealed: []byte{}}, nil
	}
	credential, err := tx.Credential(ctx, row.Key)
	if err != nil {
		return credential, fmt.Errorf("read the PIN of %s: %w", row.Login, err)
	}
	return credential, nil
}

// timeZones gives the time zone of every school, by code.
func timeZones(ctx context.Context, tx store.Tx) (map[string]*time.Location, error) {
	schools, err := tx.Schools(ctx)
	if err != nil {
		return nil, fmt.Errorf("list schools: %w", err)
	}
	zones := make(map[string]*time.Location, len(schools))
	for _, s := range schools {
		zones[s.Code] = s.Location()
	}
	return zones, nil
}

// Weakens reports whether the policy would then allow less protection than
// before, or no longer demand any.
func (p PolicyPlan) Weakens() bool {
	return weakest(p.After) < weakest(p.Before) || p.Before.Imposed && !p.After.Imposed
}

// weakest gives the strength of the least protection that a policy allows.
func weakest(p access.Policy) int {
	least := access.ByPIN.Strength()
	for _, q := range p.Allowed {
		least = min(least, q.Strength())
	}
	return least
}
