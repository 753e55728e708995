package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

// A diagnosis is one thing that doctor looked at.
type diagnosis struct {
	Check string
	OK    bool
	Text  string
	Hint  string
}

func newDoctor(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Look at the installation and say what to mend",
		Long: `Look at the configuration, the files' modes, the keyring, the store, its backups,
serve, the portals, the clock and the policies, and say what to mend. Needs no store,
and changes nothing.

Exits 8 where something is to be mended.`,
		Example: `  pinward doctor
  pinward doctor -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.doctor(c.Context()) },
	}
}

func (s *session) doctor(ctx context.Context) error {
	if _, err := s.format(); err != nil {
		return err
	}
	findings := s.examine(ctx)
	err := list(s, []column[diagnosis]{
		{Key: "check", Title: "CHECK", Whole: true, Value: func(d diagnosis) any { return d.Check }},
		{Key: "ok", Title: "", Value: func(d diagnosis) any { return d.OK }},
		{Key: "text", Title: "RESULT", Value: func(d diagnosis) any { return d.Text }},
		{Key: "hint", Title: "TO DO", Value: func(d diagnosis) any { return orNil(d.Hint) }},
	}, rows(findings), "")
	if err != nil {
		return err
	}
	bad := 0
	for _, d := range findings {
		if !d.OK {
			bad++
		}
	}
	if bad == 0 {
		s.say("All is well.")
		return nil
	}
	return &access.Error{Kind: access.ErrFinding, Code: "doctor_findings", Text: "doctor: " + count(bad, "finding"), Hint: "mend what is named above"}
}

// examine looks at one thing after another; what rests on a broken thing is
// left out.
func (s *session) examine(ctx context.Context) []diagnosis {
	var all []diagnosis
	for _, problem := range s.modeProblems() {
		all = append(all, diagnosis{Check: "modes", Text: problem.Text, Hint: "chmod go-rwx"})
	}
	if len(all) == 0 {
		all = append(all, diagnosis{Check: "modes", OK: true, Text: "files and folders are private"})
	}
	a, err := s.open(ctx)
	if err != nil {
		return append(all, failed("store", err))
	}
	all = append(all, diagnosis{Check: "store", OK: true, Text: s.config.Store + " opens with " + filepath.Base(s.config.Keyring)})
	if filepath.Dir(s.config.Store) == filepath.Dir(s.config.Keyring) {
		all = append(all, diagnosis{
			Check: "key", Text: "the keyring lies in the store's own folder",
			Hint: "a backup of that folder would hold both; keep them apart",
		})
	}
	all = append(all, s.examineCare(ctx, a)...)
	all = append(all, s.examineMail(ctx, a)...)
	all = append(all, s.examineServe(ctx)...)
	all = append(all, s.examinePortals(ctx, a)...)
	all = append(all, s.examineClock(ctx, a))
	all = append(all, s.examinePauses(ctx, a)...)
	return append(all, s.examinePolicies(ctx, a)...)
}

func failed(check string, err error) diagnosis {
	d := diagnosis{Check: check, Text: err.Error()}
	var e *access.Error
	if errors.As(err, &e) {
		d.Hint = e.Hint
	}
	return d
}

// examineClock holds the clock against the newest audit record.
func (s *session) examineClock(ctx context.Context, a *app.App) diagnosis {
	newest, err := a.NewestRecordAt(ctx, s.Operator)
	switch now := s.Now(); {
	case err != nil:
		return failed("clock", err)
	case newest.After(now.Add(time.Minute)):
		return diagnosis{Check: "clock", Text: "the newest audit record is in the future: the clock was moved back", Hint: "set the clock right; locks and expiries follow it"}
	}
	return diagnosis{Check: "clock", OK: true, Text: "agrees with the newest audit record"}
}

// examinePauses warns of schools whose logins need no PIN now.
func (s *session) examinePauses(ctx context.Context, a *app.App) []diagnosis {
	paused, err := a.Paused(ctx, s.Operator)
	if err != nil {
		return []diagnosis{failed("pause", err)}
	}
	var all []diagnosis
	for _, school := range paused {
		all = append(all, diagnosis{
			Check: "pause", Text: pauseText(school), Hint: "when it is no longer needed: pinward policy pause --school " + school.Code + " --end --reason TEXT",
		})
	}
	return all
}

// examinePolicies warns of policies that protect nobody.
func (s *session) examinePolicies(ctx context.Context, a *app.App) []diagnosis {
	policies, err := a.Policies(ctx, s.Operator)
	if err != nil {
		return []diagnosis{failed("policies", err)}
	}
	var bad []diagnosis
	for _, p := range policies {
		if !slices.Contains(p.Allowed, access.ByPIN) {
			bad = append(bad, diagnosis{
				Check: "policies", Text: fmt.Sprintf("%s may not choose a PIN", p.Profile),
				Hint: fmt.Sprintf("pinward policy set %s --allow pin,notify,none", p.Profile),
			})
		}
	}
	if len(bad) > 0 {
		return bad
	}
	return []diagnosis{{Check: "policies", OK: true, Text: "every profile may choose a PIN"}}
}
