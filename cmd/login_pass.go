package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"

	"pinward/internal/render"
)

func newLoginPass(s *session) *cobra.Command {
	var valid string
	c := &cobra.Command{
		Use:   "pass LOGIN",
		Short: "Let one login pass without the PIN",
		Long: `Let the next login of an account from a device that is not recognized pass
without the PIN, once, a locked or blocked PIN included. No device can be
registered in it. The owner is told by mail, with the reason.

A pass ends unused after 20 minutes, or what --valid says, at most an hour; and
with everything that ends trust in the account. A new one takes the place of the
old one. It is for somebody whom you have before you, or know by voice.`,
		Example: `  pinward login pass lea.martin --reason "exam, phone at home"
  pinward login pass lea.martin --valid 45m --reason "exam, phone at home"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.loginPass(c.Context(), args[0], valid) },
	}
	c.Flags().StringVar(&valid, "valid", "20m", "how long the pass is good, as `TIME` such as 45m")
	return c
}

func (s *session) loginPass(ctx context.Context, login, valid string) error {
	span, err := parseSpan("--valid", valid)
	if err != nil {
		return err
	}
	if span <= 0 {
		return access.Usage("--valid: a pass must be good for some time", "write a number and a unit, such as 20m")
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	reason, err := s.reason(ctx, "give "+render.Safe(login)+" a pass")
	if err != nil {
		return err
	}
	pass, err := a.GivePass(ctx, s.Operator, login, span, reason)
	if err != nil {
		return err
	}
	item := changeItem{Target: login, Result: resultChanged, Made: map[string]any{"expires_at": pass.ExpiresAt}}
	return s.changed(item, "The next login of %s from a new device needs no PIN, %s.", render.Safe(login), s.until(pass.ExpiresAt))
}
