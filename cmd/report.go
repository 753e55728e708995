package cmd

import (
	"iter"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/render"
	"pinward/internal/report"
)

func newReport(s *session) *cobra.Command {
	return group("report", "Count and tell what a school wants to know",
		newReportCoverage(s), newReportDevices(s), newReportLogins(s), newReportDigest(s), newReportIncident(s))
}

// writeReport writes a report's rows, as a page with a chart where HTML is asked
// for. Times on the page are told in zone.
func writeReport[T any](s *session, columns []column[T], all []T, empty string, zone *time.Location, p render.Page, chart render.Chart) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	if format != render.HTML {
		return list(s, columns, rows(all), empty)
	}
	section := pageSection(pageWords(p.Lang).say("details"), columns, rows(all), empty)
	section.Chart = chart
	p.Sections = []render.Section{section}
	return s.writePage(p, zone)
}

func pageSection[T any](title string, columns []column[T], all iter.Seq2[T, error], empty string) render.Section {
	section := render.NewSection(title, columns, all)
	section.Empty = empty
	return section
}

func dayOf(d access.Date) render.Day { return render.Day{Year: d.Year, Month: d.Month, Day: d.Day} }

// schoolFact names the school that a report covers.
func schoolFact(code string) render.Fact {
	if code == "" {
		code = "all"
	}
	return render.Fact{Name: "School", Text: code}
}

func coverageColumns() []column[report.Coverage] {
	type row = report.Coverage
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.School + "/" + string(r.Profile) }},
		{Key: "school", Title: "SCHOOL", Whole: true, Value: func(r row) any { return r.School }},
		{Key: "profile", Title: "PROFILE", Whole: true, Value: func(r row) any { return string(r.Profile) }},
		{Key: "imposed", Title: "IMPOSED", Value: func(r row) any { return r.Imposed }},
		{Key: "accounts", Title: "ACCOUNTS", Value: func(r row) any { return r.Accounts }},
		{Key: "pin", Title: "PIN", Value: func(r row) any { return r.PIN }},
		{Key: "notify", Title: "NOTIFY", Value: func(r row) any { return r.Notify }},
		{Key: "none", Title: "NONE", Value: func(r row) any { return r.None }},
		{Key: "nothing_yet", Title: "NOTHING YET", Value: func(r row) any { return r.Nothing }},
		{Key: "owing", Title: "OWING", Value: func(r row) any { return r.Owing }},
	}
}

func deviceFindingColumns() []column[report.DeviceFinding] {
	type row = report.DeviceFinding
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return orNil(r.DeviceID) }},
		{Key: "finding", Title: "FINDING", Whole: true, Value: func(r row) any { return r.Finding }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return orNil(r.Login) }},
		{Key: "school", Title: "", Value: func(r row) any { return r.School }},
		{Key: "device_id", Title: "DEVICE", Whole: true, Spare: 3, Value: func(r row) any { return orNil(r.DeviceID) }},
		{Key: "label", Title: "LABEL", Value: func(r row) any { return orNil(r.Label) }},
		{Key: "browser", Title: "BROWSER", Spare: 2, Value: func(r row) any { return orNil(r.Browser) }},
		{Key: "ip", Title: "IP", Whole: true, Spare: 1, Value: func(r row) any { return addressOrNil(r.IP) }},
		{Key: "last_seen_at", Title: "LAST SEEN", Value: func(r row) any { return r.LastSeen }},
		{Key: "expires_at", Title: "EXPIRES", Spare: 4, Value: func(r row) any { return r.ExpiresAt }},
		{Key: "count", Title: "COUNT", Value: func(r row) any { return r.Count }},
	}
}

func loginDayColumns() []column[report.LoginDay] {
	type row = report.LoginDay
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.Day.String() }},
		{Key: "day", Title: "DAY", Value: func(r row) any { return dayOf(r.Day) }},
		{Key: "recognized", Title: "RECOGNIZED", Value: func(r row) any { return r.Recognized }},
		{Key: "with_pin", Title: "WITH PIN", Value: func(r row) any { return r.ByPIN }},
		{Key: "unasked", Title: "UNASKED", Value: func(r row) any { return r.Unasked }},
		{Key: "denied", Title: "DENIED", Value: func(r row) any { return r.Denied }},
		{Key: "expired", Title: "EXPIRED", Value: func(r row) any { return r.Expired }},
		{Key: "open", Title: "OPEN", Spare: 1, Value: func(r row) any { return r.Open }},
		{Key: "total", Title: "TOTAL", Value: func(r row) any { return r.Total }},
	}
}

func digestColumns() []column[report.Incident] {
	type row = report.Incident
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.IncidentID }},
		{Key: "alert", Title: "NO", Value: func(r row) any { return r.Key }},
		{Key: "severity", Title: "SEVERITY", Whole: true, Value: func(r row) any { return string(r.Severity) }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return orNil(r.Login) }},
		{Key: "school", Title: "", Value: func(r row) any { return r.School }},
		{Key: "kind", Title: "KIND", Whole: true, Spare: 2, Value: func(r row) any { return string(r.Kind) }},
		{Key: "alerts", Title: "ALERTS", Spare: 1, Value: func(r row) any { return r.Alerts }},
		{Key: "open", Title: "OPEN", Value: func(r row) any { return r.Open }},
		{Key: "first_at", Title: "FIRST", Spare: 3, Value: func(r row) any { return r.First }},
		{Key: "last_at", Title: "LAST", Value: func(r row) any { return r.Last }},
		{Key: "text", Title: "WHAT", Value: func(r row) any { return r.Text }},
	}
}

func entryColumns() []column[report.Entry] {
	type row = report.Entry
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.What + "/" + r.Number }},
		{Key: "at", Title: "WHEN", Value: func(r row) any { return r.At }},
		{Key: "what", Title: "WHAT", Whole: true, Value: func(r row) any { return r.What }},
		{Key: "number", Title: "NO", Whole: true, Spare: 3, Value: func(r row) any { return r.Number }},
		{Key: "severity", Title: "SEVERITY", Whole: true, Value: func(r row) any { return orNil(string(r.Severity)) }},
		{Key: "text", Title: "TEXT", Value: func(r row) any { return r.Text }},
		{Key: "ip", Title: "IP", Whole: true, Spare: 1, Value: func(r row) any { return addressOrNil(r.IP) }},
		{Key: "browser", Title: "BROWSER", Spare: 2, Value: func(r row) any { return orNil(r.Browser) }},
		{Key: "by", Title: "BY", Spare: 4, Value: func(r row) any { return orNil(r.By) }},
	}
}
