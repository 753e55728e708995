package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
)

type policyPauseOptions struct {
	School string
	Until  string
	End    bool
}

func newPolicyPause(s *session) *cobra.Command {
	var opts policyPauseOptions
	c := &cobra.Command{
		Use:   "pause --school CODE --until TIME|--end",
		Short: "Let a school's logins pass without their PINs for a while",
		Long: `Let the logins of a school's own accounts pass without their PINs for at most 24
hours: for a morning on which PINs keep out those they are to protect. It ends by
itself, or with --end.

While it lasts no device is registered, and each login says policy_paused in the
log. Whoever must have a set-up code, whose PIN is blocked, or whose password
somebody else knows, is not let in by it. A critical alert is raised, and the
school is told by mail.

TIME is a span such as 2h, a time of day such as 12:30 at the school, or a moment
such as 2026-03-02T12:30:00+01:00.`,
		Example: `  pinward policy pause --school 0750001A --until 12:30 --reason "the profiles of room 12 are gone"
  pinward policy pause --school 0750001A --end --reason "mended"`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.policyPause(c.Context(), opts) },
	}
	c.Flags().StringVar(&opts.School, "school", "", "the school of that `CODE`")
	c.Flags().StringVar(&opts.Until, "until", "", "the `TIME` at which it ends")
	c.Flags().BoolVar(&opts.End, "end", false, "end it now")
	s.completeSchools(c, "school")
	return c
}

func (s *session) policyPause(ctx context.Context, opts policyPauseOptions) error {
	if opts.School == "" || (opts.Until == "") != opts.End {
		return access.Usage("policy pause: what is meant is not clear", "give --school CODE, and --until TIME or --end")
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	what := "pause the PINs of " + render.Safe(opts.School)
	if opts.End {
		what = "end the pause of " + render.Safe(opts.School)
	}
	reason, err := s.reason(ctx, what)
	if err != nil {
		return err
	}
	item := changeItem{Target: opts.School, Result: resultChanged}
	if opts.End {
		_, ended, err := a.EndPause(ctx, s.Operator, opts.School, reason)
		if err != nil {
			return err
		}
		if !ended {
			item.Result = resultUnchanged
			return s.changed(item, "School %s is not paused: nothing was changed.", opts.School)
		}
		return s.changed(item, "The logins of school %s need their PINs again.", opts.School)
	}
	zone, err := s.zoneOf(ctx, a, opts.School)
	if err != nil {
		return err
	}
	until, err := parseMoment(opts.Until, s.Now(), zone)
	if err != nil {
		return err
	}
	school, err := a.PauseSchool(ctx, s.Operator, opts.School, until, reason)
	if err != nil {
		return err
	}
	item.Made = map[string]any{"until": school.PausedUntil}
	return s.changed(item, "%s", pauseText(school))
}

// parseMoment reads a span from now, the next such time of day in a zone, or a
// moment.
func parseMoment(text string, now time.Time, zone *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if clock, err := time.Parse("15:04", text); err == nil {
		local := now.In(zone)
		at := time.Date(local.Year(), local.Month(), local.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
		if !at.After(now) {
			at = time.Date(local.Year(), local.Month(), local.Day()+1, clock.Hour(), clock.Minute(), 0, 0, zone)
		}
		const soon = 12 * time.Hour // further on, somebody meant a time that has passed
		if at.Sub(now) > soon {
			return time.Time{}, access.Usage("--until "+text+": has passed", "write a span such as 24h, or the whole moment such as "+at.Format(time.RFC3339))
		}
		return at, nil
	}
	span, err := parseSpan("--until", text)
	if err != nil {
		return time.Time{}, access.Usage("--until: not a time", "write 2h, 12:30 or 2026-03-02T12:30:00+01:00")
	}
	return now.Add(span), nil
}

// pauseText says what a pause is, for people.
func pauseText(s access.School) string {
	return fmt.Sprintf("The logins of school %s need no PIN until %s (%s).",
		s.Code, s.PausedUntil.In(s.Location()).Format("2006-01-02 15:04 MST"), render.Safe(s.PauseReason))
}

// tellPauses says below a policy which schools it does not hold for now.
func (s *session) tellPauses(ctx context.Context, a *app.App) error {
	paused, err := a.Paused(ctx, s.Operator)
	for _, school := range paused {
		s.tell("%s", pauseText(school))
	}
	return err
}
