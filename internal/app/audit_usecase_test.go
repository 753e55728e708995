package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// A deed is a use case that changes something. begin prepares it and gives what
// to run; run reports an error where it was refused.
type deed struct {
	name   string
	action app.Action
	result access.AuditResult
	begin  func(k *kit) (run func() error)
	again  bool // a second run changes nothing
	counts bool // attempts are counted before, in a transaction of their own
}

// deeds lists the use cases that change something. Adding one means adding a row.
func deeds() []deed {
	return slices.Concat(adminDeeds(), pinDeeds(), loginDeeds(), watchDeeds(), incidentDeeds(), pageDeeds())
}

func plain(f func(k *kit) error) func(k *kit) func() error {
	return func(k *kit) func() error { return func() error { return f(k) } }
}

func adminDeeds() []deed {
	ctx := context.Background()
	status := func(login string, set setStatus) func(k *kit) func() error {
		return plain(func(k *kit) error { _, err := set(k.App, ctx, root, login, "reason"); return err })
	}
	done := access.AuditDone
	return []deed{
		{"add a school", app.SchoolAdd, done, plain(func(k *kit) error {
			_, err := k.AddSchool(ctx, root, access.School{Code: "NEW", Name: "New"})
			return err
		}), false, false},
		{"edit a school", app.SchoolEdit, done, plain(func(k *kit) error {
			_, err := k.EditSchool(ctx, root, "A", app.SchoolUpdate{Name: pointer("Renamed")})
			return err
		}), true, false},
		{"retry a mail", app.MailRetry, done, func(k *kit) func() error {
			id := k.owes(1)[0]
			k.tamper(`UPDATE notice SET state = 'dead', tries = 3`)
			return func() error {
				_, err := k.RetryMail(ctx, root, app.RetryMails{IDs: []string{id}})
				return err
			}
		}, true, false},
		{"add an account", app.AccountAdd, done, plain(func(k *kit) error {
			_, err := k.AddAccount(ctx, root, app.NewAccount{Login: "new", Name: "New", Profile: access.Student, Schools: []string{"A"}})
			return err
		}), false, false},
		{"edit an account", app.AccountEdit, done, plain(func(k *kit) error {
			_, err := k.EditAccount(ctx, root, "lea", app.AccountUpdate{Group: pointer("6A")})
			return err
		}), true, false},
		{"suspend an account", app.AccountSuspend, done, status("lea", (*app.App).SuspendAccount), true, false},
		{"archive an account", app.AccountArchive, done, status("lea", (*app.App).ArchiveAccount), true, false},
		{"restore an account", app.AccountRestore, done, func(k *kit) func() error {
			k.status("lea", (*app.App).SuspendAccount)
			return status("lea", (*app.App).RestoreAccount)(k)
		}, true, false},
		{"import a roster", app.AccountImport, done, plain(func(k *kit) error {
			_, err := k.ImportRoster(ctx, root, rosterOf(pupil("newcomer", "x1", nil)), app.ImportOptions{})
			return err
		}), true, false},
		{"set a policy", app.PolicySet, done, plain(func(k *kit) error {
			_, err := k.SetPolicy(ctx, root, access.Student, app.PolicyUpdate{MaxDevices: pointer(3)})
			return err
		}), true, false},
	}
}

func pinDeeds() []deed {
	ctx := context.Background()
	verify := func(pin string) func(k *kit) func() error {
		return plain(func(k *kit) error { return k.VerifyPIN(ctx, root, "lea", access.NewPIN(pin)) })
	}
	reset := func(logins ...string) func(k *kit) func() error {
		return plain(func(k *kit) error { _, err := k.ResetPINs(ctx, root, app.ResetPINs{Logins: logins}); return err })
	}
	return []deed{
		{"set a PIN", app.PINSet, access.AuditDone, plain(func(k *kit) error {
			_, err := k.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN(rightPIN)})
			return err
		}), false, false},
		{"reset a PIN", app.PINReset, access.AuditDone, reset("lea"), false, false},
		{"reset several PINs", app.PINReset, access.AuditDone, reset("lea", "max", "nobody"), false, false},
		{"unlock a PIN", app.PINUnlock, access.AuditDone, func(k *kit) func() error {
			for range access.LockAfter {
				k.verify(wrongPIN)
			}
			return func() error { _, err := k.UnlockPIN(ctx, root, "lea", "reason"); return err }
		}, true, false},
		{"verify the right PIN", app.PINVerify, access.AuditDone, verify(rightPIN), false, true},
		{"verify a wrong PIN", app.PINVerify, access.AuditRefused, verify(wrongPIN), false, true},
		{"rename a device", app.DeviceRename, access.AuditDone, plain(func(k *kit) error {
			_, err := k.RenameDevice(ctx, root, "d1", "Room 201")
			return err
		}), true, false},
		{"revoke a device", app.DeviceRevoke, access.AuditDone, plain(func(k *kit) error {
			_, err := k.RevokeDevices(ctx, root, []string{"d1"}, "lost")
			return err
		}), true, false},
		{"revoke several devices", app.DeviceRevoke, access.AuditDone, plain(func(k *kit) error {
			_, err := k.RevokeDevices(ctx, root, []string{"d1", "d2", "d9"}, "lost")
			return err
		}), true, false},
		{"prune devices", app.DevicePrune, access.AuditDone, plain(func(k *kit) error {
			_, err := k.PruneDevices(ctx, root, []string{"d3"})
			return err
		}), true, false},
	}
}

