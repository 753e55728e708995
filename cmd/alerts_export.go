package cmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/store"
)

type alertsExportOptions struct {
	SinceLast string
	Since     string
	Until     string
	Severity  string
	School    string
	Format    string
	FailOn    string
}

func newAlertsExport(s *session) *cobra.Command {
	var opts alertsExportOptions
	c := &cobra.Command{
		Use:   "export",
		Short: "Write alerts for other programs, each once",
		Long: `Write the alerts of severity warn and up, oldest first, one row each, as CSV
unless another format is named.

With --since-last NAME every run gives what the runs of that name before it did
not: a new name begins before the first alert. A run that crashed, was killed or
ran twice loses no alert and repeats none, if it writes to --output-file; on
standard output an alert may come twice, but is never lost. A file that the run
before had finished, but not confirmed, is confirmed instead of being written
again. A run while another one of that name is at work ends at once with exit 9.
One name always exports the same selection.

A run that finds nothing writes the headings and exits 0. --fail-on exits 8,
after everything was written, where an alert of that severity or above is in it.`,
		Example: `  pinward alerts export --since-last nightly --output-file alerts.csv
  pinward alerts export --since 7d --format xlsx --output-file week.xlsx
  pinward alerts export --since-last siem --severity info -o jsonl
  pinward alerts export --since 2026-03-01T00:00:00+01:00 --until 2026-04-01T00:00:00+02:00 --fail-on high`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if opts.SinceLast == "" && c.Flags().Changed("since-last") { // an unset variable would export everything
				return access.Usage("--since-last: no name", "give the run a name, such as nightly")
			}
			return s.alertsExport(c.Context(), opts)
		},
	}
	severities := []string{"info", "warn", "high", "critical"}
	formats := exportFormats()
	f := c.Flags()
	f.StringVar(&opts.SinceLast, "since-last", "", "what the runs of that `NAME` have not given yet")
	f.StringVar(&opts.Since, "since", "", "raised at or after `TIME`: a span such as 7d, or a time of RFC 3339")
	f.StringVar(&opts.Until, "until", "", "raised before `TIME`")
	f.Var(newChoice(&opts.Severity, severities...), "severity", "at least that `SEVERITY`: info, warn, high or critical")
	f.StringVar(&opts.School, "school", "", "of accounts of the school of that `CODE`")
	f.Var(newChoice(&opts.Format, formats...), "format", "the same as -o: `FORMAT` csv, jsonl, json, xlsx or html")
	f.Var(newChoice(&opts.FailOn, severities...), "fail-on", "exit 8 where an alert of at least that `SEVERITY` is exported")
	complete(c, "severity", severities...)
	complete(c, "format", formats...)
	complete(c, "fail-on", severities...)
	s.completeSchools(c, "school")
	return c
}

func exportFormats() []string { return []string{"csv", "jsonl", "json", "xlsx", "html"} }

// exportFormat gives the format of an export, which --format names as well as
// -o does.
func (s *session) exportFormat(opts alertsExportOptions) (render.Format, error) {
	output := s.globals.flags.Lookup("output")
	if opts.Format != "" {
		if output.Changed && output.Value.String() != opts.Format {
			return "", access.Usage("--format and -o name different formats", "give one of them")
		}
		if err := s.globals.flags.Set("output", opts.Format); err != nil {
			return "", access.Usage("--format: "+err.Error(), "")
		}
	}
	format, err := s.format()
	if err != nil || format != render.Table {
		return format, err
	}
	if output.Changed {
		return "", access.Usage("-o table: an export is for programs", "use csv, jsonl, json, xlsx or html, or pinward alerts list")
	}
	return render.CSV, nil
}

