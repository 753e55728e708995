package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/config"
	"pinward/internal/secret"
	"pinward/internal/store/sqlite"
)

type initOptions struct{ Schools []string }

func newInit(s *session) *cobra.Command {
	var opts initOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Create a store, its keyring and a configuration file",
		Long: `Create a store, its keyring and a configuration file where they are named (by
flags, environment or the defaults). Nothing is ever overwritten.

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

// create makes the three files, all or none, key first: a store without its key
// is useless, a key without its store is not.
func (s *session) create(ctx context.Context, paths config.Config, schools []access.School) (err error) {
	made := []string{paths.Store, paths.Keyring, paths.File}
	for i, path := range made {
		if _, err := os.Lstat(path); err == nil {
			return alreadyThere(path)
		}
		if slices.Contains(made[:i], path) {
			return access.Usage(fmt.Sprintf("init: %s is named twice", path), "the store, the keyring and the configuration are three files")
		}
	}
	made = nil
	defer func() {
		if err != nil {
			err = errors.Join(err, s.unmake(made))
		}
	}()
	keys, err := secret.NewKeyring(s.Random, s.Now())
	if err != nil {
		return err
	}
	if err := keys.Create(paths.Keyring); err != nil {
		return err
	}
	made = append(made, paths.Keyring)
	if s.store, err = sqlite.Create(ctx, paths.Store); err != nil {
		return err
	}
	made = append(made, paths.Store, paths.Store+"-wal", paths.Store+"-shm")
	if err := s.app(keys).Init(ctx, s.Operator, schools); err != nil {
		return err
	}
	lasting := paths
	lasting.Output = "" // a flag of this run
	err = config.Write(paths.File, lasting)
	if errors.Is(err, fs.ErrExist) {
		return alreadyThere(paths.File)
	}
	if err != nil {
		return &access.Error{Kind: access.ErrUnusable, Code: "config_unwritable", Text: err.Error()}
	}
	return nil
}

// unmake removes what a failed init has made.
func (s *session) unmake(paths []string) error {
	var errs []error
	if s.store != nil {
		errs = append(errs, s.store.Close())
		s.store = nil
	}
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
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
