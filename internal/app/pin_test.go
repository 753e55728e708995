package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// device gives a device as it is stored.
func (k *kit) device(id string) (d access.Device) {
	k.t.Helper()
	k.view(func(tx store.Tx) (err error) {
		d, err = tx.Device(context.Background(), id)
		return err
	})
	return d
}

func TestOperatorsActsEndAllTrust(t *testing.T) {
	ctx := context.Background()
	status := func(set setStatus) func(k *kit) (app.Ended, error) {
		return func(k *kit) (app.Ended, error) {
			done, err := set(k.App, ctx, root, "lea", "lost the phone")
			return done.Ended, err
		}
	}
	for _, c := range []struct {
		name   string
		action app.Action
		run    func(k *kit) (app.Ended, error)
	}{
		{"pin set", app.PINSet, func(k *kit) (app.Ended, error) {
			return k.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN(rightPIN)})
		}},
		{"pin reset", app.PINReset, func(k *kit) (app.Ended, error) {
			items, err := k.ResetPINs(ctx, root, app.ResetPINs{Logins: []string{"lea"}})
			return items[0].Ended, err
		}},
		{"suspension", app.AccountSuspend, status((*app.App).SuspendAccount)},
		{"archiving", app.AccountArchive, status((*app.App).ArchiveAccount)},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			open := k.start("lea", "").LoginID
			token := k.registered("lea", rightPIN, "Home")
			k.trusted("lea")
			head := k.head()
			ended, err := c.run(k)
			if err != nil {
				t.Fatal(err)
			}
			// The login in which Home was registered has passed and ends too.
			if want := (app.Ended{Devices: 2, Logins: 3, Codes: 1}); ended != want {
				t.Errorf("ended: got %+v, want %+v", ended, want)
			}
			detail := k.lastDetail(c.action)
			for key, want := range map[string]float64{"devices_revoked": 2, "logins_ended": 3, "codes_voided": 1} {
				if detail[key] != want {
					t.Errorf("audit detail %s: got %v, want %v", key, detail[key], want)
				}
			}
			if got := len(k.trail(head)); got != 1 {
				t.Errorf("got %d audit records, want 1", got)
			}
			d := k.device("d-lea")
			if !d.Revoked() || d.RevokedBy != root.ID || d.RevokedReason == "" || d.AuditSeq != head+1 {
				t.Errorf("the device: got %+v, want it revoked in record %d", d, head+1)
			}
			if got := k.pending(); c.action != app.PINReset && got.MAC != nil {
				t.Error("the pending code is still there")
			}
			want(t, k.give(open, rightPIN, ""), access.Deny, access.ReasonLoginExpired)
			if got := k.start("lea", token); got.Decision == access.Allow {
				t.Errorf("the device is still recognized: %+v", got)
			}
		})
	}
}

func TestKeepingDevicesNeedsAReason(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Home")
	open := k.start("lea", "").LoginID
	head := k.head()
	_, err := k.SetPIN(t.Context(), root, app.SetPIN{Login: "lea", PIN: access.NewPIN("694038"), KeepDevices: true, Reason: " \t"})
	wantError(t, err, access.ErrConfirm, "reason_required")
	if k.head() != head || k.verify(rightPIN) != "right" {
		t.Error("something was changed without a reason")
	}
	ended, err := k.SetPIN(t.Context(), root, app.SetPIN{Login: "lea", PIN: access.NewPIN("694038"), KeepDevices: true, Reason: "PIN seen, devices at home"})
	if err != nil {
		t.Fatal(err)
	}
	if want := (app.Ended{Logins: 2}); ended != want {
		t.Errorf("ended: got %+v, want %+v", ended, want)
	}
	want(t, k.give(open, "694038", ""), access.Deny, access.ReasonLoginExpired)
	want(t, k.start("lea", token), access.Allow, access.ReasonDeviceRecognized)
	if got := k.lastDetail(app.PINSet)["reason"]; got != "PIN seen, devices at home" {
		t.Errorf("audit reason: got %v", got)
	}
}

func TestRefusedPINChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name, login, pin string
		kind             error
		code             string
	}{
		{"guessable", "lea", "1234", access.ErrRefused, access.CodePINGuessable},
		{"too short", "lea", "730", access.ErrRefused, access.CodePINTooShort},
		{"no digits", "lea", "abcdef", access.ErrRefused, access.CodePINNotDigits},
		{"own birth date", "lea", "170409", access.ErrRefused, access.CodePINGuessable},
		{"empty", "lea", "", access.ErrRefused, access.CodePINTooShort},
		{"of nobody", "nobody", rightPIN, access.ErrNotFound, "not_found"},
		{"of an archived account", "old", rightPIN, access.ErrRefused, "account_archived"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.person("lea", func(n *app.NewAccount) {
				n.Profile = access.Teacher
				n.BirthDate, _ = access.ParseDate("2009-04-17")
			})
			k.add("old", access.Teacher)
			if _, err := k.ArchiveAccount(t.Context(), root, "old", "left"); err != nil {
				t.Fatal(err)
			}
			before := k.dump()
			_, err := k.SetPIN(t.Context(), root, app.SetPIN{Login: c.login, PIN: access.NewPIN(c.pin)})
			wantError(t, err, c.kind, c.code)
			if c.code != "account_archived" {
				wantError(t, k.CheckOperatorPIN(t.Context(), root, c.login, access.NewPIN(c.pin)), c.kind, c.code)
			}
			if k.dump() != before {
				t.Error("a refused PIN changed the store")
			}
			if c.pin != "" && strings.Contains(err.Error(), c.pin) {
				t.Errorf("the error holds the PIN: %v", err)
			}
		})
	}
}

func TestVerifyPINRefusals(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(k *kit)
		pin     string
		kind    error
		code    string
	}{
		{"right", nil, rightPIN, nil, ""},
		{"wrong", nil, wrongPIN, access.ErrRefused, "pin_wrong"},
		{"empty", nil, "", access.ErrRefused, "pin_wrong"},
		{"the right one and then more than any PIN", nil, rightPIN + strings.Repeat("0", access.MaxTypedPIN), access.ErrRefused, "pin_wrong"},
		{"no PIN", func(k *kit) { k.reset("lea") }, rightPIN, access.ErrRefused, "pin_not_set"},
		{"suspended", func(k *kit) { k.status("lea", (*app.App).SuspendAccount) }, rightPIN, access.ErrRefused, "account_suspended"},
		{"archived", func(k *kit) { k.status("lea", (*app.App).ArchiveAccount) }, rightPIN, access.ErrRefused, "account_suspended"},
		{"past its end date", func(k *kit) {
			day, _ := access.ParseDate("2026-03-02")
			if _, err := k.EditAccount(context.Background(), root, "lea", app.AccountUpdate{EndsOn: &day}); err != nil {
				k.t.Fatal(err)
			}
			k.now = k.now.Add(15 * time.Hour) // midnight in Paris
		}, rightPIN, access.ErrRefused, "account_suspended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			if c.prepare != nil {
				c.prepare(k)
			}
			head := k.head()
			wantError(t, k.VerifyPIN(t.Context(), root, "lea", access.NewPIN(c.pin)), c.kind, c.code)
			result := access.AuditRefused
			if c.kind == nil {
				result = access.AuditDone
			}
			if trail := k.trail(head); len(trail) != 1 || trail[0].Result != result || trail[0].Target != k.stored("lea").ID {
				t.Errorf("audit: got %v, want one record, %s", trail, result)
			}
		})
	}
}

// status suspends, restores or archives an account.
func (k *kit) status(login string, set setStatus) {
	k.t.Helper()
	if _, err := set(k.App, context.Background(), root, login, "a reason"); err != nil {
		k.t.Fatal(err)
	}
}

