package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type pinResetOptions struct {
	bulkOptions
	Logins     []string
	Group      string
	School     string
	From       string
	WithoutPIN bool
	Valid      string
}

func newPINReset(s *session) *cobra.Command {
	var opts pinResetOptions
	c := &cobra.Command{
		Use:   "reset LOGIN...|--group G|--school CODE|--from FILE",
		Short: "Clear PINs and issue one-time set-up codes",
		Long: `Clear PINs and issue one-time set-up codes, with which their owners set new ones.
The codes are shown once, here, and stored only as hashes. A code is good for 7
days, or for 30 where a group, a school or a file is named.

All trust in the accounts ends: their devices are revoked and their open logins
end. A reset also lifts locks and blocks.

--group and --school together mean the members of that group at that school.
Several accounts are shown with -n, and changed after a confirmation.`,
		Example: `  pinward pin reset lea.martin
  pinward pin reset --group 3A -n
  pinward pin reset --group 3A --school 0750001A --without-pin --csv excel --output-file codes.csv
  pinward pin reset --from logins.txt --valid 14d --max-affected 200 --yes`,
		ValidArgsFunction: s.completeMoreLogins,
		RunE: func(c *cobra.Command, args []string) error {
			opts.Logins = args
			return s.pinReset(c.Context(), opts)
		},
	}
	opts.add(c)
	c.Flags().StringVar(&opts.Group, "group", "", "the active accounts of that `GROUP`")
	c.Flags().StringVar(&opts.School, "school", "", "the active accounts of the school of that `CODE`")
	c.Flags().StringVar(&opts.From, "from", "", "the accounts whose logins stand in `FILE`, one a line; - is standard input")
	c.Flags().BoolVar(&opts.WithoutPIN, "without-pin", false, "only accounts that have no PIN")
	c.Flags().StringVar(&opts.Valid, "valid", "", "how long the codes are good, as `TIME` such as 30d")
	s.completeSchools(c, "school")
	return s.sendNow(c)
}

// request gives what package app understands, and the lines of the file.
func (o pinResetOptions) request(s *session) (app.ResetPINs, loginLines, error) {
	req := app.ResetPINs{
		Logins: o.Logins, Group: o.Group, School: o.School,
		WithoutPIN: o.WithoutPIN, Reason: s.globals.Reason,
		Bulk: o.Group != "" || o.School != "" || o.From != "",
	}
	ways := 0
	for _, named := range []bool{len(o.Logins) > 0, o.Group != "" || o.School != "", o.From != ""} {
		if named {
			ways++
		}
	}
	if ways != 1 {
		return req, nil, access.Usage("reset: whose PINs is not clear", "give LOGINs, or --group and --school, or --from FILE")
	}
	if o.Valid != "" {
		var err error
		if req.Valid, err = parseSpan("--valid", o.Valid); err != nil {
			return req, nil, err
		}
		if req.Valid == 0 {
			return req, nil, access.Usage("--valid: a code must be good for some time", "write a number and a unit, such as 30d")
		}
	}
	if o.From == "" {
		return req, nil, nil
	}
	var lines loginLines
	var err error
	req.Logins, lines, err = s.readLogins(o.From)
	return req, lines, err
}

func (s *session) pinReset(ctx context.Context, opts pinResetOptions) error {
	// The file is read before the store is opened: if it were the store's own,
	// closing it would drop the engine's lock.
	req, lines, err := opts.request(s)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	var failed []app.ResetItem
	if opts.DryRun || req.Bulk || len(req.Logins) > 1 {
		plan, err := a.PlanReset(ctx, s.Operator, req)
		if err != nil {
			return err
		}
		var good []app.ResetItem
		good, failed = lines.sift(plan)
		if opts.DryRun {
			return s.showResetPlan(good, failed)
		}
		question := fmt.Sprintf("Reset the PIN of %s and revoke all their devices?", count(len(good), "account"))
		if err := s.allow(ctx, opts.bulkOptions, len(good), "accounts", question); err != nil {
			return err
		}
		req.Logins, req.Group, req.School = logins(good), "", "" // what was confirmed, and no more
	}
	if err := s.checkOutput(); err != nil {
		return err
	}
	items, err := a.ResetPINs(ctx, s.Operator, req)
	if err != nil {
		return err
	}
	return s.showReset(append(items, failed...))
}

