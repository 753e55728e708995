package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/roster"
	"pinward/internal/term"
)

// importGarbage is how much garbage an import lets pile up, in percent of what it
// holds, where the rule is 100: a million new rows then take 161 MiB instead of
// 196, and a twentieth more processor time.
const importGarbage = 50

type accountImportOptions struct {
	Source         string
	Format         string
	Maps           []string
	ValueMaps      []string
	Profile        string
	School         string
	Encoding       string
	Rejects        string
	MaxAffected    int
	DryRun         bool
	Partial        bool
	ArchiveMissing bool
}

func newAccountImport(s *session) *cobra.Command {
	var opts accountImportOptions
	c := &cobra.Command{
		Use:   "import DIR|FILE|-",
		Short: "Bring accounts in line with an account file",
		Long: `Bring accounts in line with an account file: an unpacked OneRoster 1.1 or 1.2
folder, or a CSV file (- is standard input) whose first line names its columns in
English or French. Importing the same file twice changes nothing. Columns of
passwords are never read.

People are matched by their external id, and by their login only where neither
side has another external id; otherwise the line is rejected, since a login may
have been given to somebody else. So is a line of another name and a new external
id whose login has had a PIN or a device. Where the file gives people each
other's logins, the order of its lines does not matter.

It is all or nothing, unless --partial takes the good lines. Lines are named by
their number and never quoted.

--archive-missing also lets those leave whom the file lacks: accounts that an
import made, of the schools and profiles in the file. Where more than a tenth of
them would leave, --max-affected must say how many may.`,
		Example: `  pinward account import ./oneroster -n
  pinward account import eleves.csv --profile student --school 0750001A --encoding windows-1252
  pinward account import staff.csv --map login=Compte --map-value profile:Gestionnaire=staff --partial --rejects rejects.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Source = args[0]
			return s.accountImport(c.Context(), opts)
		},
	}
	opts.add(c, s)
	return s.sendNow(c)
}

func (o *accountImportOptions) add(c *cobra.Command, s *session) {
	f := c.Flags()
	o.Format, o.Encoding = "auto", "utf-8"
	f.Var(newChoice(&o.Format, "auto", "oneroster", "csv"), "format", "the `FORMAT`: auto, oneroster (a folder) or csv (a file)")
	f.StringArrayVar(&o.Maps, "map", nil, "csv: which column holds a field, as `FIELD=COLUMN`; repeat for more")
	f.StringArrayVar(&o.ValueMaps, "map-value", nil, "what a text in the file means, as `FIELD:TEXT=VALUE`; repeat for more")
	f.Var(newChoice(&o.Profile, profileNames()...), "profile", "csv: the `PROFILE` of rows without one")
	f.StringVar(&o.School, "school", "", "the `CODE` of the school of rows without one")
	f.Var(newChoice(&o.Encoding, "utf-8", "latin1", "windows-1252"), "encoding", "the `ENCODING`: utf-8, latin1 or windows-1252")
	f.BoolVarP(&o.DryRun, "dry-run", "n", false, "say what it would do, and to whom, and change nothing")
	f.BoolVar(&o.Partial, "partial", false, "take the good lines where others are rejected")
	f.StringVar(&o.Rejects, "rejects", "", "write file, line and reason of rejected lines to `FILE`, as CSV, in place of what it held")
	f.BoolVar(&o.ArchiveMissing, "archive-missing", false, "let those leave whom the file lacks")
	f.IntVar(&o.MaxAffected, "max-affected", 0, "let `N` accounts leave, even if they are more than a tenth")
	complete(c, "format", "auto", "oneroster", "csv")
	complete(c, "encoding", "utf-8", "latin1", "windows-1252")
	complete(c, "profile", profileNames()...)
	s.completeSchools(c, "school")
	offer := func(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		fields := roster.Fields()
		for i := range fields {
			fields[i] += "="
		}
		return fields, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	if err := c.RegisterFlagCompletionFunc("map", offer); err != nil {
		panic(err) // a flag that does not exist: a mistake in the program
	}
}

// reading gives how the file is to be read, and refuses what no import can do.
func (o *accountImportOptions) reading() (roster.Options, error) {
	if o.Rejects == "-" {
		return roster.Options{}, access.Usage("--rejects: takes no standard output", "name a file")
	}
	if o.MaxAffected < 0 {
		return roster.Options{}, access.Usage(fmt.Sprintf("--max-affected %d: below 0", o.MaxAffected), "say how many accounts may leave")
	}
	r := roster.Options{Format: o.Format, Profile: access.Profile(o.Profile), School: o.School, Encoding: o.Encoding}
	var err error
	if r.Columns, err = roster.ParseMap(o.Maps); err != nil {
		return r, err
	}
	r.Values, err = roster.ParseValueMap(o.ValueMaps)
	return r, err
}

func (s *session) accountImport(ctx context.Context, opts accountImportOptions) error {
	reading, err := opts.reading()
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(importGarbage))
	// Read before the store is opened: if the file is the store's own by
	// mistake, closing it would drop the engine's locks.
	r, err := s.readRoster(opts.Source, reading)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	rejects, err := s.openRejects(opts)
	if err != nil {
		return err
	}
	defer rejects.drop()
	result := importResult{Format: r.Format, DryRun: opts.DryRun, Unread: r.Unread}
	result.ImportReport, err = s.applyRoster(ctx, a, r, opts)
	r = access.Roster{} // its memory is needed for the answer
	if !result.tells(err) {
		return err
	}
	if writeErr := errors.Join(s.writeImport(result), rejects.write(s, result.Rejected)); writeErr != nil {
		return writeErr
	}
	return err
}

// applyRoster applies the roster; where people would leave for missing in it,
// it says the plan and asks first.
func (s *session) applyRoster(ctx context.Context, a *app.App, r access.Roster, opts accountImportOptions) (app.ImportReport, error) {
	machine, err := s.machine()
	if err != nil {
		return app.ImportReport{}, err
	}
	o := app.ImportOptions{
		DryRun: opts.DryRun, Partial: opts.Partial, ArchiveMissing: opts.ArchiveMissing, MaxAffected: opts.MaxAffected,
		ListAll: machine || opts.DryRun,
	}
	if o.ArchiveMissing && !o.DryRun && !s.globals.Yes {
		rehearsal := o
		rehearsal.DryRun, rehearsal.ListAll = true, false
		plan, err := s.importRoster(ctx, a, r, rehearsal)
		if err != nil && !errors.Is(err, access.ErrPartial) {
			return app.ImportReport{Rejected: plan.Rejected, Warnings: plan.Warnings}, err
		}
		if plan.Created+plan.Updated+plan.Archived > 0 {
			s.say("This would create %d, update %d and archive %s.", plan.Created, plan.Updated, count(plan.Archived, "account"))
			if err := s.confirm(ctx, "Import the file?"); err != nil {
				return plan, err
			}
		}
	}
	return s.importRoster(ctx, a, r, o)
}

// importRoster applies the roster behind a progress bar, where a person looks.
func (s *session) importRoster(ctx context.Context, a *app.App, r access.Roster, o app.ImportOptions) (app.ImportReport, error) {
	var bar *term.Progress
	if s.ErrTTY && !s.globals.Quiet && r.Entries.Len() > 0 {
		label := "Importing"
		if o.DryRun {
			label = "Checking"
		}
		bar = term.NewProgress(s.Err, label, int64(r.Entries.Len()))
	}
	defer bar.Done()
	shown := 0
	o.Progress = func(done int) {
		bar.Add(done - shown)
		shown = done
	}
	return a.ImportRoster(ctx, s.Operator, r, o)
}

// readRoster reads a folder, a file or standard input.
func (s *session) readRoster(source string, o roster.Options) (access.Roster, error) {
	if strings.EqualFold(filepath.Ext(source), ".zip") {
		return access.Roster{}, access.Refused("roster_packed", fmt.Sprintf("account import: %s is a packed folder", source), "unpack it, then name the folder")
	}
	r, err := s.readRosterAt(source, o)
	var pathErr *fs.PathError
	if access.CodeOf(err) != "" || !errors.As(err, &pathErr) {
		return r, err
	}
	name := pathErr.Path
	if name == "." { // the folder, seen from inside
		name = source
	}
	return r, access.Refused("input_unreadable", fmt.Sprintf("account import: %s: %s", name, pathErr.Err), "name a folder or file that you may read, or - for standard input")
}

func (s *session) readRosterAt(path string, o roster.Options) (access.Roster, error) {
	if path == "-" {
		return roster.ReadFile(s.In, "standard input", o)
	}
	info, err := os.Stat(path)
	if err != nil {
		return access.Roster{}, err
	}
	if info.IsDir() {
		return roster.ReadDir(os.DirFS(path), o)
	}
	f, err := os.Open(path)
	if err != nil {
		return access.Roster{}, err
	}
	defer func() { _ = f.Close() }()
	return roster.ReadFile(f, filepath.Base(path), o)
}
