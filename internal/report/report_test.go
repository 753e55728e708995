package report

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func morning() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestCoverage(t *testing.T) {
	teacher, student := access.DefaultPolicy(access.Teacher, morning()), access.DefaultPolicy(access.Student, morning())
	notYet := access.DefaultPolicy(access.Staff, morning().Add(time.Hour))
	c := Cover{
		Policies: map[access.Profile]access.Policy{access.Teacher: teacher, access.Student: student, access.Staff: notYet},
		Now:      morning(), Zone: func(string) *time.Location { return time.UTC },
	}
	for _, one := range []struct {
		profile    access.Profile
		protection access.Protection
		pin        bool
		mail       string
		status     access.Status
	}{
		{access.Teacher, access.ByPIN, true, "", access.Active},
		{access.Teacher, access.ByPIN, false, "", access.Active},
		{access.Teacher, access.NotChosen, false, "", access.Active},
		{access.Teacher, access.Notify, false, "a@example.org", access.Active},
		{access.Teacher, access.ByPIN, true, "", access.Suspended},
		{access.Student, access.Notify, false, "a@example.org", access.Active},
		{access.Student, access.Notify, false, "", access.Active},
		{access.Student, access.NotChosen, false, "", access.Active},
		{access.Student, access.None, false, "", access.Archived},
		{access.Staff, access.NotChosen, false, "", access.Active},
	} {
		c.Add(access.Account{Profile: one.profile, Protection: one.protection, Email: one.mail, Status: one.status, Schools: []string{"A"}}, one.pin)
	}
	c.Add(access.Account{Profile: access.Student, Protection: access.ByPIN, Status: access.Active, Schools: []string{"0", "A"}}, true)
	want := []Coverage{
		{School: "0", Profile: access.Student, Accounts: 1, PIN: 1},
		{School: "A", Profile: access.Student, Accounts: 3, Notify: 1, None: 1, Nothing: 1},
		{School: "A", Profile: access.Teacher, Imposed: true, Accounts: 4, PIN: 1, Notify: 1, Nothing: 2, Owing: 3},
		{School: "A", Profile: access.Staff, Accounts: 1, Nothing: 1},
	}
	if got := c.Rows(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDeviceFindings(t *testing.T) {
	l := DeviceLook{
		Now: morning(), Shared: 3, Unused: access.Days(90), Expiring: access.Days(14),
		Limits: map[access.Profile]int{access.Student: 2},
	}
	add := func(id string, account int64, change func(*access.Device)) {
		d := access.Device{
			ID: id, AccountKey: account, Browser: access.Browser{Family: "Firefox", OS: "Linux"}, LastIP: netip.MustParseAddr("192.0.2.7"),
			LastSeenAt: morning().Add(-time.Hour), ExpiresAt: morning().Add(access.Days(100)),
		}
		if change != nil {
			change(&d)
		}
		l.Add(d, fmt.Sprintf("p%d", account), "A", access.Student)
	}
	elsewhere := func(d *access.Device) { d.LastIP = netip.MustParseAddr("198.51.100.1") }
	add("d1", 1, nil)
	add("d2", 2, nil)
	add("d3", 3, nil)
	add("d4", 3, nil)       // the same account again is nobody new
	add("d5", 4, elsewhere) // a household of two is none either
	add("d6", 5, elsewhere)
	add("d7", 3, elsewhere)
	add("gone", 6, func(d *access.Device) { d.RevokedAt = morning() })
	add("over", 7, func(d *access.Device) { d.ExpiresAt = morning() })
	for i := range 4 {
		add("cut", int64(10+i), func(d *access.Device) { d.LastIP = netip.MustParseAddr("203.0.113.0") })
	}
	add("d8", 8, func(d *access.Device) { elsewhere(d); d.LastSeenAt = morning().Add(-access.Days(90)) })
	add("d9", 9, func(d *access.Device) {
		d.LastIP = netip.Addr{}
		d.ExpiresAt = morning().Add(access.Days(14))
	})
	var got []string
	for _, row := range l.Rows() {
		got = append(got, fmt.Sprintf("%s %s %s %d", row.Finding, row.Login, row.DeviceID, row.Count))
	}
	// 198.51.100.1 has the accounts 3, 4, 5 and 8 in the end.
	want := []string{"shared   4", "shared   3", "over_limit p3  3", "expiring p9 d9 1", "unused p8 d8 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The days on which summer time begins and ends have 23 and 25 hours: a login
// every half hour, each counted once and on its own day.
func TestDaysOfALoginCount(t *testing.T) {
	for _, c := range []struct {
		day   access.Date
		hours int
	}{
		{access.Date{Year: 2026, Month: 3, Day: 29}, 23},
		{access.Date{Year: 2026, Month: 10, Day: 25}, 25},
		{access.Date{Year: 2026, Month: 6, Day: 1}, 24},
	} {
		t.Run(c.day.String(), func(t *testing.T) {
			zone := paris(t)
			before := access.DateOf(time.Date(c.day.Year, c.day.Month, c.day.Day-1, 0, 0, 0, 0, time.UTC))
			count := LoginCount{From: before, To: c.day.Next()}
			from, to := time.Date(c.day.Year, c.day.Month, c.day.Day-1, 0, 0, 0, 0, zone), c.day.Next().EndIn(zone)
			n := 0
			for at := from; at.Before(to); at = at.Add(30 * time.Minute) {
				count.Add(access.Login{StartedAt: at.UTC(), State: access.LoginPassed}, zone)
				n++
			}
			count.Add(access.Login{StartedAt: from.Add(-time.Millisecond)}, zone)
			count.Add(access.Login{StartedAt: to}, zone)
			rows := count.Rows()
			got := []int{rows[0].Total, rows[1].Total, rows[2].Total}
			if want := []int{48, 2 * c.hours, 48}; !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if sum := got[0] + got[1] + got[2]; sum != n {
				t.Errorf("the days hold %d, want all %d", sum, n)
			}
		})
	}
}

func TestOutcomesAddUp(t *testing.T) {
	day := access.DateOf(morning())
	count := LoginCount{From: day, To: day.Next()}
	for _, l := range []access.Login{
		{State: access.LoginPassed, Recognized: true},
		{State: access.LoginPassed, PINAt: morning()},
		{State: access.LoginPassed},
		{State: access.LoginDenied},
		{State: access.LoginDenied, PINAt: morning()},
		{State: access.LoginExpired},
		{State: access.LoginOpen},
	} {
		l.StartedAt = morning()
		count.Add(l, time.UTC)
	}
	want := []LoginDay{{Day: day, Recognized: 1, ByPIN: 1, Unasked: 1, Denied: 2, Expired: 1, Open: 1, Total: 7}, {Day: day.Next()}}
	if got := count.Rows(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func alert(key int64, incident string, s access.Severity, k access.AlertKind) access.Alert {
	return access.Alert{Key: key, LoginKey: key, At: morning().Add(time.Duration(key) * time.Minute), IncidentID: incident, Severity: s, Kind: k, State: access.AlertOpen}
}

func TestDigest(t *testing.T) {
	var d Digest
	d.Add(alert(1, "i1", access.High, access.AlertPINLocked), "lea")
	d.Add(alert(2, "i2", access.Warn, access.AlertPINWrong), "tom")
	answered := alert(3, "i1", access.Warn, access.AlertLoginAbandoned)
	answered.State = access.AlertClosed
	d.Add(answered, "lea")
	closed := alert(4, "i3", access.High, access.AlertPINBlocked)
	closed.State = access.AlertClosed
	d.Add(closed, "zoe")
	var got []string
	for _, one := range d.Rows() {
		got = append(got, fmt.Sprintf("%d %s %d %t %s", one.Key, one.Login, one.Alerts, one.Open, one.Last.Sub(one.First)))
	}
	want := []string{"4 zoe 1 false 0s", "1 lea 2 true 2m0s", "2 tom 1 true 0s"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := SeverityCounts(d.Rows()), []int{0, 1, 2, 0}; !slices.Equal(got, want) {
		t.Errorf("severities: got %v, want %v", got, want)
	}
	lines := DigestLines(d.Rows(), "fr")
	wantLines := []string{
		"grave, alerte 4\u00a0: trop de codes PIN faux\u00a0: bloqué jusqu’à la réinitialisation du code",
		"grave, alerte 1\u00a0: 5 codes PIN faux\u00a0: code verrouillé pendant 15 minutes (2)",
		"avertissement, alerte 2\u00a0: mot de passe correct, code PIN faux",
	}
	if !slices.Equal(lines, wantLines) {
		t.Errorf("got %q, want %q", lines, wantLines)
	}
	if text := strings.Join(append(lines, DigestLines(d.Rows(), "en")...), "\n"); strings.Contains(text, "lea") {
		t.Errorf("the lines name somebody: %s", text)
	}
}

func TestLongDigestSaysHowMuchIsLeft(t *testing.T) {
	var d Digest
	for n := range int64(25) {
		d.Add(alert(n+1, fmt.Sprint("i", n), access.Warn, access.AlertPINWrong), "lea")
	}
	for lang, want := range map[string]string{"en": "and 5 more", "fr": "et 5 autres"} {
		lines := DigestLines(d.Rows(), lang)
		if len(lines) != maxDigestLines+1 || lines[maxDigestLines] != want {
			t.Errorf("%s: got %d lines, the last %q, want %q", lang, len(lines), lines[len(lines)-1], want)
		}
	}
}

// happened gives the timeline of a bad day.
func happened(lang string) (*Timeline, []string) {
	line := Timeline{Lang: lang}
	at := func(minutes int) time.Time { return morning().Add(time.Duration(minutes) * time.Minute) }
	line.Change(access.AuditRecord{Seq: 5, At: at(9), Action: "pin.reset", Result: access.AuditDone}, "root", "forgot it")
	line.Change(access.AuditRecord{Seq: 6, At: at(10), Action: "pin.verify", Result: access.AuditRefused}, "", "")
	answered := alert(1, "i", access.Warn, access.AlertPINWrong)
	outside := alert(2, "i", access.Warn, access.AlertPINWrong)
	outside.Text, outside.LoginKey, outside.At = "a wrong PIN was tried outside a login", 0, at(12)
	line.Alert(outside)
	answered.Text, answered.State, answered.AnsweredAt, answered.AnsweredBy, answered.Answer = "a wrong PIN", access.AlertAcknowledged, at(8), "uid:0", "called"
	line.Alert(answered)
	line.Notice(access.Notice{ID: "n1", At: at(2), Kind: access.NoticeNewDevice, State: access.NoticeSent, ToSchool: true})
	line.Login(access.Login{Key: 3, StartedAt: at(0), State: access.LoginDenied, Reason: access.ReasonPINWrong, WrongPINs: 3})
	line.Login(access.Login{Key: 4, StartedAt: at(11), State: access.LoginPassed, PINAt: at(11), Registered: true})
	var got []string
	for _, e := range line.Rows() {
		got = append(got, fmt.Sprintf("%s %s: %s [%s]", e.What, e.Number, e.Text, e.By))
	}
	return &line, got
}

func TestTimeline(t *testing.T) {
	line, got := happened("en")
	want := []string{
		"login 3: turned away: the PIN was wrong, wrong PINs: 3 []",
		"alert 1: a wrong PIN []",
		"notice n1: to the school: login from a device that is not recognized (mailed) []",
		"alert 1: alert 1 acknowledged: called [uid:0]",
		"change 5: PIN cleared by an operator: forgot it [root]",
		"change 6: PIN checked for the portal, refused []",
		"login 4: logged in with the PIN on a device that was not recognized, the device was registered []",
		"alert 2: a wrong PIN was tried outside a login []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := ByDay(line.Rows(), time.UTC), []EntryDay{{access.DateOf(morning()), 2, 2}}; !reflect.DeepEqual(got, want) {
		t.Errorf("by day: got %v, want %v", got, want)
	}
}

func TestTimelineInFrench(t *testing.T) {
	_, got := happened("fr")
	want := []string{
		"login 3: connexion refusée\u00a0: code PIN faux, codes PIN faux\u00a0: 3 []",
		"alert 1: mot de passe correct, code PIN faux []",
		"notice n1: à l’établissement\u00a0: connexion depuis un appareil non reconnu (envoyé) []",
		"alert 1: alerte 1 prise en compte\u00a0: called [uid:0]",
		"change 5: code PIN effacé par un responsable\u00a0: forgot it [root]",
		"change 6: code PIN vérifié pour le portail, refusé []",
		"login 4: connexion avec le code PIN depuis un appareil non reconnu, appareil enregistré []",
		"alert 2: code PIN faux essayé hors d’une connexion []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
