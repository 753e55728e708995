package cmd

import (
	"cmp"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func newAlerts(s *session) *cobra.Command {
	return group("alerts", "See, follow, answer and export what looks wrong",
		newAlertsList(s), newAlertsShow(s), newAlertsAck(s), newAlertsDispute(s), newAlertsRespond(s),
		newAlertsTail(s), newAlertsExport(s), newAlertsRules(s))
}

// alertColumns shows an alert to programs, one line each.
func alertColumns() []column[store.AlertRow] {
	type row = store.AlertRow
	return []column[row]{
		{Key: "id", Title: "NO", Value: func(r row) any { return r.Key }},
		{Key: "at", Title: "WHEN", Value: func(r row) any { return r.At }},
		{Key: "kind", Title: "KIND", Whole: true, Spare: 3, Value: func(r row) any { return string(r.Kind) }},
		{Key: "severity", Title: "SEVERITY", Whole: true, Value: func(r row) any { return string(r.Severity) }},
		{Key: "state", Title: "STATE", Whole: true, Value: func(r row) any { return string(r.State) }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return orNil(r.Login) }},
		{Key: "school", Title: "", Value: func(r row) any { return orNil(r.School) }},
		{Key: "ip", Title: "IP", Whole: true, Spare: 4, Value: func(r row) any { return addressOrNil(r.IP) }},
		{Key: "user_agent", Title: "", Value: func(r row) any { return orNil(r.UserAgent) }},
		{Key: "device_id", Title: "", Value: func(r row) any { return orNil(r.DeviceID) }},
		{Key: "incident_id", Title: "", Value: func(r row) any { return r.IncidentID }},
		{Key: "text", Title: "WHAT", Value: func(r row) any { return r.Text }},
		{Key: "login_number", Title: "", Value: func(r row) any { return numberOrNil(r.LoginKey) }},
		{Key: "answered_at", Title: "", Value: func(r row) any { return r.AnsweredAt }},
		{Key: "answered_by", Title: "", Value: func(r row) any { return orNil(r.AnsweredBy) }},
		{Key: "answer", Title: "", Value: func(r row) any { return orNil(r.Answer) }},
	}
}

func numberOrNil(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// An incident is what people see as one line: the alerts that share an id, told
// by the most urgent of them.
type incident struct {
	store.AlertRow
	Count int
}

func incidentColumns() []column[incident] {
	type row = incident
	return []column[row]{
		{Title: "NO", Value: func(r row) any { return r.Key }},
		{Title: "WHEN", Value: func(r row) any { return r.At }},
		{Title: "SEVERITY", Whole: true, Value: func(r row) any { return string(r.Severity) }},
		{Title: "STATE", Whole: true, Value: func(r row) any { return string(r.State) }},
		{Title: "LOGIN", Whole: true, Value: func(r row) any { return orNil(r.Login) }},
		{Title: "ALERTS", Spare: 1, Value: func(r row) any { return r.Count }},
		{Title: "KIND", Whole: true, Spare: 2, Value: func(r row) any { return string(r.Kind) }},
		{Title: "IP", Whole: true, Spare: 3, Value: func(r row) any { return addressOrNil(r.IP) }},
		{Title: "WHAT", Value: func(r row) any { return r.Text }},
	}
}

// incidents gathers alerts by incident, the one with the newest alert last. An
// incident is open while any of its alerts is.
func incidents(alerts []store.AlertRow) []incident {
	byID := map[string]incident{}
	newest := map[string]int64{}
	for _, alert := range alerts {
		one, known := byID[alert.IncidentID]
		if !known {
			one.AlertRow = alert
		}
		state := one.State
		if alert.State == access.AlertOpen {
			state = access.AlertOpen
		}
		if alert.Severity.Rank() >= one.Severity.Rank() {
			one.AlertRow = alert
		}
		one.State = state
		one.Count++
		byID[alert.IncidentID], newest[alert.IncidentID] = one, alert.Key
	}
	all := slices.Collect(maps.Values(byID))
	slices.SortFunc(all, func(a, b incident) int { return cmp.Compare(newest[a.IncidentID], newest[b.IncidentID]) })
	return all
}

// alertFilter is the flags by which alerts are listed and followed.
type alertFilter struct {
	logFilter
	Severity string
	State    string
	lowest   access.Severity // where no severity is asked for
}

func (f *alertFilter) add(c *cobra.Command, s *session) {
	f.logFilter.add(c, s)
	names := []string{"info", "warn", "high", "critical"}
	c.Flags().Var(newChoice(&f.Severity, names...), "severity", "at least that `SEVERITY`: info, warn, high or critical")
	complete(c, "severity", names...)
}

func (f *alertFilter) addState(c *cobra.Command) {
	names := []string{"open", "acknowledged", "disputed", "closed"}
	c.Flags().Var(newChoice(&f.State, names...), "state", "in that `STATE`: open, acknowledged, disputed or closed")
	complete(c, "state", names...)
}

func (f alertFilter) query(s *session) (app.AlertQuery, error) {
	q := app.AlertQuery{Login: f.Login, School: f.School}
	q.Severities = f.lowest.AtLeast()
	if f.Severity != "" {
		q.Severities = access.Severity(f.Severity).AtLeast()
	}
	if f.State != "" {
		q.States = []access.AlertState{access.AlertState(f.State)}
	}
	if f.Since == "" {
		return q, nil
	}
	span, err := parseSpan("--since", f.Since)
	q.Since = s.Now().Add(-span)
	return q, err
}