// An unknown account costs the writes that a known one costs, and leaves none of
// what was typed.
func TestVerifyPINOfNobody(t *testing.T) {
	k := teacher(t)
	s := &counting{Store: k.store}
	a := k.over(s)
	for _, login := range []string{"nobody", "no login at all!"} {
		for range 12 {
			head := k.head()
			err := a.VerifyPIN(t.Context(), root, login, access.NewPIN(rightPIN))
			wantError(t, err, access.ErrNotFound, "not_found")
			trail := k.trail(head)
			if len(trail) != 1 || trail[0].Result != access.AuditRefused || strings.Contains(string(trail[0].Detail), login) {
				t.Fatalf("%s: got %v, %s", login, trail, trail[0].Detail)
			}
		}
	}
	if got := s.admitted.Load(); got != 24 {
		t.Errorf("%d attempts were reserved, want 24: the same work each time", got)
	}
}

func TestResetNamesEachAccountOnce(t *testing.T) {
	k := newKit(t)
	for _, login := range []string{"ann", "ben", "cyd"} {
		k.person(login, func(n *app.NewAccount) { n.Group = "6A" })
	}
	k.person("dan", func(n *app.NewAccount) { n.Group, n.Schools = "6A", []string{"B"} })
	k.person("old", func(n *app.NewAccount) { n.Group = "6A" })
	k.status("old", (*app.App).ArchiveAccount)
	k.pin("cyd", "7304")
	for _, c := range []struct {
		name string
		by   access.Operator
		req  app.ResetPINs
		want string
	}{
		{"those without a PIN", root, app.ResetPINs{Group: "6A", WithoutPIN: true, Bulk: true}, "ann ben dan"},
		{"named twice", root, app.ResetPINs{Logins: []string{"ann", "ANN", "ben"}}, "ann ben"},
		{"named and in the group", root, app.ResetPINs{Logins: []string{"ann"}, Group: "6A", Bulk: true}, "ann ben cyd dan"},
		{"a group of one school", root, app.ResetPINs{Group: "6A", School: "A", Bulk: true}, "ann ben cyd"},
		{"a school", operator(access.RolePrincipal, "B"), app.ResetPINs{School: "B", Bulk: true}, "dan"},
		{"a group, by a principal", operator(access.RolePrincipal, "A"), app.ResetPINs{Group: "6A", Bulk: true}, "ann ben cyd"},
		{"absent, archived and foreign", operator(access.RolePrincipal, "A"), app.ResetPINs{Logins: []string{"zoe", "old", "dan", "ann"}}, "!not_found !account_archived !not_found ann"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := k.dump()
			plan, err := k.PlanReset(t.Context(), c.by, c.req)
			if err != nil {
				t.Fatal(err)
			}
			if got := resetLine(plan); got != c.want {
				t.Errorf("plan: got %q, want %q", got, c.want)
			}
			if k.dump() != before {
				t.Error("the plan changed the store")
			}
			head := k.head()
			items, err := k.ResetPINs(t.Context(), c.by, c.req)
			if err != nil {
				t.Fatal(err)
			}
			if got := resetLine(items); got != c.want {
				t.Errorf("reset: got %q, want %q", got, c.want)
			}
			k.wantResetRecord(head, items)
		})
	}
}

