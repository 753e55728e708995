package cmd_test

import (
	"regexp"
	"testing"

	"pinward/internal/decide"
	"pinward/internal/i18n"
)

// TestPagesHaveWordsForActions fails where a use case was added that the page of
// a person would name by its code.
func TestPagesHaveWordsForActions(t *testing.T) {
	actions := regexp.MustCompile(`Action = "([a-z.]+)"`).FindAllStringSubmatch(readText(t, "../internal/app/authorize.go"), -1)
	if len(actions) < 50 {
		t.Fatalf("got %d actions, want all", len(actions))
	}
	for _, lang := range i18n.Languages() {
		for _, action := range actions {
			if !i18n.HasWord(lang, "action", action[1]) {
				t.Errorf("%s: no words for the action %s", lang, action[1])
			}
		}
		for _, r := range decide.Recognitions() {
			if !i18n.HasWord(lang, "token", string(r)) {
				t.Errorf("%s: no words for a token that is %s", lang, r)
			}
		}
	}
}
