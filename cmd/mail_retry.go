package cmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

func newMailRetry(s *session) *cobra.Command {
	var dead bool
	c := &cobra.Command{
		Use:   "retry [ID...|--dead]",
		Short: "Let mails be tried again at once",
		Long: `Make mails due at once for the next "mail flush": those of the ids, all that
were given up (--dead), or, where none is named, all that wait for their next
try. One that was given up gets all its tries again. A reset code is never sent
late: the person asks for another one.`,
		Example: `  pinward mail retry
  pinward mail retry --dead
  pinward mail retry n7pb3bya91vece3bd`,
		RunE: func(c *cobra.Command, args []string) error {
			if dead && len(args) > 0 {
				return access.Usage("mail retry: give ids or --dead, not both", "")
			}
			return s.mailRetry(c.Context(), app.RetryMails{IDs: args, Dead: dead})
		},
		Args: cobra.ArbitraryArgs,
	}
	c.Flags().BoolVar(&dead, "dead", false, "all that were given up")
	return s.sendNow(c)
}

func (s *session) mailRetry(ctx context.Context, req app.RetryMails) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	retried, err := a.RetryMail(ctx, s.Operator, req)
	if err != nil {
		return err
	}
	s.openedAt = time.Time{} // --send-now sends all that is due, not only what was owed since
	items := make([]changeItem, 0, len(retried))
	due := 0
	for _, one := range retried {
		item := changeItem{Target: one.ID, Result: resultUnchanged, Err: one.Err}
		switch {
		case one.Err != nil:
			item.Result = resultFailed
		case one.Changed:
			item.Result = resultChanged
			due++
		}
		items = append(items, item)
	}
	return s.changes(items, "%s due now.", count(due, "mail"))
}
