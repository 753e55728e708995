package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
)

// bulkOptions is the flags of a command that may change many things at once.
type bulkOptions struct {
	DryRun      bool
	MaxAffected int
}

func (o *bulkOptions) add(c *cobra.Command) {
	c.Flags().BoolVarP(&o.DryRun, "dry-run", "n", false, "show what would be changed, and change nothing")
	c.Flags().IntVar(&o.MaxAffected, "max-affected", defaultCap, "refuse to change more than `N`")
}

// allow asks before n things are changed, unless they are too many (rule 12).
func (s *session) allow(ctx context.Context, o bulkOptions, n int, what, question string) error {
	if n == 0 {
		return nil
	}
	if err := within(n, o.MaxAffected, what); err != nil {
		return err
	}
	return s.confirm(ctx, question)
}

// tell is say for what a program reads in the data.
func (s *session) tell(format string, args ...any) {
	if machine, err := s.machine(); err == nil && !machine {
		s.say(format, args...)
	}
}

// partly gives the error of a command that found only some of its targets: that
// of a lone target as it is, else partial (exit 7). rest says what became of
// the others, if there are any.
func partly(failed []error, targets int, rest string) error {
	if len(failed) == 0 {
		return nil
	}
	if targets == 1 {
		return failed[0]
	}
	if len(failed) == targets {
		rest = ""
	}
	texts := make([]string, len(failed))
	for i, err := range failed {
		texts[i] = err.Error()
	}
	return &access.Error{
		Kind: access.ErrPartial, Code: "partial",
		Text: fmt.Sprintf("%d of %d failed: %s", len(failed), targets, strings.Join(texts, "; ")),
		Hint: rest,
	}
}
