package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/report"
)

func newReportIncident(s *session) *cobra.Command {
	var since string
	c := &cobra.Command{
		Use:   "incident LOGIN",
		Short: "Tell all that happened to one account, to be handed on",
		Long: `List the logins and alerts of an account, the changes to it and the notices
about it, oldest first. As HTML it is a page to be printed or handed to an
authority.`,
		Example: `  pinward report incident lea.martin
  pinward report incident lea.martin --since 30d -o html --output-file incident.html`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.reportIncident(c.Context(), args[0], since) },
	}
	c.Flags().StringVar(&since, "since", "30d", "of the last `TIME`")
	return c
}

func (s *session) reportIncident(ctx context.Context, login, since string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	span, err := parseSpan("--since", since)
	if err != nil {
		return err
	}
	r, err := a.ReportIncident(ctx, s.Operator, login, span)
	if err != nil {
		return err
	}
	return writeReport(s, entryColumns(), r.Entries, "nothing happened", r.Zone, incidentPage(r), incidentChart(r))
}

func incidentPage(r app.IncidentReport) render.Page {
	const layout = "2006-01-02 15:04 MST"
	counts := map[string]int{}
	for _, e := range r.Entries {
		counts[e.What]++
	}
	status := string(r.Account.Status)
	if r.Account.StatusReason != "" {
		status += " (" + r.Account.StatusReason + ")"
	}
	return render.Page{
		Title: "Incident report: " + r.Account.Name(),
		Lead:  "What is recorded of this account: logins, alerts, changes and notices, oldest first. It holds personal data; give it to those alone who must have it.",
		Facts: []render.Fact{
			{Name: "Account", Text: r.Account.Login},
			{Name: "Account id", Text: r.Account.ID},
			{Name: "Profile", Text: string(r.Account.Profile)},
			{Name: "School", Text: r.School.Name + " (" + r.School.Code + ")"},
			{Name: "Status", Text: status},
			{Name: "Period", Text: r.Since.In(r.Zone).Format(layout) + " to " + r.Until.In(r.Zone).Format(layout)},
			{Name: "Recorded", Text: count(counts[report.EntryLogin], "login") + ", " + count(counts[report.EntryAlert], "line") + " about alerts, " +
				count(counts[report.EntryChange], "change") + ", " + count(counts[report.EntryNotice], "notice")},
		},
	}
}

func incidentChart(r app.IncidentReport) render.Chart {
	chart := render.Chart{
		Title: "Days on which something happened", Text: "A bar for each such day: its logins and its alerts. The table lists each.", Series: []string{"logins", "alerts"},
	}
	for _, day := range report.ByDay(r.Entries, r.Zone) {
		if day.Logins+day.Alerts > 0 {
			chart.Bars = append(chart.Bars, render.Bar{Label: day.Day.String(), Values: []int{day.Logins, day.Alerts}})
		}
	}
	return chart
}
