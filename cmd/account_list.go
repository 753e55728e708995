package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/store"
)

type accountListOptions struct {
	Schools    []string
	Profiles   []string
	Group      string
	Status     string
	Protection string
	NoEmail    bool
	MailFails  bool
	NoPIN      bool
	Search     string
}

func newAccountList(s *session) *cobra.Command {
	var opts accountListOptions
	c := &cobra.Command{
		Use:   "list",
		Short: "List accounts, in the order of their creation",
		Example: `  pinward account list --profile teacher --no-pin
  pinward account list --school 0750001A --group 3B
  pinward account list --status archived -o csv --output-file archived.csv`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.accountList(c.Context(), opts) },
	}
	c.Flags().StringArrayVar(&opts.Schools, "school", nil, "of the school of that `CODE`; repeat for more")
	c.Flags().StringArrayVar(&opts.Profiles, "profile", nil, "of that `PROFILE`; repeat for more")
	c.Flags().StringVar(&opts.Group, "group", "", "of that `GROUP`")
	c.Flags().Var(newChoice(&opts.Status, "active", "suspended", "archived"), "status", "in that `STATUS`: active, suspended or archived")
	c.Flags().Var(newChoice(&opts.Protection, "pin", "notify", "none", "not_chosen"), "protection", "with that `PROTECTION`: pin, notify, none or not_chosen")
	c.Flags().BoolVar(&opts.NoEmail, "no-email", false, "without a mail address")
	c.Flags().BoolVar(&opts.MailFails, "mail-failing", false, "whose mail address was refused for good")
	c.Flags().BoolVar(&opts.NoPIN, "no-pin", false, "without a PIN")
	c.Flags().StringVar(&opts.Search, "search", "", "whose login, external id, name or mail address holds `TEXT`")
	complete(c, "profile", profileNames()...)
	complete(c, "status", "active", "suspended", "archived")
	complete(c, "protection", "pin", "notify", "none", "not_chosen")
	s.completeSchools(c, "school")
	return c
}

func (o accountListOptions) filter() (store.AccountFilter, error) {
	f := store.AccountFilter{
		Schools: o.Schools, Group: o.Group, Status: access.Status(o.Status), Protection: access.Protection(o.Protection),
		NoEmail: o.NoEmail, MailFails: o.MailFails, NoPIN: o.NoPIN, Search: o.Search,
	}
	for _, name := range o.Profiles {
		profile, err := access.ParseProfile(name)
		if err != nil {
			return f, err
		}
		f.Profiles = append(f.Profiles, profile)
	}
	return f, nil
}

func (s *session) accountList(ctx context.Context, opts accountListOptions) error {
	filter, err := opts.filter()
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	accounts := each(func(yield func(store.AccountRow) error) error {
		return a.Accounts(ctx, s.Operator, filter, yield)
	})
	return list(s, accountColumns(), accounts, "no accounts")
}
