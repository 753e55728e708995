package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"pinward/internal/app"
	"pinward/internal/render"
)

// policyPlanColumns shows to programs what a change of policy means.
func policyPlanColumns() []column[app.PolicyPlan] {
	type row = app.PolicyPlan
	return []column[row]{
		{Key: "id", Value: func(r row) any { return string(r.After.Profile) }},
		{Key: "profile", Value: func(r row) any { return string(r.After.Profile) }},
		{Key: "fields", Value: func(r row) any { return r.Fields }},
		{Key: "changes", Value: func(r row) any { return policyChanges(r) }},
		{Key: "accounts", Value: func(r row) any { return r.Accounts }},
		{Key: "set_up_owed_before", Value: func(r row) any { return r.SetUpBefore }},
		{Key: "set_up_owed", Value: func(r row) any { return r.SetUpAfter }},
		{Key: "without_email", Value: func(r row) any { return r.NoEmail }},
	}
}

// showPolicyPlan answers a dry run.
func (s *session) showPolicyPlan(p app.PolicyPlan) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	switch format {
	case render.JSON, render.JSONL:
		var item changeItem
		if item, err = plannedItem(s, string(p.After.Profile), len(p.Fields) > 0, policyPlanColumns(), p); err == nil {
			err = s.writePlan([]changeItem{item})
		}
	case render.Table:
		err = s.write(func(w io.Writer) error { return writeText(w, policyPlanWords(p)) })
	default:
		err = show(s, policyPlanColumns(), p)
	}
	if err == nil {
		s.say("Dry run: nothing was changed.")
	}
	return err
}

// policyPlanWords says whom a change of policy touches, and what it changes.
func policyPlanWords(p app.PolicyPlan) string {
	changes := policyChanges(p)
	if len(changes) == 0 {
		return fmt.Sprintf("The policy of %s is so already: nothing would change.\n", p.After.Profile)
	}
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "This touches %s of profile %s:\n", count(p.Accounts, "active account"), p.After.Profile)
	for _, change := range changes {
		b.WriteString("  " + change + "\n")
	}
	if p.Accounts > 0 {
		_, _ = fmt.Fprintf(&b, "Accounts that must set up a protection at a login: now %d, afterwards %d. Accounts without a mail address: %d.\n",
			p.SetUpBefore, p.SetUpAfter, p.NoEmail)
	}
	return b.String()
}

// policyChanges gives each field that differs as "name: before -> after".
func policyChanges(p app.PolicyPlan) []string {
	changes := []string{}
	for _, c := range policyColumns() {
		if slices.Contains(p.Fields, c.Key) {
			changes = append(changes, fmt.Sprintf("%s: %s -> %s", strings.ReplaceAll(c.Key, "_", " "), plainText(c.Value(p.Before)), plainText(c.Value(p.After))))
		}
	}
	return changes
}

// plainText gives a policy's value as people read it in a sentence.
func plainText(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []string:
		return strings.Join(v, ", ")
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04 MST")
	default:
		return fmt.Sprint(v)
	}
}

// policyItem reports a change of policy, with the counts of its plan.
func policyItem(p app.PolicyPlan) changeItem {
	item := changeItem{Target: string(p.After.Profile), Result: resultUnchanged, Made: map[string]any{
		"version": p.After.Version, "fields": append([]string{}, p.Fields...), "accounts": p.Accounts,
		"set_up_owed_before": p.SetUpBefore, "set_up_owed": p.SetUpAfter, "without_email": p.NoEmail,
	}}
	if p.Changed {
		item.Result = resultChanged
	}
	return item
}
