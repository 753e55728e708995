package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newAlertsAck(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "ack NO...",
		Short: "Acknowledge alerts, each with the rest of its incident",
		Example: `  pinward alerts ack 12 --reason "called the family, it was them"
  pinward alerts ack 12 15`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return s.alertsAck(c.Context(), args) },
	}
}

func (s *session) alertsAck(ctx context.Context, numbers []string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	acked, err := a.AckAlerts(ctx, s.Operator, numbers, s.globals.Reason)
	if err != nil {
		return err
	}
	items := make([]changeItem, 0, len(acked))
	alerts := 0
	for _, one := range acked {
		items = append(items, ackItem(one))
		alerts += one.Alerts
	}
	return s.changes(items, "%s acknowledged.", count(alerts, "alert"))
}

func ackItem(one app.AckItem) changeItem {
	item := changeItem{Target: one.Number, Result: resultChanged, Err: one.Err, Made: map[string]any{"alerts": one.Alerts}}
	switch {
	case one.Err != nil:
		item.Result = resultFailed
	case one.Alerts == 0:
		item.Result = resultUnchanged
	}
	return item
}
