package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"pinward/internal/access"
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
	var lines []string
	for _, one := range rows[:min(len(rows), maxDigestLines)] {
		line := fmt.Sprintf("%s, alert %d: %s", one.Severity, one.Key, one.Kind.Sentence())
		if lang == "fr" {
			line = fmt.Sprintf("%s, alerte %d : %s", inFrench(string(one.Severity)), one.Key, inFrench(string(one.Kind)))
		}
		if one.Alerts > 1 {
			line += fmt.Sprintf(" (%d)", one.Alerts)
		}
		lines = append(lines, line)
	}
	if left := len(rows) - maxDigestLines; left > 0 && lang == "fr" {
		lines = append(lines, fmt.Sprintf("et %d autres", left))
	} else if left > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", left))
	}
	return lines
}

// inFrench words a severity or a kind of alert; what it does not know it leaves.
func inFrench(word string) string {
	known := map[string]string{
		"info": "information", "warn": "avertissement", "high": "grave", "critical": "critique",
		string(access.AlertNewDevice):          "connexion depuis un appareil non reconnu",
		string(access.AlertPINWrong):           "mot de passe correct, code PIN faux",
		string(access.AlertPINLocked):          "plusieurs codes PIN faux : compte verrouillé pour un moment",
		string(access.AlertPINBlocked):         "trop de codes PIN faux : bloqué jusqu’à la réinitialisation du code",
		string(access.AlertDeviceReplayed):     "un ancien jeton d’un appareil reconnu est revenu : l’appareil a été révoqué",
		string(access.AlertNotifyOnlyLogin):    "connexion depuis un appareil non reconnu, compte sans code PIN",
		string(access.AlertFirstPINSet):        "premier code PIN défini",
		string(access.AlertProtectionWeakened): "la protection du compte a été réduite",
		string(access.AlertPINReset):           "code PIN réinitialisé par un responsable",
		string(access.AlertLoginAbandoned):     "mot de passe correct, code PIN jamais saisi",
	}
	if text := known[word]; text != "" {
		return text
	}
	return word
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
