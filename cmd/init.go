package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/config"
)

type initOptions struct{ Schools []string }

func newInit(s *session) *cobra.Command {
	var opts initOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Create a store, its keyring and a configuration file",
		Long: `Create a store, its keyring and a configuration file where they are named (by
flags, environment or the defaults). Nothing is ever overwritten. Where init is
interrupted, the same command once more completes it.

The keyring must not be lost and must not lie beside the store's backups: with
the store alone, PINs cannot be guessed; with both, they can.`,
		Example: `  pinward init --school 0750001A="Lycée Exemple"
  pinward init --store ./pinward.db --keyring ./keyring.json --config ./config.yaml`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.init(c.Context(), opts) },
	}
	c.Flags().StringArrayVar(&opts.Schools, "school", nil, "a school, as `CODE=NAME`; repeat for more")
	return c
}

func (s *session) init(ctx context.Context, opts initOptions) error {
	schools, err := parseSchools(opts.Schools)
	if err != nil {
		return err
	}
	paths, err := config.Paths(s.sources())
	if err != nil {
		return access.Usage(err.Error(), "name the places with --store, --keyring and --config")
	}
	if err := s.create(ctx, paths, schools); err != nil {
		return err
	}
	return s.sayInit(paths)
}

func alreadyThere(path string) error {
	return access.Refused("exists", fmt.Sprintf("init: %s exists already", path), "nothing was changed; name other places with --store, --keyring and --config")
}

func (s *session) sayInit(paths config.Config) error {
	columns := []column[config.Config]{
		{Key: "store", Title: "STORE", Value: func(c config.Config) any { return c.Store }},
		{Key: "keyring", Title: "KEYRING", Value: func(c config.Config) any { return c.Keyring }},
		{Key: "config", Title: "CONFIG", Value: func(c config.Config) any { return c.File }},
	}
	s.config = &paths
	if err := show(s, columns, paths); err != nil {
		return err
	}
	s.say("\nKeep a copy of %s in a safe place that is not the place of the store's backups:\nwithout it no PIN can be checked, and with it a stolen store can be guessed.", paths.Keyring)
	return nil
}

// parseSchools reads CODE=NAME; without any there is one school, "default".
func parseSchools(texts []string) ([]access.School, error) {
	if len(texts) == 0 {
		return []access.School{{Code: "default", Name: "default"}}, nil
	}
	schools := make([]access.School, 0, len(texts))
	for _, text := range texts {
		code, name, _ := strings.Cut(text, "=")
		if err := access.CheckSchoolCode(code); err != nil {
			return nil, err
		}
		schools = append(schools, access.School{Code: code, Name: name})
	}
	return schools, nil
}
