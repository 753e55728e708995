package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newAccountSignOut(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "sign-out LOGIN",
		Short: "End an account's sessions at gates and its open logins",
		Long: `End the sessions that an account has at gates, and its open logins: each of its
browsers is asked again at its next request. Devices stay recognized, and codes
stay good; see "device revoke" and "pin reset" for those.`,
		Example:           `  pinward account sign-out lea.martin --reason "left a computer open"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.accountSignOut(c.Context(), args[0]) },
	}
}

func (s *session) accountSignOut(ctx context.Context, login string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	ended, err := a.SignOutAccount(ctx, s.Operator, login, s.globals.Reason)
	if err != nil {
		return err
	}
	item := changeItem{Target: login, Result: resultChanged, Made: map[string]any{
		"sessions_ended": ended.Sessions, "logins_ended": ended.Logins,
	}}
	if ended == (app.Ended{}) {
		item.Result = resultUnchanged
		return s.changed(item, "There was nothing to end: no session and no open login.")
	}
	return s.changed(item, "%s and %s ended.", count(ended.Sessions, "session"), count(ended.Logins, "open login"))
}
