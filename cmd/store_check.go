package cmd

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/store"
)

func newStoreCheck(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Read everything and say what is wrong",
		Long: `Read the whole store: the engine's own integrity check, the audit chain, every row
of every table with the seal of each PIN and birth date, rows whose owner is gone,
and the modes of files and folders. A row that cannot be read, or holds a word
that pinward never writes, is named by table and row. Nothing is changed.

Exits 11 where something is damaged, 8 where something else should be mended.`,
		Example: `  pinward store check
  pinward store check -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.storeCheck(c.Context()) },
	}
}

func (s *session) storeCheck(ctx context.Context) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	report, err := a.CheckStore(ctx, s.Operator)
	if err != nil {
		return err
	}
	report.Problems = append(report.Problems, s.modeProblems()...)
	if err := s.showCheck(report); err != nil {
		return err
	}
	return checkError(report)
}

func (s *session) showCheck(report app.CheckReport) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	if format != render.Table {
		return show(s, checkColumns(), report)
	}
	// Without problems as well: a file would keep those of another day.
	if err := list(s, storeProblemColumns(), rows(report.Problems), ""); err != nil || len(report.Problems) > 0 {
		return err
	}
	s.say("The store is sound: %s, %s opened, %s in an unbroken chain.",
		count(report.Accounts, "account"), count(report.Sealed, "seal"), count(int(report.Records), "audit record"))
	return nil
}

func checkColumns() []column[app.CheckReport] {
	type row = app.CheckReport
	return []column[row]{
		{Key: "ok", Value: func(r row) any { return len(r.Problems) == 0 }},
		{Key: "accounts", Value: func(r row) any { return r.Accounts }},
		{Key: "seals", Value: func(r row) any { return r.Sealed }},
		{Key: "audit_records", Value: func(r row) any { return r.Records }},
		{Key: "audit_head", Value: func(r row) any { return r.Head.String() }},
		{Key: "problems", Value: func(r row) any {
			texts := make([]string, len(r.Problems))
			for i, p := range r.Problems {
				texts[i] = problemText(p)
			}
			return texts
		}},
	}
}

func storeProblemColumns() []column[store.Problem] {
	type row = store.Problem
	return []column[row]{
		{Key: "table", Title: "TABLE", Whole: true, Value: func(p row) any { return orNil(p.Table) }},
		{Key: "row", Title: "ROW", Whole: true, Value: func(p row) any { return orNil(p.Row) }},
		{Key: "damage", Title: "DAMAGE", Whole: true, Value: func(p row) any { return p.Damage }},
		{Key: "text", Title: "WHAT", Value: func(p row) any { return p.Text }},
	}
}

func problemText(p store.Problem) string {
	if p.Table == "" {
		return p.Text
	}
	if p.Row == "" {
		return fmt.Sprintf("table %s: %s", p.Table, p.Text)
	}
	return fmt.Sprintf("table %s, row %s: %s", p.Table, p.Row, p.Text)
}

// checkError gives the exit code of a check: damage before other findings.
func checkError(report app.CheckReport) error {
	if len(report.Problems) == 0 {
		return nil
	}
	e := &access.Error{
		Kind: access.ErrFinding, Code: "store_findings",
		Text: fmt.Sprintf("check the store: %s; the first: %s", count(len(report.Problems), "problem"), problemText(report.Problems[0])),
		Hint: "mend what is named above, then check again",
	}
	if report.Damaged() {
		e.Kind, e.Code = access.ErrDamaged, "store_damaged"
		e.Hint = "keep this store as evidence, and go back to a backup from before the damage"
	}
	return e
}

// modeProblems finds files and folders that others may read.
func (s *session) modeProblems() []store.Problem {
	var problems []store.Problem
	for _, path := range []string{s.config.Store, s.config.Store + "-wal", s.config.Store + "-shm", s.config.Keyring} {
		if mode, open := openToOthers(path); open {
			problems = append(problems, store.Problem{Text: fmt.Sprintf("%s: mode %04o lets others in; use chmod go-rwx", path, mode)})
		}
	}
	for _, path := range []string{filepath.Dir(s.config.Store), filepath.Dir(s.config.Keyring)} {
		if mode, open := writableByOthers(path); open {
			problems = append(problems, store.Problem{Text: fmt.Sprintf("folder %s: mode %04o lets others replace its files; use chmod go-w", path, mode)})
		}
	}
	return problems
}
