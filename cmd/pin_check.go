package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/pinrule"
	"pinward/internal/render"
)

type pinCheckOptions struct {
	Profile    string
	BirthDates []string
}

func newPINCheck(s *session) *cobra.Command {
	var opts pinCheckOptions
	c := &cobra.Command{
		Use:   "check",
		Short: "Judge PINs by the rules, without an account",
		Long: `Judge PINs by the rules for new ones; nothing is stored, and no store is needed.
On a terminal one PIN is typed at the hidden prompt. Otherwise PINs come from
standard input, one a line, and each line gets one verdict, in order. The PINs
are never shown. Exits 5 where any is refused.

The lengths are those of a profile's policy: of the store where there is one,
else of the defaults. Without --profile that is the students', by default the
narrowest. Without an account no birth date is known: give it.`,
		Example: `  pinward pin check
  pinward pin check --profile teacher --birth-date 1980-05-23
  pinward pin check -o jsonl <pins.txt`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.pinCheck(c.Context(), opts) },
	}
	addPINProfile(c, &opts.Profile)
	c.Flags().StringArrayVar(&opts.BirthDates, "birth-date", nil, "a birth `DATE`, YYYY-MM-DD, that the PIN must not follow; repeat for more")
	return c
}

func (s *session) pinCheck(ctx context.Context, opts pinCheckOptions) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	var births []access.Date
	for _, text := range opts.BirthDates {
		date, err := access.ParseDate(text)
		if err != nil {
			return fmt.Errorf("--birth-date: %w", err)
		}
		births = append(births, date)
	}
	policy, err := s.pinPolicy(ctx, opts.Profile)
	if err != nil {
		return err
	}
	pins := s.pinLines(ctx)
	if s.InTTY {
		pins = s.promptedPIN(ctx)
	}
	j := judge{subject: pinrule.Subject{Min: policy.PINMin, Max: policy.PINMax, BirthDates: births, Now: s.Now()}}
	if err := writeVerdicts(s, format, j.verdicts(pins)); err != nil {
		return err
	}
	return j.outcome()
}

// promptedPIN gives the one PIN that is typed at the hidden prompt.
func (s *session) promptedPIN(ctx context.Context) iter.Seq2[access.PIN, error] {
	return func(yield func(access.PIN, error) bool) {
		yield(s.knownPIN(ctx, false))
	}
}

// pinLines gives the lines of standard input. Of a line that is too long for
// any PIN no more is kept than shows that it is.
func (s *session) pinLines(ctx context.Context) iter.Seq2[access.PIN, error] {
	return func(yield func(access.PIN, error) bool) {
		in := bufio.NewReader(s.In)
		for {
			line, err := shortLine(in)
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(access.PIN{}, fmt.Errorf("read PINs from standard input: %w", err))
				return
			case !yield(access.NewPIN(line), nil):
				return
			}
		}
	}
}

// shortLine reads a line without its end, and cuts it one byte after the
// longest PIN. It gives io.EOF after the last line.
func shortLine(in *bufio.Reader) (string, error) {
	var kept []byte
	for n := 0; ; n++ {
		b, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && n > 0, err == nil && b == '\n':
			if len(kept) > 0 && kept[len(kept)-1] == '\r' {
				kept = kept[:len(kept)-1]
			}
			return string(kept), nil
		case err != nil:
			return "", err
		case len(kept) <= access.MaxTypedPIN+1: // room for a CR
			kept = append(kept, b)
		}
	}
}

// A verdict is what the rules say of one line. It never holds the PIN.
type verdict struct {
	Line int    `json:"line"`
	OK   bool   `json:"ok"`
	Code string `json:"code,omitempty"`
	Rule string `json:"rule,omitempty"`
}

// A judge counts what it refuses.
type judge struct {
	subject pinrule.Subject
	lines   int
	refused int
	last    error // the last refusal
}

func (j *judge) verdicts(pins iter.Seq2[access.PIN, error]) iter.Seq2[verdict, error] {
	return func(yield func(verdict, error) bool) {
		for pin, err := range pins {
			if err != nil {
				yield(verdict{}, err)
				return
			}
			if !yield(j.next(pin), nil) {
				return
			}
		}
	}
}

func (j *judge) next(pin access.PIN) verdict {
	j.lines++
	v := verdict{Line: j.lines, OK: true}
	err := pinrule.Check(pin, j.subject)
	if err == nil {
		return v
	}
	j.refused++
	j.last = err
	v.OK, v.Code = false, access.CodeOf(err)
	var e *access.Error
	if errors.As(err, &e) {
		v.Rule = e.Rule
	}
	return v
}

// outcome gives the error of the whole run. No line at all is an error too:
// whoever asks with an empty variable must not read it as a yes.
func (j *judge) outcome() error {
	switch {
	case j.lines == 0:
		return access.Usage("check PINs: standard input is empty", "give one PIN a line")
	case j.refused == 0:
		return nil
	case j.lines == 1:
		return j.last
	}
	return access.Refused("pins_refused", fmt.Sprintf("check PINs: %d of %d refused", j.refused, j.lines), "propose others with: pinward pin suggest")
}

// writeVerdicts writes each verdict before the next line is read.
func writeVerdicts(s *session, format render.Format, all iter.Seq2[verdict, error]) error {
	if format != render.Table && format != render.JSON && format != render.JSONL {
		return list(s, verdictColumns(), all, "")
	}
	return s.write(func(w io.Writer) error {
		p := verdictPrinter{w: w, format: format}
		for v, err := range all {
			if err == nil {
				err = p.print(v)
			}
			if err != nil {
				return err
			}
		}
		return p.end()
	})
}
