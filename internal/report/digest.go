package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/i18n"
)

// An Incident is the alerts that share an incident, told by the most urgent.
type Incident struct {
	access.Alert        // the most urgent, of several the newest
	Login        string // of its account
	First, Last  time.Time
	Alerts       int
	Open         bool // some alert of it is not answered
}

// A Digest gathers alerts into Incidents.
type Digest struct {
	incidents map[string]*Incident
}

// Add takes an alert, the older ones first.
func (d *Digest) Add(a access.Alert, login string) {
	if d.incidents == nil {
		d.incidents = map[string]*Incident{}
	}
	one := d.incidents[a.IncidentID]
	if one == nil {
		one = &Incident{Alert: a, Login: login, First: a.At}
		d.incidents[a.IncidentID] = one
	}
	if a.Severity.Rank() >= one.Severity.Rank() {
		one.Alert, one.Login = a, login
	}
	one.Last = a.At
	one.Alerts++
	one.Open = one.Open || a.State == access.AlertOpen
}

// Rows gives the incidents, the most urgent first, then the newest.
func (d *Digest) Rows() []Incident {
	rows := make([]Incident, 0, len(d.incidents))
	for _, one := range d.incidents {
		rows = append(rows, *one)
	}
	slices.SortFunc(rows, func(a, b Incident) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), b.Last.Compare(a.Last), cmp.Compare(b.Key, a.Key))
	})
	return rows
}

// maxDigestLines is how many incidents a mailed digest names.
const maxDigestLines = 20

// DigestLines words incidents for a mail, in French or English. They name alerts
// by number and nobody by name: a mail is read in many places.
func DigestLines(rows []Incident, lang string) []string {
	form := "%s, alert %d: %s"
	if lang == i18n.French {
		form = "%s, alerte %d : %s"
	}
	var lines []string
	for _, one := range rows[:min(len(rows), maxDigestLines)] {
		what := i18n.Word(lang, "alert", AlertCode(one.Alert))
		line := i18n.Typeset(lang, fmt.Sprintf(form, i18n.Word(lang, "severity", string(one.Severity)), one.Key, what))
		if one.Alerts > 1 {
			line += fmt.Sprintf(" (%d)", one.Alerts)
		}
		lines = append(lines, line)
	}
	if left := len(rows) - maxDigestLines; left > 0 {
		lines = append(lines, i18n.More(lang, left))
	}
	return lines
}

// AlertCode gives the code by which an alert is put in words: its kind, but for a
// wrong PIN that was tried outside a login, where nobody has given a password.
func AlertCode(a access.Alert) string {
	if a.Kind == access.AlertPINWrong && a.LoginKey == 0 {
		return "pin_wrong_outside"
	}
	return string(a.Kind)
}

// SeverityCounts counts incidents by severity, in the order of
// access.Severities.
func SeverityCounts(rows []Incident) []int {
	counts := make([]int, len(access.Severities()))
	for _, one := range rows {
		counts[max(one.Severity.Rank(), 0)]++
	}
	return counts
}

// sortedDays gives the days that are keys, in order.
func sortedDays[T any](days map[access.Date]T) []access.Date {
	return slices.SortedFunc(maps.Keys(days), func(a, b access.Date) int {
		if a.Before(b) {
			return -1
		}
		return 1
	})
}
