package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/render"
)

// followOptions is the flags of a command that follows a log.
type followOptions struct {
	Number int
	Follow bool
	For    string
}

func (o *followOptions) add(c *cobra.Command) {
	c.Flags().IntVarP(&o.Number, "lines", "n", 10, "begin with the newest `N`")
	c.Flags().BoolVarP(&o.Follow, "follow", "f", false, "follow what any process commits")
	c.Flags().StringVar(&o.For, "for", "", "follow for that `TIME`, then end with exit 0; implies -f")
}

// run follows until the time is over or the person ends it, or shows once.
func (o followOptions) run(ctx context.Context, follow, once func(context.Context) error) error {
	if o.Number < 0 {
		return access.Usage("--lines: not a number of lines", "")
	}
	if o.For == "" {
		if o.Follow {
			return follow(ctx)
		}
		return once(ctx)
	}
	span, err := parseSpan("--for", o.For)
	if err != nil {
		return err
	}
	timed, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	if err := follow(timed); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// streamFormat gives the format of a log that is followed: lines for people, or
// JSON Lines.
func (s *session) streamFormat() (render.Format, error) {
	format, err := s.format()
	if err != nil {
		return "", err
	}
	if s.globals.OutputFile != "" {
		return "", access.Usage("--output-file: a log is followed on standard output", "redirect it: … > FILE")
	}
	if format != render.Table && format != render.JSONL {
		return "", access.Usage(fmt.Sprintf("-o %s: a log is followed as table or jsonl", format), "use list for the other formats")
	}
	return format, nil
}

// streamer gives the function that writes each row at once.
func streamer[T any](s *session, format render.Format, columns []column[T], words func(T) string) func(T) error {
	return func(row T) error {
		return s.write(func(w io.Writer) error {
			if format == render.JSONL {
				return render.WriteOne(w, s.renderOptions(format), columns, row)
			}
			_, err := fmt.Fprintln(w, words(row))
			return err
		})
	}
}

// lineOf joins the parts of a log line, tamed and without the empty ones.
func lineOf(at time.Time, parts ...string) string {
	line := []string{at.UTC().Format("2006-01-02 15:04:05Z")}
	for _, part := range parts {
		if part != "" {
			line = append(line, render.Safe(part))
		}
	}
	return strings.Join(line, "  ")
}

func addressOf(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func addressOrNil(a netip.Addr) any { return orNil(addressOf(a)) }
