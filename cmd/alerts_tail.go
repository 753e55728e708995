package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/store"
)

func newAlertsTail(s *session) *cobra.Command {
	filter := alertFilter{lowest: access.Warn}
	var follow followOptions
	c := &cobra.Command{
		Use:   "tail",
		Short: "Show the newest alerts, and follow them with -f",
		Long: `Show the newest alerts of severity warn and up, one line each, and with -f every
further one as soon as any process commits it.`,
		Example: `  pinward alerts tail -f
  pinward alerts tail -n 50 --since 24h
  pinward alerts tail -f --for 30s --severity high -o jsonl`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.alertsTail(c.Context(), filter, follow) },
	}
	filter.add(c, s)
	follow.add(c)
	return c
}

func (s *session) alertsTail(ctx context.Context, filter alertFilter, follow followOptions) error {
	format, err := s.streamFormat()
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
	if q.After, err = a.AlertsBefore(ctx, s.Operator, q, follow.Number); err != nil {
		return err
	}
	line := streamer(s, format, alertColumns(), alertLine)
	return follow.run(ctx, func(ctx context.Context) error {
		return a.FollowAlerts(ctx, s.Operator, q, line)
	}, func(ctx context.Context) error {
		_, err := a.Alerts(ctx, s.Operator, q, line)
		return err
	})
}

// alertLine words an alert for people.
func alertLine(r store.AlertRow) string {
	return lineOf(r.At, fmt.Sprintf("#%d", r.Key), string(r.Severity), r.Login, addressOf(r.IP), r.Text)
}
