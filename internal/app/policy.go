package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// A PolicyUpdate says what to change of a profile's policy; nil fields stay.
type PolicyUpdate struct {
	Allowed     *[]access.Protection
	Default     *access.Protection // nil: stays, or the strongest allowed where it no longer is
	Imposed     *bool
	PINMin      *int
	PINMax      *int
	DeviceDays  *int
	IdleDays    *int
	MaxDevices  *int
	SelfReset   *bool
	Window      *time.Duration
	Grace       *time.Duration
	EffectiveAt *time.Time // nil: stays, or now where more is demanded than before
}

// A PolicyPlan is what a change of policy means.
type PolicyPlan struct {
	Before  access.Policy
	After   access.Policy // its Version is Before's where nothing changes
	Changed bool
	Fields  []string // what differs, by name

	Accounts    int // active accounts of the profile
	SetUpBefore int // of them, who owe a set-up now, under Before
	SetUpAnyway int // of them, who would owe one under Before too by the time that SetUpAfter is of
	SetUpAfter  int // of them, who owe one under After, once it is in force and its grace is over
	NoEmail     int // of them, who have no address
}

// Policy gives the policy of a profile.
func (a *App) Policy(ctx context.Context, by access.Operator, profile access.Profile) (access.Policy, error) {
	var p access.Policy
	err := a.read(ctx, by, PolicyShow, func(tx store.Tx) (err error) {
		p, err = findPolicy(ctx, tx, profile)
		return err
	})
	return p, err
}

