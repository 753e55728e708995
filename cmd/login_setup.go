package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newLoginSetup(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "setup",
		Short: "Store the protection that a user chose in a login",
		Long: `Store the protection that a user chose in a login, with its PIN. Reads one JSON
object and answers with one:

  {"login_id", "protection", "pin"?, "pin_confirm"?, "setup_code"?, "remember"?}

A refused PIN leaves the login open: the reason is its code, such as
pin_guessable with the rule. A wrong set-up code counts as a wrong PIN.`,
		Example: `  echo '{"login_id":"…","protection":"pin","pin":"…","pin_confirm":"…"}' | pinward login setup
  echo '{"login_id":"…","protection":"notify"}' | pinward login setup`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return loginVerb(c.Context(), s, func(a *app.App, req app.SetUp) (app.LoginAnswer, error) {
				return a.SetUp(c.Context(), s.Operator, req)
			})
		},
	}
}
