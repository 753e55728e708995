package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/app"
	"pinward/internal/i18n"
	"pinward/internal/render"
	"pinward/internal/report"
)

type reportIncidentOptions struct{ Since, Lang string }

func newReportIncident(s *session) *cobra.Command {
	var opts reportIncidentOptions
	c := &cobra.Command{
		Use:   "incident LOGIN",
		Short: "Tell all that happened to one account, to be handed on",
		Long: `List the logins and alerts of an account, the changes to it and the notices
about it, oldest first. As HTML it is a page to be printed or handed to an
authority, in the language of the school or the one that --lang names.`,
		Example: `  pinward report incident lea.martin
  pinward report incident lea.martin --since 30d -o html --output-file incident.html
  pinward report incident lea.martin -o html --lang en --output-file incident.html`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.reportIncident(c.Context(), args[0], opts) },
	}
	c.Flags().StringVar(&opts.Since, "since", "30d", "of the last `TIME`")
	addPageLang(c, &opts.Lang, "school")
	return c
}

func (s *session) reportIncident(ctx context.Context, login string, opts reportIncidentOptions) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	if err := pageLang(opts.Lang, format); err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q := app.IncidentQuery{Login: login, Lang: opts.Lang}
	if q.Since, err = parseSpan("--since", opts.Since); err != nil {
		return err
	}
	if format != render.HTML {
		q.Lang = "en"
	}
	r, err := a.ReportIncident(ctx, s.Operator, q)
	if err != nil {
		return err
	}
	l, columns := pageWords(r.Lang), entryColumns()
	if format == render.HTML {
		groups := map[string]string{"what": "what", "severity": "severity"}
		columns = inWords(l, columns, groups, "at", "what", "number", "severity", "text", "ip", "browser", "by")
	}
	return writeReport(s, columns, r.Entries, l.say("nothing"), r.Zone, incidentPage(r), incidentChart(r))
}

func incidentPage(r app.IncidentReport) render.Page {
	l := pageWords(r.Lang)
	counts := map[string]int{}
	for _, e := range r.Entries {
		counts[e.What]++
	}
	recorded := []string{
		l.count(counts[report.EntryLogin], "login"), l.count(counts[report.EntryAlert], "line"),
		l.count(counts[report.EntryChange], "change"), l.count(counts[report.EntryNotice], "notice"),
	}
	return render.Page{
		Lang:  r.Lang,
		Title: l.say("incident_title", r.Account.Name()),
		Lead:  l.say("incident_lead"),
		Facts: []render.Fact{
			{Name: l.say("account"), Text: r.Account.Login},
			{Name: l.say("account_id"), Text: r.Account.ID},
			{Name: l.say("profile"), Text: l.word("profile", string(r.Account.Profile))},
			{Name: l.say("school"), Text: r.School.Name + " (" + r.School.Code + ")"},
			{Name: l.say("status"), Text: l.status(r.Account)},
			{Name: l.say("period"), Text: l.say("from_to", i18n.Moment(r.Lang, r.Since, r.Zone), i18n.Moment(r.Lang, r.Until, r.Zone))},
			{Name: l.say("recorded"), Text: strings.Join(recorded, ", ")},
		},
	}
}

func incidentChart(r app.IncidentReport) render.Chart {
	l := pageWords(r.Lang)
	chart := render.Chart{Title: l.say("days"), Text: l.say("days_text"), Series: []string{l.say("logins"), l.say("alerts")}}
	for _, day := range report.ByDay(r.Entries, r.Zone) {
		if day.Logins+day.Alerts > 0 {
			chart.Bars = append(chart.Bars, render.Bar{Label: day.Day.String(), Values: []int{day.Logins, day.Alerts}})
		}
	}
	return chart
}
