package cmd_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pinward/internal/detect"
)

// TestRulesAreTold holds the tables of docs/detection.md against the rules and
// their thresholds.
func TestRulesAreTold(t *testing.T) {
	page := readText(t, "../docs/detection.md")
	var want [][]string
	for _, r := range detect.Rules() {
		var severities, settings []string
		for _, s := range r.Severities {
			severities = append(severities, string(s))
		}
		for _, name := range r.Settings {
			settings = append(settings, "`"+name+"`")
		}
		thresholds := strings.Join(settings, ", ")
		if thresholds == "" {
			thresholds = "-"
		}
		want = append(want, []string{"`" + string(r.Kind) + "`", strings.Join(severities, ", "), thresholds, r.Sees, r.Advice})
	}
	got := table(t, page, "## The rules")
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("docs/detection.md: the rules: got %q, want %q", got, want)
	}
	defaults := map[string]string{}
	for _, s := range detect.Defaults().Settings() {
		defaults["`"+s.Name+"`"] = fmt.Sprint(s.Value)
	}
	for _, row := range table(t, page, "## Thresholds") {
		if defaults[row[0]] != row[1] {
			t.Errorf("docs/detection.md: %s: got %s, want %s", row[0], row[1], defaults[row[0]])
		}
		delete(defaults, row[0])
	}
	if len(defaults) > 0 {
		t.Errorf("docs/detection.md: thresholds not told: %v", defaults)
	}
}
