package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/render"
	"pinward/internal/store"
)

func newAlertsList(s *session) *cobra.Command {
	filter := alertFilter{lowest: access.Warn}
	c := &cobra.Command{
		Use:   "list",
		Short: "List alerts, oldest first",
		Long: `List alerts of severity warn and up, oldest first. The table shows an incident
as one line with the number of its alerts; the other formats give one line an
alert.`,
		Example: `  pinward alerts list --state open
  pinward alerts list --since 7d --severity info
  pinward alerts list --account lea.martin -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.alertsList(c.Context(), filter) },
	}
	filter.add(c, s)
	filter.addState(c)
	return c
}

func (s *session) alertsList(ctx context.Context, filter alertFilter) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q, err := filter.query(s)
	if err != nil {
		return err
	}
	alerts := each(func(yield func(store.AlertRow) error) error {
		_, err := a.Alerts(ctx, s.Operator, q, yield)
		return err
	})
	if format != render.Table {
		return list(s, alertColumns(), alerts, "")
	}
	var all []store.AlertRow
	for row, err := range alerts {
		if err != nil {
			return err
		}
		all = append(all, row)
	}
	return list(s, incidentColumns(), rows(incidents(all)), "no alerts")
}
