package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/access"
)

func newWhoami(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "whoami",
		Short: "Show as whom you act, and with which role",
		Example: `  pinward whoami
  pinward whoami -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if _, err := s.open(c.Context()); err != nil {
				return err
			}
			return show(s, operatorColumns(), s.Operator)
		},
	}
}

func operatorColumns() []column[access.Operator] {
	type row = access.Operator
	return []column[row]{
		{Key: "id", Title: "ID", Value: func(o row) any { return o.ID }},
		{Key: "name", Title: "NAME", Value: func(o row) any { return o.Name }},
		{Key: "role", Title: "ROLE", Value: func(o row) any { return string(o.Role) }},
		{Key: "claimed", Title: "CLAIMED", Value: func(o row) any { return orNil(o.Claimed) }},
	}
}