func loginDeeds() []deed {
	ctx := context.Background()
	start := func(login, token string) func(k *kit) func() error {
		return plain(func(k *kit) error {
			_, err := k.StartLogin(ctx, root, app.StartLogin{Login: login, UserAgent: firefox, DeviceToken: access.NewSecret(token)})
			return err
		})
	}
	give := func(pin, label string) func(k *kit) func() error {
		return func(k *kit) func() error {
			req := app.GivePIN{LoginID: access.NewSecret(k.start("lea", "").LoginID), PIN: access.NewPIN(pin)}
			if label != "" {
				req.Remember = &app.Remember{Name: label}
			}
			return func() error { _, err := k.GivePIN(ctx, root, req); return err }
		}
	}
	setUp := func(login, code string) func(k *kit) func() error {
		return func(k *kit) func() error {
			if code != "" {
				k.reset(login)
			}
			req := app.SetUp{
				LoginID: access.NewSecret(k.start(login, "").LoginID), Protection: access.ByPIN,
				PIN: access.NewPIN("6940"), PINConfirm: access.NewPIN("6940"), SetupCode: access.NewSecret(code),
			}
			return func() error { _, err := k.SetUp(ctx, root, req); return err }
		}
	}
	done, refused := access.AuditDone, access.AuditRefused
	return []deed{
		{"start a login", app.LoginStart, done, start("lea", ""), false, false},
		{"start a login of nobody", app.LoginStart, refused, start("nobody", ""), false, false},
		{"start a login on a recognized device", app.LoginStart, done, func(k *kit) func() error {
			return start("lea", k.registered("lea", rightPIN, "Home"))(k)
		}, false, false},
		{"start a login with a replayed token", app.LoginStart, done, func(k *kit) func() error {
			stolen := k.registered("lea", rightPIN, "Home")
			k.start("lea", k.start("lea", stolen).DeviceToken)
			k.now = k.now.Add(time.Hour)
			return start("lea", stolen)(k)
		}, false, false},
		{"give the right PIN and a device's name", app.LoginPIN, done, give(rightPIN, "Home"), false, true},
		{"give a wrong PIN", app.LoginPIN, refused, give(wrongPIN, ""), false, true},
		{"set a first PIN", app.LoginSetup, done, setUp("max", ""), false, false},
		{"give a wrong set-up code", app.LoginSetup, refused, setUp("lea", wrongCode), false, false},
		{"name a device", app.LoginRemember, done, func(k *kit) func() error {
			req := app.NameDevice{LoginID: access.NewSecret(k.start("max", "").LoginID), Name: "Home"}
			return func() error { _, err := k.RememberDevice(ctx, root, req); return err }
		}, false, false},
		{"name a device that is refused", app.LoginRemember, refused, func(k *kit) func() error {
			req := app.NameDevice{LoginID: access.NewSecret(k.start("max", "").LoginID), Name: "School"}
			return func() error { _, err := k.RememberDevice(ctx, root, req); return err }
		}, false, false},
	}
}

func watchDeeds() []deed {
	ctx := context.Background()
	return []deed{
		{"acknowledge an alert", app.AlertsAck, access.AuditDone, plain(func(k *kit) error {
			_, err := k.AckAlerts(ctx, root, []string{"1"}, "rang")
			return err
		}), true, false},
		{"sweep logins", "login.sweep", access.AuditDone, func(k *kit) func() error {
			k.start("lea", "")
			k.now = k.now.Add(access.LoginFor)
			return func() error { return k.SweepLogins(ctx) }
		}, true, false},
	}
}

// noAudit makes the file refuse every new audit record.
const noAudit = `CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the archive is full'); END`

// Without its audit record a change does not happen; with it, there is one
// record, in the transaction of the change; and what changes nothing leaves none.
func TestEveryChangeLeavesOneRecord(t *testing.T) {
	for _, d := range deeds() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			k := teacher(t)
			k.add("max", access.Student)
			k.putDevice("d1", "lea", nil)
			k.putDevice("d2", "lea", nil)
			k.putDevice("d3", "lea", func(d *access.Device) { d.ExpiresAt = k.now })
			s := &committing{Store: k.store}
			k.App = k.over(s)
			run := d.begin(k)

			var uncertain []string
			if d.counts {
				uncertain = []string{"attempt", "attempt_lease", "attempt_wrong"}
			}
			k.tamper(noAudit)
			before, head := k.dump(uncertain...), k.head()
			if err := run(); err == nil || !strings.Contains(err.Error(), "audit") {
				t.Errorf("without an audit record: got %v, want an error that says so", err)
			}
			if k.dump(uncertain...) != before {
				t.Error("without an audit record the change happened all the same")
			}
			k.tamper(`DROP TRIGGER no_audit`)

			s.appended = nil
			if err := run(); err != nil && d.result == access.AuditDone {
				t.Fatal(err)
			}
			trail := k.trail(head)
			if len(trail) != 1 || trail[0].Action != string(d.action) || trail[0].Result != d.result {
				t.Fatalf("got audit records %+v, want one: %s, %s", trail, d.action, d.result)
			}
			k.wantOneTransaction(s, d.counts)
			k.wantMarked(before, head+1)
			if !d.again {
				return
			}
			before = k.dump()
			if err := run(); err != nil {
				t.Errorf("again: %v", err)
			}
			if k.dump() != before {
				t.Error("again: something was changed or recorded")
			}
		})
	}
}

