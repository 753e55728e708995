package cmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/store"
)

func newAccountExport(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "export LOGIN",
		Short: "Give everything that is held about a person",
		Long: `Write everything that is held about a person, to be given to them on request:
the account, devices, logins, alerts, notices and audit records, as JSON, or with
-o html as a page. What only the program itself may open (PIN, birth date, device
tokens, codes) is named and not given. The export is recorded.`,
		Example: `  pinward account export lea.martin --output-file lea.json
  pinward account export lea.martin -o html --output-file lea.html`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.accountExport(c.Context(), args[0]) },
	}
}

func (s *session) accountExport(ctx context.Context, login string) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	asked := s.globals.flags.Lookup("output").Changed
	if asked && format != render.JSON && format != render.JSONL && format != render.HTML {
		return access.Usage("account export: what is held fits no table", "use -o json or -o html")
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
		return s.writePage(exportPage(x), x.Page.School.Location())
	}
	object, err := s.exportJSON(x)
	if err != nil {
		return err
	}
	return s.writeJSON(object)
}

// leftOut says what is held and not given.
func leftOut(x app.AccountExport) []string {
	var out []string
	for _, one := range []struct {
		kept bool
		text string
	}{
		{x.BirthDate, "a birth date is kept, sealed, to refuse PINs made of it; it is never shown or exported"},
		{x.Page.PIN.Set, "a PIN is kept, as a sealed hash that nobody can read"},
		{x.SetupCode, "a set-up code is out, kept as a keyed hash"},
		{len(x.Devices) > 0, "of the devices' secrets only hashes are kept"},
	} {
		if one.kept {
			out = append(out, one.text)
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
	object["left_out"] = append([]string{}, leftOut(x)...)
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

func exportPage(x app.AccountExport) render.Page {
	a := x.Page.Account
	p := render.Page{
		Title: "What is held about " + a.Name(),
		Lead:  "Everything that the PIN service of the school holds about this person.",
	}
	for _, f := range []render.Fact{
		{Name: "Login", Text: a.Login},
		{Name: "Account id", Text: a.ID},
		{Name: "External id", Text: a.ExternalID},
		{Name: "Family name", Text: a.FamilyName},
		{Name: "Given name", Text: a.GivenName},
		{Name: "Profile", Text: string(a.Profile)},
		{Name: "School", Text: schoolText(x.Page)},
		{Name: "Group", Text: a.Group},
		{Name: "Mail", Text: a.Email},
		{Name: "Language", Text: a.Lang},
		{Name: "Status", Text: strings.TrimSpace(string(a.Status) + " " + a.StatusReason)},
		{Name: "Protection", Text: protectionText(x.Page)},
		{Name: "Last day", Text: a.EndsOn.String()},
		{Name: "Guardians", Text: strings.Join(x.Page.Guardians, ", ")},
		{Name: "Students", Text: strings.Join(x.Page.Students, ", ")},
		{Name: "Not given", Text: strings.Join(leftOut(x), "; ")},
	} {
		if f.Text != "" {
			p.Facts = append(p.Facts, f)
		}
	}
	p.Sections = []render.Section{
		pageSection("Devices", titled(deviceColumns()), rows(x.Devices), "none"),
		pageSection("Logins", titled(loginColumns()), rows(x.Logins), "none"),
		pageSection("Alerts", titled(alertColumns()), rows(x.Alerts), "none"),
		pageSection("Notices", heldNoticeColumns(), rows(x.Notices), "none"),
		pageSection("Records of what was done", titled(auditColumns()), rows(x.Audits), "none"),
	}
	return p
}
