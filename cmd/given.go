package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pinward/internal/access"
)

// given gives a flag's value where the flag was given, else nil: the form in
// which package app takes a change.
func given[T any](c *cobra.Command, flag string, value T) *T {
	if !c.Flags().Changed(flag) {
		return nil
	}
	return &value
}

// nothingGiven refuses a change for which the command was given no flag of its
// own.
func nothingGiven(c *cobra.Command) error {
	n := 0
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && f.Name != "dry-run" && f.Name != "send-now" {
			n++
		}
	})
	if n > 0 {
		return nil
	}
	return access.Usage(c.CommandPath()+": nothing to change", "see: "+c.CommandPath()+" --help")
}
