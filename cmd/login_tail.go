package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"pinward/internal/store"
)

func newLoginTail(s *session) *cobra.Command {
	var opts loginListOptions
	var follow followOptions
	c := &cobra.Command{
		Use:   "tail",
		Short: "Show the newest logins, and follow them with -f",
		Long: `Show the newest logins. With -f a login is shown when it starts and again when
it ends, with the same number; with --state, when it comes to be in that state.`,
		Example: `  pinward login tail -n 20
  pinward login tail -f
  pinward login tail -f --for 30s -o jsonl`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.loginTail(c.Context(), opts, follow) },
	}
	opts.add(c, s)
	addState(c, &opts.State)
	follow.add(c)
	return c
}

func (s *session) loginTail(ctx context.Context, opts loginListOptions, follow followOptions) error {
	format, err := s.streamFormat()
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q, err := opts.query(s)
	if err != nil {
		return err
	}
	if q.After, err = a.LoginsBefore(ctx, s.Operator, q, follow.Number); err != nil {
		return err
	}
	line := streamer(s, format, loginColumns(), loginLine)
	return follow.run(ctx, func(ctx context.Context) error {
		return a.FollowLogins(ctx, s.Operator, q, line)
	}, func(ctx context.Context) error {
		_, err := a.Logins(ctx, s.Operator, q, line)
		return err
	})
}

// loginLine words a login for people, by the time when it came into its state.
func loginLine(r store.LoginRow) string {
	who := r.AccountLogin
	if who == "" {
		who = "(unknown account)"
	}
	at := r.EndedAt
	if at.IsZero() {
		at = r.StartedAt
	}
	return lineOf(at, fmt.Sprintf("#%d", r.Key), who, string(r.State), string(r.Reason), addressOf(r.IP), r.Browser().String())
}
