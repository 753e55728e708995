package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
)

func newAccountErase(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "erase LOGIN",
		Short: "Remove a person for good, with all that is held about them",
		Long: `Remove a person for good: name, addresses, birth date, PIN, devices, logins,
alerts, notices, and what the audit says of them. The audit records stay, name
nobody, and still verify. It cannot be undone; what was exported, mailed or
backed up is not reached. The login is asked for once more, unless --yes is given.

Erase what a family asks for, or what should never have been there. Whoever left
school is archived (pinward account archive), and erased by pinward store prune
when the time of retention is over. An account that the next roster holds is
created anew.`,
		Example: `  pinward account erase lea.martin --reason "asked for by the family"
  pinward account erase lea.martin --reason "asked for by the family" --yes`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.accountErase(c.Context(), args[0]) },
	}
}

func (s *session) accountErase(ctx context.Context, login string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	reason, err := s.reason(ctx, "erase "+render.Safe(login))
	if err != nil {
		return err
	}
	plan, err := a.ErasurePlan(ctx, s.Operator, login)
	if err != nil {
		return err
	}
	if err := s.typedLogin(ctx, plan); err != nil {
		return err
	}
	done, err := a.EraseAccount(ctx, s.Operator, login, reason)
	if err != nil {
		return err
	}
	item := changeItem{Target: login, Result: resultChanged, Made: map[string]any{
		"id": done.Account.ID, "devices_erased": done.Devices, "logins_erased": done.Logins, "alerts_erased": done.Alerts, "notices_erased": done.Notices,
	}}
	return s.changed(item, "Erased %s: %s. Copies in backups and exports stay until you remove them.", done.Account.ID, erasureText(done))
}

// typedLogin asks for the login again: a word that no habit types.
func (s *session) typedLogin(ctx context.Context, plan app.Erasure) error {
	if s.globals.Yes {
		return nil
	}
	t, err := s.terminal("confirm", "look at the account first, then repeat the command with --yes")
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	question := fmt.Sprintf("This erases %s for good: %s.\nType the login to go on: ", render.Safe(plan.Account.Name()), erasureText(plan))
	line, err := t.ReadLine(ctx, question)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if line != plan.Account.Login {
		return &access.Error{Kind: access.ErrConfirm, Code: "declined", Text: "declined: nothing was changed"}
	}
	return nil
}

func erasureText(e app.Erasure) string {
	text := fmt.Sprintf("%s, %s, %s, %s", count(e.Devices, "device"), count(e.Logins, "login"), count(e.Alerts, "alert"), count(e.Notices, "notice"))
	if e.OpenAlerts > 0 {
		text += fmt.Sprintf(" (of the alerts %d not answered)", e.OpenAlerts)
	}
	return text
}
