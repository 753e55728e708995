package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type policySetOptions struct {
	Profile    string
	Allow      []string
	Default    string
	Impose     bool
	Offer      bool
	PINMin     int
	PINMax     int
	DeviceDays int
	IdleDays   int
	MaxDevices int
	SelfReset  string
	Window     string
	From       string
	Grace      string
	DryRun     bool
}

func newPolicySet(s *session) *cobra.Command {
	var opts policySetOptions
	c := &cobra.Command{
		Use:   "set PROFILE",
		Short: "Change the policy of a profile",
		Long: `Change the policy of a profile; what no flag names stays as it is. The command
says first how many accounts it touches, and asks where some of them would then
have to set something up, or may be protected less than before. --impose leaves none out of what is allowed.

--from DATE begins with that day in UTC. Without it, a policy that demands more
than before is in force at once. --grace lets accounts that never had a PIN pass
for so long after it; --window is how long the password alone is enough to set a
first PIN, from then or from the account's creation.`,
		Example: `  pinward policy set student --allow pin,notify --impose --from 2026-09-01 --grace 14d -n
  pinward policy set teacher --pin-min 6 --self-reset on
  pinward policy set guardian --offer --allow pin,notify,none --default notify`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: profileNames(),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Profile = args[0]
			update, err := opts.update(c)
			if err != nil {
				return err
			}
			return s.policySet(c.Context(), opts, update)
		},
	}
	opts.add(c)
	return c
}

func (o *policySetOptions) add(c *cobra.Command) {
	f := c.Flags()
	f.StringSliceVar(&o.Allow, "allow", nil, "the `PROTECTIONS` that may be chosen: pin, notify, none")
	f.Var(newChoice(&o.Default, "pin", "notify", "none"), "default", "the `PROTECTION` that is offered first: pin, notify or none")
	f.BoolVar(&o.Impose, "impose", false, "one of them must be chosen")
	f.BoolVar(&o.Offer, "offer", false, "one of them may be chosen")
	f.IntVar(&o.PINMin, "pin-min", 0, "the least number of `DIGITS` of a PIN")
	f.IntVar(&o.PINMax, "pin-max", 0, "the largest number of `DIGITS` of a PIN")
	f.IntVar(&o.DeviceDays, "device-days", 0, "a device is recognized for so many `DAYS`, and up to a sixth more at random")
	f.IntVar(&o.IdleDays, "idle-days", 0, "a device unused for so many `DAYS` is no longer recognized")
	f.IntVar(&o.MaxDevices, "max-devices", 0, "the largest `NUMBER` of recognized devices of an account")
	f.Var(newChoice(&o.SelfReset, "on", "off"), "self-reset", "whether a forgotten PIN can be reset by mail: `on|off`")
	f.StringVar(&o.Window, "window", "", "for that `TIME` the password alone is enough for a first PIN, such as 30d")
	f.StringVar(&o.From, "from", "", "in force from that `DATE` on, 00:00 UTC")
	f.StringVar(&o.Grace, "grace", "", "for that `TIME` after it, accounts that never had a PIN still pass, such as 14d")
	f.BoolVarP(&o.DryRun, "dry-run", "n", false, "say what it would touch and change nothing")
	complete(c, "allow", "pin", "notify", "none")
	complete(c, "default", "pin", "notify", "none")
	complete(c, "self-reset", "on", "off")
}

// update gives what the flags change.
func (o *policySetOptions) update(c *cobra.Command) (app.PolicyUpdate, error) {
	u := app.PolicyUpdate{
		Default: given(c, "default", access.Protection(o.Default)), SelfReset: given(c, "self-reset", o.SelfReset == "on"),
		PINMin: given(c, "pin-min", o.PINMin), PINMax: given(c, "pin-max", o.PINMax),
		DeviceDays: given(c, "device-days", o.DeviceDays), IdleDays: given(c, "idle-days", o.IdleDays),
		MaxDevices: given(c, "max-devices", o.MaxDevices),
	}
	if _, err := access.ParseProfile(o.Profile); err != nil {
		return u, err
	}
	if o.Impose && o.Offer {
		return u, access.Usage("policy set: --impose and --offer exclude each other", "give one of them")
	}
	if o.Impose || o.Offer {
		u.Imposed = &o.Impose
	}
	allowed, err := o.allowed()
	if err != nil {
		return u, err
	}
	u.Allowed = given(c, "allow", allowed)
	if err := o.times(c, &u); err != nil {
		return u, err
	}
	return u, nothingGiven(c)
}

func (o *policySetOptions) allowed() ([]access.Protection, error) {
	allowed := make([]access.Protection, 0, len(o.Allow))
	for _, name := range o.Allow {
		p, err := access.ParseProtection(name)
		if err != nil || p == access.NotChosen {
			return nil, access.Usage("--allow: not a list of protections", "use any of pin, notify, none, separated by commas")
		}
		allowed = append(allowed, p)
	}
	return allowed, nil
}

func (o *policySetOptions) times(c *cobra.Command, u *app.PolicyUpdate) error {
	for _, flag := range []struct {
		name, text string
		span       **time.Duration
	}{{"window", o.Window, &u.Window}, {"grace", o.Grace, &u.Grace}} {
		if !c.Flags().Changed(flag.name) {
			continue
		}
		span, err := parseSpan("--"+flag.name, flag.text)
		if err != nil {
			return err
		}
		*flag.span = &span
	}
	if !c.Flags().Changed("from") {
		return nil
	}
	day, err := access.ParseDate(o.From)
	if err != nil {
		return access.Usage("--from: not a day of the form YYYY-MM-DD", "write 2026-09-01 for 1 September 2026")
	}
	from := time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, time.UTC)
	u.EffectiveAt = &from
	return nil
}

func (s *session) policySet(ctx context.Context, opts policySetOptions, update app.PolicyUpdate) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	profile := access.Profile(opts.Profile)
	plan, err := a.PlanPolicy(ctx, s.Operator, profile, update)
	if err != nil {
		return err
	}
	if opts.DryRun {
		return s.showPolicyPlan(plan)
	}
	if !plan.Changed {
		return s.changed(policyItem(plan), "The policy of %s is so already: nothing was changed.", profile)
	}
	s.say("%s", strings.TrimSuffix(policyPlanWords(plan), "\n"))
	if plan.SetUpAfter > plan.SetUpAnyway || plan.Weakens() && plan.Accounts > 0 {
		if err := s.confirm(ctx, fmt.Sprintf("Change the policy of %s?", profile)); err != nil {
			return err
		}
	}
	if plan, err = a.SetPolicy(ctx, s.Operator, profile, update); err != nil {
		return err
	}
	return s.changed(policyItem(plan), "The policy of %s is changed: version %d.", profile, plan.After.Version)
}