// A committing store notes for each of its transactions how many audit records
// it appended.
type committing struct {
	store.Store
	appended []int
}

func (s *committing) Update(ctx context.Context, f func(store.Tx) error) error {
	return s.noted(ctx, s.Store.Update, f)
}

func (s *committing) UpdateMany(ctx context.Context, f func(store.Tx) error) error {
	return s.noted(ctx, s.Store.UpdateMany, f)
}

func (s *committing) noted(ctx context.Context, update func(context.Context, func(store.Tx) error) error, f func(store.Tx) error) error {
	n := 0
	err := update(ctx, func(tx store.Tx) error { return f(committingTx{tx, &n}) })
	if err == nil {
		s.appended = append(s.appended, n)
	}
	return err
}

type committingTx struct {
	store.Tx
	n *int
}

func (t committingTx) AppendAudit(ctx context.Context, r access.AuditRecord) error {
	*t.n++
	return t.Tx.AppendAudit(ctx, r)
}

// wantOneTransaction demands that all was written together with its record; only
// an attempt is counted before.
func (k *kit) wantOneTransaction(s *committing, counts bool) {
	k.t.Helper()
	want := []int{1}
	if counts {
		want = []int{0, 1}
	}
	if !slices.Equal(s.appended, want) {
		k.t.Errorf("audit records of each transaction: got %v, want %v", s.appended, want)
	}
}

// wantMarked demands that every row that came or changed since names the audit
// record that changed it, where its table has a column for that.
func (k *kit) wantMarked(before string, seq int64) {
	k.t.Helper()
	known := map[string]bool{}
	for line := range strings.Lines(before) {
		known[line] = true
	}
	for line := range strings.Lines(k.dump()) {
		table, _, _ := strings.Cut(line, " ")
		if isMarked(table) && !known[line] && !strings.HasSuffix(line, fmt.Sprintf(" %q\n", fmt.Sprint(seq))) {
			k.t.Errorf("changed, and not marked with record %d: %s", seq, line)
		}
	}
}

func TestReadingLeavesNoRecord(t *testing.T) {
	ctx := context.Background()
	k := teacher(t)
	k.putDevice("d1", "lea", nil)
	k.start("lea", "")
	before := k.dump()
	for name, read := range map[string]func() error{
		"PIN status":   func() error { _, _, err := k.PINStatuses(ctx, root, []string{"lea"}, "6A"); return err },
		"plan a reset": func() error { _, err := k.PlanReset(ctx, root, app.ResetPINs{Logins: []string{"lea"}}); return err },
		"plan to contain": func() error {
			_, err := k.PlanContain(ctx, root, app.Contain{Logins: []string{"lea"}})
			return err
		},
		"paused schools": func() error { _, err := k.Paused(ctx, root); return err },
		"check a PIN":    func() error { return k.CheckOperatorPIN(ctx, root, "lea", access.NewPIN("694038")) },
		"devices":        func() error { _, err := k.devices(root, app.DeviceQuery{}); return err },
		"a device":       func() error { _, err := k.Device(ctx, root, "d1"); return err },
		"old devices":    func() error { _, err := k.ExpiredDevices(ctx, root); return err },
		"diagnosis":      func() error { _, err := k.Diagnose(ctx, root, "lea"); return err },
		"an alert":       func() error { _, _, err := k.Alert(ctx, root, "1"); return err },
		"alerts before":  func() error { _, err := k.AlertsBefore(ctx, root, app.AlertQuery{}, 2); return err },
		"logins before":  func() error { _, err := k.LoginsBefore(ctx, root, app.LoginQuery{}, 2); return err },
		"audit records": func() error {
			return k.AuditRecords(ctx, root, store.AuditFilter{}, func(app.AuditEntry) error { return nil })
		},
		"audit head":    func() error { _, err := k.AuditHead(ctx, root); return err },
		"newest record": func() error { _, err := k.NewestRecordAt(ctx, root); return err },
		"verify audit":  func() error { _, _, err := k.VerifyAudit(ctx, root, app.AuditHead{}); return err },
		"check store":   func() error { _, err := k.CheckStore(ctx, root); return err },
		"check key":     func() error { return k.CheckKey(ctx) },
		"sweep nothing": func() error { return k.SweepLogins(ctx) },
	} {
		if err := read(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if k.dump() != before {
			t.Errorf("%s changed the store", name)
		}
	}
}
