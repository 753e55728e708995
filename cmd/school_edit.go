package cmd

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type schoolEditOptions struct {
	schoolFlags
	Code string
}

func newSchoolEdit(s *session) *cobra.Command {
	var opts schoolEditOptions
	c := &cobra.Command{
		Use:   "edit CODE",
		Short: "Change what is said of a school",
		Long: `Change what is said of a school; what no flag names stays as it is.

The networks given replace all that the school had; --network none leaves none.
An empty --contact or --email takes it away.`,
		Example: `  pinward school edit 0750001A --contact "Accueil, 01 23 45 67 89"
  pinward school edit 0750001A --network 10.20.0.0/16 --network 10.20.5.0/24=shared
  pinward school edit 0750001A --network none`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeSchoolCodes,
		RunE: func(c *cobra.Command, args []string) error {
			opts.Code = args[0]
			update, err := opts.update(c)
			if err != nil {
				return err
			}
			return s.schoolEdit(c.Context(), opts.Code, update)
		},
	}
	opts.add(c)
	return c
}

// update gives what the flags change.
func (o *schoolEditOptions) update(c *cobra.Command) (app.SchoolUpdate, error) {
	u := app.SchoolUpdate{
		Name: given(c, "name", o.Name), Contact: given(c, "contact", o.Contact), Email: given(c, "email", o.Email),
		TimeZone: given(c, "time-zone", o.TimeZone), Lang: given(c, "lang", o.Lang),
	}
	networks, err := o.networks()
	if err != nil {
		return u, err
	}
	u.Networks = given(c, "network", networks)
	return u, nothingGiven(c)
}

func (s *session) schoolEdit(ctx context.Context, code string, update app.SchoolUpdate) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	schools, err := a.Schools(ctx, s.Operator)
	if err != nil {
		return err
	}
	after, err := a.EditSchool(ctx, s.Operator, code, update)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(schools, func(before access.School) bool { return sameSchool(before, after) }) {
		return s.changed(changeItem{Target: code, Result: resultUnchanged}, "School %s is so already: nothing was changed.", code)
	}
	return s.changed(changeItem{Target: code, Result: resultChanged}, "School %s changed.", code)
}

func sameSchool(a, b access.School) bool {
	return a.Code == b.Code && a.Name == b.Name && a.Contact == b.Contact && a.Email == b.Email && a.TimeZone == b.TimeZone &&
		a.Lang == b.Lang && slices.Equal(a.Networks, b.Networks)
}

// completeSchoolCodes offers school codes as the one argument.
func (s *session) completeSchoolCodes(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	a, err := s.open(c.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	schools, _ := a.Schools(c.Context(), s.Operator)
	codes := make([]string, 0, len(schools))
	for _, school := range schools {
		codes = append(codes, school.Code+"\t"+school.Name)
	}
	return codes, cobra.ShellCompDirectiveNoFileComp
}
