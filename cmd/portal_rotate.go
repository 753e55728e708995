package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newPortalRotate(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "rotate NAME",
		Short: "Give a portal a new key, and show it once",
		Long: `Give a portal a new key. The key in use stays good beside it, so that the portal
can be changed over without a gap; it goes at the next rotation, or at once with
"pinward portal revoke NAME --key-id ID". A rotation by which a key goes is done
after a confirmation.`,
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
	goes, err := s.keyToGo(ctx, a, name)
	if err != nil {
		return err
	}
	if goes != "" {
		question := fmt.Sprintf("Give portal %s a new key? Key %s is no longer good then.", name, goes)
		if err := s.confirmOr(ctx, question, "key "+goes+" is no longer good then; repeat the command with --yes"); err != nil {
			return err
		}
	}
	if err := s.checkOutput(); err != nil {
		return err
	}
	made, err := a.RotatePortal(ctx, s.Operator, name)
	if err != nil {
		return err
	}
	if err := s.madePortal(made, "has a new key"); err != nil {
		return fmt.Errorf("the portal has the new key %s, but it was not shown; revoke it and rotate again: %w", made.KeyID, err)
	}
	return nil
}

// keyToGo gives the id of the key that a rotation would take from the portal;
// empty: none, or the use case says what is missing.
func (s *session) keyToGo(ctx context.Context, a *app.App, name string) (string, error) {
	portals, err := a.Portals(ctx, s.Operator, false)
	for _, p := range portals {
		if p.Name == name {
			return p.KeyToGo(), err
		}
	}
	return "", err
}
