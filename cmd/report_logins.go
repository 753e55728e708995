package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/render"
)

type reportLoginsOptions struct {
	School string
	Since  string
}

func newReportLogins(s *session) *cobra.Command {
	var opts reportLoginsOptions
	c := &cobra.Command{
		Use:   "logins",
		Short: "Count logins by day and by how they ended",
		Long: `Count the logins of whole days by how they ended, from the day that was --since
ago up to today. A day is that of the school's own clock, of 23 or 25 hours where
summer time begins or ends. A login of an unknown account counts on the day of
the first school.`,
		Example: `  pinward report logins
  pinward report logins --since 7d -o html --output-file logins.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.reportLogins(c.Context(), opts) },
	}
	addReportSchool(c, s, &opts.School)
	c.Flags().StringVar(&opts.Since, "since", "30d", "the days of the last `TIME`")
	return c
}

func (s *session) reportLogins(ctx context.Context, opts reportLoginsOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	since, err := parseSpan("--since", opts.Since)
	if err != nil {
		return err
	}
	all, err := a.ReportLogins(ctx, s.Operator, opts.School, since)
	if err != nil {
		return err
	}
	zone, err := a.Zone(ctx, s.Operator, opts.School)
	if err != nil {
		return err
	}
	chart := render.Chart{
		Title: "Logins a day", Text: "A bar for each day, made of the ways in which its logins ended. The table has the same numbers.",
		Series: []string{"recognized device", "with the PIN", "not asked", "denied", "expired", "open"},
	}
	total := 0
	for _, row := range all {
		total += row.Total
		chart.Bars = append(chart.Bars, render.Bar{
			Label: row.Day.String(), Values: []int{row.Recognized, row.ByPIN, row.Unasked, row.Denied, row.Expired, row.Open},
		})
	}
	page := render.Page{
		Title: "Logins", Lead: "How many logins there were on each day, and how they ended.",
		Facts: []render.Fact{schoolFact(opts.School), {Name: "Days", Text: all[0].Day.String() + " to " + all[len(all)-1].Day.String()}, {Name: "Logins", Text: number(total)}},
	}
	return writeReport(s, loginDayColumns(), all, "", zone, page, chart)
}
