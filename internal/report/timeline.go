package report

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pinward/internal/access"
)

// An Entry is one thing that happened to an account.
type Entry struct {
	At       time.Time
	What     string // one of the Entry… words
	Number   string // of the login, alert or audit record; the notice's id
	Text     string // in plain words
	Severity access.Severity
	IP       netip.Addr
	Browser  string
	By       string // who did it, where that is known and not the person
}

// What an Entry is about.
const (
	EntryLogin  = "login"
	EntryAlert  = "alert"
	EntryChange = "change"
	EntryNotice = "notice"
)

// A Timeline puts what happened to one account in order.
type Timeline struct {
	entries []Entry
}

// Login adds a login.
func (t *Timeline) Login(l access.Login) {
	text := fmt.Sprintf("login %s: %s", l.State, l.Reason)
	switch {
	case l.State == access.LoginPassed && l.Recognized:
		text = "logged in on a recognized device"
	case l.State == access.LoginPassed && !l.PINAt.IsZero():
		text = "logged in with the PIN on a device that was not recognized"
	case l.State == access.LoginPassed:
		text = "logged in without a PIN"
	case l.State == access.LoginExpired:
		text = "gave the password and nothing more"
	case l.State == access.LoginDenied && l.Reason == access.ReasonLoginExhausted:
		text = "turned away: too many wrong PINs in one login"
	case l.State == access.LoginDenied:
		text = "turned away: " + l.Reason.Sentence()
	}
	if l.WrongPINs > 0 {
		text += fmt.Sprintf("; wrong PINs: %d", l.WrongPINs)
	}
	if l.Registered {
		text += "; the device was registered"
	}
	t.entries = append(t.entries, Entry{
		At: l.StartedAt, What: EntryLogin, Number: fmt.Sprint(l.Key), Text: text, IP: l.IP, Browser: l.Browser().String(),
	})
}

// Alert adds an alert, and the answer to it.
func (t *Timeline) Alert(a access.Alert) {
	e := Entry{At: a.At, What: EntryAlert, Number: fmt.Sprint(a.Key), Text: a.Text, Severity: a.Severity, IP: a.IP}
	if a.UserAgent != "" {
		e.Browser = access.ParseBrowser(a.UserAgent).String()
	}
	t.entries = append(t.entries, e)
	if a.AnsweredAt.IsZero() {
		return
	}
	text := fmt.Sprintf("alert %d %s", a.Key, a.State)
	if a.Answer != "" {
		text += ": " + a.Answer
	}
	t.entries = append(t.entries, Entry{At: a.AnsweredAt, What: EntryAlert, Number: e.Number, Text: text, Severity: a.Severity, By: a.AnsweredBy})
}

// Notice adds what the person or the school was told.
func (t *Timeline) Notice(n access.Notice) {
	text := fmt.Sprintf("notice %s: %s", n.Kind, n.State)
	if n.ToSchool {
		text += ", to the school"
	}
	t.entries = append(t.entries, Entry{At: n.At, What: EntryNotice, Number: n.ID, Text: text})
}

// Change adds an audit record; who and reason come from its detail.
func (t *Timeline) Change(r access.AuditRecord, who, reason string) {
	text := r.Action
	if r.Result != access.AuditDone {
		text += ", " + string(r.Result)
	}
	if reason != "" {
		text += ": " + reason
	}
	t.entries = append(t.entries, Entry{At: r.At, What: EntryChange, Number: fmt.Sprint(r.Seq), Text: text, By: who})
}

// Rows gives all entries, oldest first.
func (t *Timeline) Rows() []Entry {
	slices.SortStableFunc(t.entries, func(a, b Entry) int { return a.At.Compare(b.At) })
	return t.entries
}

// An EntryDay counts the logins and alerts of one day.
type EntryDay struct {
	Day            access.Date
	Logins, Alerts int
}

// ByDay counts entries by the days of zone on which there are any.
func ByDay(entries []Entry, zone *time.Location) []EntryDay {
	days := map[access.Date]EntryDay{}
	for _, e := range entries {
		day := access.DateOf(e.At.In(zone))
		count := days[day]
		count.Day = day
		switch {
		case e.What == EntryLogin:
			count.Logins++
		case e.What == EntryAlert && e.By == "":
			count.Alerts++
		}
		days[day] = count
	}
	var rows []EntryDay
	for _, day := range sortedDays(days) {
		rows = append(rows, days[day])
	}
	return rows
}
