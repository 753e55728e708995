package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

func portals() []access.Role   { return []access.Role{access.RolePortal} }
func principal() []access.Role { return []access.Role{access.RolePrincipal} }

// absent is the target of a cell that is nobody's.
const absent = "absent"

// give gives the target's account a PIN and a device named after it, behind the
// use cases' back, so that no audit record of it confuses the matrix.
func (on target) give(k *kit) target {
	k.t.Helper()
	if on.login == absent {
		return on
	}
	a := k.stored(on.login)
	k.write(func(tx store.Tx) error {
		ctx := context.Background()
		sealed, err := k.keys.SealPIN(rand.Reader, secret.Hasher{MemoryKiB: 64, Time: 1}, a.ID, access.NewPIN(rightPIN))
		if err != nil {
			return err
		}
		a.Protection = access.ByPIN
		if err := tx.PutAccount(ctx, &a); err != nil {
			return err
		}
		return tx.PutCredential(ctx, a.Key, access.Credential{KeyID: sealed.KeyID, Sealed: sealed.Blob, SetAt: k.now})
	})
	k.putDevice(on.login, on.login, nil)
	return on
}

// alert gives the number of an alert of the target's account.
func (on target) alert(k *kit) string {
	k.t.Helper()
	if on.login == absent {
		return "999"
	}
	a := k.stored(on.login)
	alert := access.Alert{At: k.now, Kind: access.AlertPINWrong, Severity: access.Warn, State: access.AlertOpen, AccountKey: a.Key, School: a.HomeSchool(), IncidentID: "i" + on.login}
	k.write(func(tx store.Tx) error { return tx.PutAlert(context.Background(), &alert) })
	return fmt.Sprint(alert.Key)
}

// A renamed error reads as if its target had been named by the matrix's word.
type renamed struct {
	error
	text string
}

func (e renamed) Error() string { return e.text }
func (e renamed) Unwrap() error { return e.error }

func (on target) renamed(err error, name string) error {
	if err == nil {
		return nil
	}
	return renamed{err, strings.ReplaceAll(err.Error(), fmt.Sprintf("%q", name), fmt.Sprintf("%q", on.login))}
}

// loginID opens a login of the target's account: the operator's own where it may
// open one, somebody else's for the foreign target.
func (on target) loginID(k *kit, by access.Operator) access.Secret {
	k.t.Helper()
	opener := by
	if on.login == "foreign" {
		opener = root
	}
	if on.login == absent || !app.RoleMay(by.Role, app.LoginStart) {
		return access.NewSecret("no such login")
	}
	answer, err := k.StartLogin(context.Background(), opener, app.StartLogin{Login: on.give(k).login, UserAgent: firefox})
	if err != nil {
		k.t.Fatal(err)
	}
	return access.NewSecret(answer.LoginID)
}

// answered turns the answers that stand for an absent target into an error.
func (on target) answered(answer app.LoginAnswer, err error) error {
	if err == nil && (answer.Reason == access.ReasonAccountUnknown || answer.Reason == access.ReasonLoginExpired) {
		return access.NotFound("login", on.login)
	}
	return err
}

func pinRows() []matrixRow {
	ctx := context.Background()
	reset := func(k *kit, by access.Operator, req app.ResetPINs) error {
		items, err := k.ResetPINs(ctx, by, req)
		for _, item := range items {
			err = orErr(err, item.Err)
		}
		return err
	}
	return []matrixRow{
		{"set a PIN", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.SetPIN(ctx, by, app.SetPIN{Login: on.login, PIN: access.NewPIN("694038")})
			return err
		}},
		{"check a PIN for an account", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return k.CheckOperatorPIN(ctx, by, on.login, access.NewPIN("694038"))
		}},
		{"verify a PIN", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return k.VerifyPIN(ctx, by, on.give(k).login, access.NewPIN(rightPIN))
		}},
		{"reset a PIN", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return reset(k, by, app.ResetPINs{Logins: []string{on.login}})
		}},
		{"plan a reset", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			items, err := k.PlanReset(ctx, by, app.ResetPINs{Logins: []string{on.login}})
			if err == nil {
				err = items[0].Err
			}
			return err
		}},
		{"reset several PINs", principal(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return reset(k, by, app.ResetPINs{Logins: []string{"own", "boss"}})
		}},
		{"reset a group's PINs", principal(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return reset(k, by, app.ResetPINs{Group: "6A"})
		}},
		{"reset a school's PINs", principal(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return reset(k, by, app.ResetPINs{School: on.school, Bulk: true})
		}},
		{"PIN status", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, errs, err := k.PINStatuses(ctx, by, []string{on.login}, "")
			for _, e := range errs {
				err = orErr(err, e)
			}
			return err
		}},
		{"PIN status of a group", people(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, _, err := k.PINStatuses(ctx, by, nil, "6A")
			return err
		}},
		{"unlock a PIN", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.UnlockPIN(ctx, by, on.login, "reason")
			return err
		}},
	}
}

// orErr gives the first error of two.
func orErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func deviceRows() []matrixRow {
	ctx := context.Background()
	list := func(k *kit, by access.Operator, q app.DeviceQuery) error {
		_, err := k.devices(by, q)
		return err
	}
	one := func(items []app.RevokeItem, err error) error {
		for _, item := range items {
			err = orErr(err, item.Err)
		}
		return err
	}
	return []matrixRow{
		{"list devices", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return list(k, by, app.DeviceQuery{})
		}},
		{"list an account's devices", readers(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return list(k, by, app.DeviceQuery{Login: on.login})
		}},
		{"list a school's devices", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return list(k, by, app.DeviceQuery{School: on.school})
		}},
		{"show a device", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.Device(ctx, by, on.give(k).login)
			return err
		}},
		{"rename a device", nil, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.RenameDevice(ctx, by, on.give(k).login, "Room 1")
			return err
		}},
		{"revoke a device", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return one(k.RevokeDevices(ctx, by, []string{on.give(k).login}, "lost"))
		}},
		{"revoke several devices", principal(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			id := on.give(k).login
			return one(k.RevokeDevices(ctx, by, []string{id, id}, "lost"))
		}},
		{"list expired devices", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.ExpiredDevices(ctx, by)
			return err
		}},
		{"prune devices", nil, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return one(k.PruneDevices(ctx, by, []string{on.give(k).login}))
		}},
		{"diagnose", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.Diagnose(ctx, by, on.login)
			return err
		}},
	}
}