func logins(items []app.ResetItem) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = item.Login
	}
	return all
}

// checkOutput finds out that the output cannot be written while nothing has
// been changed: a code that is not shown is lost.
func (s *session) checkOutput() error {
	if s.globals.OutputFile == "" {
		_, err := s.Out.Write(nil)
		return outputError(err)
	}
	out, err := newOutputFile(s.globals.OutputFile)
	if err != nil {
		return err
	}
	return out.discard()
}

// showResetPlan lists the accounts that would be reset.
func (s *session) showResetPlan(good, failed []app.ResetItem) error {
	if len(good) == 0 && len(failed) == 1 {
		return failed[0].Err
	}
	columns := resetColumns()[:3]
	if err := list(s, columns, rows(good), "no accounts to reset"); err != nil {
		return err
	}
	s.tell("%s would be reset. Nothing was changed.", count(len(good), "account"))
	return s.partlyReset(good, failed, "nothing was changed")
}

func (s *session) partlyReset(good, failed []app.ResetItem, rest string) error {
	errs := make([]error, len(failed))
	for i, item := range failed {
		errs[i] = item.Err
	}
	return partly(errs, len(good)+len(failed), rest)
}

// showReset shows the codes, once, and says what was taken away.
func (s *session) showReset(items []app.ResetItem) error {
	var good, failed []app.ResetItem
	var ended app.Ended
	for _, item := range items {
		if item.Err != nil {
			failed = append(failed, item)
			continue
		}
		good = append(good, item)
		ended = ended.Add(item.Ended)
	}
	if len(items) == 1 && len(failed) == 1 {
		return failed[0].Err
	}
	if err := s.writeCodes(items, good); err != nil {
		return fmt.Errorf("the PINs are reset, but not all codes were shown; reset them again: %w", err)
	}
	if len(good) > 0 {
		s.tell("%s reset: %s. The codes are shown only this once.", count(len(good), "account"), endedWords(ended))
	}
	return s.partlyReset(good, failed, "the others are done")
}

func (s *session) writeCodes(items, good []app.ResetItem) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if !machine {
		none := "no accounts to reset"
		if len(items) > 0 {
			none = "" // the error says why
		}
		return list(s, resetColumns(), rows(good), none)
	}
	changes := make([]changeItem, len(items))
	for i, item := range items {
		changes[i] = changeItem{Target: item.Login, Result: resultFailed, Err: item.Err}
		if item.Err == nil {
			changes[i] = changeItem{Target: item.Login, Result: resultChanged, Ended: &item.Ended, Made: map[string]any{
				"login": item.Login, "name": item.Name, "group": orNil(item.Group),
				"setup_code": item.Code.Reveal(), "expires_at": item.ExpiresAt,
			}}
		}
	}
	return s.writeChanges(changes)
}

// resetColumns shows a reset account; its first three are also a plan's.
func resetColumns() []column[app.ResetItem] {
	type row = app.ResetItem
	return []column[row]{
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return r.Login }},
		{Key: "name", Title: "NAME", Value: func(r row) any { return r.Name }},
		{Key: "group", Title: "GROUP", Whole: true, Spare: 1, Value: func(r row) any { return orNil(r.Group) }},
		{Key: "setup_code", Title: "SET-UP CODE", Whole: true, Value: func(r row) any { return r.Code.Reveal() }},
		{Key: "expires_at", Title: "EXPIRES", Spare: 2, Value: func(r row) any { return r.ExpiresAt }},
	}
}
