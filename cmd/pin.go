package cmd

import "github.com/spf13/cobra"

func newPIN(s *session) *cobra.Command {
	return group("pin", "Set, reset and judge PINs",
		newPINSet(s), newPINReset(s), newPINStatus(s), newPINUnlock(s), newPINVerify(s),
		newPINCheck(s), newPINSuggest(s))
}
