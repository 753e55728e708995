package cmd

import (
	"runtime"

	"github.com/spf13/cobra"
)

// A build says which pinward this is.
type build struct{ Version, Go, Platform string }

func newVersion(s *session) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show which pinward this is",
		Example: `  pinward version`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return show(s, []column[build]{
				{Key: "version", Title: "PINWARD", Value: func(b build) any { return b.Version }},
				{Key: "go", Title: "GO", Value: func(b build) any { return b.Go }},
				{Key: "platform", Title: "PLATFORM", Value: func(b build) any { return b.Platform }},
			}, build{s.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
		},
	}
}
