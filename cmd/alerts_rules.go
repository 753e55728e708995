package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/detect"
)

func newAlertsRules(s *session) *cobra.Command {
	c := &cobra.Command{
		Use:   "rules",
		Short: "List the rules that raise alerts, and try them on the log",
		Long: `List the rules that raise alerts, with the thresholds that they use. A threshold
is set below "detect" in the configuration file; 0 switches off the rules that use
it. Needs no store. What to do about an alert of each rule stands in
docs/detection.md.`,
		Example: `  pinward alerts rules
  PINWARD_DETECT_NEW_DEVICES=8 pinward alerts rules -o json`,
		Args: noWord,
		RunE: func(*cobra.Command, []string) error { return s.alertsRules() },
	}
	c.AddCommand(newAlertsRulesTry(s))
	return c
}

func (s *session) alertsRules() error {
	if _, err := s.format(); err != nil {
		return err
	}
	return list(s, ruleColumns(s.thresholds()), rows(detect.Rules()), "")
}

func ruleColumns(t detect.Thresholds) []column[detect.Rule] {
	type row = detect.Rule
	return []column[row]{
		{Key: "id", Title: "RULE", Whole: true, Value: func(r row) any { return string(r.Kind) }},
		{Key: "severity", Title: "SEVERITY", Whole: true, Value: func(r row) any { return severityNames(r.Severities) }},
		{Key: "on", Title: "ON", Value: func(r row) any { return ruleOn(r, t) }},
		{Key: "thresholds", Title: "THRESHOLDS", Value: func(r row) any { return orNil(thresholdWords(r, t)) }},
		{Key: "needs", Title: "", Value: func(r row) any { return orNil(strings.Join(r.Facts, "; ")) }},
		{Key: "judges_logins", Title: "", Value: func(r row) any { return r.Logins }},
		{Key: "text", Title: "WHAT IT SEES", Value: func(r row) any { return r.Sees }},
	}
}

func severityNames(all []access.Severity) string {
	var names []string
	for _, one := range all {
		names = append(names, string(one))
	}
	return strings.Join(names, ", ")
}

// thresholdWords gives the thresholds of a rule as "name=value, …".
func thresholdWords(r detect.Rule, t detect.Thresholds) string {
	var words []string
	for _, name := range r.Settings {
		words = append(words, fmt.Sprintf("%s=%d", name, t.Value(name)))
	}
	return strings.Join(words, ", ")
}

// ruleOn reports whether the thresholds leave a rule on. The one that takes more
// from inside is on where either threshold is.
func ruleOn(r detect.Rule, t detect.Thresholds) bool {
	if r.Kind == access.AlertSpraying {
		return t.SprayMinutes > 0 && t.SprayAccounts+t.SprayAccountsInside > 0
	}
	for _, name := range r.Settings {
		if t.Value(name) == 0 {
			return false
		}
	}
	return true
}

func newAlertsRulesTry(s *session) *cobra.Command {
	since := "7d"
	c := &cobra.Command{
		Use:   "try",
		Short: "Say what the rules would have raised on the stored log",
		Long: `Judge the stored log anew, login by login in the order they began, by the rules
and thresholds that hold now, and say what each rule would have raised. Nothing is
written. Rules that judge changes rather than logins are left out.`,
		Example: `  pinward alerts rules try --since 7d
  PINWARD_DETECT_NEW_DEVICES=3 pinward alerts rules try --since 30d -o csv`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.alertsRulesTry(c.Context(), since) },
	}
	c.Flags().StringVar(&since, "since", since, "on logins of the last `TIME`, such as 24h or 30d")
	return c
}

func (s *session) alertsRulesTry(ctx context.Context, since string) error {
	span, err := parseSpan("--since", since)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	trials, err := a.TryRules(ctx, s.Operator, s.Now().Add(-span))
	if err != nil {
		return err
	}
	return list(s, trialColumns(), rows(trials), "")
}

func trialColumns() []column[app.Trial] {
	type row = app.Trial
	return []column[row]{
		{Key: "id", Title: "RULE", Whole: true, Value: func(r row) any { return string(r.Rule.Kind) }},
		{Key: "severity", Title: "SEVERITY", Whole: true, Value: func(r row) any { return severityNames(r.Rule.Severities) }},
		{Key: "alerts", Title: "ALERTS", Value: func(r row) any { return r.Alerts }},
		{Key: "incidents", Title: "INCIDENTS", Value: func(r row) any { return r.Incidents }},
		{Key: "last_at", Title: "LAST", Value: func(r row) any { return r.LastAt }},
	}
}
