package cmd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/pinrule"
	"pinward/internal/render"
)

type pinSuggestOptions struct {
	Profile string
	Number  int
	Length  int
}

func newPINSuggest(s *session) *cobra.Command {
	var opts pinSuggestOptions
	c := &cobra.Command{
		Use:   "suggest",
		Short: "Propose random PINs that the rules allow",
		Long: `Propose random PINs, each with the same chance among all that the rules allow;
nothing is stored, and no store is needed. Birth dates are not known here: the
rules judge a proposal again when it is set.

The length is the one that the profile's policy suggests: of the store where
there is one, else of the defaults. Without --profile that is the students'.`,
		Example: `  pinward pin suggest
  pinward pin suggest --profile teacher -n 5
  pinward pin suggest --length 8`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.pinSuggest(c.Context(), opts) },
	}
	addPINProfile(c, &opts.Profile)
	c.Flags().IntVarP(&opts.Number, "number", "n", 1, "propose `N` PINs")
	c.Flags().IntVar(&opts.Length, "length", 0, "of `N` digits, within the policy's limits")
	return c
}

func (s *session) pinSuggest(ctx context.Context, opts pinSuggestOptions) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	if opts.Number < 1 {
		return access.Usage("--number: not a number of PINs", "give 1 or more")
	}
	policy, err := s.pinPolicy(ctx, opts.Profile)
	if err != nil {
		return err
	}
	if opts.Length == 0 {
		opts.Length = policy.PINSuggest
	}
	subject := pinrule.Subject{Min: policy.PINMin, Max: policy.PINMax, Now: s.Now()}
	proposals := s.proposals(ctx, opts, subject)
	if format != render.Table {
		columns := []column[access.PIN]{{Key: "pin", Title: "PIN", Whole: true, Value: func(p access.PIN) any { return p.Reveal() }}}
		return list(s, columns, proposals, "")
	}
	// No heading: a single proposal is made to be piped into `pin set`.
	return s.write(func(w io.Writer) error {
		out := bufio.NewWriter(w)
		for pin, err := range proposals {
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintln(out, pin.Reveal()); err != nil {
				return err
			}
		}
		return out.Flush()
	})
}

func (s *session) proposals(ctx context.Context, opts pinSuggestOptions, subject pinrule.Subject) iter.Seq2[access.PIN, error] {
	return func(yield func(access.PIN, error) bool) {
		for range opts.Number {
			pin, err := pinrule.Suggest(s.Random, opts.Length, subject)
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			if !yield(pin, err) || err != nil {
				return
			}
		}
	}
}