// Policies gives the policies of all profiles, in the order of
// access.Profiles.
func (a *App) Policies(ctx context.Context, by access.Operator) ([]access.Policy, error) {
	var all []access.Policy
	err := a.read(ctx, by, PolicyShow, func(tx store.Tx) error {
		for _, profile := range access.Profiles() {
			p, err := findPolicy(ctx, tx, profile)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	return all, err
}

// ExplainPolicy says in plain sentences what the policy of a profile means now.
func (a *App) ExplainPolicy(ctx context.Context, by access.Operator, profile access.Profile) ([]string, error) {
	var lines []string
	err := a.read(ctx, by, PolicyExplain, func(tx store.Tx) error {
		p, err := findPolicy(ctx, tx, profile)
		if err != nil {
			return err
		}
		lines = decide.ExplainPolicy(p, a.clock())
		return nil
	})
	return lines, err
}

func findPolicy(ctx context.Context, tx store.Tx, profile access.Profile) (access.Policy, error) {
	if _, err := access.ParseProfile(string(profile)); err != nil {
		return access.Policy{}, err
	}
	p, err := tx.Policy(ctx, profile)
	if err != nil {
		return p, fmt.Errorf("read the policy of %s: %w", profile, err)
	}
	return p, nil
}

// PlanPolicy tells what SetPolicy would do, and whom it would touch.
func (a *App) PlanPolicy(ctx context.Context, by access.Operator, profile access.Profile, u PolicyUpdate) (PolicyPlan, error) {
	var plan PolicyPlan
	err := a.read(ctx, by, PolicySet, func(tx store.Tx) (err error) {
		plan, err = planPolicy(ctx, tx, by, profile, u, a.clock())
		return err
	})
	return plan, err
}

// SetPolicy stores the next version of a profile's policy. An update that
// changes nothing adds no version and leaves no record.
func (a *App) SetPolicy(ctx context.Context, by access.Operator, profile access.Profile, u PolicyUpdate) (PolicyPlan, error) {
	var plan PolicyPlan
	err := a.change(ctx, by, PolicySet, func(c *change) (err error) {
		if plan, err = planPolicy(ctx, c.Tx, by, profile, u, c.now); err != nil {
			return err
		}
		if !plan.Changed {
			c.nothing()
			return nil
		}
		plan.After.ChangedAt, plan.After.AuditSeq = c.now, c.seq
		if err := c.AddPolicy(ctx, &plan.After); err != nil {
			return fmt.Errorf("store the policy of %s: %w", profile, err)
		}
		c.target("policy", string(profile))
		c.note("version", plan.After.Version)
		c.note("fields", plan.Fields)
		c.note("set_up_owed", plan.SetUpAfter)
		return nil
	})
	return plan, err
}

func planPolicy(ctx context.Context, tx store.Tx, by access.Operator, profile access.Profile, u PolicyUpdate, now time.Time) (PolicyPlan, error) {
	if err := authorizeWhole(by, PolicySet); err != nil {
		return PolicyPlan{}, err
	}
	before, err := findPolicy(ctx, tx, profile)
	if err != nil {
		return PolicyPlan{}, err
	}
	plan := PolicyPlan{Before: before, After: u.applied(before, now)}
	if err := plan.After.Check(); err != nil {
		return PolicyPlan{}, err
	}
	plan.Fields = policyFields(plan.Before, plan.After)
	plan.Changed = len(plan.Fields) > 0
	return plan, plan.count(ctx, tx, now)
}

// applied gives the policy with the update's fields. Where more is demanded
// than before, it takes effect now, which also reopens the enrolment window:
// those it is demanded of must be able to comply.
func (u PolicyUpdate) applied(before access.Policy, now time.Time) access.Policy {
	p := before
	set(&p.Imposed, u.Imposed)
	set(&p.PINMin, u.PINMin)
	set(&p.PINMax, u.PINMax)
	set(&p.DeviceDays, u.DeviceDays)
	set(&p.IdleDays, u.IdleDays)
	set(&p.MaxDevices, u.MaxDevices)
	set(&p.SelfReset, u.SelfReset)
	set(&p.Window, u.Window)
	set(&p.Grace, u.Grace)
	switch {
	case u.Allowed != nil:
		p.Allowed = strongestFirst(*u.Allowed)
	case p.Imposed && !before.Imposed: // what is imposed cannot be nothing
		p.Allowed = slices.DeleteFunc(slices.Clone(before.Allowed), func(q access.Protection) bool { return q == access.None })
	}
	if !slices.Contains(p.Allowed, p.Default) && len(p.Allowed) > 0 {
		p.Default = p.Allowed[0]
	}
	set(&p.Default, u.Default)
	p.PINSuggest = max(p.PINMin, min(p.PINSuggest, p.PINMax))
	narrowed := slices.ContainsFunc(before.Allowed, func(q access.Protection) bool { return !slices.Contains(p.Allowed, q) })
	switch {
	case u.EffectiveAt != nil:
		p.EffectiveAt = u.EffectiveAt.UTC().Truncate(time.Millisecond)
	case p.Imposed && (!before.Imposed || narrowed):
		p.EffectiveAt = now
	}
	return p
}

// strongestFirst orders protections as a policy keeps them, each once.
func strongestFirst(given []access.Protection) []access.Protection {
	var ordered []access.Protection
	for _, p := range access.Protections() {
		if slices.Contains(given, p) {
			ordered = append(ordered, p)
		}
	}
	return ordered
}

// policyFields names the fields in which two policies differ.
func policyFields(before, after access.Policy) []string {
	return differing(
		field{"allowed", !slices.Equal(before.Allowed, after.Allowed)},
		field{"default", before.Default != after.Default},
		field{"imposed", before.Imposed != after.Imposed},
		field{"effective_at", !before.EffectiveAt.Equal(after.EffectiveAt)},
		field{"grace", before.Grace != after.Grace},
		field{"window", before.Window != after.Window},
		field{"pin_min", before.PINMin != after.PINMin},
		field{"pin_max", before.PINMax != after.PINMax},
		field{"pin_suggest", before.PINSuggest != after.PINSuggest},
		field{"device_days", before.DeviceDays != after.DeviceDays},
		field{"idle_days", before.IdleDays != after.IdleDays},
		field{"max_devices", before.MaxDevices != after.MaxDevices},
		field{"self_reset", before.SelfReset != after.SelfReset},
	)
}
