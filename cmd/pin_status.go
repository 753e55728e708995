package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

func newPINStatus(s *session) *cobra.Command {
	var group string
	c := &cobra.Command{
		Use:   "status LOGIN...|--group G",
		Short: "Show the state of PINs, never the PINs",
		Long: `Show the state of PINs: whether there is one, since when and set by whom, wrong
PINs since the last success, until when it is locked, and whether it is blocked.
Of the PIN itself nothing is shown.`,
		Example: `  pinward pin status lea.martin
  pinward pin status --group 3A -o csv`,
		ValidArgsFunction: s.completeMoreLogins,
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) > 0) == (group != "") {
				return access.Usage("status: whose PINs is not clear", "give LOGINs, or --group G")
			}
			return s.pinStatus(c.Context(), args, group)
		},
	}
	c.Flags().StringVar(&group, "group", "", "the active accounts of that `GROUP`")
	return c
}

func (s *session) pinStatus(ctx context.Context, logins []string, group string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	statuses, absent, err := a.PINStatuses(ctx, s.Operator, logins, group)
	if err != nil {
		return err
	}
	if len(logins) == 1 && len(absent) == 1 {
		return absent[0]
	}
	if err := list(s, pinStatusColumns(), rows(statuses), "no accounts"); err != nil {
		return err
	}
	return partly(absent, len(logins), "the others are listed")
}

func pinStatusColumns() []column[app.PINStatus] {
	type row = app.PINStatus
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.Account.ID }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return r.Account.Login }},
		{Key: "name", Title: "NAME", Value: func(r row) any { return r.Account.Name() }},
		{Key: "protection", Title: "PROTECTION", Whole: true, Value: func(r row) any { return string(r.Account.Protection) }},
		{Key: "pin_set", Title: "PIN", Value: func(r row) any { return r.Set }},
		{Key: "temporary", Title: "TEMPORARY", Spare: 4, Value: func(r row) any { return r.Temporary }},
		{Key: "pin_set_at", Title: "SET", Spare: 2, Value: func(r row) any { return r.SetAt }},
		{Key: "pin_set_by", Title: "BY", Spare: 5, Value: func(r row) any { return orNil(r.SetBy) }},
		{Key: "cleared", Title: "CLEARED", Spare: 6, Value: func(r row) any { return r.Cleared }},
		{Key: "setup_code_expires_at", Title: "CODE EXPIRES", Spare: 3, Value: func(r row) any { return r.CodeExpiresAt }},
		{Key: "failed_attempts", Title: "WRONG", Value: func(r row) any { return r.Failed }},
		{Key: "locked_until", Title: "LOCKED UNTIL", Value: func(r row) any { return r.LockedUntil }},
		{Key: "blocked", Title: "BLOCKED", Value: func(r row) any { return r.Blocked }},
	}
}
