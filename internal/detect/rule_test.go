package detect_test

import (
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/detect"
)

func TestRulesAreTold(t *testing.T) {
	var names, used []string
	for _, r := range detect.Rules() {
		names = append(names, string(r.Kind))
		used = append(used, r.Settings...)
		if !strings.HasSuffix(r.Sees, ".") || !strings.HasSuffix(r.Advice, ".") || len(r.Severities) == 0 {
			t.Errorf("%s: got %+v, want sentences and a severity", r.Kind, r)
		}
		if got := (detect.Finding{Kind: r.Kind, Count: 7}).Sentence(); !strings.Contains(got, " ") {
			t.Errorf("%s: got sentence %q", r.Kind, got)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("rules: got %v, want each once, in order", names)
	}
	var settings []string
	for _, s := range detect.Defaults().Settings() {
		settings = append(settings, s.Name)
		if s.Value == 0 {
			t.Errorf("%s: its rules are off by default", s.Name)
		}
		if !slices.Contains(used, s.Name) {
			t.Errorf("%s: no rule uses it", s.Name)
		}
	}
	for _, name := range used {
		if !slices.Contains(settings, name) {
			t.Errorf("%s: no such threshold", name)
		}
	}
}

func TestThresholdsWith(t *testing.T) {
	got := detect.Defaults().With(map[string]int{"new_devices": 0, "silence_days": 7})
	want := detect.Defaults()
	want.NewDevices, want.SilenceDays = 0, 7
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAboutAddress(t *testing.T) {
	for _, r := range detect.Rules() {
		want := r.Kind == access.AlertSpraying || r.Kind == access.AlertTokenStoreShared
		if got := detect.AboutAddress(r.Kind); got != want {
			t.Errorf("%s: got %v, want %v", r.Kind, got, want)
		}
	}
}
