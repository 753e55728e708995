package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type accountEditOptions struct {
	accountFlags
	Target string
	Login  string
}

func newAccountEdit(s *session) *cobra.Command {
	var opts accountEditOptions
	c := &cobra.Command{
		Use:   "edit LOGIN",
		Short: "Change what is said of an account",
		Long: `Change what is said of an account; what no flag names stays as it is, and an
empty value takes the old one away. --school and --student replace the whole
list.

A roster that is imported later may change it again.`,
		Example: `  pinward account edit lea.martin --group 3C --email lea.martin@example.org
  pinward account edit lea.martin --login lea.durand --name "Durand, Léa"
  pinward account edit m.durand --until ""`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE: func(c *cobra.Command, args []string) error {
			opts.Target = args[0]
			update, err := opts.update(c)
			if err != nil {
				return err
			}
			return s.accountEdit(c.Context(), opts.Target, update)
		},
	}
	opts.add(c, s)
	c.Flags().StringVar(&opts.Login, "login", "", "the new `LOGIN`")
	return s.sendNow(c)
}

// update gives what the flags change.
func (o *accountEditOptions) update(c *cobra.Command) (app.AccountUpdate, error) {
	born, until, err := o.dates()
	if err != nil {
		return app.AccountUpdate{}, err
	}
	return app.AccountUpdate{
		Login: given(c, "login", o.Login), Name: given(c, "name", o.Name),
		Profile: given(c, "profile", access.Profile(o.Profile)), Schools: given(c, "school", filled(o.Schools)),
		Group: given(c, "group", o.Group), Email: given(c, "email", o.Email), BirthDate: given(c, "birth-date", born),
		ExternalID: given(c, "external-id", o.ExternalID), Lang: given(c, "lang", o.Lang), EndsOn: given(c, "until", until),
		Students: given(c, "student", filled(o.Students)),
	}, nothingGiven(c)
}

func (s *session) accountEdit(ctx context.Context, login string, update app.AccountUpdate) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	done, err := a.EditAccount(ctx, s.Operator, login, update)
	if err != nil {
		return err
	}
	fields := append([]string{}, done.Fields...)
	item := changeItem{
		Target: login, Result: resultChanged,
		Made: map[string]any{"id": done.Account.ID, "login": done.Account.Login, "fields": fields},
	}
	if !done.Changed {
		item.Result = resultUnchanged
		return s.changed(item, "Account %s is so already: nothing was changed.", done.Account.Login)
	}
	return s.changed(item, "Account %s changed: %s.", done.Account.Login, fieldWords(fields))
}

// fieldWords names fields for people: "name, birth date".
func fieldWords(fields []string) string {
	return strings.ReplaceAll(strings.Join(fields, ", "), "_", " ")
}
