package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func recognize(t *testing.T, a *app.App, token string, change ...func(*app.StartLogin)) app.LoginAnswer {
	t.Helper()
	req := app.StartLogin{Login: "lea", IP: "192.0.2.7", UserAgent: firefox, DeviceToken: access.NewSecret(token)}
	for _, c := range change {
		c(&req)
	}
	answer, err := a.Recognize(context.Background(), operator(access.RolePortal, "A"), req)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestRecognitionIsNotedEveryTenMinutes(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Room 201")
	before, began, notices := k.dump(), k.now, len(k.noticeRows("lea"))
	for _, minutes := range []int{0, 5, 9} {
		k.now = began.Add(time.Duration(minutes) * time.Minute)
		answer := recognize(t, k.App, token)
		want(t, answer, access.Allow, access.ReasonDeviceRecognized)
		if answer.Device == nil || answer.DeviceToken != "" || answer.LoginID != "" {
			t.Errorf("got %+v, want a device and no secret", answer)
		}
	}
	if k.dump() != before {
		t.Error("the store was changed within 10 minutes")
	}
	logins, head := len(k.logins("lea")), k.head()
	for _, minutes := range []int{10, 11, 19} {
		k.now = began.Add(time.Duration(minutes) * time.Minute)
		want(t, recognize(t, k.App, token), access.Allow, access.ReasonDeviceRecognized)
	}
	rows := k.logins("lea")
	if len(rows) != logins+1 || k.head() != head+1 {
		t.Fatalf("got %d more logins and %d audit records, want 1 and 1", len(rows)-logins, k.head()-head)
	}
	seen := rows[len(rows)-1]
	if seen.State != access.LoginPassed || seen.Reason != access.ReasonDeviceRecognized || !seen.Recognized ||
		seen.OpenedBy != "op:portal" || seen.OpenAt(k.now) || !seen.StartedAt.Equal(began.Add(10*time.Minute)) {
		t.Errorf("got login %+v", seen)
	}
	d := k.deviceOf(seen.DeviceID)
	if !d.LastSeenAt.Equal(began.Add(10*time.Minute)) || d.Generation != 0 || d.AuditSeq != k.head() || d.LastIP.String() != "192.0.2.7" {
		t.Errorf("got device %+v", d)
	}
	k.now = began.Add(-time.Hour) // the clock was wrong, and goes right again
	recognize(t, k.App, token)
	if n := len(k.logins("lea")); n != logins+2 {
		t.Errorf("got %d logins after a clock that went back, want %d", n, logins+2)
	}
	if n := len(k.noticeRows("lea")); n != notices {
		t.Errorf("got %d notices of recognitions, want none", n-notices)
	}
}

func (k *kit) deviceOf(id string) (d access.Device) {
	k.t.Helper()
	k.view(func(tx store.Tx) (err error) {
		d, err = tx.Device(context.Background(), id)
		return err
	})
	return d
}

// TestRecognitionLeavesTheRestAlone asks for every other answer: none changes
// anything, and a token that came back is merely unknown.
func TestRecognitionLeavesTheRestAlone(t *testing.T) {
	k := teacher(t)
	k.person("far", func(n *app.NewAccount) { n.Schools = []string{"B"} })
	k.person("ned", func(n *app.NewAccount) { n.Profile = access.Student })
	old := k.registered("lea", rightPIN, "Room 201")
	token := k.start("lea", old).DeviceToken
	k.start("lea", token)
	k.now = k.now.Add(time.Hour)
	k.putDevice("d1", "lea", func(d *access.Device) { d.RevokedAt, d.RevokedBy, d.RevokedReason = k.now, "op", "lost" })
	before := k.dump()
	for _, c := range []struct {
		name     string
		token    string
		change   func(*app.StartLogin)
		decision access.Decision
		reason   access.Reason
	}{
		{"no token", "", nil, access.AskPIN, access.ReasonNewDevice},
		{"an old token", old, nil, access.AskPIN, access.ReasonNewDevice},
		{"another browser", token, func(r *app.StartLogin) { r.UserAgent = chrome }, access.AskPIN, access.ReasonBrowserChanged},
		{"another account's token", token, func(r *app.StartLogin) { r.Login = "ned" }, access.Allow, access.ReasonNoProtection},
		{"another school's account", token, func(r *app.StartLogin) { r.Login = "far" }, access.Deny, access.ReasonAccountUnknown},
		{"nobody", token, func(r *app.StartLogin) { r.Login = "nobody" }, access.Deny, access.ReasonAccountUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := recognize(t, k.App, c.token, func(r *app.StartLogin) {
				if c.change != nil {
					c.change(r)
				}
			})
			want(t, answer, c.decision, c.reason)
			if answer.Device != nil {
				t.Errorf("got device %+v, want none", answer.Device)
			}
		})
	}
	if k.dump() != before {
		t.Error("the store was changed")
	}
	want(t, recognize(t, k.App, token), access.Allow, access.ReasonDeviceRecognized) // it was not revoked
}

func TestRecognitionByCookie(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Room 201")
	name := k.keys.CookieName(k.stored("lea").ID)
	jar := func(value string) func(*app.StartLogin) {
		return func(r *app.StartLogin) {
			r.Cookie = func(asked string) access.Secret {
				if asked != name {
					t.Errorf("asked for %q, want %q", asked, name)
				}
				return access.NewSecret(value)
			}
		}
	}
	want(t, recognize(t, k.App, "", jar(token)), access.Allow, access.ReasonDeviceRecognized)
	want(t, recognize(t, k.App, "", jar("")), access.AskPIN, access.ReasonNewDevice)
	want(t, recognize(t, k.App, token, jar("")), access.Allow, access.ReasonDeviceRecognized) // what is named counts
}

// TestRecognitionsAtOnceAreNotedOnce asks two processes for the same device.
func TestRecognitionsAtOnceAreNotedOnce(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Room 201")
	apps := []*app.App{k.App, k.reopened()}
	k.now = k.now.Add(time.Hour)
	logins := len(k.logins("lea"))
	got := together(40, func(i int) string { return string(recognize(t, apps[i%2], token).Reason) })
	if got["device_recognized"] != 40 {
		t.Errorf("got %v, want 40 recognized", got)
	}
	if n := len(k.logins("lea")) - logins; n != 1 {
		t.Errorf("got %d more logins, want 1", n)
	}
}
