package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/mail"
	"pinward/internal/secret"
)

func newMailTest(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "test ADDRESS",
		Short: "Send a mail that proves that mails arrive",
		Long: `Send a mail to an address, at once and once, to prove that the settings of
mails are right. Nothing is stored of it.`,
		Example: `  pinward mail test office@example.org`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return s.mailTest(c.Context(), args[0]) },
	}
}

func (s *session) mailTest(ctx context.Context, address string) error {
	to, err := access.NormalizeEmail(address)
	if err == nil && to == "" {
		err = access.Usage("mail test: no address", "give the address of somebody who will tell you")
	}
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	school, err := a.MailingSchool(ctx, s.Operator)
	if err != nil {
		return err
	}
	courier, err := s.courier()
	if err != nil {
		return err
	}
	id, err := secret.NewPublicID(s.Random, "t")
	if err != nil {
		return err
	}
	r := mail.Recipient{School: school.Name, Contact: school.Contact, Location: school.Location()}
	message, err := mail.ComposeTest(id, to, school.Lang, s.Now(), r, courier.From())
	if err != nil {
		return err
	}
	if err := courier.Deliver(ctx, message); err != nil {
		return err
	}
	if err := courier.Close(); err != nil {
		return err
	}
	return s.changed(changeItem{Target: to, Result: resultChanged}, "A mail is on its way to %s.", to)
}
