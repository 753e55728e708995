package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An attack is what the rules must raise once: the kind, and by what its alerts
// are known.
type attack struct {
	name string
	kind access.AlertKind
	ip   string // of the alert; "" any
	who  int    // the person attacked; -1: the alert is about an address
}

// TestWeekAtASchool plays a week of 2,000 people, who log in from phones, laptops
// at home and computer rooms that are wiped every night, teachers in six rooms, and
// seventeen attacks. Every attack is raised, as one incident, and what is not an
// attack raises at most 2 alerts of warn and up for 1,000 logins. The same rules,
// tried on the log, find the same.
func TestWeekAtASchool(t *testing.T) {
	t.Parallel()
	w := newWeek(t)
	w.ordinary()
	w.mishaps()
	attacks := append(w.sprays(), w.breakIns()...)
	after := w.newestAlert()
	w.play()
	w.now = w.now.Add(time.Hour)
	if err := w.SweepLogins(context.Background()); err != nil {
		t.Fatal(err)
	}
	alerts := w.alertsAfter(after)
	sources := map[string]bool{}
	for _, a := range attacks {
		wantOnce(t, w, a, alerts)
		sources[a.ip] = a.ip != schoolIP // which others share
	}
	mistaken := map[access.AlertKind]int{}
	sum := 0
	for _, a := range alerts {
		if a.Severity.Rank() < access.Warn.Rank() || sources[access.SourceOf(a.IP).String()] || w.theirs[a.Login] ||
			a.IP.String() == schoolIP && a.Kind == access.AlertSpraying {
			continue
		}
		mistaken[a.Kind]++
		sum++
	}
	t.Logf("%d benign logins, %d alerts of warn and up beside the attacks: %v", w.benign, sum, mistaken)
	if sum*1000 > 2*w.benign {
		t.Errorf("got %d alerts of warn and up in %d benign logins, want at most 2 in 1,000: %v", sum, w.benign, mistaken)
	}
	wantSameTried(t, w, alerts)
}

// wantOnce demands that the alerts of an attack are there, in one incident.
func wantOnce(t *testing.T, w *week, a attack, alerts []store.AlertRow) {
	t.Helper()
	found := map[string]int{}
	for _, row := range alerts {
		if row.Kind == a.kind && (a.ip == "" || row.IP.String() == a.ip) && (a.who < 0) == (row.AccountKey == 0) &&
			(a.who < 0 || row.Login == w.people[a.who].login) {
			found[row.IncidentID]++
		}
	}
	if len(found) != 1 {
		t.Errorf("%s: got incidents %v of %s, want one", a.name, found, a.kind)
	}
}

// wantSameTried demands that the rules, tried on the log, find what was raised.
func wantSameTried(t *testing.T, w *week, alerts []store.AlertRow) {
	t.Helper()
	trials, err := w.TryRules(context.Background(), root, morning.Add(-time.Hour*12))
	if err != nil {
		t.Fatal(err)
	}
	raised := map[access.AlertKind]int{}
	for _, a := range alerts {
		raised[a.Kind]++
	}
	for _, one := range trials {
		if got, want := one.Alerts, raised[one.Rule.Kind]; got != want {
			t.Errorf("tried on the log, %s: got %d alerts, want the %d that were raised", one.Rule.Kind, got, want)
		}
	}
}

// ordinary plans what happens every week.
func (w *week) ordinary() {
	for n := range weekPeople - 1 { // the last one is away for long
		if n == 305 || n == 1850 { // their devices will be revoked by a reset
			continue
		}
		for range 2 { // from the own device, at home
			w.on(w.random.IntN(7), 16*time.Hour, 5*time.Hour, func() { w.fromOwn(n) })
		}
	}
	first, last := weekTeachers, weekTeachers+weekStudents
	for n := first; n < last; n += 2 { // in computer rooms, which forget every night
		for range 3 {
			mistyped := 0
			if w.random.IntN(10) == 0 {
				mistyped = 1
			}
			w.on(w.random.IntN(5), 8*time.Hour, 8*time.Hour, func() { w.from(n, schoolIP, roomAgent, "", mistyped) })
		}
	}
	for n := range 30 { // teachers in six rooms, on two days
		for room := range 6 {
			for day := range 2 {
				w.on(2*day, time.Duration(8+room)*time.Hour, 30*time.Minute, func() {
					w.from(n, schoolIP, roomAgent, fmt.Sprintf("Room %d", 201+room), 0)
				})
			}
		}
	}
}

