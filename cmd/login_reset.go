package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newLoginReset(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "reset",
		Short: "Replace a forgotten PIN by a code that is mailed",
		Long: `Replace a forgotten PIN by a code that is mailed, where the policy allows it, in a
login that asks for the PIN or that wrong ones ended. Reads one JSON object and
answers with one:

  {"login_id"}                                                  a code is mailed
  {"login_id", "code", "pin", "pin_confirm", "remember"?}       the PIN is replaced

Neither answer tells whether there is an address to mail to. A code has 6 digits,
is good for 15 minutes and 3 tries, once, in the login that asked for it. A
refused PIN leaves it good. The code is in the mail alone: see pinward mail flush.`,
		Example: `  echo '{"login_id":"…"}' | pinward login reset
  echo '{"login_id":"…","code":"…","pin":"…","pin_confirm":"…"}' | pinward login reset`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return loginVerb(c.Context(), s, func(a *app.App, req app.ResetByMail) (app.LoginAnswer, error) {
				return a.ResetByMail(c.Context(), s.Operator, req)
			})
		},
	}
}
