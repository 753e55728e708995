package report

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/i18n"
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

// A Timeline puts what happened to one account in order, in words of Lang.
type Timeline struct {
	Lang    string // "fr" or "en"
	entries []Entry
}

// say gives words of the timeline with what belongs into them.
func (t *Timeline) say(key string, facts ...any) string {
	return fmt.Sprintf(i18n.Word(t.Lang, "timeline", key), facts...)
}

func (t *Timeline) word(group, code string) string { return i18n.Word(t.Lang, group, code) }

// Login adds a login.
func (t *Timeline) Login(l access.Login) {
	text := t.say("open")
	switch {
	case l.State == access.LoginPassed && l.Recognized:
		text = t.say("recognized")
	case l.State == access.LoginPassed && !l.PINAt.IsZero():
		text = t.say("with_pin")
	case l.State == access.LoginPassed:
		text = t.say("unasked")
	case l.State == access.LoginExpired:
		text = t.say("expired")
	case l.State == access.LoginDenied:
		text = t.say("denied", t.word("reason", string(l.Reason)))
	}
	if l.WrongPINs > 0 {
		text += ", " + t.say("wrong_pins", l.WrongPINs)
	}
	if l.Registered {
		text += ", " + t.say("registered")
	}
	t.entries = append(t.entries, Entry{
		At: l.StartedAt, What: EntryLogin, Number: fmt.Sprint(l.Key), Text: text, IP: l.IP, Browser: l.Browser().String(),
	})
}

// Alert adds an alert, and the answer to it.
func (t *Timeline) Alert(a access.Alert) {
	text := a.Text // in English it says more than its kind
	if t.Lang == i18n.French {
		text = t.word("alert", AlertCode(a))
	}
	e := Entry{At: a.At, What: EntryAlert, Number: fmt.Sprint(a.Key), Text: text, Severity: a.Severity, IP: a.IP}
	if a.UserAgent != "" {
		e.Browser = access.ParseBrowser(a.UserAgent).String()
	}
	t.entries = append(t.entries, e)
	if a.AnsweredAt.IsZero() {
		return
	}
	text = t.say("answered", a.Key, t.word("alert_state", string(a.State)))
	t.entries = append(t.entries, Entry{
		At: a.AnsweredAt, What: EntryAlert, Number: e.Number, Text: t.because(text, a.Answer), Severity: a.Severity, By: a.AnsweredBy,
	})
}

// Notice adds what the person or the school was told.
func (t *Timeline) Notice(n access.Notice) {
	key := "to_person"
	if n.ToSchool {
		key = "to_school"
	}
	text := t.say(key, t.word("notice", string(n.Kind)), t.word("notice_state", string(n.State)))
	t.entries = append(t.entries, Entry{At: n.At, What: EntryNotice, Number: n.ID, Text: text})
}

// Change adds an audit record; who and reason come from its detail.
func (t *Timeline) Change(r access.AuditRecord, who, reason string) {
	text := t.word("action", r.Action)
	if r.Result != access.AuditDone {
		text += ", " + t.word("result", string(r.Result))
	}
	t.entries = append(t.entries, Entry{At: r.At, What: EntryChange, Number: fmt.Sprint(r.Seq), Text: t.because(text, reason), By: who})
}

// because adds a reason that somebody gave.
func (t *Timeline) because(text, reason string) string {
	if reason == "" {
		return text
	}
	return t.say("because", text, reason)
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
