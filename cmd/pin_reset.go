package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type pinResetOptions struct {
	choiceOptions
	WithoutPIN bool
	Valid      string
}

func newPINReset(s *session) *cobra.Command {
	var opts pinResetOptions
	c := &cobra.Command{
		Use:   "reset LOGIN...|--group G|--school CODE|--from FILE",
		Short: "Clear PINs and issue one-time set-up codes",
		Long: `Clear PINs and issue one-time set-up codes, with which their owners set new ones.
The codes are shown once, here, and stored only as hashes. A code is good for 7
days, or for 30 where a group, a school or a file is named.

All trust in the accounts ends: their devices are revoked and their open logins
end. A reset also lifts locks and blocks.

--group and --school together mean the members of that group at that school.
Several accounts are shown with -n, and changed after a confirmation.`,
		Example: `  pinward pin reset lea.martin
  pinward pin reset --group 3A -n
  pinward pin reset --group 3A --school 0750001A --without-pin --csv excel --output-file codes.csv
  pinward pin reset --from logins.txt --valid 14d --max-affected 200 --yes`,
		ValidArgsFunction: s.completeMoreLogins,
		RunE: func(c *cobra.Command, args []string) error {
			opts.Logins = args
			return s.pinReset(c.Context(), opts)
		},
	}
	opts.add(c, s)
	c.Flags().BoolVar(&opts.WithoutPIN, "without-pin", false, "only accounts that have no PIN")
	c.Flags().StringVar(&opts.Valid, "valid", "", "how long the codes are good, as `TIME` such as 30d")
	return s.sendNow(c)
}

// request gives what package app understands, and the lines of the file.
func (o pinResetOptions) request(s *session) (app.ResetPINs, loginLines, error) {
	req := app.ResetPINs{
		Group: o.Group, School: o.School, WithoutPIN: o.WithoutPIN, Reason: s.globals.Reason, Bulk: o.bulk(),
	}
	if o.ways() != 1 {
		return req, nil, access.Usage("reset: whose PINs is not clear", "give LOGINs, or --group and --school, or --from FILE")
	}
	if o.Valid != "" {
		var err error
		if req.Valid, err = parseSpan("--valid", o.Valid); err != nil {
			return req, nil, err
		}
		if req.Valid == 0 {
			return req, nil, access.Usage("--valid: a code must be good for some time", "write a number and a unit, such as 30d")
		}
	}
	var lines loginLines
	var err error
	req.Logins, lines, err = o.read(s)
	return req, lines, err
}

func (s *session) pinReset(ctx context.Context, opts pinResetOptions) error {
	// The file is read before the store is opened: if it were the store's own,
	// closing it would drop the engine's lock.
	req, lines, err := opts.request(s)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	return s.many(ctx, opts.choiceOptions, lines, manyVerb{
		several: req.Bulk || len(req.Logins) > 1,
		plan:    func() ([]app.ResetItem, error) { return a.PlanReset(ctx, s.Operator, req) },
		run: func(logins []string) ([]app.ResetItem, error) {
			if logins != nil {
				req.Logins, req.Group, req.School = logins, "", "" // what was confirmed, and no more
			}
			return a.ResetPINs(ctx, s.Operator, req)
		},
		question: "Reset the PIN of %s and revoke all their devices?",
		done:     "reset", none: "no accounts to reset", lost: "the PINs are reset, but not all codes were shown; reset them again",
		columns: resetColumns(), codes: true,
		made: func(item app.ResetItem) map[string]any {
			return map[string]any{
				"login": item.Login, "name": item.Name, "group": orNil(item.Group),
				"setup_code": item.Code.Reveal(), "expires_at": item.ExpiresAt,
			}
		},
	})
}

// resetColumns shows a reset account; its first three are also a plan's.
func resetColumns() []column[app.ResetItem] {
	type row = app.ResetItem
	return []column[row]{
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return r.Login }},
		{Key: "name", Title: "NAME", Value: func(r row) any { return r.Name }},
		{Key: "group", Title: "GROUP", Whole: true, Spare: 1, Value: func(r row) any { return orNil(r.Group) }},
		{Key: "setup_code", Title: "SET-UP CODE", Whole: true, Value: func(r row) any { return r.Code.Reveal() }},
		{Key: "expires_at", Title: "EXPIRES", Spare: 2, Value: func(r row) any { return r.ExpiresAt }},
	}
}
