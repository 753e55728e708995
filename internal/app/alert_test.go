package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func TestAlertsWithinAnHourAreOneIncident(t *testing.T) {
	for _, c := range []struct {
		name      string
		gaps      []time.Duration // between wrong PINs
		incidents int
	}{
		{"a burst", []time.Duration{0, time.Second, 0}, 1},
		{"almost an hour between each", []time.Duration{time.Hour - time.Millisecond, time.Hour - time.Millisecond}, 1},
		{"an hour between", []time.Duration{time.Hour}, 2},
		{"two bursts", []time.Duration{0, 2 * time.Hour, 0}, 2},
		{"a clock moved back", []time.Duration{-time.Minute}, 1},
		{"a clock moved back by an hour", []time.Duration{-time.Hour}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			k.verify(wrongPIN)
			for _, gap := range c.gaps {
				k.now = k.now.Add(gap)
				k.verify(wrongPIN)
			}
			incidents := map[string]bool{}
			for _, a := range k.allAlerts("lea")[1:] {
				incidents[a.IncidentID] = true
			}
			if len(incidents) != c.incidents {
				t.Errorf("got %d incidents, want %d", len(incidents), c.incidents)
			}
		})
	}
}

// Signs of somebody who has the password and not the PIN belong together; a
// change does not, nor does another account.
func TestWhatBelongsToAnIncident(t *testing.T) {
	k := teacher(t)
	k.add("tom", access.Teacher)
	k.pin("tom", wrongPIN)
	stolen := k.registered("lea", rightPIN, "Home")
	k.start("lea", k.start("lea", stolen).DeviceToken)
	k.now = k.now.Add(2 * time.Hour)
	from := k.newestAlert()

	id := k.start("lea", "").LoginID
	for range access.LoginTries {
		k.give(id, wrongPIN, "")
	}
	k.startFrom("lea", stolen, "198.51.100.7", chrome)
	k.now = k.now.Add(access.LoginFor)
	k.verify(wrongPIN)
	k.verify(wrongPIN)
	k.now = k.now.Add(access.LockFor)
	k.give(k.start("lea", "").LoginID, rightPIN, "")
	if err := k.VerifyPIN(t.Context(), root, "tom", access.NewPIN(rightPIN)); err == nil {
		t.Fatal("a wrong PIN passed")
	}
	var got []string
	names := map[string]string{}
	for _, a := range k.alertsAfter(from) {
		if names[a.IncidentID] == "" {
			names[a.IncidentID] = string(rune('A' + len(names)))
		}
		got = append(got, fmt.Sprintf("%s %s: %s %s", names[a.IncidentID], a.Login, a.Kind, a.Severity))
	}
	want := []string{
		"A lea: pin_wrong warn", "A lea: device_replayed critical", "A lea: pin_wrong warn", "A lea: pin_locked high",
		"A lea: login_abandoned warn", "B lea: new_device info", "C tom: pin_wrong warn",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func (k *kit) newestAlert() int64 {
	k.t.Helper()
	newest, err := k.Alerts(context.Background(), root, app.AlertQuery{}, func(store.AlertRow) error { return nil })
	if err != nil {
		k.t.Fatal(err)
	}
	return newest
}

func (k *kit) alertsAfter(key int64) (rows []store.AlertRow) {
	k.t.Helper()
	q := app.AlertQuery{AlertFilter: store.AlertFilter{Page: store.Page{After: key}}}
	if _, err := k.Alerts(context.Background(), root, q, func(r store.AlertRow) error {
		rows = append(rows, r)
		return nil
	}); err != nil {
		k.t.Fatal(err)
	}
	return rows
}

func (k *kit) ack(numbers ...string) []app.AckItem {
	k.t.Helper()
	items, err := k.AckAlerts(context.Background(), root, numbers, "rang the person")
	if err != nil {
		k.t.Fatal(err)
	}
	return items
}

func TestAckAnswersTheIncidentOnce(t *testing.T) {
	k := teacher(t)
	for range 3 {
		k.verify(wrongPIN)
	}
	alerts := k.allAlerts("lea")[1:]
	number := strconv.FormatInt(alerts[1].Key, 10)
	head := k.head()
	if items := k.ack("#" + number); items[0].Alerts != 3 || items[0].Err != nil {
		t.Errorf("got %+v, want 3 alerts", items)
	}
	for _, a := range k.allAlerts("lea")[1:] {
		if a.State != access.AlertAcknowledged || a.AnsweredBy != root.ID || a.Answer != "rang the person" || a.AuditSeq != head+1 {
			t.Errorf("got %+v, want it acknowledged in record %d", a.Alert, head+1)
		}
	}
	if first := k.allAlerts("lea")[0]; first.State != access.AlertOpen {
		t.Errorf("an alert of another incident: got %s", first.State)
	}
	trail := k.trail(head)
	if len(trail) != 1 || trail[0].TargetKind != "incident" || trail[0].Target != alerts[0].IncidentID {
		t.Errorf("audit: got %+v", trail)
	}
	before := k.dump()
	if items := k.ack(number, number); items[0].Alerts != 0 || k.dump() != before {
		t.Errorf("again: got %+v, or the store was changed", items)
	}
	k.verify(wrongPIN)
	if items := k.ack(number); items[0].Alerts != 1 {
		t.Errorf("after one more alert of the incident: got %+v, want 1", items)
	}
}

func TestAckOfSeveralIncidents(t *testing.T) {
	k := teacher(t)
	k.add("tom", access.Teacher)
	k.verify(wrongPIN)
	k.pin("tom", wrongPIN)
	alerts := k.alertsAfter(k.allAlerts("lea")[0].Key)
	head := k.head()
	items := k.ack(strconv.FormatInt(alerts[0].Key, 10), "999", "no number", strconv.FormatInt(alerts[1].Key, 10))
	for i, want := range []string{"", "not_found", "not_found", ""} {
		if got := access.CodeOf(items[i].Err); got != want || (want == "") != (items[i].Alerts == 1) {
			t.Errorf("item %d: got %+v, want error %q", i, items[i], want)
		}
	}
	digest := sha256.Sum256([]byte(alerts[0].IncidentID + "\n" + alerts[1].IncidentID + "\n"))
	trail := k.trail(head)
	if len(trail) != 1 || trail[0].Target != hex.EncodeToString(digest[:]) {
		t.Errorf("audit: got %+v, want one record with the digest of both", trail)
	}
	if detail := k.lastDetail(app.AlertsAck); detail["alerts"] != 2.0 || detail["login"] != nil || detail["reason"] != "rang the person" {
		t.Errorf("audit detail: got %v", detail)
	}
}

func TestAlertList(t *testing.T) {
	k := newKit(t)
	k.person("ann", nil)
	k.person("far", func(n *app.NewAccount) { n.Schools = []string{"B"} })
	for _, login := range []string{"ann", "far"} {
		k.pin(login, "7304") // first_pin_set, info
		k.now = k.now.Add(time.Minute)
		_ = k.VerifyPIN(t.Context(), root, login, access.NewPIN("5918")) // pin_wrong, warn
	}
	k.ack("2")
	incident := k.allAlerts("far")[1].IncidentID
	filter := func(f store.AlertFilter) app.AlertQuery { return app.AlertQuery{AlertFilter: f} }
	for _, c := range []struct {
		name   string
		by     access.Operator
		q      app.AlertQuery
		want   string
		newest int64
	}{
		{"all", root, app.AlertQuery{}, "1 2 3 4", 4},
		{"warn and up", root, filter(store.AlertFilter{Severities: access.Warn.AtLeast()}), "2 4", 4},
		{"open", root, filter(store.AlertFilter{States: []access.AlertState{access.AlertOpen}}), "1 3 4", 4},
		{"since", root, filter(store.AlertFilter{Since: k.now}), "4", 4},
		{"of an account", root, app.AlertQuery{Login: "ann"}, "1 2", 4},
		{"of a school", root, app.AlertQuery{School: "B"}, "3 4", 4},
		{"of an incident", root, filter(store.AlertFilter{IncidentID: incident}), "4", 4},
		{"after one", root, filter(store.AlertFilter{Page: store.Page{After: 2}}), "3 4", 4},
		{"after the last", root, filter(store.AlertFilter{Page: store.Page{After: 4}}), "", 4},
		{"of a principal's school", operator(access.RolePrincipal, "A"), app.AlertQuery{}, "1 2", 4},
		{"whatever schools the caller filters by", operator(access.RolePrincipal, "A"), filter(store.AlertFilter{Schools: []string{"B"}}), "1 2", 4},
	} {
		var got []string
		newest, err := k.Alerts(t.Context(), c.by, c.q, func(r store.AlertRow) error {
			got = append(got, strconv.FormatInt(r.Key, 10))
			return nil
		})
		if err != nil || strings.Join(got, " ") != c.want || newest != c.newest {
			t.Errorf("%s: got %v up to %d, %v, want %q up to %d", c.name, got, newest, err, c.want, c.newest)
		}
	}
	row, rows, err := k.Alert(t.Context(), root, "2")
	if err != nil || row.Login != "ann" || len(rows) != 1 || rows[0].Key != 2 {
		t.Errorf("one alert: got %+v, %v, %v", row, rows, err)
	}
}

// A sweep ends what was left, once, and says how many; where nothing was left
// it leaves no record.
func TestSweepEndsAbandonedLogins(t *testing.T) {
	k := teacher(t)
	open := k.start("lea", "").LoginID
	account := k.stored("lea").Key
	k.write(func(tx store.Tx) error {
		for i := range 249 {
			err := tx.PutLogin(context.Background(), &access.Login{
				IDHash: fmt.Append(nil, i), AccountKey: account, OpenedBy: root.ID, StartedAt: k.now,
				ExpiresAt: k.now.Add(access.LoginFor), State: access.LoginOpen, Decision: access.AskPIN, Reason: access.ReasonNewDevice,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	sweep := func(a *app.App) int {
		t.Helper()
		head := k.head()
		if err := a.SweepLogins(t.Context()); err != nil {
			t.Fatal(err)
		}
		return len(k.trail(head))
	}
	if got := sweep(k.App); got != 0 {
		t.Errorf("before their time: got %d audit records, want none", got)
	}
	k.now = k.now.Add(access.LoginFor)
	if got := sweep(k.App); got != 3 {
		t.Errorf("got %d audit records, want one for each hundred", got)
	}
	if got := sweep(k.App); got != 0 {
		t.Errorf("again: got %d audit records, want none", got)
	}
	if got := sweep(k.over(&stale{Store: k.store})); got != 0 {
		t.Errorf("after another process swept: got %d audit records, want none", got)
	}
	abandoned := 0
	for _, a := range k.allAlerts("lea") {
		if a.Kind == access.AlertLoginAbandoned {
			abandoned++
		}
	}
	if abandoned != 250 {
		t.Errorf("got %d alerts, want 250", abandoned)
	}
	want(t, k.give(open, rightPIN, ""), access.Deny, access.ReasonLoginExpired)
}

// A stale store tells once of an overdue login that is none any more.
type stale struct {
	store.Store
	told bool
}

func (s *stale) View(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.View(ctx, func(tx store.Tx) error { return f(staleTx{tx, s}) })
}

type staleTx struct {
	store.Tx
	of *stale
}

func (t staleTx) OverdueLogins(ctx context.Context, now time.Time, limit int) ([]access.Login, error) {
	if !t.of.told {
		t.of.told = true
		return []access.Login{{Key: 1}}, nil
	}
	return t.Tx.OverdueLogins(ctx, now, limit)
}

func TestNextLoginSweepsInItsOwnRecord(t *testing.T) {
	k := teacher(t)
	k.start("lea", "")
	k.now = k.now.Add(access.LoginFor)
	head := k.head()
	k.start("lea", "")
	if trail := k.trail(head); len(trail) != 1 || trail[0].Action != string(app.LoginStart) {
		t.Errorf("audit: got %+v, want one record", trail)
	}
	if got := k.lastDetail(app.LoginStart)["logins_expired"]; got != 1.0 {
		t.Errorf("logins expired: got %v, want 1", got)
	}
}
