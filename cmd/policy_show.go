package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
)

func newPolicyShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "show [PROFILE]",
		Short: "Show the policy of one profile, or of all",
		Example: `  pinward policy show
  pinward policy show student -o json`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: profileNames(),
		RunE: func(c *cobra.Command, args []string) error {
			return s.policyShow(c.Context(), first(args))
		},
	}
}

func (s *session) policyShow(ctx context.Context, name string) error {
	if name == "" {
		return s.policyList(ctx)
	}
	profile, err := access.ParseProfile(name)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	policy, err := a.Policy(ctx, s.Operator, profile)
	if err != nil {
		return err
	}
	if err := show(s, titled(policyColumns()), policy); err != nil {
		return err
	}
	return s.tellPauses(ctx, a)
}

func (s *session) policyList(ctx context.Context) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	policies, err := a.Policies(ctx, s.Operator)
	if err != nil {
		return err
	}
	if err := list(s, policyColumns(), rows(policies), "no policies"); err != nil {
		return err
	}
	return s.tellPauses(ctx, a)
}
