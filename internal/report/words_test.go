package report

import (
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/i18n"
)

// codesOf lists, by the group of their words, the codes that people are shown.
func codesOf() map[string][]string {
	return map[string][]string{
		"severity": texts(access.Severities()), "alert": texts(access.AlertKinds()), "alert_state": texts(access.AlertStates()),
		"login_state": texts(access.LoginStates()), "decision": texts(access.Decisions()), "reason": texts(access.Reasons()),
		"notice": texts(access.NoticeKinds()), "notice_state": texts(access.NoticeStates()), "result": texts(access.AuditResults()),
		"profile": texts(access.Profiles()), "protection": texts(access.Protections()), "kind": access.Kinds(),
		"status": texts([]access.Status{access.Active, access.Suspended, access.Archived}),
		"role":   texts([]access.Role{access.RoleAdmin, access.RolePrincipal, access.RoleHelpdesk, access.RoleReporter, access.RolePortal}),
		"what":   {EntryLogin, EntryAlert, EntryChange, EntryNotice},
	}
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = string(one)
	}
	return out
}

// TestEveryCodeHasWords fails where a code was added and people would be shown
// it bare.
func TestEveryCodeHasWords(t *testing.T) {
	for group, codes := range codesOf() {
		for _, code := range codes {
			for _, lang := range i18n.Languages() {
				if !i18n.HasWord(lang, group, code) {
					t.Errorf("%s: no words for %s %q", lang, group, code)
				}
			}
		}
	}
}

// TestAlertsHaveOneSentence keeps the words of alerts in English what alerts say
// themselves.
func TestAlertsHaveOneSentence(t *testing.T) {
	for _, kind := range access.AlertKinds() {
		if got, want := i18n.Word("en", "alert", string(kind)), kind.Sentence(); got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
}

// TestDigestShowsNoCode reads a line of every kind of alert.
func TestDigestShowsNoCode(t *testing.T) {
	for _, lang := range i18n.Languages() {
		for i, kind := range access.AlertKinds() {
			for _, login := range []int64{0, 1} {
				one := alert(int64(i+1), "i", access.Warn, kind)
				one.LoginKey = login
				if line := DigestLines([]Incident{{Alert: one}}, lang)[0]; strings.Contains(line, "_") {
					t.Errorf("%s: got %q, want plain words", lang, line)
				}
			}
		}
	}
}