// mishaps plans what goes wrong without anybody meaning harm.
func (w *week) mishaps() {
	for i := range 20 { // new telephones, one in ten of somebody who is notified
		n := 1400 + 2 + 10*i
		if i < 2 {
			n = 1401 + 10*i
		}
		w.on(i%7, 18*time.Hour, time.Hour, func() { w.from(n, w.people[n].home, mobileAgent+" new", "New phone", 0) })
	}
	for i := range 5 { // a family of five at one computer
		n := 1702 + 10*i
		w.on(5, 10*time.Hour, time.Hour, func() { w.from(n, "198.51.100.250", laptopAgent, "Living room", 0) })
	}
	for i := range 4 { // walked away from the PIN, in the morning's rush
		w.on(1, 8*time.Hour, time.Hour, func() { w.benign++; w.startFrom(w.people[200+5*i].login, "", schoolIP, roomAgent) })
	}
	w.on(2, 9*time.Hour, 0, func() { w.benign++; w.guess(305, schoolIP) }) // forgot the PIN, and goes to the office
	w.on(2, 10*time.Hour, 0, func() {
		code := w.reset(w.people[305].login)
		answer := w.startFrom(w.people[305].login, "", schoolIP, roomAgent)
		w.benign++
		if got := w.tryCode(answer.LoginID, code); got.Decision != access.Allow {
			w.t.Fatalf("set-up after a reset: got %s", got.Reason)
		}
	})
	for i := range 4 { // a phone whose browser forgets, day after day
		w.on(i, 19*time.Hour, 0, func() { w.from(1902, w.people[1902].home, mobileAgent, "Phone", 0) })
	}
}

// sprays plans attacks of one address on many accounts.
func (w *week) sprays() []attack {
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	for i := range 8 {
		w.on(0, 20*time.Hour+minutes(3*i), 0, func() { w.startFrom(w.people[i].login, "", "198.51.100.1", laptopAgent) })
		w.on(1, 20*time.Hour+minutes(3*i), 0, func() { w.guess(20+i, "198.51.100.2") })
		w.on(3, 20*time.Hour+minutes(3*i), 0, func() { w.guess(40+i, fmt.Sprintf("2001:db8:0:7::%x", i+1)) })
	}
	for i := range 25 {
		w.on(2, 21*time.Hour+minutes(i), 0, func() { w.startFrom(fmt.Sprintf("nobody%d", i), "", "198.51.100.3", laptopAgent) })
	}
	for i := range 32 { // a student in a computer room
		n := 500 + 5*i
		w.theirs[w.people[n].login] = true
		w.on(3, 11*time.Hour+minutes(i), 0, func() { w.guess(n, schoolIP) })
	}
	for i := range 9 { // a browser that registers devices for accounts that ask nothing
		n := 1712 + 10*i
		w.on(4, 20*time.Hour+minutes(i), 0, func() { w.name(w.enter(n, "198.51.100.4", laptopAgent, 0).LoginID, "PC", false) })
		w.on(5, 20*time.Hour+minutes(i), 0, func() { // and one that shows everybody's token
			w.startFrom(w.people[1203+10*i].login, w.people[1199].token, "198.51.100.5", laptopAgent)
		})
	}
	return []attack{
		{"right passwords without the PIN", access.AlertSpraying, "198.51.100.1", -1},
		{"wrong PINs at many accounts", access.AlertSpraying, "198.51.100.2", -1},
		{"unknown accounts", access.AlertSpraying, "198.51.100.3", -1},
		{"wrong PINs from one /64", access.AlertSpraying, "2001:db8:0:7::", -1},
		{"wrong PINs from the school", access.AlertSpraying, schoolIP, -1},
		{"a browser that collects accounts", access.AlertTokenStoreShared, "198.51.100.4", -1},
		{"a browser that shows everybody's token", access.AlertTokenStoreShared, "198.51.100.5", -1},
	}
}

