package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/roster"
	"pinward/internal/term"
)

type loginImportOptions struct {
	Source string
	Maps   []string
	DryRun bool
}

func newLoginImport(s *session) *cobra.Command {
	var opts loginImportOptions
	c := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Judge the login log of a portal that asks nobody",
		Long: `Take the login log of a portal that cannot be changed, and judge every line by the
rules that alerts rules lists: for schools whose portal offers no place to ask for
a PIN, people are told of logins from new devices at least. A device is then its
browser and network, and the alert says so; it is no recognized device.

The log (- is standard input) is JSON Lines with the keys at, login or external_id,
ip, user_agent and, where it holds failures too, outcome (passed or failed); or CSV
with columns called so, or as --map says. Times tell their zone.

A line is taken once, in whatever files it comes: import the whole log every hour.
Lines are judged in the order of time. Those that are rejected are told by their
number, never quoted; the others are taken (exit 7). Accounts that are not there
are counted. Nobody is mailed about lines older than 3 days.`,
		Example: `  pinward login import portal.jsonl
  zcat access.csv.gz | pinward login import - --map date=at --map user=login --map addr=ip --map agent=user_agent
  pinward login import portal.jsonl -n -o json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Source = args[0]
			return s.loginImport(c.Context(), opts)
		},
	}
	c.Flags().StringArrayVar(&opts.Maps, "map", nil, "csv: which column holds a field, as `COLUMN=FIELD`; repeat for more")
	c.Flags().BoolVarP(&opts.DryRun, "dry-run", "n", false, "say what it would do, and change nothing")
	return c
}

// A loginImportResult is what came of an import.
type loginImportResult struct {
	app.LoginImport
	Log    access.LoginLog
	DryRun bool
}

func loginImportColumns() []column[loginImportResult] {
	type row = loginImportResult
	return []column[row]{
		{Key: "lines", Title: "LINES", Value: func(r row) any { return len(r.Log.Lines) + len(r.Log.Rejected) }},
		{Key: "imported", Title: "IMPORTED", Value: func(r row) any { return r.Imported }},
		{Key: "repeated", Title: "REPEATED", Value: func(r row) any { return r.Repeated }},
		{Key: "unknown", Title: "UNKNOWN", Value: func(r row) any { return r.Unknown }},
		{Key: "failed", Title: "", Value: func(r row) any { return r.Failed }},
		{Key: "too_old", Title: "TOO OLD", Spare: 2, Value: func(r row) any { return r.TooOld }},
		{Key: "in_future", Title: "IN FUTURE", Spare: 3, Value: func(r row) any { return r.Future }},
		{Key: "rejected", Title: "REJECTED", Value: func(r row) any { return len(r.Log.Rejected) }},
		{Key: "new_devices", Title: "NEW DEVICES", Value: func(r row) any { return r.NewDevices }},
		{Key: "alerts", Title: "ALERTS", Value: func(r row) any { return r.Alerts }},
		{Key: "notices", Title: "NOTICES", Spare: 1, Value: func(r row) any { return r.Notices }},
		{Key: "format", Title: "", Value: func(r row) any { return r.Log.Format }},
		{Key: "dry_run", Title: "", Value: func(r row) any { return r.DryRun }},
	}
}

func (s *session) loginImport(ctx context.Context, opts loginImportOptions) error {
	columns, err := roster.ParseLogMap(opts.Maps)
	if err != nil {
		return err
	}
	// Read before the store is opened: if the file is the store's own by mistake,
	// closing it would drop the engine's locks.
	log, err := s.readLoginLog(opts.Source, columns)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	result := loginImportResult{Log: log, DryRun: opts.DryRun}
	if result.LoginImport, err = s.importLogins(ctx, a, log, opts.DryRun); err != nil {
		return err
	}
	if err := s.writeLoginImport(result); err != nil {
		return err
	}
	if n := len(log.Rejected); n > 0 {
		return &access.Error{
			Kind: access.ErrPartial, Code: "log_rejected",
			Text: fmt.Sprintf("login import: %s rejected", count(n, "line")),
			Hint: "correct those lines and import the file again: the others are not taken twice",
		}
	}
	return nil
}

func (s *session) readLoginLog(source string, columns map[string]string) (access.LoginLog, error) {
	if source == "-" {
		return roster.ReadLoginLog(s.In, "standard input", columns)
	}
	f, err := os.Open(source)
	if err != nil {
		return access.LoginLog{}, unreadable(source, err)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return access.LoginLog{}, access.Refused("input_unreadable", "read "+source+": a folder", "name a file of the portal's log")
	}
	return roster.ReadLoginLog(bufio.NewReader(f), filepath.Base(source), columns)
}

// importLogins imports behind a progress bar, where a person looks.
func (s *session) importLogins(ctx context.Context, a *app.App, log access.LoginLog, dryRun bool) (app.LoginImport, error) {
	var bar *term.Progress
	if s.ErrTTY && !s.globals.Quiet && len(log.Lines) > 0 {
		bar = term.NewProgress(s.Err, "Judging", int64(len(log.Lines)))
	}
	defer bar.Done()
	shown := 0
	return a.ImportLogins(ctx, s.Operator, log, app.ImportLoginOptions{DryRun: dryRun, Progress: func(done int) {
		bar.Add(done - shown)
		shown = done
	}})
}

// mostRejected is how many rejected lines are said one by one.
const mostRejected = 20

func (s *session) warnRejected(rejected []access.RosterProblem) {
	for i, p := range rejected {
		if i == mostRejected {
			s.warn("%s rejected besides; -o json gives them all", are(len(rejected)-i, "line"))
			return
		}
		s.warn("line %d is rejected: %s", p.Line, p.Text)
	}
}

// json gives the counts, and the rejected lines as an import of accounts does.
func (r loginImportResult) json(s *session) (map[string]json.RawMessage, error) {
	object, err := objectOf(s, loginImportColumns(), r)
	if err != nil {
		return nil, err
	}
	items := make([]importJSON, 0, len(r.Log.Rejected))
	for _, p := range r.Log.Rejected {
		items = append(items, rejectedLine(p))
	}
	object["items"], err = json.Marshal(items)
	return object, err
}

func (s *session) writeLoginImport(r loginImportResult) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	switch format {
	case render.JSON, render.JSONL:
		var object map[string]json.RawMessage
		if object, err = r.json(s); err == nil {
			err = s.writeJSON(object)
		}
	case render.Table:
		s.warnRejected(r.Log.Rejected)
		err = s.write(func(w io.Writer) error {
			return render.Write(w, s.renderOptions(format), loginImportColumns(), rows([]loginImportResult{r}))
		})
	default:
		s.warnRejected(r.Log.Rejected)
		err = show(s, loginImportColumns(), r)
	}
	if err == nil && r.DryRun {
		s.say("Dry run: nothing was changed.")
	}
	return err
}
