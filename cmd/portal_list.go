package cmd

import (
	"context"

	"github.com/spf13/cobra"
)

func newPortalList(s *session) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the programs that may run logins, by name",
		Example: `  pinward portal list
  pinward portal list --all -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.portalList(c.Context(), all) },
	}
	c.Flags().BoolVar(&all, "all", false, "with those that were revoked")
	return c
}

func (s *session) portalList(ctx context.Context, all bool) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	portals, err := a.Portals(ctx, s.Operator, all)
	if err != nil {
		return err
	}
	columns := portalColumns()
	if all {
		columns = revokedShown(columns)
	}
	return list(s, columns, rows(portals), "no portals")
}

// revokedShown gives the columns with the time of revocation in the table.
func revokedShown[T any](columns []column[T]) []column[T] {
	for i, c := range columns {
		if c.Key == "revoked_at" {
			columns[i].Title = "REVOKED"
		}
	}
	return columns
}
