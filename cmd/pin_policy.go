package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/config"
	"pinward/internal/render"
)

// addPINProfile adds the flag that says by whose policy PINs are judged.
func addPINProfile(c *cobra.Command, profile *string) {
	c.Flags().StringVar(profile, "profile", string(access.Student), "by the policy of that `PROFILE`")
	complete(c, "profile", profileNames()...)
}

// pinPolicy gives the policy of a profile: that of the store where there is
// one, else the default. A store that is there and does not open is told, for
// its policy may differ.
func (s *session) pinPolicy(ctx context.Context, name string) (access.Policy, error) {
	profile, err := access.ParseProfile(name)
	if err != nil {
		return access.Policy{}, err
	}
	policy, err := s.storedPolicy(ctx, profile)
	if err == nil {
		return policy, nil
	}
	if ctx.Err() != nil {
		return access.Policy{}, ctx.Err()
	}
	if access.CodeOf(err) != "store_missing" || s.config.Origin("store") != config.FromDefault {
		s.warn("judging by the default policy, not the store's: %s", render.Safe(err.Error()))
	}
	return access.DefaultPolicy(profile, s.Now()), nil
}

func (s *session) storedPolicy(ctx context.Context, profile access.Profile) (access.Policy, error) {
	a, err := s.open(ctx)
	if err != nil {
		return access.Policy{}, err
	}
	return a.Policy(ctx, s.Operator, profile)
}
