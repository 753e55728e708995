package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// registerAs passes a login of an account, with the PIN where one is asked, and
// registers its device.
func (k *kit) registerAs(login, pin, label string) app.LoginAnswer {
	k.t.Helper()
	started := k.start(login, "")
	if started.Decision == access.AskPIN {
		return k.give(started.LoginID, pin, label)
	}
	return k.name(started.LoginID, label, false)
}

// name registers the device of a login that has passed.
func (k *kit) name(id, label string, replace bool) app.LoginAnswer {
	k.t.Helper()
	answer, err := k.RememberDevice(context.Background(), root, app.NameDevice{LoginID: access.NewSecret(id), Name: label, Replace: replace})
	if err != nil {
		k.t.Fatal(err)
	}
	return answer
}

// choose sets a protection in the login of a device that is recognized.
func (k *kit) choose(token, oldPIN string, p access.Protection, pin string) app.LoginAnswer {
	k.t.Helper()
	id := k.start("max", token).LoginID
	if oldPIN != "" {
		k.give(id, oldPIN, "")
	}
	answer := k.setUp(id, p, pin, "")
	if answer.Refused {
		k.t.Fatalf("the choice was refused: %+v", answer)
	}
	return answer
}

func TestOwnActsRevokeEveryDeviceButTheOneInUse(t *testing.T) {
	for _, c := range []struct {
		name    string
		before  access.Protection
		oldPIN  string
		after   access.Protection
		pin     string
		inUse   bool // the login comes from the device Home
		revoked int
	}{
		{"a first PIN", access.NotChosen, "", access.ByPIN, "7304", true, 1},
		{"a first PIN from elsewhere", access.NotChosen, "", access.ByPIN, "7304", false, 2},
		{"another PIN", access.ByPIN, "7304", access.ByPIN, "6940", true, 1},
		{"another PIN from elsewhere", access.ByPIN, "7304", access.ByPIN, "6940", false, 2},
		{"notify instead of nothing", access.None, "", access.Notify, "", true, 1},
		{"notify where nothing was chosen", access.NotChosen, "", access.Notify, "", false, 2},
		{"a PIN instead of notify", access.Notify, "", access.ByPIN, "7304", true, 1},
		{"nothing instead of notify", access.Notify, "", access.None, "", true, 0},
		{"notify instead of a PIN", access.ByPIN, "7304", access.Notify, "", true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.add("max", access.Student)
			if c.before != access.NotChosen {
				k.choose("", "", c.before, c.oldPIN)
			}
			home := k.registerAs("max", c.oldPIN, "Home")
			phone := k.registerAs("max", c.oldPIN, "Phone")
			k.now = k.now.Add(25 * time.Hour)
			token := ""
			if c.inUse {
				token = home.DeviceToken
			}
			answer := k.choose(token, c.oldPIN, c.after, c.pin)
			if answer.DevicesRevoked != c.revoked {
				t.Errorf("devices revoked: got %d, want %d", answer.DevicesRevoked, c.revoked)
			}
			if got, want := k.device(phone.Device.ID).Revoked(), c.revoked > 0; got != want {
				t.Errorf("the other device: revoked %t, want %t", got, want)
			}
			if got, want := k.device(home.Device.ID).Revoked(), c.revoked > 1; got != want {
				t.Errorf("the device in use: revoked %t, want %t", got, want)
			}
		})
	}
}

// A PIN given before it was changed proves nothing about the new one: neither a
// choice nor a device rests on it.
func TestPINOfBeforeItsChangeProvesNothing(t *testing.T) {
	k := newKit(t)
	k.add("max", access.Student)
	k.pin("max", "7304")
	thief := k.start("max", "").LoginID
	want(t, k.give(thief, "7304", ""), access.Allow, access.ReasonNewDevice)
	k.now = k.now.Add(time.Minute)
	owner := k.start("max", "").LoginID
	k.give(owner, "7304", "")
	want(t, k.setUp(owner, access.ByPIN, "6940", ""), access.Allow, access.ReasonNewDevice)
	want(t, k.setUp(thief, access.None, "", ""), access.AskPIN, access.ReasonNewDevice)
	want(t, k.setUp(thief, access.ByPIN, "5918", ""), access.AskPIN, access.ReasonNewDevice)
	named := k.name(thief, "Mine", false)
	want(t, k.start("max", named.DeviceToken), access.AskPIN, access.ReasonNewDevice)
	if err := k.VerifyPIN(t.Context(), root, "max", access.NewPIN("6940")); err != nil {
		t.Errorf("the owner's new PIN: got %v", err)
	}
	want(t, k.give(thief, "6940", ""), access.Allow, access.ReasonNewDevice)
	want(t, k.setUp(thief, access.None, "", ""), access.Allow, access.ReasonNewDevice)
}

func TestWeakeningNotifyNeedsATrustedDevice(t *testing.T) {
	for _, c := range []struct {
		name  string
		after time.Duration
		inUse bool
		want  bool
	}{
		{"another device", 25 * time.Hour, false, false},
		{"a device registered just now", time.Hour, true, false},
		{"a device of a day", access.Day, true, false},
		{"a device of more than a day", access.Day + time.Second, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.add("max", access.Student)
			k.choose("", "", access.Notify, "")
			home := k.registerAs("max", "", "Home")
			k.now = k.now.Add(c.after)
			token := ""
			if c.inUse {
				token = home.DeviceToken
			}
			answer := k.setUp(k.start("max", token).LoginID, access.None, "", "")
			if answer.Refused == c.want {
				t.Errorf("got %+v, want allowed: %t", answer, c.want)
			}
			kinds := k.alerts("max")
			if got := kinds[len(kinds)-1] == access.AlertProtectionWeakened; got != c.want {
				t.Errorf("protection_weakened raised: got %t, want %t", got, c.want)
			}
		})
	}
}

// After the enrolment window a device recognized for a day vouches for a first
// PIN, and raises its alert all the same.
func TestFirstPINAfterTheWindowOnATrustedDevice(t *testing.T) {
	k := newKit(t)
	k.add("max", access.Student)
	home := k.registerAs("max", "", "Home")
	k.write(func(tx store.Tx) error {
		p := access.DefaultPolicy(access.Student, k.now)
		p.Imposed, p.Allowed = true, []access.Protection{access.ByPIN}
		return tx.AddPolicy(context.Background(), &p)
	})
	k.now = k.now.Add(31 * access.Day)
	closed := k.start("max", "")
	want(t, closed, access.SetUp, access.ReasonEnrolmentClosed)
	want(t, k.setUp(closed.LoginID, access.ByPIN, "7304", ""), access.SetUp, access.ReasonEnrolmentClosed)
	open := k.start("max", home.DeviceToken)
	want(t, open, access.SetUp, access.ReasonProtectionImposed)
	want(t, k.setUp(open.LoginID, access.ByPIN, "7304", ""), access.Allow, access.ReasonProtectionImposed)
	wantKinds(t, k.alerts("max"), access.AlertNewDevice, access.AlertFirstPINSet)
}