func (o alertsExportOptions) query(s *session) (app.AlertQuery, error) {
	q := app.AlertQuery{School: o.School}
	q.Severities = access.Warn.AtLeast()
	if o.Severity != "" {
		q.Severities = access.Severity(o.Severity).AtLeast()
	}
	if o.SinceLast != "" && (o.Since != "" || o.Until != "") {
		return q, access.Usage("--since-last goes without --since and --until", "a cursor knows where it stands")
	}
	var err error
	if q.Since, err = moment("--since", o.Since, s.Now()); err != nil {
		return q, err
	}
	q.Until, err = moment("--until", o.Until, s.Now())
	return q, err
}

// moment reads a point in time: a span before now, or a time of RFC 3339. An
// empty one is none.
func moment(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if span, err := parseSpan(flag, text); err == nil {
		return now.Add(-span), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, access.Usage(flag+": neither a time span nor a time", "write 7d, or 2026-03-01T00:00:00+01:00")
	}
	return at, nil
}

func (s *session) alertsExport(ctx context.Context, opts alertsExportOptions) error {
	format, err := s.exportFormat(opts)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q, err := opts.query(s)
	if err != nil {
		return err
	}
	x := &exporting{session: s, app: a, options: opts, format: format, failOn: access.Severity(opts.FailOn), worst: -1}
	if opts.SinceLast == "" {
		if x.export, err = a.BeginExport(ctx, s.Operator, q, ""); err != nil {
			return err
		}
		err = s.write(func(w io.Writer) error { return x.writeTo(ctx, w) })
	} else {
		err = x.goOn(ctx, q, opts.SinceLast)
	}
	if err != nil {
		return err
	}
	return x.finding()
}

// An exporting is one run of alerts export.
type exporting struct {
	*session
	app     *app.App
	options alertsExportOptions
	export  app.Export
	format  render.Format
	failOn  access.Severity // empty: never

	alerts int // written
	worst  int // rank of the most urgent
}

// each streams the export's alerts and takes note of them. The most urgent is
// remembered over all that one run does.
func (x *exporting) each(ctx context.Context, take func(store.AlertRow) error) error {
	x.alerts = 0
	return x.app.ExportAlerts(ctx, x.Operator, x.export, func(row store.AlertRow) error {
		x.alerts++
		x.worst = max(x.worst, row.Severity.Rank())
		return take(row)
	})
}

func (x *exporting) writeTo(ctx context.Context, w io.Writer) error {
	o := x.renderOptions(x.format)
	o.Title = "Alerts"
	var err error
	switch x.format { //nolint:exhaustive // the others need to know nothing before
	case render.HTML:
		if o.Zone, err = x.app.Zone(ctx, x.Operator, x.options.School); err == nil {
			o.Lead, o.Foot = x.options.lead(), x.pageFoot("en", o.Zone)
		}
	case render.XLSX:
		o.Rows, err = x.app.CountExport(ctx, x.Operator, x.export)
	}
	if err != nil {
		return err
	}
	return render.Write(w, o, alertColumns(), each(func(yield func(store.AlertRow) error) error { return x.each(ctx, yield) }))
}

// lead says on a page which alerts it holds.
func (o alertsExportOptions) lead() string {
	text := "Logins and changes that looked wrong, of severity " + cmp.Or(o.Severity, string(access.Warn)) + " and up, oldest first"
	for _, part := range [][2]string{
		{", of the school ", o.School}, {", raised since ", o.Since}, {", raised before ", o.Until}, {", not yet given by an export called ", o.SinceLast},
	} {
		if part[1] != "" {
			text += part[0] + part[1]
		}
	}
	return text + "."
}

// finding is the error of an export that holds what must not be passed over.
func (x *exporting) finding() error {
	if x.failOn == "" || x.worst < x.failOn.Rank() {
		return nil
	}
	return &access.Error{
		Kind: access.ErrFinding, Code: "alerts_found",
		Text: fmt.Sprintf("the export holds alerts of severity %s or above", x.failOn), Hint: "see: pinward alerts list --severity " + string(x.failOn),
	}
}
