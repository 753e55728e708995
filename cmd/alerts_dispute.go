package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/render"
)

func newAlertsDispute(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "dispute NO",
		Short: "Record that it was not the account's owner, with the rest of the incident",
		Long: `Record that it was not the account's owner, with the rest of the alert's incident.
The devices that the incident names or that were registered since it began are
revoked, open logins, codes and passes end, and portals are told to advise a
change of the password. The PIN stays: alerts respond takes it away too.`,
		Example: `  pinward alerts dispute 12 --reason "the family was abroad"`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return s.alertsDispute(c.Context(), args[0]) },
	}
}

func (s *session) alertsDispute(ctx context.Context, number string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	reason, err := s.reason(ctx, "dispute alert "+render.Safe(number))
	if err != nil {
		return err
	}
	done, err := a.DisputeAlert(ctx, s.Operator, number, reason)
	if err != nil {
		return err
	}
	item := changeItem{Target: number, Result: resultChanged, Ended: &done.Ended, Made: map[string]any{"alerts": done.Alerts, "login": done.Login}}
	if done.Alerts == 0 {
		item.Result = resultUnchanged
		return s.changed(item, "Nothing of that incident is open: nothing was changed.")
	}
	return s.changed(item, "%s disputed: %s. If the PIN may be known too: pinward alerts respond %s --contain --reason TEXT",
		count(done.Alerts, "alert"), endedWords(done.Ended), number)
}
