package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

// choiceOptions is the flags of a command that acts on single accounts, or on
// those of a group, a school or a file.
type choiceOptions struct {
	bulkOptions
	Logins []string
	Group  string
	School string
	From   string
}

func (o *choiceOptions) add(c *cobra.Command, s *session) {
	o.bulkOptions.add(c)
	c.Flags().StringVar(&o.Group, "group", "", "the active accounts of that `GROUP`")
	c.Flags().StringVar(&o.School, "school", "", "the active accounts of the school of that `CODE`")
	c.Flags().StringVar(&o.From, "from", "", "the accounts whose logins stand in `FILE`, one a line; - is standard input")
	s.completeSchools(c, "school")
}

func (o choiceOptions) bulk() bool { return o.Group != "" || o.School != "" || o.From != "" }

// ways counts the ways in which accounts were named.
func (o choiceOptions) ways() int {
	ways := 0
	for _, named := range []bool{len(o.Logins) > 0, o.Group != "" || o.School != "", o.From != ""} {
		if named {
			ways++
		}
	}
	return ways
}

// read gives the logins that were named, of a file with their lines.
func (o choiceOptions) read(s *session) ([]string, loginLines, error) {
	if o.From == "" {
		return o.Logins, nil, nil
	}
	return s.readLogins(o.From)
}

// A manyVerb is what a command does to one account or to many.
type manyVerb struct {
	several bool // asks before it does it
	plan    func() ([]app.ResetItem, error)
	run     func(logins []string) ([]app.ResetItem, error) // nil: what was asked for; otherwise what was confirmed

	question string // with the number of accounts
	done     string // as in "3 accounts reset"
	none     string // where there are no accounts
	lost     string // what to do where codes were not shown
	codes    bool   // codes are shown
	columns  []column[app.ResetItem]
	made     func(app.ResetItem) map[string]any
}

// many plans, asks and does it.
func (s *session) many(ctx context.Context, o choiceOptions, lines loginLines, v manyVerb) error {
	var failed []app.ResetItem
	var confirmed []string
	if o.DryRun || v.several {
		plan, err := v.plan()
		if err != nil {
			return err
		}
		var good []app.ResetItem
		good, failed = lines.sift(plan)
		if o.DryRun {
			return s.showPlan(v, good, failed)
		}
		question := fmt.Sprintf(v.question, count(len(good), "account"))
		if err := s.allow(ctx, o.bulkOptions, len(good), "account", question); err != nil {
			return err
		}
		confirmed = logins(good)
	}
	if err := s.checkOutput(); err != nil {
		return err
	}
	items, err := v.run(confirmed)
	if err != nil {
		return err
	}
	return s.showDone(v, append(items, failed...))
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
	out, err := s.newOutput(s.globals.OutputFile)
	if err != nil {
		return err
	}
	return out.discard()
}

// showPlan lists the accounts that it would be done to.
func (s *session) showPlan(v manyVerb, good, failed []app.ResetItem) error {
	if len(good) == 0 && len(failed) == 1 {
		return failed[0].Err
	}
	if err := s.writePlanned(v, good, failed); err != nil {
		return err
	}
	s.tell("%s would be %s. Nothing was changed.", count(len(good), "account"), v.done)
	return s.partlyDone(good, failed, "nothing was changed")
}

func (s *session) writePlanned(v manyVerb, good, failed []app.ResetItem) error {
	columns := resetColumns()[:3]
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if !machine {
		return list(s, columns, rows(good), v.none)
	}
	items, err := plannedItems(s, func(r app.ResetItem) string { return r.Login }, columns, rows(good))
	if err != nil {
		return err
	}
	for _, item := range failed {
		items = append(items, changeItem{Target: item.Login, Result: resultFailed, Err: item.Err})
	}
	return s.writePlan(items)
}

func (s *session) partlyDone(good, failed []app.ResetItem, rest string) error {
	errs := make([]error, len(failed))
	for i, item := range failed {
		errs[i] = item.Err
	}
	return partly(errs, len(good)+len(failed), rest)
}

// showDone shows the codes, once, and says what was taken away.
func (s *session) showDone(v manyVerb, items []app.ResetItem) error {
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
	if err := s.writeDone(v, items, good); err != nil {
		return fmt.Errorf("%s: %w", v.lost, err)
	}
	if len(good) > 0 {
		once := ""
		if v.codes {
			once = " The codes are shown only this once."
		}
		s.tell("%s %s: %s.%s", count(len(good), "account"), v.done, endedWords(ended), once)
	}
	if len(items) == 0 {
		s.tell("%s", v.none)
	}
	return s.partlyDone(good, failed, "the others are done")
}

func (s *session) writeDone(v manyVerb, items, good []app.ResetItem) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if !machine {
		return list(s, v.columns, rows(good), "")
	}
	changes := make([]changeItem, len(items))
	for i, item := range items {
		changes[i] = changeItem{Target: item.Login, Result: resultFailed, Err: item.Err}
		if item.Err == nil {
			changes[i] = changeItem{Target: item.Login, Result: resultChanged, Ended: &item.Ended, Made: v.made(item)}
		}
	}
	return s.writeChanges(changes)
}
