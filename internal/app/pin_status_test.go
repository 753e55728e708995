package app_test

import (
	"reflect"
	"slices"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

func (k *kit) pinStatus(login string) app.PINStatus {
	k.t.Helper()
	statuses, absent, err := k.PINStatuses(k.t.Context(), root, []string{login}, "")
	if err != nil || len(absent) != 0 || len(statuses) != 1 {
		k.t.Fatal(statuses, absent, err)
	}
	return statuses[0]
}

func TestPINStatusFollowsThePIN(t *testing.T) {
	k := newKit(t)
	lea := k.add("lea", access.Teacher)
	wrong := func(n int) {
		for range n {
			k.verify(wrongPIN)
		}
	}
	for _, step := range []struct {
		name string
		do   func()
		want app.PINStatus
	}{
		{"never set", func() {}, app.PINStatus{}},
		{"set", func() { k.pin("lea", rightPIN) }, app.PINStatus{Set: true, SetAt: morning, SetBy: root.ID}},
		{"three wrong", func() { wrong(3) }, app.PINStatus{Set: true, SetAt: morning, SetBy: root.ID, Failed: 3}},
		{"and one in flight", func() { k.dieJudging(1) }, app.PINStatus{Set: true, SetAt: morning, SetBy: root.ID, Failed: 4}},
		{"locked", func() { wrong(1); k.now = k.now.Add(access.LeaseFor) }, app.PINStatus{
			Set: true, SetAt: morning, SetBy: root.ID, Failed: 5, LockedUntil: morning.Add(access.LeaseFor + access.LockFor),
		}},
		{"reset", func() { k.reset("lea") }, app.PINStatus{
			SetAt: morning, SetBy: root.ID, Cleared: true, CodeExpiresAt: morning.Add(access.LeaseFor + app.CodeValidOne),
		}},
		{"set with the code", func() {
			code := k.reset("lea")
			k.tryCode(k.start("lea", "").LoginID, code)
		}, app.PINStatus{Set: true, SetAt: morning.Add(access.LeaseFor), SetBy: lea.ID}},
		{"blocked", func() {
			wrong(5)
			k.now = k.now.Add(access.LockFor)
			wrong(5)
		}, app.PINStatus{Set: true, SetAt: morning.Add(access.LeaseFor), SetBy: lea.ID, Failed: 10, Blocked: true}},
	} {
		step.do()
		got := k.pinStatus("lea")
		got.Account = access.Account{}
		if !reflect.DeepEqual(got, step.want) {
			t.Errorf("%s: got %+v, want %+v", step.name, got, step.want)
		}
	}
}

func TestPINStatusesOfMany(t *testing.T) {
	k := newKit(t)
	for login, profile := range map[string]access.Profile{"ann": access.Student, "boss": access.Management} {
		k.person(login, func(n *app.NewAccount) { n.Group, n.Profile = "6A", profile })
	}
	k.person("far", func(n *app.NewAccount) { n.Group, n.Schools = "6A", []string{"B"} })
	for _, c := range []struct {
		name string
		by   access.Operator
		want []string
	}{
		{"an administrator", root, []string{"ann", "boss", "far"}},
		{"a principal", operator(access.RolePrincipal, "A"), []string{"ann", "boss"}},
		{"helpdesk", operator(access.RoleHelpdesk, "A"), []string{"ann"}},
	} {
		statuses, absent, err := k.PINStatuses(t.Context(), c.by, []string{"nobody", "Not A Login"}, "6A")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range statuses {
			got = append(got, s.Account.Login)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if len(absent) != 2 || access.CodeOf(absent[0]) != "not_found" || access.CodeOf(absent[1]) != "not_found" {
			t.Errorf("%s: absent: got %v", c.name, absent)
		}
	}
}

// An attempt at a PIN whose seal does not open is taken back: damage must not
// lock its owner out.
func TestDamagedPINLocksNobodyOut(t *testing.T) {
	k := teacher(t)
	id := k.start("lea", "").LoginID
	k.tamper(`UPDATE pin SET sealed = zeroblob(length(sealed))`)
	for range 12 {
		wantError(t, k.VerifyPIN(t.Context(), root, "lea", access.NewPIN(rightPIN)), access.ErrDamaged, "seal_broken")
		_, err := k.GivePIN(t.Context(), root, app.GivePIN{LoginID: access.NewSecret(id), PIN: access.NewPIN(rightPIN)})
		wantError(t, err, access.ErrDamaged, "seal_broken")
	}
	k.wantAttempts(0, 0, 0)
}
