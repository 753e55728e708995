package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/report"
)

type reportDigestOptions struct {
	School       string
	Since        string
	Severity     string
	MailTo       string
	OnlyFindings bool
}

func newReportDigest(s *session) *cobra.Command {
	var opts reportDigestOptions
	c := &cobra.Command{
		Use:   "digest",
		Short: "Gather the alerts of the last days, and mail them",
		Long: `List the incidents of the last days, the most urgent first, one line each.

With --mail-to the digest is owed to that address as a mail, in the language of
the school, and pinward mail flush sends it. The mail names alerts by number and
no person. Only an administrator may name any address, a principal that of the
school.`,
		Example: `  pinward report digest
  pinward report digest --since 1d --mail-to office@school.example --only-if-findings
  pinward report digest --since 30d -o html --output-file month.html`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.reportDigest(c.Context(), opts) },
	}
	addReportSchool(c, s, &opts.School)
	severities := []string{"info", "warn", "high", "critical"}
	c.Flags().StringVar(&opts.Since, "since", "7d", "of the last `TIME`")
	c.Flags().Var(newChoice(&opts.Severity, severities...), "severity", "at least that `SEVERITY`: info, warn, high or critical")
	c.Flags().StringVar(&opts.MailTo, "mail-to", "", "owe the digest to that `ADDRESS` as a mail")
	c.Flags().BoolVar(&opts.OnlyFindings, "only-if-findings", false, "write and mail nothing where there is nothing to tell")
	complete(c, "severity", severities...)
	return c
}

func (s *session) reportDigest(ctx context.Context, opts reportDigestOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q := app.DigestQuery{School: opts.School, Severities: access.Warn.AtLeast()}
	if q.Since, err = parseSpan("--since", opts.Since); err != nil {
		return err
	}
	if opts.Severity != "" {
		q.Severities = access.Severity(opts.Severity).AtLeast()
	}
	all, err := a.ReportDigest(ctx, s.Operator, q)
	if err != nil || len(all) == 0 && opts.OnlyFindings {
		return err
	}
	if opts.MailTo != "" {
		if err := a.MailDigest(ctx, s.Operator, q, opts.MailTo, all); err != nil {
			return err
		}
		s.say("The digest is owed to %s as a mail (pinward mail flush sends it).", render.Safe(opts.MailTo))
	}
	zone, err := a.Zone(ctx, s.Operator, opts.School)
	if err != nil {
		return err
	}
	page := render.Page{
		Title: "What looked wrong", Lead: "Logins and changes that raised an alert, gathered into incidents, the most urgent first.",
		Facts: []render.Fact{
			schoolFact(opts.School), {Name: "From", Text: s.Now().Add(-q.Since).In(zone).Format("2006-01-02 15:04 MST")}, {Name: "Incidents", Text: number(len(all))},
		},
	}
	return writeReport(s, digestColumns(), all, "no alerts", zone, page, severityChart(all))
}

func severityChart(all []report.Incident) render.Chart {
	chart := render.Chart{Title: "Incidents by severity", Text: "A bar for each severity. The table lists each incident.", Series: []string{"incidents"}}
	counts := report.SeverityCounts(all)
	for i, severity := range access.Severities() {
		if len(all) > 0 {
			chart.Bars = append(chart.Bars, render.Bar{Label: string(severity), Values: []int{counts[i]}})
		}
	}
	return chart
}
