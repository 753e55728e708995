package app_test

import (
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/report"
)

// TestWhatIsDoneToManyIsHeldOfEach: an audit record of many names none of them,
// and yet each of them is told of it.
func TestWhatIsDoneToManyIsHeldOfEach(t *testing.T) {
	for _, c := range []struct {
		action, words string
		do            func(k *kit) error
	}{
		{"pin.reset", "PIN cleared by an operator", func(k *kit) error {
			return second(k.ResetPINs(t.Context(), root, app.ResetPINs{Logins: []string{"lea", "tom"}}))
		}},
		{"alerts.respond", "incident answered", func(k *kit) error {
			return second(k.Contain(t.Context(), root, app.Contain{School: "A", Reason: "a list went round"}))
		}},
	} {
		t.Run(c.action, func(t *testing.T) {
			k := teacher(t)
			k.add("tom", access.Teacher)
			if err := c.do(k); err != nil {
				t.Fatal(err)
			}
			x, err := k.ExportAccount(t.Context(), root, "lea")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, r := range x.Audits {
				if r.Action == c.action {
					n++
				}
			}
			if n != 1 {
				t.Errorf("the export tells of it %d times, want once", n)
			}
			r, err := k.ReportIncident(t.Context(), root, app.IncidentQuery{Login: "lea", Since: access.Days(30), Lang: "en"})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(r.Entries, func(e report.Entry) bool {
				return e.What == report.EntryChange && strings.HasPrefix(e.Text, c.words)
			}) {
				t.Errorf("got no %q in %+v", c.words, r.Entries)
			}
		})
	}
}
