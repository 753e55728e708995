package cmd

import "github.com/spf13/cobra"

func newStore(s *session) *cobra.Command {
	return group("store", "Check, back up, restore, migrate and prune the store",
		newStoreCheck(s), newStoreBackup(s), newStoreRestore(s), newStoreMigrate(s), newStorePrune(s))
}
