package cmd

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/report"
	"pinward/internal/store"
)

func newAccountExport(s *session) *cobra.Command {
	var lang string
	c := &cobra.Command{
		Use:   "export LOGIN",
		Short: "Give everything that is held about a person",
		Long: `Write everything that is held about a person, to be given to them on request:
the account, devices, logins, alerts, notices and audit records, as JSON, or with
-o html as a page in the language of the account or the one that --lang names.
What only the program itself may open (PIN, birth date, device tokens, codes) is
named and not given. The export is recorded.`,
		Example: `  pinward account export lea.martin --output-file lea.json
  pinward account export lea.martin -o html --output-file lea.html`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.accountExport(c.Context(), args[0], lang) },
	}
	addPageLang(c, &lang, "account")
	return c
}

func (s *session) accountExport(ctx context.Context, login, lang string) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	asked := s.globals.named()
	if asked && format != render.JSON && format != render.JSONL && format != render.HTML {
		return access.Usage("account export: what is held fits no table", "use -o json or -o html")
	}
	if err := pageLang(lang, format); err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	x, err := a.ExportAccount(ctx, s.Operator, login)
	if err != nil {
		return err
	}
	if format == render.HTML {
		return s.writePage(exportPage(x, pageWords(cmp.Or(lang, x.Page.Account.Lang, x.Page.School.Lang))), x.Page.School.Location())
	}
	object, err := s.exportJSON(x)
	if err != nil {
		return err
	}
	return s.writeJSON(object)
}

// leftOut says what is held and not given.
func leftOut(x app.AccountExport, l pageWords) []string {
	var out []string
	for _, one := range []struct {
		kept bool
		key  string
	}{
		{x.BirthDate, "left_birth_date"},
		{x.Page.PIN.Set, "left_pin"},
		{x.SetupCode, "left_code"},
		{len(x.Devices) > 0, "left_devices"},
	} {
		if one.kept {
			out = append(out, l.say(one.key))
		}
	}
	return out
}

// exportJSON gives the page of the account, with all that is held in the place
// of the last.
func (s *session) exportJSON(x app.AccountExport) (map[string]any, error) {
	object, err := s.accountJSON(x.Page)
	if err != nil {
		return nil, err
	}
	delete(object, "last_logins")
	delete(object, "verdicts")
	object["made_at"], object["birth_date_kept"] = x.MadeAt, x.BirthDate
	object["left_out"] = append([]string{}, leftOut(x, "en")...)
	if object["device_list"], err = arrayOf(s, deviceColumns(), x.Devices); err != nil {
		return nil, err
	}
	if object["login_list"], err = arrayOf(s, loginColumns(), x.Logins); err != nil {
		return nil, err
	}
	if object["alert_list"], err = arrayOf(s, alertColumns(), x.Alerts); err != nil {
		return nil, err
	}
	if object["notice_list"], err = arrayOf(s, heldNoticeColumns(), x.Notices); err != nil {
		return nil, err
	}
	object["audit_list"], err = arrayOf(s, auditColumns(), x.Audits)
	return object, err
}

// heldNoticeColumns shows what somebody was told, without what only the mail
// may show.
func heldNoticeColumns() []column[store.NoticeRow] {
	type row = store.NoticeRow
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.ID }},
		{Key: "at", Title: "WHEN", Value: func(r row) any { return r.At }},
		{Key: "kind", Title: "KIND", Value: func(r row) any { return string(r.Kind) }},
		{Key: "state", Title: "STATE", Value: func(r row) any { return string(r.State) }},
		{Key: "to_school", Title: "TO SCHOOL", Value: func(r row) any { return r.ToSchool }},
		{Key: "address", Title: "ADDRESS", Value: func(r row) any { return orNil(r.Address) }},
		{Key: "browser", Title: "BROWSER", Value: func(r row) any { return orNil(r.Facts.Browser) }},
		{Key: "ip", Title: "IP", Value: func(r row) any { return addressOrNil(r.Facts.IP) }},
		{Key: "label", Title: "DEVICE", Value: func(r row) any { return orNil(r.Facts.Label) }},
		{Key: "reason", Title: "REASON", Value: func(r row) any { return orNil(r.Facts.Reason) }},
		{Key: "sent_at", Title: "SENT", Value: func(r row) any { return r.SentAt }},
		{Key: "seen_at", Title: "SEEN", Value: func(r row) any { return r.SeenAt }},
	}
}

