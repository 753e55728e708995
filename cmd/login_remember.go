package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newLoginRemember(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "remember",
		Short: "Register the device of a login that has passed",
		Long: `Register the device of a login that has passed. Reads one JSON object and
answers with one; the token is shown this once:

  {"login_id", "name", "replace"?}

A refusal stands in "device_error": label_invalid, label_taken, device_limit or
remember_not_here. With "replace" the device of that label is revoked for it.`,
		Example: `  echo '{"login_id":"…","name":"My phone"}' | pinward login remember`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return loginVerb(c.Context(), s, func(a *app.App, req app.NameDevice) (app.LoginAnswer, error) {
				return a.RememberDevice(c.Context(), s.Operator, req)
			})
		},
	}
}
