package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newLoginStart(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "start",
		Short: "Open a login after the password, and decide what it takes to pass",
		Long: `Open a login after the portal checked the password, and decide what it takes to
pass. Reads one JSON object and answers with one:

  {"login"|"external_id", "ip", "user_agent", "device_token"?, "password_changed_at"?}

Exits 0 where the login passes or goes on (decision allow, pin or setup), 5
where it is denied.`,
		Example: `  echo '{"login":"lea.martin","ip":"192.0.2.7","user_agent":"Mozilla/5.0 …"}' | pinward login start`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return loginVerb(c.Context(), s, func(a *app.App, req app.StartLogin) (app.LoginAnswer, error) {
				return a.StartLogin(c.Context(), s.Operator, req)
			})
		},
	}
}
