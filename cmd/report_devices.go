package cmd

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/report"
)

func number(n int) string { return strconv.Itoa(n) }

type reportDevicesOptions struct {
	School   string
	Shared   int
	Unused   string
	Expiring string
}

func newReportDevices(s *session) *cobra.Command {
	var opts reportDevicesOptions
	c := &cobra.Command{
		Use:   "devices",
		Short: "Find devices that are shared, unused, soon expiring, or too many",
		Long: `List what of the recognized devices is worth a look:

  shared      one browser at one address is on the lists of many accounts: a
              shared computer, whose network should be marked shared (pinward
              school edit --network), or one person with many accounts
  over_limit  an account has more devices than its policy allows
  expiring    the device will soon ask for the PIN again
  unused      the device has not been seen for long

Of shared browsers and full lists COUNT gives the accounts and the devices.`,
		Example: `  pinward report devices
  pinward report devices --school 0750001A --unused 60d -o xlsx --output-file devices.xlsx`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.reportDevices(c.Context(), opts) },
	}
	addReportSchool(c, s, &opts.School)
	c.Flags().IntVar(&opts.Shared, "shared-by", 5, "shared means by at least `N` accounts")
	c.Flags().StringVar(&opts.Unused, "unused", "90d", "unused means not seen for `TIME`")
	c.Flags().StringVar(&opts.Expiring, "expiring", "14d", "expiring means within `TIME`")
	return c
}

func (s *session) reportDevices(ctx context.Context, opts reportDevicesOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q := app.DeviceReport{School: opts.School, Shared: opts.Shared}
	if q.Unused, err = parseSpan("--unused", opts.Unused); err != nil {
		return err
	}
	if q.Expiring, err = parseSpan("--expiring", opts.Expiring); err != nil {
		return err
	}
	if q.Shared < 2 {
		return access.Usage("--shared-by: not a number of several accounts", "give 2 or more")
	}
	all, err := a.ReportDevices(ctx, s.Operator, q)
	if err != nil {
		return err
	}
	zone, err := a.Zone(ctx, s.Operator, opts.School)
	if err != nil {
		return err
	}
	page := render.Page{
		Title: "Recognized devices worth a look", Lead: "Devices that many accounts share, lists that are too long, devices that expire soon, and devices that nobody uses.",
		Facts: []render.Fact{schoolFact(opts.School)},
	}
	return writeReport(s, deviceFindingColumns(), all, "nothing found", zone, page, findingChart(all))
}

func findingChart(all []report.DeviceFinding) render.Chart {
	chart := render.Chart{Title: "Findings", Text: "A bar for each kind of finding. The table lists each.", Series: []string{"findings"}}
	for _, kind := range []string{report.DeviceShared, report.DeviceOverLimit, report.DeviceExpiring, report.DeviceUnused} {
		n := 0
		for _, row := range all {
			if row.Finding == kind {
				n++
			}
		}
		if n > 0 {
			chart.Bars = append(chart.Bars, render.Bar{Label: kind, Values: []int{n}})
		}
	}
	return chart
}
