package cmd

import (
	"context"

	"github.com/spf13/cobra"
)

func newKeyStatus(s *session) *cobra.Command {
	var copied bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Show the keyring's keys and what rests on each",
		Long: `Show the keys in the keyring with their fingerprints, by which people can tell
whether two files hold the same key, and how many rows rest on each: sealed PINs
and birth dates, living devices, set-up codes that have not expired, and audit
records. A key that rows rest on must not be lost.

With --copy-noted it is noted that you have put a copy of the keyring file in a
safe place, which doctor asks for until then, and again after each rotation.`,
		Example: `  pinward key status
  pinward key status --copy-noted`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if copied {
				return s.keyNote(c.Context())
			}
			return s.keyStatus(c.Context())
		},
	}
	c.Flags().BoolVar(&copied, "copy-noted", false, "note that a copy of the keyring is kept in a safe place")
	return c
}

func (s *session) keyStatus(ctx context.Context) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	keys, err := a.Keys(ctx, s.Operator)
	if err != nil {
		return err
	}
	return list(s, keyColumns(), rows(keys), "")
}

func (s *session) keyNote(ctx context.Context) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	if err := a.NoteKeyCopy(ctx, s.Operator); err != nil {
		return err
	}
	item := changeItem{Target: s.config.Keyring, Result: resultChanged}
	return s.changed(item, "Noted: a copy of %s, as it is now, is kept in a safe place.", s.config.Keyring)
}