// breakIns plans attacks on single accounts.
func (w *week) breakIns() []attack {
	w.on(0, 22*time.Hour, 0, func() { w.startFrom(w.people[60].login, "", "198.51.100.11", laptopAgent) })
	w.on(1, 22*time.Hour, 0, func() { w.guess(61, "198.51.100.12") })
	for i := range 2 {
		w.on(2, 22*time.Hour+time.Duration(i)*time.Minute, 0, func() { w.guess(62, "198.51.100.13") })
	}
	for i := range 4 { // past the lock, to the block
		w.on(3, 22*time.Hour+time.Duration(i)*20*time.Minute, 0, func() { w.guess(63, "198.51.100.14"); w.guess(63, "198.51.100.14") })
	}
	stolen := w.people[65].token
	w.on(6, 22*time.Hour, 0, func() { w.startFrom(w.people[65].login, stolen, "198.51.100.15", laptopAgent) })
	for i := range 6 { // a password that was passed around
		w.on(4, time.Duration(12+i)*time.Hour, 0, func() { w.enter(1802, fmt.Sprintf("198.51.%d.16", 101+i), laptopAgent, 0) })
	}
	w.on(4, 22*time.Hour, 0, func() { w.enter(1811, "198.51.100.17", laptopAgent, 0) })
	w.on(5, 12*time.Hour, 0, func() { // who talked the office into a reset
		code := w.reset(w.people[1850].login)
		answer := w.startFrom(w.people[1850].login, "", "198.51.100.18", laptopAgent)
		w.tryCode(answer.LoginID, code)
	})
	w.on(5, 23*time.Hour, 0, func() { // who has the account's own device in hand
		p := w.people[1821]
		answer := w.startFrom(p.login, p.token, "198.51.100.20", p.agent)
		w.people[1821].token = answer.DeviceToken
		w.setUp(answer.LoginID, access.None, "", "")
	})
	w.dormant(1999)
	w.on(6, 20*time.Hour, 0, func() { w.enter(1999, "198.51.100.19", laptopAgent, 0) })
	w.theirs[w.people[1802].login] = true
	return []attack{
		{"a right password, the PIN never given", access.AlertLoginAbandoned, "198.51.100.11", 60},
		{"a right password, wrong PINs", access.AlertPINWrong, "198.51.100.12", 61},
		{"guessing to the lock", access.AlertPINLocked, "198.51.100.13", 62},
		{"guessing to the block", access.AlertPINBlocked, "198.51.100.14", 63},
		{"a stolen token", access.AlertDeviceReplayed, "198.51.100.15", 65},
		{"a password passed around", access.AlertManyNewDevices, "", 1802},
		{"an account that is only notified", access.AlertNotifyOnlyLogin, "198.51.100.17", 1811},
		{"a reset that was talked out of the office", access.AlertNewAfterReset, "198.51.100.18", 1850},
		{"a protection that was weakened", access.AlertProtectionWeakened, "198.51.100.20", 1821},
		{"an account that nobody used", access.AlertLongSilence, "198.51.100.19", 1999},
	}
}

// dormant lets a person's last login be long ago, and no other one come.
func (w *week) dormant(n int) {
	w.tamper(fmt.Sprintf(`UPDATE login SET started_at = started_at - %d WHERE account_id = (SELECT id FROM account WHERE login = '%s')`,
		access.Days(120).Milliseconds(), w.people[n].login),
		fmt.Sprintf(`UPDATE account SET chosen_at = chosen_at - %d WHERE login = '%s'`, access.Days(120).Milliseconds(), w.people[n].login))
}
