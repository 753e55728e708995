package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
)

type portalRevokeOptions struct {
	Name string
	Key  string
}

func newPortalRevoke(s *session) *cobra.Command {
	var opts portalRevokeOptions
	c := &cobra.Command{
		Use:   "revoke NAME",
		Short: "End what a portal may do, or one of its keys",
		Long: `End what a portal may do: its keys are no longer good and the logins that it has
open end, as do the sessions at its gate. With --key-id only that key goes.`,
		Example: `  pinward portal revoke ent
  pinward portal revoke ent --key-id k2p8v0m4q6t1x3z5a --yes`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completePortals,
		RunE: func(c *cobra.Command, args []string) error {
			opts.Name = args[0]
			return s.portalRevoke(c.Context(), opts)
		},
	}
	c.Flags().StringVar(&opts.Key, "key-id", "", "only the key of that public `ID`")
	return c
}

func (s *session) portalRevoke(ctx context.Context, opts portalRevokeOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	name := render.Safe(opts.Name)
	question := fmt.Sprintf("Revoke portal %s? Nobody can log in through it then.", name)
	if opts.Key != "" {
		question = fmt.Sprintf("Revoke key %s of portal %s?", render.Safe(opts.Key), name)
	}
	there, err := s.portalHas(ctx, a, opts)
	if err != nil {
		return err
	}
	if there { // else nobody is asked, as the use case says what is missing
		if err := s.confirmOr(ctx, question, "repeat the command with --yes"); err != nil {
			return err
		}
	}
	item := changeItem{Target: opts.Name, Result: resultChanged}
	if opts.Key != "" {
		if err := a.RevokePortalKey(ctx, s.Operator, opts.Name, opts.Key); err != nil {
			return err
		}
		return s.changed(item, "Key %s of portal %s is revoked.", render.Safe(opts.Key), name)
	}
	var ended app.Ended
	if ended, err = a.RevokePortal(ctx, s.Operator, opts.Name); err != nil {
		return err
	}
	item.Made = map[string]any{"logins_ended": ended.Logins, "sessions_ended": ended.Sessions}
	words := count(ended.Logins, "open login")
	if ended.Sessions > 0 {
		words += " and " + count(ended.Sessions, "session")
	}
	return s.changed(item, "Portal %s is revoked, %s ended.", name, words)
}

// portalHas reports whether what is to be revoked is there.
func (s *session) portalHas(ctx context.Context, a *app.App, opts portalRevokeOptions) (bool, error) {
	portals, err := a.Portals(ctx, s.Operator, false)
	return slices.ContainsFunc(portals, func(p access.Portal) bool {
		return p.Name == opts.Name && (opts.Key == "" || slices.Contains(keyIDs(p.Keys), opts.Key))
	}), err
}
