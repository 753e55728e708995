package app_test

import (
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/decide"
)

func TestDiagnoseFromRealLogins(t *testing.T) {
	for _, c := range []struct {
		name   string
		live   func(k *kit)
		first  decide.Recognition // the most frequent cause
		count  int
		advice string
	}{
		{"nothing to learn from", func(*kit) {}, "", 0, "no login to learn from"},
		{"a browser that forgets its cookies", func(k *kit) {
			for range 4 {
				id := k.start("lea", "").LoginID
				k.give(id, rightPIN, "")
				k.name(id, "Home", true)
			}
		}, decide.NoToken, 4, "forgets: \"Home\" was registered 4 times"},
		{"a second browser", func(k *kit) {
			k.registered("lea", rightPIN, "Home")
			for range 3 {
				k.give(k.startFrom("lea", "", "192.0.2.7", chrome).LoginID, rightPIN, "")
			}
		}, decide.NoToken, 4, "another browser or profile"},
		{"never registered", func(k *kit) {
			k.give(k.start("lea", "").LoginID, rightPIN, "")
		}, decide.NoToken, 1, "No device is registered"},
		{"a browser that another account uses", func(k *kit) {
			k.pin("tom", wrongPIN)
			token := k.registered("tom", wrongPIN, "Staff room")
			for range 2 {
				k.give(k.start("lea", token).LoginID, rightPIN, "")
			}
		}, decide.OtherAccount, 2, "Several people use this browser"},
		{"a token carried to another browser", func(k *kit) {
			token := k.registered("lea", rightPIN, "Home")
			for range 2 {
				k.give(k.startFrom("lea", token, "192.0.2.7", chrome).LoginID, rightPIN, "")
			}
		}, decide.BrowserChanged, 2, "does not move between browsers"},
		{"a network that forgets", func(k *kit) {
			k.give(k.startFrom("lea", "", "10.1.2.3", firefox).LoginID, rightPIN, "Room 12")
		}, decide.NoToken, 1, "networks marked shared"},
		{"a device that was revoked", func(k *kit) {
			token := k.registered("lea", rightPIN, "Home")
			k.pin("lea", rightPIN)
			for range 2 {
				k.start("lea", token)
			}
		}, decide.Revoked, 2, "was revoked"},
		{"all is well", func(k *kit) {
			token := k.registered("lea", rightPIN, "Home")
			for range 3 {
				token = k.start("lea", token).DeviceToken
			}
		}, decide.Recognized, 3, ""},
		{"long ago", func(k *kit) {
			k.start("lea", "")
			k.now = k.now.Add(app.DiagnoseSpan + access.Day)
		}, "", 0, "no login to learn from"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			k.add("tom", access.Teacher)
			c.live(k)
			d, err := k.Diagnose(t.Context(), root, "lea")
			if err != nil {
				t.Fatal(err)
			}
			if c.first == "" {
				if d.Logins != 0 || len(d.Findings) != 0 {
					t.Errorf("got %d logins, %v, want none", d.Logins, d.Findings)
				}
			} else if len(d.Findings) == 0 || d.Findings[0].Recognition != c.first || d.Findings[0].Count != c.count {
				t.Errorf("got %+v, want %s %d times first", d.Findings, c.first, c.count)
			}
			if advice := strings.Join(d.Advice, "\n"); !strings.Contains(advice, c.advice) {
				t.Errorf("advice: got %q, want %q in it", advice, c.advice)
			}
		})
	}
}
