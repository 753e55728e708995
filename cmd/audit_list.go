package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/app"
	"pinward/internal/store"
)

type auditListOptions struct{ Actor, Action, Target, Since string }

func newAuditList(s *session) *cobra.Command {
	var opts auditListOptions
	c := &cobra.Command{
		Use:   "list",
		Short: "List the audit records, oldest first",
		Example: `  pinward audit list --since 24h
  pinward audit list --action pin.reset -o csv
  pinward audit list --target lea.martin`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.auditList(c.Context(), opts) },
	}
	c.Flags().StringVar(&opts.Actor, "actor", "", "by the operator of that `ID`, such as uid:1000")
	c.Flags().StringVar(&opts.Action, "action", "", "of that `ACTION`, such as pin or pin.reset")
	c.Flags().StringVar(&opts.Target, "target", "", "on the account of that `LOGIN`, or the target of that public id")
	c.Flags().StringVar(&opts.Since, "since", "", "of the last `TIME`, such as 24h or 7d")
	return c
}

func (s *session) auditList(ctx context.Context, opts auditListOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	f := store.AuditFilter{Actor: opts.Actor, Action: opts.Action, Target: opts.Target}
	if opts.Since != "" {
		span, err := parseSpan("--since", opts.Since)
		if err != nil {
			return err
		}
		f.Since = s.Now().Add(-span)
	}
	records := each(func(yield func(app.AuditEntry) error) error {
		return a.AuditRecords(ctx, s.Operator, f, yield)
	})
	return list(s, auditColumns(), records, "no audit records")
}
