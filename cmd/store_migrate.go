package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/store/sqlite"
)

func newStoreMigrate(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring a store of an older pinward to this one's schema",
		Long: `Bring a store of an older pinward to this one's schema. A copy of the store is
made beside it first. Stop every program that uses the store before.`,
		Example: `  pinward store migrate`,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return s.storeMigrate(c.Context()) },
	}
}

func (s *session) storeMigrate(ctx context.Context) error {
	c, err := s.configure()
	if err != nil {
		return err
	}
	from, to, err := sqlite.Migrate(ctx, c.Store)
	if err != nil {
		return err
	}
	item := changeItem{Target: c.Store, Result: resultChanged, Made: map[string]any{"from": from, "to": to}}
	if from == to {
		item.Result = resultUnchanged
		return s.changed(item, "The store already has schema %d.", to)
	}
	return s.changed(item, "The store went from schema %d to %d.", from, to)
}
