package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func detection(t *testing.T, open Opener) {
	t.Run("logins that passed before come newest first", func(t *testing.T) { passedBefore(t, start(t, open)) })
	t.Run("what failed from an address is counted", func(t *testing.T) { triedFrom(t, start(t, open)) })
	t.Run("accounts of one browser are counted", func(t *testing.T) { accountsOfBrowser(t, start(t, open)) })
	t.Run("a device that comes again is counted", func(t *testing.T) { registeredAgain(t, start(t, open)) })
	t.Run("alerts about an address", func(t *testing.T) { addressAlerts(t, start(t, open)) })
}

func passedBefore(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada := all["a.ada"].Key
	first, open, second, others, third := newLogin("1", ada), newLogin("2", ada), newLogin("3", ada), newLogin("4", all["a.bob"].Key), newLogin("5", ada)
	for _, l := range []*access.Login{&first, &second, &others, &third} {
		l.State = access.LoginPassed
	}
	first.IP, first.UserAgent, second.Recognized = address("192.0.2.1"), "Firefox", true
	imported := newLogin("6", ada)
	imported.OpenedBy, imported.State, imported.Reason = access.ImportedBy, access.LoginPassed, access.ReasonDeviceRecognized
	for _, l := range []*access.Login{&first, &open, &second, &others, &third, &imported} {
		f.update(putLogin(l))
	}
	before := func(key int64, limit int) []store.Passed {
		t.Helper()
		return read(f, func(ctx context.Context, tx store.Tx) ([]store.Passed, error) {
			return tx.PassedBefore(ctx, ada, key, limit)
		})
	}
	same(t, "before the third", before(third.Key, 5), []store.Passed{passedOf(second), passedOf(first)})
	same(t, "one before the third", before(third.Key, 1), []store.Passed{passedOf(second)})
	same(t, "before the first", before(first.Key, 5), []store.Passed{})
	same(t, "an imported one of a known place", before(imported.Key+1, 1), []store.Passed{passedOf(imported)})
	same(t, "which is known", passedOf(imported).Known, true)
}

func passedOf(l access.Login) store.Passed {
	return store.Passed{StartedAt: l.StartedAt, IP: l.IP, UserAgent: l.UserAgent, Known: l.Known()}
}

// failed gives a login that a wrong PIN ended; the account 0 is an unknown one.
func failed(id string, account int64, ip string) access.Login {
	l := newLogin(id, account)
	l.IP = address(ip)
	l.End(access.LoginDenied, access.Deny, access.ReasonLoginExhausted, l.StartedAt)
	if account == 0 {
		l.Reason = access.ReasonAccountUnknown
	}
	return l
}

func triedFrom(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	early, passed := failed("early", bob, "192.0.2.1"), failed("passed", bob, "192.0.2.1")
	early.StartedAt = epoch().Add(-time.Hour)
	passed.State, passed.Reason = access.LoginPassed, access.ReasonNewDevice
	for i, l := range []access.Login{
		early, passed, failed("a", ada, "192.0.2.1"), failed("b", ada, "192.0.2.1"), failed("c", 0, "192.0.2.1"), failed("d", 0, "192.0.2.1"),
		failed("e", bob, "192.0.2.2"), failed("f", ada, "2001:db8:0:1::1"), failed("g", bob, "2001:db8:0:1:2::2"), failed("h", ada, "2001:db8:0:2::1"),
	} {
		f.update(putLogin(&l))
		if i == 0 {
			same(t, "key", l.Key > 0, true)
		}
	}
	tried := func(ip string, from time.Time) store.Tried {
		t.Helper()
		return read(f, func(ctx context.Context, tx store.Tx) (store.Tried, error) {
			return tx.TriedFrom(ctx, address(ip), from, epoch())
		})
	}
	same(t, "from an address", tried("192.0.2.1", epoch()), store.Tried{Accounts: 1, Unknown: 2})
	same(t, "from before", tried("192.0.2.1", epoch().Add(-time.Hour)), store.Tried{Accounts: 2, Unknown: 2})
	same(t, "from a /64", tried("2001:db8:0:1:ffff::", epoch()), store.Tried{Accounts: 2})
	same(t, "from elsewhere", tried("192.0.2.3", epoch()), store.Tried{})

	// What an operator or time ends later has not failed, nor has what passes in the end.
	l := failed("late", bob, "192.0.2.4")
	f.update(putLogin(&l))
	l.State = access.LoginPassed
	f.update(putLogin(&l))
	same(t, "from where it passed in the end", tried("192.0.2.4", epoch()), store.Tried{})
}