func loginRows() []matrixRow {
	ctx := context.Background()
	list := func(k *kit, by access.Operator, q app.LoginQuery) error {
		_, err := k.Logins(ctx, by, q, func(store.LoginRow) error { return nil })
		return err
	}
	return []matrixRow{
		{"start a login", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return on.answered(k.StartLogin(ctx, by, app.StartLogin{Login: on.login}))
		}},
		{"recognize a device", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return on.answered(k.Recognize(ctx, by, app.StartLogin{Login: on.login}))
		}},
		{"give a PIN", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return on.answered(k.GivePIN(ctx, by, app.GivePIN{LoginID: on.loginID(k, by), PIN: access.NewPIN(rightPIN)}))
		}},
		{"set up", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return on.answered(k.SetUp(ctx, by, app.SetUp{LoginID: on.loginID(k, by), Protection: access.Notify}))
		}},
		{"name a device", portals(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			id := on.loginID(k, by)
			if on.login == "own" && app.RoleMay(by.Role, app.LoginPIN) {
				if _, err := k.GivePIN(ctx, by, app.GivePIN{LoginID: id, PIN: access.NewPIN(rightPIN)}); err != nil {
					return err
				}
			}
			return on.answered(k.RememberDevice(ctx, by, app.NameDevice{LoginID: id, Name: "Home"}))
		}},
		{"reset by mail", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return on.answered(k.ResetByMail(ctx, by, app.ResetByMail{LoginID: on.loginID(k, by)}))
		}},
		{"give a pass", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.GivePass(ctx, by, on.login, 0, "an exam")
			return err
		}},
		{"list logins", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return list(k, by, app.LoginQuery{})
		}},
		{"list an account's logins", readers(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return list(k, by, app.LoginQuery{Login: on.login})
		}},
		{"list a school's logins", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return list(k, by, app.LoginQuery{School: on.school})
		}},
	}
}

func alertRows() []matrixRow {
	ctx := context.Background()
	list := func(k *kit, by access.Operator, q app.AlertQuery) error {
		_, err := k.Alerts(ctx, by, q, func(store.AlertRow) error { return nil })
		return err
	}
	ack := func(k *kit, by access.Operator, numbers ...string) error {
		items, err := k.AckAlerts(ctx, by, numbers, "rang")
		for _, item := range items {
			err = orErr(err, item.Err)
		}
		return err
	}
	contain := func(k *kit, by access.Operator, req app.Contain) error {
		items, err := k.Contain(ctx, by, req)
		for _, item := range items {
			err = orErr(err, item.Err)
		}
		return err
	}
	return []matrixRow{
		{"list alerts", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return list(k, by, app.AlertQuery{})
		}},
		{"list an account's alerts", readers(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return list(k, by, app.AlertQuery{Login: on.login})
		}},
		{"list a school's alerts", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return list(k, by, app.AlertQuery{School: on.school})
		}},
		{"show an alert", readers(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			number := on.alert(k)
			_, _, err := k.Alert(ctx, by, number)
			return on.renamed(err, number)
		}},
		{"acknowledge an alert", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			number := on.alert(k)
			return on.renamed(ack(k, by, number), number)
		}},
		{"dispute an alert", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			number := on.alert(k)
			_, err := k.DisputeAlert(ctx, by, number, "rang")
			return on.renamed(err, number)
		}},
		{"contain the account of an alert", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			number := on.alert(k)
			_, err := k.Contain(ctx, by, app.Contain{Alert: number, Reason: "rang"})
			return on.renamed(err, number)
		}},
		{"contain an account", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return contain(k, by, app.Contain{Logins: []string{on.login}, Suspend: true, Reason: "rang"})
		}},
		{"plan to contain an account", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			items, err := k.PlanContain(ctx, by, app.Contain{Logins: []string{on.login}})
			if err == nil {
				err = items[0].Err
			}
			return err
		}},
		{"contain several accounts", principal(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return contain(k, by, app.Contain{Logins: []string{"own", "boss"}, Reason: "rang"})
		}},
		{"contain a school", principal(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return contain(k, by, app.Contain{School: on.school, Bulk: true, Reason: "rang"})
		}},
		{"acknowledge several alerts", principal(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			number := on.alert(k)
			return on.renamed(ack(k, by, number, number), number)
		}},
	}
}

func auditRows() []matrixRow {
	ctx := context.Background()
	return []matrixRow{
		{"list audit records", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			return k.AuditRecords(ctx, by, store.AuditFilter{}, func(app.AuditEntry) error { return nil })
		}},
		{"verify the audit chain", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, _, err := k.VerifyAudit(ctx, by, app.AuditHead{})
			return err
		}},
		{"show the audit head", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.AuditHead(ctx, by)
			return err
		}},
		{"check the store", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.CheckStore(ctx, by)
			return err
		}},
	}
}

// lookAfterRows are the rows of PINs, devices, logins, alerts and the audit.
func lookAfterRows() []matrixRow {
	return slices.Concat(pinRows(), deviceRows(), loginRows(), alertRows(), auditRows(), reportRows(), pageRows())
}
