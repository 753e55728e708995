package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newStorePrune(s *session) *cobra.Command {
	var dryRun bool
	c := &cobra.Command{
		Use:   "prune",
		Short: "Forget what was kept long enough",
		Long: `Forget what was kept long enough: logins and alerts after 180 days; addresses are
cut to their network (/24, or /48 of IPv6) after 30 days; set-up codes that have
expired, and answers of the portal API that were kept for a repetition; pages
after a day; audit records after 365 days, behind a sealed mark, so that the rest
of the chain still verifies; accounts 365 days after they were archived, with all
that belongs to them and the details of the audit records that name them.

Let it run daily. An account that is archived and edited again counts from then.`,
		Example: `  pinward store prune -n
  pinward store prune --yes`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.storePrune(c.Context(), dryRun) },
	}
	c.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "count what would be forgotten, and forget nothing")
	return c
}

func (s *session) storePrune(ctx context.Context, dryRun bool) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	plan, err := a.PrunePlan(ctx, s.Operator)
	if err != nil {
		return err
	}
	if dryRun {
		return s.showPrunePlan(plan)
	}
	words := prunedWords(plan)
	if words == "" {
		return s.changes(prunedItems(plan), "Nothing was kept too long.")
	}
	if err := s.confirm(ctx, "Forget for good: "+words+"?"); err != nil {
		return err
	}
	done, err := a.Prune(ctx, s.Operator)
	if err != nil {
		return err
	}
	return s.changes(prunedItems(done), "Forgotten: %s.", prunedWords(done))
}

func (s *session) showPrunePlan(plan []app.Pruned) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if !machine {
		return list(s, prunedColumns(), rows(plan), "")
	}
	items := make([]changeItem, len(plan))
	for i, p := range plan {
		if items[i], err = plannedItem(s, p.Kind, p.Rows > 0, prunedColumns(), p); err != nil {
			return err
		}
	}
	return s.writePlan(items)
}

func prunedColumns() []column[app.Pruned] {
	type row = app.Pruned
	return []column[row]{
		{Key: "id", Title: "WHAT", Value: func(p row) any { return p.Kind }},
		{Key: "days", Title: "DAYS KEPT", Value: func(p row) any { return p.Days }},
		{Key: "rows", Title: "ROWS", Value: func(p row) any { return p.Rows }},
	}
}

func prunedItems(all []app.Pruned) []changeItem {
	items := make([]changeItem, len(all))
	for i, p := range all {
		items[i] = changeItem{Target: p.Kind, Result: resultUnchanged, Made: map[string]any{"rows": p.Rows}}
		if p.Rows > 0 {
			items[i].Result = resultChanged
		}
	}
	return items
}

// prunedWords says what there is to be forgotten, "" for nothing.
func prunedWords(all []app.Pruned) string {
	nouns := map[string][2]string{
		app.PrunedLogins: {"login", "logins"}, app.PrunedAlerts: {"alert", "alerts"}, app.PrunedNotices: {"notice", "notices"},
		app.PrunedAddresses: {"whole address", "whole addresses"}, app.PrunedCodes: {"set-up code", "set-up codes"},
		app.PrunedResets: {"mailed code", "mailed codes"}, app.PrunedPasses: {"login pass", "login passes"}, app.PrunedPages: {"page", "pages"},
		app.PrunedAnswers: {"kept answer", "kept answers"}, app.PrunedGate: {"gate session", "gate sessions"},
		app.PrunedAudit: {"audit record", "audit records"}, app.PrunedAccounts: {"archived account", "archived accounts"},
	}
	var parts []string
	for _, p := range all {
		noun := nouns[p.Kind]
		switch p.Rows {
		case 0:
		case 1:
			parts = append(parts, "1 "+noun[0])
		default:
			parts = append(parts, fmt.Sprintf("%d %s", p.Rows, noun[1]))
		}
	}
	return strings.Join(parts, ", ")
}
