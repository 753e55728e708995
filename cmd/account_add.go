package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type accountAddOptions struct {
	accountFlags
	Login string
}

func newAccountAdd(s *session) *cobra.Command {
	var opts accountAddOptions
	c := &cobra.Command{
		Use:   "add LOGIN --name NAME --profile PROFILE",
		Short: "Add an account",
		Long: `Add an account, active and with no protection chosen yet. LOGIN is plain ASCII
and the same that the portal uses. --school may be left out where there is
exactly one school.`,
		Example: `  pinward account add lea.martin --name "Martin, Léa" --profile student --group 3B
  pinward account add m.durand --name "Durand, Marc" --profile external --until 2026-07-05
  pinward account add a.martin --name "Martin, Anne" --profile guardian --student lea.martin`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Login = args[0]
			account, err := opts.account()
			if err != nil {
				return err
			}
			return s.accountAdd(c.Context(), account)
		},
	}
	opts.add(c, s)
	return c
}

// account gives the account that the flags describe.
func (o *accountAddOptions) account() (app.NewAccount, error) {
	born, until, err := o.dates()
	switch {
	case err != nil:
		return app.NewAccount{}, err
	case o.Name == "":
		return app.NewAccount{}, access.Usage("account add: no name", `give --name "Family, Given"`)
	case o.Profile == "":
		return app.NewAccount{}, access.Usage("account add: no profile", "give --profile, such as --profile student")
	}
	return app.NewAccount{
		Login: o.Login, Name: o.Name, Profile: access.Profile(o.Profile), Schools: filled(o.Schools), Group: o.Group,
		Email: o.Email, BirthDate: born, ExternalID: o.ExternalID, Lang: o.Lang, EndsOn: until, Students: filled(o.Students),
	}, nil
}

func (s *session) accountAdd(ctx context.Context, n app.NewAccount) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	account, err := a.AddAccount(ctx, s.Operator, n)
	if err != nil {
		return err
	}
	return s.changed(changeItem{
		Target: account.Login, Result: resultChanged, Made: map[string]any{"id": account.ID, "login": account.Login},
	}, "Account %s added: %s of school %s.", account.Login, account.Profile, account.HomeSchool())
}
