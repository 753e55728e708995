package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newLoginPIN(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "pin",
		Short: "Judge the PIN that a user typed in a login",
		Long: `Judge the PIN that a user typed in a login. Reads one JSON object and answers
with one:

  {"login_id", "pin", "remember": {"name", "replace"?}?}

Exits 0 where the login passes or goes on to a set-up, 5 where the PIN is
refused. A device that cannot be registered never costs the login: it passes
with "device": null and "device_error".`,
		Example: `  echo '{"login_id":"…","pin":"…","remember":{"name":"Room 201"}}' | pinward login pin`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return loginVerb(c.Context(), s, func(a *app.App, req app.GivePIN) (app.LoginAnswer, error) {
				return a.GivePIN(c.Context(), s.Operator, req)
			})
		},
	}
}
