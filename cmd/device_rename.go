package cmd

import (
	"context"

	"github.com/spf13/cobra"
)

func newDeviceRename(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "rename ID LABEL",
		Short: "Give a device another label",
		Long: `Give a device another label: 1 to 30 characters that say where or which it is,
and that no other device of the account has.`,
		Example:           `  pinward device rename dnn36gawqkm8068ba "Room 201"`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: s.completeDevices,
		RunE: func(c *cobra.Command, args []string) error {
			return s.deviceRename(c.Context(), args[0], args[1])
		},
	}
}

func (s *session) deviceRename(ctx context.Context, id, label string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	changed, err := a.RenameDevice(ctx, s.Operator, id, label)
	if err != nil {
		return err
	}
	if !changed {
		return s.changed(changeItem{Target: id, Result: resultUnchanged}, "Device %s has that label already.", id)
	}
	return s.changed(changeItem{Target: id, Result: resultChanged}, "Device %s renamed.", id)
}
