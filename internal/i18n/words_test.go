package i18n

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestBothLanguagesHaveTheSameWords fails where a code has words in one language
// only, or none.
func TestBothLanguagesHaveTheSameWords(t *testing.T) {
	english, french := catalog().In("en"), catalog().In(French)
	if got, want := slices.Sorted(maps.Keys(french)), slices.Sorted(maps.Keys(english)); !slices.Equal(got, want) {
		t.Errorf("groups: got %v in French, want %v", got, want)
	}
	for group, codes := range english {
		if got, want := slices.Sorted(maps.Keys(french[group])), slices.Sorted(maps.Keys(codes)); !slices.Equal(got, want) {
			t.Errorf("%s: got %v in French, want %v", group, got, want)
		}
		for code := range codes {
			for _, lang := range Languages() {
				if text := Word(lang, group, code); !HasWord(lang, group, code) || strings.Contains(text, "_") {
					t.Errorf("%s %s %q: got %q, want words for people", lang, group, code, text)
				}
			}
		}
	}
}

func TestWord(t *testing.T) {
	for _, tt := range []struct{ lang, group, code, want string }{
		{"fr", "alert", "pin_reset_by_mail", "code PIN oublié remplacé grâce à un code envoyé par courriel"},
		{"en", "alert", "pin_reset_by_mail", "a forgotten PIN was replaced by a code that was mailed"},
		{"fr", "alert", "pin_blocked", "trop de codes PIN faux\u00a0: bloqué jusqu’à la réinitialisation du code"},
		{"de", "severity", "warn", "warning"},
		{"fr", "alert", "of tomorrow", "of tomorrow"},
		{"fr", "nothing", "warn", "warn"},
	} {
		if got := Word(tt.lang, tt.group, tt.code); got != tt.want {
			t.Errorf("%s %s %s: got %q, want %q", tt.lang, tt.group, tt.code, got, tt.want)
		}
	}
}

func TestBrowser(t *testing.T) {
	for _, tt := range []struct{ lang, in, want string }{
		{"fr", "Firefox on Windows", "Firefox sur Windows"},
		{"en", "Firefox on Windows", "Firefox on Windows"},
		{"fr", "unknown on unknown", "inconnu"},
		{"fr", "", "inconnu"},
		{"en", "unknown on Linux", "Linux"},
		{"en", "curl on unknown", "curl"},
	} {
		if got := Browser(tt.lang, tt.in); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.lang, tt.in, got, tt.want)
		}
	}
}