func TestResetOfAGroupThatIsNotThere(t *testing.T) {
	k := newKit(t)
	k.person("ann", func(n *app.NewAccount) { n.Group = "6A" })
	k.person("old", func(n *app.NewAccount) { n.Group = "6B" })
	k.status("old", (*app.App).ArchiveAccount)
	anywhere := "only active accounts count; see: pinward account list --status active"
	for _, c := range []struct {
		name string
		by   access.Operator
		req  app.ResetPINs
		hint string
	}{
		{"unknown", root, app.ResetPINs{Group: "9Z", Bulk: true}, anywhere},
		{"of archived accounts", root, app.ResetPINs{Group: "6B", Bulk: true}, anywhere},
		{"at another school", root, app.ResetPINs{Group: "6A", School: "B", Bulk: true}, anywhere},
		{"foreign", operator(access.RolePrincipal, "B"), app.ResetPINs{Group: "6A", Bulk: true}, anywhere},
		{"in other letters", root, app.ResetPINs{Group: "6a", Bulk: true}, "did you mean: 6A"},
		{"foreign, in other letters", operator(access.RolePrincipal, "B"), app.ResetPINs{Group: "6a", Bulk: true}, anywhere},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, planErr := k.PlanReset(t.Context(), c.by, c.req)
			_, err := k.ResetPINs(t.Context(), c.by, c.req)
			for _, err := range []error{planErr, err} {
				var e *access.Error
				if !errors.As(err, &e) || !errors.Is(err, access.ErrNotFound) || e.Hint != c.hint {
					t.Errorf("got %v, want not found with the hint %q", err, c.hint)
				}
			}
		})
	}
}

// resetLine names what became of each account.
func resetLine(items []app.ResetItem) string {
	words := make([]string, len(items))
	for i, item := range items {
		words[i] = item.Login
		if item.Err != nil {
			words[i] = "!" + access.CodeOf(item.Err)
		}
	}
	return strings.Join(words, " ")
}

// wantResetRecord demands one audit record: of one account by its id, of several
// by their number and the digest of their ids.
func (k *kit) wantResetRecord(head int64, items []app.ResetItem) {
	k.t.Helper()
	list, n, last := sha256.New(), 0, ""
	for _, item := range items {
		if item.Err == nil {
			n, last = n+1, k.stored(item.Login).ID
			_, _ = list.Write([]byte(last + "\n"))
		}
	}
	want := last
	if n > 1 {
		want = hex.EncodeToString(list.Sum(nil))
	}
	trail := k.trail(head)
	if len(trail) != 1 || trail[0].Target != want {
		k.t.Fatalf("audit: got %v, want one record on %s", trail, want)
	}
	if got := k.lastDetail(app.PINReset)["accounts"]; got != float64(n) {
		k.t.Errorf("audit: got %v accounts, want %d", got, n)
	}
}

func TestResetOfNobodyLeavesNoRecord(t *testing.T) {
	k := teacher(t)
	before := k.dump()
	if _, err := k.ResetPINs(t.Context(), root, app.ResetPINs{Logins: []string{"nobody"}}); err != nil {
		t.Fatal(err)
	}
	for _, d := range []time.Duration{-time.Hour, 90*access.Day + 1} {
		_, err := k.ResetPINs(t.Context(), root, app.ResetPINs{Logins: []string{"lea"}, Valid: d})
		wantError(t, err, access.ErrUsage, "usage")
	}
	if k.dump() != before {
		t.Error("the store was changed")
	}
}

func TestResetCodesExpire(t *testing.T) {
	k := teacher(t)
	for _, c := range []struct {
		name string
		req  app.ResetPINs
		want time.Duration
	}{
		{"one person's", app.ResetPINs{Logins: []string{"lea"}}, 7 * access.Day},
		{"a group's", app.ResetPINs{Logins: []string{"lea"}, Bulk: true}, 30 * access.Day},
		{"as asked", app.ResetPINs{Logins: []string{"lea"}, Valid: time.Hour}, time.Hour},
	} {
		items, err := k.ResetPINs(t.Context(), root, c.req)
		if err != nil {
			t.Fatal(err)
		}
		if got := items[0].ExpiresAt.Sub(k.now); got != c.want || !k.pending().ExpiresAt.Equal(items[0].ExpiresAt) {
			t.Errorf("%s code: good for %s, want %s", c.name, got, c.want)
		}
	}
}
