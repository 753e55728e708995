package cmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newAuditHead(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "head",
		Short: "Print the newest audit record's number and seal, to be noted elsewhere",
		Example: `  pinward audit head
  pinward audit head | mail -s "pinward audit head" archive@example.org`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.auditHead(c.Context()) },
	}
}

func (s *session) auditHead(ctx context.Context) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	head, err := a.AuditHead(ctx, s.Operator)
	if err != nil {
		return err
	}
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if machine {
		return show(s, []column[app.AuditHead]{
			{Key: "seq", Value: func(h app.AuditHead) any { return h.Seq }},
			{Key: "head", Value: func(h app.AuditHead) any { return h.String() }},
		}, head)
	}
	return s.write(func(w io.Writer) error {
		_, err := fmt.Fprintln(w, head)
		return err
	})
}