func exportPage(x app.AccountExport, l pageWords) render.Page {
	a := x.Page.Account
	p := render.Page{Lang: string(l), Title: l.say("export_title", a.Name()), Lead: l.say("export_lead")}
	for _, f := range []render.Fact{
		{Name: "login", Text: a.Login},
		{Name: "account_id", Text: a.ID},
		{Name: "external_id", Text: a.ExternalID},
		{Name: "family_name", Text: a.FamilyName},
		{Name: "given_name", Text: a.GivenName},
		{Name: "profile", Text: l.word("profile", string(a.Profile))},
		{Name: "school", Text: l.schools(x.Page)},
		{Name: "group", Text: a.Group},
		{Name: "mail", Text: a.Email},
		{Name: "language", Text: l.word("lang", a.Lang)},
		{Name: "status", Text: l.status(a)},
		{Name: "protection", Text: l.word("protection", string(a.Protection))},
		{Name: "last_day", Text: a.EndsOn.String()},
		{Name: "guardians", Text: strings.Join(x.Page.Guardians, ", ")},
		{Name: "students", Text: strings.Join(x.Page.Students, ", ")},
		{Name: "not_given", Text: strings.Join(leftOut(x, l), "; ")},
	} {
		if f.Text != "" {
			p.Facts = append(p.Facts, render.Fact{Name: l.say(f.Name), Text: f.Text})
		}
	}
	p.Sections = exportSections(x, l)
	return p
}

// exportSections lists all that is held: what matters in tables, the rest below
// each row, so that it fits a sheet of paper.
func exportSections(x app.AccountExport, l pageWords) []render.Section {
	none, title := l.say("none"), func(key string) string { return l.say("section_" + key) }
	devices := inWords(l, deviceColumns(), map[string]string{"kind": "kind", "proof": "proof", "profile": "profile"},
		"label", "kind", "browser", "last_seen_at", "expires_at", "revoked_at")
	logins := inWords(l, loginColumns(), map[string]string{"state": "login_state", "decision": "decision", "reason": "reason", "token": "token"},
		"id", "started_at", "state", "reason", "ip", "browser")
	alerts := inWords(l, codedAlerts(), map[string]string{"kind": "alert", "severity": "severity", "state": "alert_state"},
		"id", "at", "kind", "severity", "state", "ip")
	notices := inWords(l, heldNoticeColumns(), map[string]string{"kind": "notice", "state": "notice_state"},
		"at", "kind", "state", "address", "sent_at", "seen_at")
	audits := inWords(l, auditColumns(), map[string]string{"action": "action", "result": "result", "role": "role"},
		"id", "at", "actor_name", "action", "result", "reason")
	return []render.Section{
		pageSection(title("devices"), devices, rows(x.Devices), none),
		pageSection(title("logins"), logins, rows(x.Logins), none),
		pageSection(title("alerts"), alerts, rows(x.Alerts), none),
		pageSection(title("notices"), notices, rows(x.Notices), none),
		pageSection(title("audits"), audits, rows(x.Audits), none),
	}
}

// codedAlerts gives the columns of alerts with the code that a page has words
// for in the place of the kind.
func codedAlerts() []column[store.AlertRow] {
	columns := alertColumns()
	for i := range columns {
		if columns[i].Key == "kind" {
			columns[i].Value = func(r store.AlertRow) any { return report.AlertCode(r.Alert) }
		}
	}
	return columns
}

// schools names the schools of an account, its home first.
func (l pageWords) schools(p app.AccountPage) string {
	text := p.School.Name + " (" + p.School.Code + ")"
	if others := p.Account.Schools[min(1, len(p.Account.Schools)):]; len(others) > 0 {
		text += ", " + l.say("also", strings.Join(others, ", "))
	}
	return text
}
