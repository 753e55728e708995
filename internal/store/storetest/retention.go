package storetest

import (
	"context"
	"strconv"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func retention(t *testing.T, open Opener) {
	t.Run("rows go when they are old enough", func(t *testing.T) { agedRows(t, start(t, open)) })
	t.Run("addresses are cut to their network, once", func(t *testing.T) { agedAddresses(t, start(t, open)) })
	t.Run("long archived accounts are found", func(t *testing.T) { longArchived(t, start(t, open)) })
	t.Run("nothing is left of an erased account", func(t *testing.T) { eraseAccounts(t, start(t, open)) })
	t.Run("audit records go from the first on", func(t *testing.T) { pruneAudit(t, start(t, open)) })
}

func countAged(f *fixture, a store.Aged, before time.Time) int {
	f.t.Helper()
	return read(f, func(ctx context.Context, tx store.Tx) (int, error) { return tx.CountAged(ctx, a, before) })
}

func pruneAged(f *fixture, a store.Aged, before time.Time, limit, want int) {
	f.t.Helper()
	f.update(func(ctx context.Context, tx store.Tx) error {
		n, err := tx.PruneAged(ctx, a, before, limit)
		same(f.t, string(a)+" pruned", n, want)
		return err
	})
}

func agedRows(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	f.update(func(ctx context.Context, tx store.Tx) error {
		for i := range 4 {
			at := epoch().Add(time.Duration(i) * time.Hour)
			l, a := newLogin("l"+strconv.Itoa(i), all["a.ada"].Key), newAlert(access.AlertPINWrong, all["a.ada"].Key)
			l.StartedAt, a.At = at, at
			if i != 1 {
				l.State = access.LoginDenied
			}
			if err := tx.PutLogin(ctx, &l); err != nil {
				return err
			}
			if err := tx.PutAlert(ctx, &a); err != nil {
				return err
			}
		}
		for login, hours := range map[string]int{"a.ada": 0, "a.bob": 3} {
			c := access.SetupCode{AccountKey: all[login].Key, KeyID: "k", MAC: []byte{1}, ExpiresAt: epoch().Add(time.Duration(hours) * time.Hour)}
			if err := tx.PutSetupCode(ctx, c); err != nil {
				return err
			}
			if err := tx.PutResetCode(ctx, &access.ResetCode{AccountKey: c.AccountKey, CreatedAt: c.ExpiresAt}); err != nil {
				return err
			}
			k := newKept("portal:ent", login)
			k.ExpiresAt = c.ExpiresAt
			if err := tx.PutKeptAnswer(ctx, &k); err != nil {
				return err
			}
			if err := tx.PutLoginPass(ctx, access.LoginPass{AccountKey: c.AccountKey, ExpiresAt: c.ExpiresAt}); err != nil {
				return err
			}
		}
		return nil
	})
	before := epoch().Add(3 * time.Hour)
	for kind, want := range map[store.Aged]int{store.AgedLogins: 2, store.AgedAlerts: 3, store.AgedSetupCodes: 1, store.AgedResetCodes: 1, store.AgedKeptAnswers: 1, store.AgedLoginPasses: 1} {
		same(t, string(kind), countAged(f, kind, before), want)
		pruneAged(f, kind, before, 1, 1)
		pruneAged(f, kind, before, 10, want-1)
		pruneAged(f, kind, before, 10, 0)
		same(t, string(kind)+" left", countAged(f, kind, before), 0)
	}
	var left []string
	for _, row := range read(f, listLogins(store.LoginFilter{})) {
		left = append(left, string(row.IDHash))
	}
	same(t, "logins left, the open one among them", left, []string{"l1", "l3"})
	alerts := read(f, func(ctx context.Context, tx store.Tx) ([]store.AlertRow, error) {
		return tx.Alerts(ctx, store.AlertFilter{})
	})
	if len(alerts) != 1 || !alerts[0].At.Equal(before) {
		t.Errorf("alerts left: got %+v, want the one at the limit", alerts)
	}
	same(t, "code of bob", read(f, getSetupCode(all["a.bob"].Key)).KeyID, "k")
}

func agedAddresses(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	cut := []struct{ from, to string }{
		{"192.0.2.77", "192.0.2.0"},
		{"192.0.2.0", "192.0.2.0"},
		{"10.0.0.10", "10.0.0.0"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
		{"2001:db8:1::", "2001:db8:1::"},
		{"2001:db8:1:2::", "2001:db8:1::"},
		{"2001:db8::7", "2001:db8::"},
		{"2001:db8::", "2001:db8::"},
		{"2001:0:1:2::", "2001:0:1::"},
		{"2001:0:0:1::", "2001::"},
		{"::1", "::"},
		{"::", "::"},
	}
	for i, c := range cut {
		f.seenFrom(ada, c.from, strconv.Itoa(i))
	}
	none, late := newLogin("none", ada), newLogin("late", ada)
	late.StartedAt, late.IP = epoch().Add(time.Hour), address("192.0.2.1")
	f.update(putLogin(&none))
	f.update(putLogin(&late))
	want := 0
	for _, c := range cut {
		same(t, "network of "+c.from, access.NetworkOf(address(c.from)).Addr(), address(c.to))
		if c.from != c.to {
			want++
		}
	}
	for _, kind := range []store.Aged{store.AgedLoginAddresses, store.AgedAlertAddresses, store.AgedDeviceAddresses, store.AgedNoticeAddresses} {
		same(t, string(kind)+" at the limit", countAged(f, kind, epoch()), 0)
		same(t, string(kind), countAged(f, kind, epoch().Add(time.Millisecond)), want)
		pruneAged(f, kind, epoch().Add(time.Minute), 2, 2)
		pruneAged(f, kind, epoch().Add(time.Minute), 100, want-2)
		pruneAged(f, kind, epoch().Add(time.Minute), 100, 0)
	}
	for i, c := range cut {
		same(t, "login from "+c.from, getLogin(f, c.from).IP, address(c.to))
		d := read(f, func(ctx context.Context, tx store.Tx) (access.Device, error) {
			return tx.Device(ctx, "d"+strconv.Itoa(i))
		})
		same(t, "device at "+c.from, d.LastIP, address(c.to))
		n := read(f, getNotice("n"+strconv.Itoa(i)))
		same(t, "notice of "+c.from, n.Facts.IP, address(c.to))
		same(t, "the rest of its facts", n.Facts.Browser, "Firefox on Linux")
	}
	same(t, "younger login", getLogin(f, "late").IP, address("192.0.2.1"))
	same(t, "login without address", getLogin(f, "none").IP.IsValid(), false)
}

// seenFrom makes a login, an alert, a device and a notice of an address.
func (f *fixture) seenFrom(account int64, from, number string) {
	f.t.Helper()
	l, a, d := newLogin(from, account), newAlert(access.AlertPINWrong, account), newDevice("d"+number, account)
	n := newNotice("n"+number, account)
	n.Facts.Browser = "Firefox on Linux"
	l.IP, a.IP, d.LastIP, n.Facts.IP = address(from), address(from), address(from), address(from)
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutLogin(ctx, &l); err != nil {
			return err
		}
		if err := tx.PutAlert(ctx, &a); err != nil {
			return err
		}
		if err := tx.PutNotice(ctx, &n); err != nil {
			return err
		}
		return tx.PutDevice(ctx, &d)
	})
}

