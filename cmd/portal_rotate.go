package cmd

import (
	"context"

	"github.com/spf13/cobra"
)

func newPortalRotate(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "rotate NAME",
		Short: "Give a portal a new key, and show it once",
		Long: `Give a portal a new key. The key in use stays good beside it, so that the portal
can be changed over without a gap; it goes at the next rotation, or at once with
"pinward portal revoke NAME --key-id ID".`,
		Example: `  pinward portal rotate ent
  pinward portal rotate ent -o json`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completePortals,
		RunE:              func(c *cobra.Command, args []string) error { return s.portalRotate(c.Context(), args[0]) },
	}
}

func (s *session) portalRotate(ctx context.Context, name string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	made, err := a.RotatePortal(ctx, s.Operator, name)
	if err != nil {
		return err
	}
	return s.madePortal(made, "has a new key")
}
