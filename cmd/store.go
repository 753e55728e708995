package cmd

import "github.com/spf13/cobra"

func newStore(s *session) *cobra.Command {
	return group("store", "Check and migrate the store", newStoreCheck(s), newStoreMigrate(s))
}