func longArchived(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob", "a.eve", "a.zoe")
	f.update(func(ctx context.Context, tx store.Tx) error {
		for login, status := range map[string]access.Status{
			"a.ada": access.Archived, "a.bob": access.Suspended, "a.eve": access.Archived, "a.zoe": access.Archived,
		} {
			a := all[login]
			a.Status = status
			if login == "a.eve" {
				a.UpdatedAt = epoch().Add(time.Hour)
			}
			if err := tx.PutAccount(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	find := func(before time.Time, limit int) []int64 {
		return read(f, func(ctx context.Context, tx store.Tx) ([]int64, error) { return tx.LongArchived(ctx, before, limit) })
	}
	ada, eve, zoe := all["a.ada"].Key, all["a.eve"].Key, all["a.zoe"].Key
	same(t, "at the limit", find(epoch(), 0), []int64{})
	same(t, "past it", find(epoch().Add(time.Millisecond), 0), []int64{ada, zoe})
	same(t, "one of them", find(epoch().Add(time.Millisecond), 1), []int64{ada})
	same(t, "later", find(epoch().Add(2*time.Hour), 0), []int64{ada, eve, zoe})
}

// theirs gives an account a row in every table that knows accounts.
func (f *fixture) theirs(a, other *access.Account, number string) {
	f.t.Helper()
	f.update(func(ctx context.Context, tx store.Tx) error {
		d, l, alert := newDevice("d_"+number, a.Key), newLogin("l_"+number, a.Key), newAlert(access.AlertPINWrong, a.Key)
		alert.IncidentID = "i_" + number
		own, named := newNotice("n_"+number, a.Key), newNotice("s_"+number, 0)
		named.ToSchool, named.Facts.Login = true, a.Login
		for _, put := range []func() error{
			func() error { return tx.PutDevice(ctx, &d) },
			func() error { return tx.PutLogin(ctx, &l) },
			func() error { return tx.PutAlert(ctx, &alert) },
			func() error { return tx.PutNotice(ctx, &own) },
			func() error { return tx.PutNotice(ctx, &named) },
			func() error { return tx.PutCredential(ctx, a.Key, access.Credential{KeyID: "k", Sealed: []byte{1}}) },
			func() error { return tx.PutBirthDate(ctx, a.Key, access.Sealed{KeyID: "k", Blob: []byte{1}}) },
			func() error {
				return tx.PutAttempts(ctx, a.Key, access.Attempts{Failed: 2, Wrong: []time.Time{epoch()}, Leases: []access.Lease{{ID: number, At: epoch()}}})
			},
			func() error {
				return tx.PutSetupCode(ctx, access.SetupCode{AccountKey: a.Key, KeyID: "k", MAC: []byte{1}, ExpiresAt: epoch()})
			},
			func() error {
				return tx.PutResetCode(ctx, &access.ResetCode{AccountKey: a.Key, KeyID: "k", MAC: []byte{1}})
			},
			func() error { return tx.PutLoginPass(ctx, access.LoginPass{AccountKey: a.Key, ExpiresAt: epoch()}) },
			func() error { return tx.PutStudents(ctx, a.Key, []int64{other.Key}) },
		} {
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	})
}

func eraseAccounts(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"], all["a.bob"]
	f.theirs(ada, bob, "1")
	f.theirs(bob, ada, "2")
	detail := func(text string) []byte { return []byte(text) }
	f.update(appendAudit(
		access.AuditRecord{Seq: 1, TargetKind: "account", Target: ada.ID, Detail: detail(`{"login":"a.ada"}`)},
		access.AuditRecord{Seq: 2, TargetKind: "device", Target: "d_1", Detail: detail(`{"label":"Room 1"}`)},
		access.AuditRecord{Seq: 3, TargetKind: "incident", Target: "i_1", Detail: detail(`{"reason":"called"}`)},
		access.AuditRecord{Seq: 4, TargetKind: "incident", Target: "i_0", Detail: detail(`{"login":"a.ada"}`)},
		access.AuditRecord{Seq: 5, TargetKind: "device", Target: "d_0", Detail: detail(`not JSON`)},
		access.AuditRecord{Seq: 6, TargetKind: "account", Target: bob.ID, Detail: detail(`{"login":"a.bob"}`)},
		access.AuditRecord{Seq: 7, TargetKind: "device", Target: "d_2", Detail: detail(`{"login":"a.bob"}`)},
		access.AuditRecord{Seq: 8, TargetKind: "policy", Target: "student", Detail: detail(`{"fields":["grace"]}`)},
	))
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.EraseAccounts(ctx, []int64{ada.Key}) })

	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.AccountByKey(ctx, ada.Key)
		absent(t, "the account", err)
		_, err = tx.Device(ctx, "d_1")
		absent(t, "its device", err)
		return nil
	})
	rows := read(f, listLogins(store.LoginFilter{}))
	if len(rows) != 1 || rows[0].AccountKey != bob.Key {
		t.Errorf("logins: got %+v, want that of the other alone", rows)
	}
	var told []string
	for _, n := range read(f, listNotices(store.NoticeFilter{})) {
		told = append(told, n.ID)
	}
	same(t, "notices", told, []string{"n_2", "s_2"})
	same(t, "accounts with attempts", read(f, func(ctx context.Context, tx store.Tx) ([]int64, error) { return tx.AttemptAccounts(ctx) }), []int64{bob.Key})
	same(t, "students of the other", read(f, func(ctx context.Context, tx store.Tx) ([]int64, error) { return tx.Students(ctx, bob.Key) }), []int64{})
	same(t, "code of the other", read(f, getSetupCode(bob.Key)).KeyID, "k")
	same(t, "orphans", read(f, func(ctx context.Context, tx store.Tx) ([]store.Problem, error) { return tx.Orphans(ctx) }), []store.Problem{})
	var kept []int64
	for _, r := range read(f, listAudits(store.AuditFilter{})) {
		if r.Detail != nil {
			kept = append(kept, r.Seq)
		}
	}
	same(t, "records with a detail", kept, []int64{5, 6, 7, 8})
	if problems, err := f.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("check: got %v, %v, want nothing", problems, err)
	}
}

func pruneAudit(t *testing.T, f *fixture) {
	for seq := range int64(4) {
		f.update(appendAudit(access.AuditRecord{Seq: seq + 1, At: epoch(), Detail: []byte(`{}`)}))
	}
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PruneAudit(ctx, 3) })
	left := read(f, listAudits(store.AuditFilter{}))
	if len(left) != 1 || left[0].Seq != 4 || left[0].Detail == nil {
		t.Errorf("got %+v, want the fourth record with its detail", left)
	}
	f.update(appendAudit(access.AuditRecord{Seq: 5, At: epoch()}))
}
