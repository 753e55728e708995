package app_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// logKit is a kit with detection on and a student of each protection.
func logKit(t *testing.T) *kit {
	k := newKit(t)
	k.App = app.New(app.Deps{Store: k.store, Keys: k.keys, Random: rand.Reader, Now: func() time.Time { return k.now }, Detect: detect.Defaults()})
	k.person("max", func(n *app.NewAccount) { n.ExternalID = "x-max" })
	k.person("ida", nil)
	k.write(func(tx store.Tx) error {
		a, err := tx.AccountByLogin(context.Background(), "ida")
		a.Protection, a.Email = access.Notify, "ida@example.org"
		return errors.Join(err, tx.PutAccount(context.Background(), &a))
	})
	return k
}

// logLine gives a line of the log so long ago.
func logLine(login string, ago time.Duration, ip string) access.LogLine {
	return access.LogLine{At: morning.Add(-ago), Login: login, IP: netip.MustParseAddr(ip), UserAgent: firefox}
}

func (k *kit) importLog(o app.ImportLoginOptions, lines ...access.LogLine) app.LoginImport {
	k.t.Helper()
	for i := range lines {
		lines[i].Number = i + 1
	}
	got, err := k.ImportLogins(context.Background(), root, access.LoginLog{Format: "jsonl", Digest: "d1", Lines: lines}, o)
	if err != nil {
		k.t.Fatal(err)
	}
	return got
}

func TestImportJudgesInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	k := logKit(t)
	byID := logLine("", time.Hour, "192.0.2.200")
	byID.ExternalID = "x-max"
	got := k.importLog(app.ImportLoginOptions{},
		logLine("ida", time.Hour, "198.51.100.1"),
		logLine("max", 2*time.Hour, "192.0.2.1"), // the first, though it stands behind
		byID,
		logLine("Max", 30*time.Minute, "198.51.100.1"),
		logLine("max", access.Days(4), "203.0.113.1"),
		logLine("max", access.Days(181), "203.0.113.1"),
		logLine("max", -time.Hour, "203.0.113.1"),
		logLine("nobody", time.Hour, "203.0.113.1"),
	)
	want := app.LoginImport{Imported: 5, Unknown: 1, TooOld: 1, Future: 1, NewDevices: 4, Alerts: 4, Notices: 3}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	var lines []string
	for _, row := range k.logins("max") {
		lines = append(lines, fmt.Sprint(row.IP, " ", row.Reason, " ", row.OpenedBy))
	}
	if want := []string{"203.0.113.1 new_device import", "192.0.2.1 new_device import", "192.0.2.200 device_recognized import", "198.51.100.1 new_device import"}; !slices.Equal(lines, want) {
		t.Errorf("logins: got %q, want %q", lines, want)
	}
	wantKinds(t, k.alerts("ida"), access.AlertNotifyOnlyLogin)
	if row := k.allAlerts("ida")[0]; row.Severity != access.Warn || !row.At.Equal(morning.Add(-time.Hour)) {
		t.Errorf("got %s at %s, want warn at the time of the line", row.Severity, row.At)
	}
}

func TestImportTakesALineOnce(t *testing.T) {
	t.Parallel()
	k := logKit(t)
	failed := logLine("nobody", time.Hour, "192.0.2.1")
	failed.Failed = true
	first := []access.LogLine{logLine("max", 3*time.Hour, "192.0.2.1"), failed}
	rehearsed := k.importLog(app.ImportLoginOptions{DryRun: true}, first...)
	head := k.head()
	if got := k.importLog(app.ImportLoginOptions{}, first...); got != rehearsed || got.Imported != 1 || got.Unknown != 1 {
		t.Errorf("got %+v, rehearsed %+v, want the same", got, rehearsed)
	}
	got := k.importLog(app.ImportLoginOptions{}, append(first, logLine("max", 2*time.Hour, "192.0.2.1"))...)
	if want := (app.LoginImport{Imported: 1, Repeated: 2}); got != want {
		t.Errorf("overlapping: got %+v, want %+v", got, want)
	}
	k.importLog(app.ImportLoginOptions{}, first...)
	if records := k.head() - head; records != 2 {
		t.Errorf("got %d audit records, want one for each import that took something", records)
	}
}

// A device of the log is none that waives anything.
func TestImportRecognizesNothing(t *testing.T) {
	t.Parallel()
	k := logKit(t)
	k.importLog(app.ImportLoginOptions{}, logLine("max", time.Hour, "192.0.2.7"))
	if got := k.start("max", ""); got.Reason != access.ReasonNoProtection || got.Device != nil {
		t.Errorf("got %s with device %v, want no device", got.Reason, got.Device)
	}
	wantKinds(t, k.alerts("max"), access.AlertNewDevice, access.AlertNewDevice)
}

// Wrong passwords of a log are tried accounts, for every school that they are of.
func TestImportFindsSpraying(t *testing.T) {
	t.Parallel()
	k := logKit(t)
	var lines []access.LogLine
	for i := range 6 {
		k.person(fmt.Sprintf("s%d", i), nil)
		line := logLine(fmt.Sprintf("s%d", i), time.Hour-time.Duration(i)*time.Minute, "203.0.113.5")
		line.Failed = true
		lines = append(lines, line)
	}
	got := k.importLog(app.ImportLoginOptions{}, lines...)
	if want := (app.LoginImport{Imported: 6, Failed: 6, Alerts: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	alert := k.alertsAfter(0)[0]
	if alert.Kind != access.AlertSpraying || alert.AccountKey != 0 || alert.School != "A" || alert.IP.String() != "203.0.113.5" {
		t.Errorf("got %+v, want one about the address", alert.Alert)
	}
}

func TestImportIsOfAllSchools(t *testing.T) {
	t.Parallel()
	k := logKit(t)
	for _, by := range []access.Operator{operator(access.RoleAdmin, "A"), operator(access.RolePrincipal), operator(access.RolePortal)} {
		_, err := k.ImportLogins(context.Background(), by, access.LoginLog{Lines: []access.LogLine{logLine("max", time.Hour, "192.0.2.1")}}, app.ImportLoginOptions{})
		if !errors.Is(err, access.ErrForbidden) {
			t.Errorf("%s of %v: got %v, want it forbidden", by.Role, by.Schools, err)
		}
	}
}

// What a log tells of logins that failed, or of nobody, is no damage.
func TestImportedLogLeavesTheStoreSound(t *testing.T) {
	k := logKit(t)
	failed, nobody := logLine("max", time.Hour, "198.51.100.7"), logLine("nobody", time.Hour, "198.51.100.7")
	failed.Failed, nobody.Failed = true, true
	k.importLog(app.ImportLoginOptions{}, failed, nobody, logLine("max", time.Minute, "198.51.100.7"))
	k.start("nobody", "")
	report, err := k.CheckStore(context.Background(), root)
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("got %+v, %v, want no problem", report.Problems, err)
	}
}
