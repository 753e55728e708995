package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
)

// A statusVerb is one of the commands that change whether an account may be
// used.
type statusVerb struct {
	name  string
	to    access.Status
	short string
	long  string
	run   func(*app.App, context.Context, access.Operator, string, string) (app.AccountChange, error)
}

func newAccountSuspend(s *session) *cobra.Command {
	return newAccountStatus(s, statusVerb{
		name: "suspend", to: access.Suspended, run: (*app.App).SuspendAccount,
		short: "Bar an account until it is restored",
		long: `Bar an account until it is restored. All trust in it ends: its devices are
revoked, and its open logins and set-up codes end.`,
	})
}

func newAccountRestore(s *session) *cobra.Command {
	return newAccountStatus(s, statusVerb{
		name: "restore", to: access.Active, run: (*app.App).RestoreAccount,
		short: "Let a suspended or archived account in again",
		long: `Let a suspended or archived account in again, with the PIN it had. Devices that
were revoked stay revoked.`,
	})
}

func newAccountArchive(s *session) *cobra.Command {
	return newAccountStatus(s, statusVerb{
		name: "archive", to: access.Archived, run: (*app.App).ArchiveAccount,
		short: "Mark an account as one of somebody who left",
		long: `Mark an account as one of somebody who left. All trust in it ends: its devices
are revoked, and its open logins and set-up codes end.`,
	})
}

func newAccountStatus(s *session, verb statusVerb) *cobra.Command {
	return &cobra.Command{
		Use:               verb.name + " LOGIN",
		Short:             verb.short,
		Long:              verb.long,
		Example:           "  pinward account " + verb.name + ` lea.martin --reason "asked for by the principal"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE: func(c *cobra.Command, args []string) error {
			return s.accountStatus(c.Context(), verb, args[0])
		},
	}
}

func (s *session) accountStatus(ctx context.Context, verb statusVerb, login string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	reason, err := s.reason(ctx, verb.name+" "+render.Safe(login))
	if err != nil {
		return err
	}
	done, err := verb.run(a, ctx, s.Operator, login, reason)
	if err != nil {
		return err
	}
	item := changeItem{Target: login, Result: resultChanged, Made: map[string]any{"id": done.Account.ID, "login": done.Account.Login}}
	switch {
	case !done.Changed:
		item.Result = resultUnchanged
		return s.changed(item, "Account %s is %s already: nothing was changed.", done.Account.Login, verb.to)
	case verb.to == access.Active:
		return s.changed(item, "Account %s is active again.", done.Account.Login)
	}
	item.Ended = &done.Ended
	return s.changed(item, "Account %s is %s: %s.", done.Account.Login, verb.to, endedWords(done.Ended))
}
