package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type pinSetOptions struct {
	Login       string
	Stdin       bool
	Temporary   bool
	KeepDevices bool
}

func newPINSet(s *session) *cobra.Command {
	var opts pinSetOptions
	c := &cobra.Command{
		Use:   "set LOGIN",
		Short: "Set the PIN of an account, typed by its owner",
		Long: `Set the PIN of an account. The owner types it at the hidden prompt, twice; or an
operator sets a temporary one, which must be changed at the next login.

All trust in the account ends: its devices are revoked and its open logins end.
A PIN is never given as an argument, where other users of the machine could
read it.`,
		Example: `  pinward pin set lea.martin
  pinward pin set lea.martin --temporary
  pinward pin suggest | pinward pin set lea.martin --temporary --pin-stdin`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE: func(c *cobra.Command, args []string) error {
			opts.Login = args[0]
			return s.pinSet(c.Context(), opts)
		},
	}
	c.Flags().BoolVar(&opts.Stdin, "pin-stdin", false, "read the PIN as one line of standard input")
	c.Flags().BoolVar(&opts.Temporary, "temporary", false, "to be changed at the next login")
	c.Flags().BoolVar(&opts.KeepDevices, "keep-devices", false, "keep the recognized devices; needs --reason")
	return s.sendNow(c)
}

func (s *session) pinSet(ctx context.Context, opts pinSetOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	req := app.SetPIN{Login: opts.Login, Temporary: opts.Temporary, KeepDevices: opts.KeepDevices, Reason: s.globals.Reason}
	if opts.KeepDevices {
		if req.Reason, err = s.reason(ctx, "keep the devices"); err != nil {
			return err
		}
	}
	// An absent account is told before anybody types a PIN for it.
	if _, absent, err := a.PINStatuses(ctx, s.Operator, []string{opts.Login}, ""); err != nil || len(absent) > 0 {
		return errors.Join(append(absent, err)...)
	}
	req.PIN, err = s.newPIN(ctx, opts.Stdin, func(pin access.PIN) error {
		return a.CheckOperatorPIN(ctx, s.Operator, opts.Login, pin)
	})
	if err != nil {
		return err
	}
	ended, err := a.SetPIN(ctx, s.Operator, req)
	if err != nil {
		return err
	}
	return s.changed(changeItem{Target: opts.Login, Result: resultChanged, Ended: &ended},
		"PIN of %s set: %s.", opts.Login, endedWords(ended))
}
