package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/render"
)

func newReportCoverage(s *session) *cobra.Command {
	var school string
	c := &cobra.Command{
		Use:   "coverage",
		Short: "Count who has a PIN, a notice only, or nothing yet",
		Long: `Count the active accounts of each school and profile by what protects them: a
PIN that is set, a mail to an address that is there, nothing by choice, or
nothing yet. OWING counts those who have less than the policy demands now.`,
		Example: `  pinward report coverage
  pinward report coverage --school 0750001A -o html --output-file coverage.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.reportCoverage(c.Context(), school) },
	}
	addReportSchool(c, s, &school)
	return c
}

func addReportSchool(c *cobra.Command, s *session, school *string) {
	c.Flags().StringVar(school, "school", "", "of accounts of the school of that `CODE`")
	s.completeSchools(c, "school")
}

func (s *session) reportCoverage(ctx context.Context, school string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	all, err := a.ReportCoverage(ctx, s.Operator, school)
	if err != nil {
		return err
	}
	zone, err := a.Zone(ctx, s.Operator, school)
	if err != nil {
		return err
	}
	chart := render.Chart{
		Title: "Accounts by protection", Text: "A bar for each profile of each school. The table has the same numbers.",
		Series: []string{"PIN", "notice only", "none by choice", "nothing yet"},
	}
	accounts, owing := 0, 0
	for _, row := range all {
		accounts, owing = accounts+row.Accounts, owing+row.Owing
		chart.Bars = append(chart.Bars, render.Bar{Label: row.School + " " + string(row.Profile), Values: []int{row.PIN, row.Notify, row.None, row.Nothing}})
	}
	page := render.Page{
		Title: "Protection of accounts", Lead: "Who is asked for a PIN on a device that is not recognized, who is only told of such a login, and who has nothing yet.",
		Facts: []render.Fact{schoolFact(school), {Name: "Active accounts", Text: number(accounts)}, {Name: "Have less than the policy demands", Text: number(owing)}},
	}
	return writeReport(s, coverageColumns(), all, "no accounts", zone, page, chart)
}
