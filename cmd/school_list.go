package cmd

import (
	"context"

	"github.com/spf13/cobra"
)

func newSchoolList(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List schools, by code",
		Example: `  pinward school list
  pinward school list -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.schoolList(c.Context()) },
	}
}

func (s *session) schoolList(ctx context.Context) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	schools, err := a.Schools(ctx, s.Operator)
	if err != nil {
		return err
	}
	if err := list(s, schoolColumns(s.Now()), rows(schools), "no schools"); err != nil {
		return err
	}
	for _, school := range schools {
		if _, paused := school.Paused(s.Now()); paused {
			s.tell("%s", pauseText(school))
		}
	}
	return nil
}
