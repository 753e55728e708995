package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

// A verification is what `audit verify` found good.
type verification struct {
	Records int64
	Head    app.AuditHead
}

func newAuditVerify(s *session) *cobra.Command {
	var head string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check that no audit record was edited, removed or reordered",
		Long: `Check the whole chain of audit records. A chain whose end was cut off still
verifies by itself: give the head that you noted earlier (pinward audit head),
and it is noticed as well. Exits 11 where the chain is broken.`,
		Example: `  pinward audit verify
  pinward audit verify --head 412:9f2c…`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.auditVerify(c.Context(), head) },
	}
	c.Flags().StringVar(&head, "head", "", "a remembered head, as `SEQ:HEX`")
	return c
}

func (s *session) auditVerify(ctx context.Context, remembered string) error {
	var head app.AuditHead
	var err error
	if remembered != "" {
		if head, err = app.ParseAuditHead(remembered); err != nil {
			return err
		}
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	n, last, err := a.VerifyAudit(ctx, s.Operator, head)
	if err != nil {
		return err
	}
	if err := show(s, verificationColumns(), verification{n, last}); err != nil {
		return err
	}
	s.say("The audit chain is whole.")
	return nil
}

func verificationColumns() []column[verification] {
	return []column[verification]{
		{Key: "ok", Title: "", Value: func(verification) any { return true }},
		{Key: "records", Title: "RECORDS", Value: func(v verification) any { return v.Records }},
		{Key: "head", Title: "HEAD", Value: func(v verification) any { return v.Head.String() }},
	}
}
