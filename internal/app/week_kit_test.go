package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/detect"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// The people of the school of the week.
const (
	weekTeachers  = 150
	weekStudents  = 1200
	weekGuardians = 650
	weekPeople    = weekTeachers + weekStudents + weekGuardians

	weekPIN  = "730416"
	schoolIP = "203.0.113.10" // what all of the school's computers share
)

// A week is the school in which it happens: events in the order of time.
type week struct {
	*kit
	random *mathrand.Rand
	people []weekPerson
	events []weekEvent
	benign int             // logins of events that are not attacks
	theirs map[string]bool // logins whose accounts are attacked from inside the school
}

// A weekPerson has an account and a device that is recognized.
type weekPerson struct {
	login, home, agent, token string
	protection                access.Protection
}

type weekEvent struct {
	at time.Time
	do func()
}

const (
	roomAgent   = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
	iPhoneAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
	mobileAgent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
	laptopAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
)

// newWeek makes the school with its people, each with a recognized device and
// logins of last week from it and, at the school, from a computer room.
func newWeek(t *testing.T) *week {
	w := &week{kit: newKitIn(t, inMemory(t)), random: mathrand.New(mathrand.NewPCG(20, 26)), theirs: map[string]bool{}}
	w.App = app.New(app.Deps{
		Store: w.store, Keys: w.keys, Random: rand.Reader, Hasher: secret.Hasher{MemoryKiB: 8, Time: 1},
		Now: func() time.Time { return w.now }, Detect: detect.Defaults(),
	})
	network, err := access.ParseNetwork(schoolIP + "=shared")
	if err != nil {
		t.Fatal(err)
	}
	err = w.store.UpdateMany(context.Background(), func(tx store.Tx) error {
		school, err := tx.School(context.Background(), "A")
		if err != nil {
			return err
		}
		school.Networks = append(school.Networks, network)
		if err := tx.PutSchool(context.Background(), &school); err != nil {
			return err
		}
		for n := range weekPeople {
			if err := w.settle(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// inMemory gives a folder in memory, where the system has one: thousands of commits
// would wait for the disk, and none of them matters.
func inMemory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "pinward-week-") //nolint:usetesting // TempDir may be on a disk
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// settle makes one person: of students and guardians every fifth has a PIN, every
// tenth is notified, and the others chose nothing.
func (w *week) settle(tx store.Tx, n int) error {
	ctx, before := context.Background(), w.now.Add(-30*access.Day)
	p := weekPerson{
		login: fmt.Sprintf("person%d", n), home: fmt.Sprintf("198.18.%d.%d", n/200, n%200), protection: access.None,
		agent: []string{iPhoneAgent, mobileAgent, laptopAgent}[n%3],
	}
	profile := access.Guardian
	switch {
	case n < weekTeachers:
		profile, p.protection = access.Teacher, access.ByPIN
	case n < weekTeachers+weekStudents:
		profile = access.Student
	}
	switch {
	case p.protection == access.ByPIN || n%5 == 0:
		p.protection = access.ByPIN
	case n%10 == 1:
		p.protection = access.Notify
	}
	a := access.Account{
		ID: fmt.Sprintf("aweek%d", n), Login: p.login, FamilyName: "Sample", GivenName: p.login, Profile: profile, Schools: []string{"A"},
		Email: p.login + "@example.org", Status: access.Active, Protection: p.protection, ChosenAt: before, CreatedAt: before, UpdatedAt: before, AuditSeq: 1,
	}
	if err := tx.PutAccount(ctx, &a); err != nil {
		return err
	}
	if p.protection == access.ByPIN {
		sealed, err := w.keys.SealPIN(rand.Reader, secret.Hasher{MemoryKiB: 8, Time: 1}, a.ID, access.NewPIN(weekPIN))
		if err != nil {
			return err
		}
		if err := tx.PutCredential(ctx, a.Key, access.Credential{KeyID: sealed.KeyID, Sealed: sealed.Blob, SetAt: before, SetBy: a.ID, AuditSeq: 1}); err != nil {
			return err
		}
	}
	d := access.Device{
		ID: fmt.Sprintf("dweek%d", n), AccountKey: a.Key, Label: "Mine", Proof: access.ProofPIN, Browser: access.ParseBrowser(p.agent),
		LastIP: netip.MustParseAddr(p.home), TokenKeyID: w.keys.ActiveID(), Salt: []byte(p.login + "-salt-of-16-bytes"),
		FirstSeenAt: before, LastSeenAt: w.now.Add(-access.Day), ExpiresAt: w.now.Add(access.Days(300)), AuditSeq: 1,
	}
	d.Kind = d.Browser.Kind(p.agent)
	token, err := w.keys.DeviceToken(d.TokenKeyID, d.ID, 0, d.Salt)
	if err != nil {
		return err
	}
	d.TokenHash, p.token = token.Hash(), token.Reveal()
	if err := tx.PutDevice(ctx, &d); err != nil {
		return err
	}
	w.people = append(w.people, p)
	for i, from := range []struct{ ip, agent string }{{p.home, p.agent}, {schoolIP, roomAgent}} {
		l := access.Login{
			IDHash: fmt.Appendf(nil, "last week %d %d", n, i), AccountKey: a.Key, OpenedBy: root.ID, StartedAt: w.now.Add(-3 * access.Day),
			ExpiresAt: w.now.Add(-3 * access.Day), IP: netip.MustParseAddr(from.ip), UserAgent: from.agent, Recognized: i == 0, DeviceID: d.ID,
		}
		l.End(access.LoginPassed, access.Allow, access.ReasonNewDevice, l.StartedAt)
		if err := tx.PutLogin(ctx, &l); err != nil {
			return err
		}
	}
	return nil
}

// on plans an event for a day of the week, Monday being 0, at an hour of the
// kit's clock and somewhere within a span.
func (w *week) on(day int, hour, within time.Duration, do func()) {
	at := morning.Truncate(24 * time.Hour).Add(access.Days(day) + hour)
	if within > 0 {
		at = at.Add(time.Duration(w.random.Int64N(int64(within))))
	}
	w.events = append(w.events, weekEvent{at, do})
}

// play lets the week happen.
func (w *week) play() {
	slices.SortStableFunc(w.events, func(a, b weekEvent) int { return a.at.Compare(b.at) })
	for _, e := range w.events {
		w.now = e.at
		e.do()
	}
}

// fromOwn is a login from the person's own device.
func (w *week) fromOwn(n int) {
	p := &w.people[n]
	answer := w.startFrom(p.login, p.token, p.home, p.agent)
	if answer.Reason != access.ReasonDeviceRecognized {
		w.t.Fatalf("%s at %s: got %s, want a recognized device", p.login, w.now, answer.Reason)
	}
	p.token = answer.DeviceToken
	w.benign++
}

// from is a benign login without a token: the person gives the PIN where it is
// asked, having mistyped it so often, and names the device where it has a name.
func (w *week) from(n int, ip, agent, label string, mistyped int) {
	w.benign++
	if answer := w.enter(n, ip, agent, mistyped); label != "" {
		w.name(answer.LoginID, label, true)
	}
}

// enter is a login without a token that ends in passing.
func (w *week) enter(n int, ip, agent string, mistyped int) app.LoginAnswer {
	answer := w.startFrom(w.people[n].login, "", ip, agent)
	if answer.Decision == access.AskPIN {
		for range mistyped {
			w.give(answer.LoginID, "000000", "")
		}
		given := w.give(answer.LoginID, weekPIN, "")
		answer.Decision, answer.Reason = given.Decision, given.Reason
	}
	if answer.Decision != access.Allow {
		w.t.Fatalf("%s from %s: got %s %s, want it to pass", w.people[n].login, ip, answer.Decision, answer.Reason)
	}
	return answer
}

// guess is a login whose wrong PINs end it, or that is refused.
func (w *week) guess(n int, ip string) {
	answer := w.startFrom(w.people[n].login, "", ip, laptopAgent)
	for range access.LoginTries {
		if answer.Decision == access.AskPIN {
			given := w.give(answer.LoginID, "000000", "")
			answer.Decision = given.Decision
		}
	}
}