func accountsOfBrowser(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob", "a.cy")
	for i, c := range []struct {
		who, ip, agent string
		ago            time.Duration
		registered     bool
		borrowed       string
	}{
		{"a.ada", "192.0.2.1", "Firefox", 0, true, "d1"},
		{"a.ada", "192.0.2.1", "Firefox", 0, true, "d1"},
		{"a.bob", "192.0.2.1", "Firefox", time.Minute, true, "d1"},
		{"a.cy", "192.0.2.1", "Firefox", time.Hour, true, "d1"},
		{"a.cy", "192.0.2.1", "Chrome", 0, true, "d2"},
		{"a.cy", "192.0.2.2", "Firefox", 0, true, ""},
		{"a.cy", "192.0.2.1", "Firefox", 0, false, ""},
	} {
		l := newLogin(fmt.Sprint(i), all[c.who].Key)
		l.IP, l.UserAgent, l.Registered, l.Borrowed = address(c.ip), c.agent, c.registered, c.borrowed
		l.StartedAt = epoch().Add(-c.ago)
		f.update(putLogin(&l))
	}
	f.view(func(ctx context.Context, tx store.Tx) error {
		n, err := tx.RegisteredFrom(ctx, address("192.0.2.1"), "Firefox", epoch().Add(-time.Minute), epoch())
		same(t, "accounts that registered", n, 2)
		if err != nil {
			return err
		}
		n, err = tx.RegisteredFrom(ctx, address("192.0.2.1"), "Firefox", epoch().Add(-time.Hour), epoch().Add(-time.Second))
		same(t, "accounts that registered earlier", n, 2)
		if err != nil {
			return err
		}
		n, err = tx.BorrowersOf(ctx, "d1", epoch().Add(-time.Minute), epoch())
		same(t, "accounts that presented a token", n, 2)
		if err != nil {
			return err
		}
		n, err = tx.BorrowersOf(ctx, "", epoch().Add(-time.Hour), epoch())
		same(t, "accounts that presented no token", n, 0)
		return err
	})
}

func registeredAgain(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	safari := access.Browser{Family: "Safari", OS: "iOS"}
	put := func(id string, account int64, label, kind string, b access.Browser, ago time.Duration) access.Device {
		d := newDevice(id, account)
		d.Label, d.Kind, d.Browser = label, kind, b
		d.FirstSeenAt, d.RevokedAt = epoch().Add(-ago), epoch()
		f.update(putDevice(&d))
		return d
	}
	put("d1", ada, "ROOM 201", "computer", access.Browser{Family: "Edge"}, time.Hour)
	put("d2", ada, "Room 202", "computer", access.Browser{Family: "Firefox"}, 0)
	put("d3", ada, "Phone", "phone", safari, 2*time.Hour)
	put("d4", bob, "Room 201", "computer", access.Browser{Family: "Firefox"}, 0)
	room := put("d5", ada, "Room 201", "computer", access.Browser{Family: "Firefox"}, 0)
	phone := put("d6", ada, "My phone", "phone", safari, 0)
	for _, c := range []struct {
		name     string
		device   access.Device
		from, to time.Duration
		want     int
	}{
		{"of the same label", room, 24 * time.Hour, 0, 2},
		{"of the same label, lately", room, time.Minute, 0, 1},
		{"of the same label, then", room, 24 * time.Hour, time.Minute, 1},
		{"a phone of the same browser", phone, 24 * time.Hour, 0, 2},
	} {
		got := read(f, func(ctx context.Context, tx store.Tx) (int, error) {
			return tx.RegisteredAgain(ctx, c.device, epoch().Add(-c.from), epoch().Add(-c.to))
		})
		same(t, c.name, got, c.want)
	}
}

func addressAlerts(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	first, second, person, elsewhere := newAlert(access.AlertSpraying, 0), newAlert(access.AlertSpraying, 0),
		newAlert(access.AlertSpraying, ada), newAlert(access.AlertSpraying, 0)
	first.IP, second.IP, person.IP, elsewhere.IP = address("192.0.2.1"), address("192.0.2.1"), address("192.0.2.1"), address("192.0.2.2")
	second.School = "B"
	for _, a := range []*access.Alert{&first, &second, &person, &elsewhere} {
		f.update(putAlert(a))
	}
	newest := func(k access.AlertKind, limit int) []access.Alert {
		t.Helper()
		return read(f, func(ctx context.Context, tx store.Tx) ([]access.Alert, error) {
			return tx.AddressAlerts(ctx, k, address("192.0.2.1"), limit)
		})
	}
	same(t, "alerts", newest(access.AlertSpraying, 9), []access.Alert{second, first})
	same(t, "the newest", newest(access.AlertSpraying, 1), []access.Alert{second})
	last := func(k access.AlertKind) time.Time {
		t.Helper()
		return read(f, func(ctx context.Context, tx store.Tx) (time.Time, error) { return tx.LastAlertAt(ctx, ada, k) })
	}
	same(t, "the account's last", last(access.AlertSpraying), person.At)
	same(t, "the account's last of another kind", last(access.AlertPINReset), time.Time{})
	same(t, "of another kind", newest(access.AlertTokenStoreShared, 9), []access.Alert{})
}
