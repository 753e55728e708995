package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// exported gives the numbers that one run of a cursor gives, up to its end.
func (k *kit) exported(cursor string, by access.Operator) []int64 {
	k.t.Helper()
	e, err := k.BeginExport(k.t.Context(), by, app.AlertQuery{}, cursor)
	if err != nil {
		k.t.Fatal(err)
	}
	var keys []int64
	err = k.ExportAlerts(k.t.Context(), by, e, func(row store.AlertRow) error {
		keys = append(keys, row.Key)
		return nil
	})
	if err == nil {
		var n int
		if n, err = k.CountExport(k.t.Context(), by, e); n != len(keys) {
			k.t.Errorf("counted: got %d, want the %d that came", n, len(keys))
		}
	}
	if err == nil {
		err = k.EndExport(k.t.Context(), by, e, app.Exported{Alerts: len(keys)})
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return keys
}

func TestCursorGivesEachAlertOnce(t *testing.T) {
	k := teacher(t)
	k.guesses(2)
	all := k.allAlerts("lea")
	if got := k.exported("nightly", root); len(got) != len(all) || got[0] != all[0].Key {
		t.Errorf("a new name: got %v, want all of %d", got, len(all))
	}
	if got := k.exported("nightly", root); got != nil {
		t.Errorf("nothing new: got %v", got)
	}
	k.guesses(1)
	if got := k.exported("nightly", root); len(got) != 1 {
		t.Errorf("one new: got %v", got)
	}
	if got := k.exported("hourly", root); len(got) != len(all)+1 {
		t.Errorf("another name: got %v, want all", got)
	}
}

// An export of nothing leaves no record, an export of something one that holds
// no name.
func TestExportIsRecorded(t *testing.T) {
	k := teacher(t)
	head := k.head()
	k.exported("nightly", root)
	k.exported("nightly", root)
	trail := k.trail(head)
	if len(trail) != 1 || trail[0].Action != string(app.AlertsExport) || trail[0].Target != "nightly" || strings.Contains(string(trail[0].Detail), "lea") {
		t.Errorf("got %v", trail)
	}
}

// What went out of the house stays out when a backup comes back.
func TestRestoreKeepsCursors(t *testing.T) {
	k := teacher(t)
	k.exported("nightly", root)
	backup := k.backup()
	k.guesses(2)
	if got := k.exported("nightly", root); len(got) != 2 {
		t.Fatalf("got %v, want two", got)
	}
	r, _ := k.restored(backup)
	if got := r.exported("nightly", root); got != nil {
		t.Errorf("after the restore: got %v again", got)
	}
	r.guesses(1)
	if got := r.exported("nightly", root); len(got) != 1 {
		t.Errorf("a new alert after the restore: got %v, want one", got)
	}
}

func TestReportLoginsAddsUp(t *testing.T) {
	k := teacher(t)
	// 00:30 of the next day in Paris, the day before in London.
	if _, err := k.EditSchool(t.Context(), root, "B", app.SchoolUpdate{TimeZone: pointer("Europe/London")}); err != nil {
		t.Fatal(err)
	}
	k.now = time.Date(2026, 3, 28, 23, 30, 0, 0, time.UTC)
	k.start("lea", "")
	k.start("nobody", "")
	k.person("bea", func(n *app.NewAccount) { n.Schools = []string{"B"} })
	k.start("bea", "")
	k.now = k.now.Add(24 * time.Hour)
	k.start("lea", "")
	rows, err := k.ReportLogins(t.Context(), root, "", access.Days(2))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	sum := 0
	for _, row := range rows {
		got = append(got, fmt.Sprintf("%s %d", row.Day, row.Total))
		sum += row.Total
		if parts := row.Recognized + row.ByPIN + row.Unasked + row.Denied + row.Expired + row.Open; parts != row.Total {
			t.Errorf("%s: outcomes add up to %d, not %d", row.Day, parts, row.Total)
		}
	}
	want := []string{"2026-03-28 1", "2026-03-29 2", "2026-03-30 1"}
	if !slices.Equal(got, want) || sum != 4 {
		t.Errorf("got %q, want %q", got, want)
	}
	if one, err := k.ReportLogins(t.Context(), root, "B", access.Days(1)); err != nil || len(one) != 3 || one[0].Total != 1 {
		t.Errorf("of B alone: got %v, %v", one, err)
	}
}

func TestMailedDigestIsOwed(t *testing.T) {
	k := teacher(t)
	k.guesses(3)
	q := app.DigestQuery{School: "A", Since: access.Days(7), Severities: access.Warn.AtLeast()}
	rows, err := k.ReportDigest(t.Context(), root, q)
	if err != nil || len(rows) != 1 || rows[0].Login != "lea" || rows[0].Alerts != 3 {
		t.Fatalf("got %+v, %v", rows, err)
	}
	if err := k.MailDigest(t.Context(), root, q, "head@example.org", rows); err != nil {
		t.Fatal(err)
	}
	var all []store.NoticeRow
	k.view(func(tx store.Tx) (err error) {
		all, err = tx.Notices(t.Context(), store.NoticeFilter{Schools: []string{"A"}})
		return err
	})
	last := all[len(all)-1]
	if last.Kind != access.NoticeDigest || last.Address != "head@example.org" || last.State != access.NoticeWaiting || last.Lang != "fr" ||
		last.Facts.Count != 1 || len(last.Facts.Items) != 1 || strings.Contains(strings.Join(last.Facts.Items, " "), "lea") {
		t.Errorf("got %+v", last.Notice)
	}
	if err := k.MailDigest(t.Context(), root, app.DigestQuery{}, "head@example.org", rows); access.CodeOf(err) != "school_missing" {
		t.Errorf("without a school, of two: got %v", err)
	}
}

func TestIncidentReportTellsInOrder(t *testing.T) {
	k := teacher(t)
	k.now = k.now.Add(access.Days(40))
	k.guesses(1)
	k.now = k.now.Add(time.Minute)
	k.ack(fmt.Sprint(k.newestAlert()))
	k.now = k.now.Add(time.Minute)
	k.reset("lea")
	r, err := k.ReportIncident(t.Context(), root, app.IncidentQuery{Login: "lea", Since: access.Days(30)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range r.Entries {
		got = append(got, fmt.Sprintf("%s %s", e.What, e.Text))
	}
	for i, e := range r.Entries[1:] {
		if e.At.Before(r.Entries[i].At) {
			t.Errorf("entry %d is earlier than the one before", i+1)
		}
	}
	text := strings.Join(got, "\n")
	for _, want := range []string{
		"alert code PIN faux essayé hors d’une connexion", "change code PIN vérifié pour le portail, refusé", "alerte 2 prise en compte",
		"change alerte prise en compte", "change code PIN effacé par un responsable",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "code PIN défini par") || strings.Contains(text, "compte créé") {
		t.Errorf("older than 30 days, and told:\n%s", text)
	}
}

// Nothing that only pinward may open is in what a person is given, and nobody
// else is.
func TestAccountExportHoldsEverythingButSecrets(t *testing.T) {
	k := teacher(t)
	k.person("other", nil)
	k.registered("lea", rightPIN, "Home")
	k.guesses(1)
	k.reset("lea")
	head := k.head()
	x, err := k.ExportAccount(t.Context(), root, "lea")
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Devices) == 0 || len(x.Logins) == 0 || len(x.Alerts) == 0 || len(x.Audits) == 0 || !x.SetupCode {
		t.Errorf("got %d devices, %d logins, %d alerts, %d records, a code: %t", len(x.Devices), len(x.Logins), len(x.Alerts), len(x.Audits), x.SetupCode)
	}
	text, err := json.Marshal(x.Audits)
	if err != nil || strings.Contains(string(text), "other") {
		t.Errorf("somebody else stands in it: %s, %v", text, err)
	}
	if trail := k.trail(head); len(trail) != 1 || trail[0].Action != string(app.ExportPerson) {
		t.Errorf("got records %v, want that of the export", trail)
	}
}

// An erased person is nowhere in the store's file, and the chain still verifies.
func TestErasedPersonIsGone(t *testing.T) {
	k := newKit(t)
	mail := "zebulon@example.org"
	zeb := k.person("zebulon", func(n *app.NewAccount) {
		n.Name, n.Email, n.BirthDate = "Quagga, Zebulon", mail, access.Date{Year: 2011, Month: 5, Day: 23}
	})
	k.person("stays", nil)
	k.pin("zebulon", rightPIN)
	k.registered("zebulon", rightPIN, "Zebs phone")
	k.start("zebulon", "")
	k.exported("nightly", root)
	k.contained("zebulon") // the school is told, by login
	plan, err := k.ErasurePlan(t.Context(), root, "zebulon")
	if err != nil || plan.Devices != 1 || plan.Logins == 0 {
		t.Fatalf("plan: got %+v, %v", plan, err)
	}
	if _, err := k.EraseAccount(t.Context(), root, "zebulon", " "); access.CodeOf(err) != "reason_required" {
		t.Errorf("without a reason: got %v", err)
	}
	done, err := k.EraseAccount(t.Context(), root, "zebulon", "asked for by the family")
	if err != nil || done.Devices != plan.Devices || done.Logins != plan.Logins {
		t.Errorf("got %+v, %v, want the plan", done, err)
	}
	dump := strings.ToLower(k.dump())
	for _, gone := range []string{"zebulon", "quagga", "zebs phone", mail} {
		if strings.Contains(dump, gone) {
			t.Errorf("%q is still in the store", gone)
		}
	}
	last := k.trail(0)[k.head()-1]
	if last.Action != string(app.ErasePerson) || last.Target != zeb.ID {
		t.Errorf("got record %+v", last)
	}
	if _, _, err := k.VerifyAudit(t.Context(), root, app.AuditHead{}); err != nil {
		t.Errorf("the chain: %v", err)
	}
	if report, err := k.CheckStore(t.Context(), root); err != nil || len(report.Problems) > 0 {
		t.Errorf("check: got %v, %v", report.Problems, err)
	}
	if _, err := k.ErasurePlan(t.Context(), root, "zebulon"); access.CodeOf(err) != "not_found" {
		t.Errorf("again: got %v", err)
	}
}
