package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// logFilter is the flags by which a log is listed and followed.
type logFilter struct {
	Login  string
	School string
	Since  string
}

func (f *logFilter) add(c *cobra.Command, s *session) {
	c.Flags().StringVar(&f.Login, "account", "", "of the account of that `LOGIN`")
	c.Flags().StringVar(&f.School, "school", "", "of accounts of the school of that `CODE`")
	c.Flags().StringVar(&f.Since, "since", "", "of the last `TIME`, such as 1h or 7d")
	s.completeSchools(c, "school")
}

type loginListOptions struct {
	logFilter
	State string
}

func (o loginListOptions) query(s *session) (app.LoginQuery, error) {
	q := app.LoginQuery{Login: o.Login, School: o.School}
	q.State = access.LoginState(o.State)
	if o.Since == "" {
		return q, nil
	}
	span, err := parseSpan("--since", o.Since)
	q.Since = s.Now().Add(-span)
	return q, err
}

func newLoginList(s *session) *cobra.Command {
	var opts loginListOptions
	c := &cobra.Command{
		Use:   "list",
		Short: "List the login log, oldest first",
		Example: `  pinward login list --since 24h
  pinward login list --account lea.martin --state denied
  pinward login list -o csv --output-file logins.csv`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.loginList(c.Context(), opts) },
	}
	opts.add(c, s)
	addState(c, &opts.State)
	return c
}

func addState(c *cobra.Command, state *string) {
	c.Flags().Var(newChoice(state, "open", "passed", "denied", "expired"), "state", "in that `STATE`: open, passed, denied or expired")
	complete(c, "state", "open", "passed", "denied", "expired")
}

func (s *session) loginList(ctx context.Context, opts loginListOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q, err := opts.query(s)
	if err != nil {
		return err
	}
	logins := each(func(yield func(store.LoginRow) error) error {
		_, err := a.Logins(ctx, s.Operator, q, yield)
		return err
	})
	return list(s, loginColumns(), logins, "no logins")
}
