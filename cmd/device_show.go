package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
)

func newDeviceShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one device, revoked or not",
		Example: `  pinward device show dnn36gawqkm8068ba
  pinward device show dnn36gawqkm8068ba -o json`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeDevices,
		RunE:              func(c *cobra.Command, args []string) error { return s.deviceShow(c.Context(), args[0]) },
	}
}

func (s *session) deviceShow(ctx context.Context, id string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	device, err := a.Device(ctx, s.Operator, id)
	if err != nil {
		return err
	}
	columns := deviceColumns()
	for i, c := range columns {
		if c.Title == "" { // too much for a list, not for a page
			columns[i].Title = strings.ToUpper(strings.ReplaceAll(strings.TrimSuffix(c.Key, "_at"), "_", " "))
		}
	}
	return show(s, columns, device)
}
