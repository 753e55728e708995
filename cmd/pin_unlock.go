package cmd

import (
	"context"

	"github.com/spf13/cobra"
)

func newPINUnlock(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "unlock LOGIN",
		Short: "End the lock of a PIN",
		Long: `End the lock that wrong PINs have put on an account, before its 15 minutes are
over. The count of wrong PINs stays, so the next ones come sooner to a block;
and a block is lifted only by a reset.`,
		Example:           `  pinward pin unlock lea.martin --reason "she stands before me"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.pinUnlock(c.Context(), args[0]) },
	}
}

func (s *session) pinUnlock(ctx context.Context, login string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	reason, err := s.reason(ctx, "unlock the PIN")
	if err != nil {
		return err
	}
	changed, err := a.UnlockPIN(ctx, s.Operator, login, reason)
	if err != nil {
		return err
	}
	if !changed {
		return s.changed(changeItem{Target: login, Result: resultUnchanged}, "The PIN of %s is not locked.", login)
	}
	return s.changed(changeItem{Target: login, Result: resultChanged}, "The PIN of %s is unlocked.", login)
}
