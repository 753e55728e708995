package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/render"
)

type schoolAddOptions struct {
	schoolFlags
	Code string
}

func newSchoolAdd(s *session) *cobra.Command {
	var opts schoolAddOptions
	c := &cobra.Command{
		Use:   "add CODE",
		Short: "Add a school",
		Long: `Add a school. CODE is its stable name for operators and account files, such as
its UAI. What is left out is: the code as name, Europe/Paris, French.

A network marked =shared is one of shared computers: a browser registered there
is recognized until 02:00 only. On one marked =never none can be registered.`,
		Example: `  pinward school add 0750001A --name "Lycée Exemple" --contact "Vie scolaire, 01 23 45 67 89"
  pinward school add 0750001A --network 10.20.0.0/16 --network 10.20.5.0/24=shared`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Code = args[0]
			return s.schoolAdd(c.Context(), opts)
		},
	}
	opts.add(c)
	return c
}

func (s *session) schoolAdd(ctx context.Context, opts schoolAddOptions) error {
	networks, err := opts.networks()
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	school, err := a.AddSchool(ctx, s.Operator, access.School{
		Code: opts.Code, Name: opts.Name, Contact: opts.Contact, Email: opts.Email,
		TimeZone: opts.TimeZone, Lang: opts.Lang, Networks: networks,
	})
	if err != nil {
		return err
	}
	return s.changed(changeItem{Target: school.Code, Result: resultChanged},
		"School %s added: %s.", school.Code, render.Safe(school.Name))
}
