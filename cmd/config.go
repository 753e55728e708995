package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/config"
)

func newConfig(s *session) *cobra.Command {
	return group("config", "See what is configured, and where it comes from", newConfigShow(s))
}

// A setting is one configured value and where it comes from.
type setting struct{ Key, Value, Origin string }

func newConfigShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "Show every setting and where it comes from",
		Long: `Show every setting and where it comes from: a flag, the environment, the file or
the default, in this order. Needs no store.`,
		Example: `  pinward config show
  PINWARD_STORE=/srv/pinward.db pinward config show`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return s.configShow() },
	}
}

func (s *session) configShow() error {
	c, err := s.configure()
	if err != nil {
		return err
	}
	settings := []setting{{"file", c.File, ""}}
	for _, key := range config.Keys() {
		settings = append(settings, setting{key, c.Value(key), string(c.Origin(key))})
	}
	return list(s, []column[setting]{
		{Key: "key", Title: "KEY", Whole: true, Value: func(v setting) any { return v.Key }},
		{Key: "value", Title: "VALUE", Whole: true, Value: func(v setting) any { return orNil(v.Value) }},
		{Key: "origin", Title: "FROM", Whole: true, Value: func(v setting) any { return orNil(v.Origin) }},
	}, rows(settings), "")
}
