package mail

import (
	"strconv"
	"time"

	"pinward/internal/access"
	"pinward/internal/i18n"
)

// A letter is what both parts of a mail say, in order. Its texts are tamed, and
// typeset where they are words of ours.
type letter struct {
	Lang       string
	School     string
	Subject    string
	Greeting   string
	Lead       string
	CodeTitle  string
	Code       string // empty: none
	Rows       []row
	ItemsTitle string
	Items      []string
	Parts      []part
	Footer     string
	Colon      string
}

// A row is one fact.
type row struct{ Title, Value string }

// A part is a titled text, or steps to take.
type part struct {
	Title string
	Text  string
	Steps []string
}

// write puts the texts of a mail and the facts of its notice together.
func write(w words, m mailWords, n access.Notice, to Recipient, secret access.Secret) letter {
	l := letter{
		Lang: n.Lang, School: tame(to.School), Subject: m.Subject, Greeting: w.Hello + ",", Lead: m.Lead,
		CodeTitle: w.Code, Code: tame(secret.Reveal()), Rows: rows(w, n, to), ItemsTitle: w.Titles["items"],
		Footer: w.Footer, Colon: w.Colon,
	}
	if name := tame(to.Name); name != "" {
		l.Greeting = w.Hello + " " + name + ","
	}
	for _, item := range n.Facts.Items {
		l.Items = append(l.Items, tame(item))
	}
	for _, p := range m.Parts {
		one := part{Title: w.Titles[p.Title], Text: p.Text}
		if n.Facts.SelfReset && p.TextReset != "" {
			one.Text = p.TextReset
		}
		for _, step := range p.Steps {
			one.Steps = append(one.Steps, i18n.Typeset(n.Lang, w.Steps[step]))
		}
		l.Parts = append(l.Parts, one)
	}
	if !n.ToSchool {
		l.Parts = append(l.Parts, part{Title: w.Titles["ask"], Text: w.Contact})
		if contact := tame(to.Contact); contact != "" {
			l.Parts[len(l.Parts)-1].Text = w.ContactNamed + " " + contact
		}
	}
	for _, text := range []*string{&l.Lead, &l.Footer, &l.Colon} {
		*text = i18n.Typeset(n.Lang, *text)
	}
	for i := range l.Parts {
		l.Parts[i].Text = i18n.Typeset(n.Lang, l.Parts[i].Text)
	}
	return l
}

// rows lists the facts that a notice has. A login without a known place says so; a
// digest's items have times of their own, and can be counted.
func rows(w words, n access.Notice, to Recipient) []row {
	f, lang := n.Facts, n.Lang
	var out []row
	add := func(title, value string) {
		if value != "" {
			out = append(out, row{title, value})
		}
	}
	login := f.Login
	if login == "" {
		login = to.Login
	}
	add(w.Account, tame(login))
	switch {
	case f.At.IsZero():
	case len(f.Items) == 0:
		add(w.When, i18n.Moment(lang, f.At, location(to)))
	case !f.Until.IsZero():
		add(w.Since, i18n.Moment(lang, f.At, location(to)))
	}
	if f.Browser != "" || f.IP.IsValid() || isLogin(n.Kind) {
		add(w.Device, browser(lang, f.Browser))
		add(w.Place, place(w, f))
	}
	if f.IP.IsValid() {
		add(w.Network, access.NetworkOf(f.IP).String())
	}
	add(w.Label, tameForeign(f.Label))
	add(w.By, role(w, f.By))
	add(w.Reason, tameForeign(f.Reason))
	if !f.Until.IsZero() {
		add(w.Until, i18n.Moment(lang, f.Until, location(to)))
	}
	if f.Count > 0 && len(f.Items) == 0 {
		add(w.Count, strconv.Itoa(f.Count))
	}
	return out
}

// isLogin reports the kinds that tell of a login, which has a device and a place
// even where neither is known.
func isLogin(k access.NoticeKind) bool {
	return k == access.NoticeNewDevice || k == access.NoticeLoginSuspicious
}

func location(to Recipient) *time.Location {
	if to.Location == nil {
		return time.UTC
	}
	return to.Location
}

// browser gives "Firefox on Windows" in the mail's language.
func browser(lang, s string) string { return i18n.Browser(lang, tameForeign(s)) }

func place(w words, f access.NoticeFacts) string {
	switch {
	case f.Inside:
		return w.Inside
	case f.IP.IsValid():
		return w.Outside
	default:
		return w.Unknown
	}
}

func role(w words, by string) string {
	if word, known := w.Roles[access.Role(by)]; known {
		return word
	}
	return tameForeign(by)
}
