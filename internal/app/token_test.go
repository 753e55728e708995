package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// The predecessor of a token stays good until a minute after the token itself
// was first presented; what is older is a replay.
func TestPredecessorStaysGoodForAMinute(t *testing.T) {
	for _, c := range []struct {
		name string
		old  int // which token comes back: the newest is 2, presented for the first time
		wait time.Duration
		want access.Reason
	}{
		{"the newest again, at once", 2, 0, access.ReasonDeviceRecognized},
		{"the newest again, a month later", 2, 30 * access.Day, access.ReasonDeviceRecognized},
		{"its predecessor, at once", 1, 0, access.ReasonDeviceRecognized},
		{"its predecessor, within the minute", 1, 59 * time.Second, access.ReasonDeviceRecognized},
		{"its predecessor, after the minute", 1, time.Minute, access.ReasonDeviceReplayed},
		{"an older one, at once", 0, 0, access.ReasonDeviceReplayed},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			tokens := []string{k.registered("lea", rightPIN, "Home")}
			for len(tokens) < 4 {
				k.now = k.now.Add(time.Hour)
				answer := k.start("lea", tokens[len(tokens)-1])
				want(t, answer, access.Allow, access.ReasonDeviceRecognized)
				tokens = append(tokens, answer.DeviceToken)
			}
			k.now = k.now.Add(c.wait)
			answer := k.start("lea", tokens[c.old])
			if answer.Reason != c.want {
				t.Fatalf("got %s, %s, want %s", answer.Decision, answer.Reason, c.want)
			}
			if c.want == access.ReasonDeviceRecognized {
				if answer.DeviceToken != tokens[c.old+1] {
					t.Error("it got another successor than before")
				}
				want(t, k.start("lea", tokens[3]), access.Allow, access.ReasonDeviceRecognized)
				return
			}
			want(t, k.start("lea", tokens[3]), access.AskPIN, access.ReasonDeviceRevoked)
		})
	}
}

// A token whose answer was lost is presented again much later.
func TestUnusedSuccessorLeavesItsPredecessorGood(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Home")
	for range 3 {
		k.now = k.now.Add(access.Day)
		want(t, k.start("lea", token), access.Allow, access.ReasonDeviceRecognized)
	}
}

func TestParallelLoginsOfOneBrowserGetOneSuccessor(t *testing.T) {
	k := teacher(t)
	token := k.registered("lea", rightPIN, "Home")
	got := together(10, func(int) string {
		answer, err := k.StartLogin(context.Background(), root, app.StartLogin{
			Login: "lea", IP: "192.0.2.7", UserAgent: firefox, DeviceToken: access.NewSecret(token),
		})
		if err != nil {
			return err.Error()
		}
		return string(answer.Reason) + " " + answer.DeviceToken
	})
	if len(got) != 1 {
		t.Fatalf("got %d answers, want one and the same", len(got))
	}
	for answer := range got {
		_, successor, _ := strings.Cut(answer, " ")
		want(t, k.start("lea", successor), access.Allow, access.ReasonDeviceRecognized)
	}
}

func TestReplaySeverity(t *testing.T) {
	for _, c := range []struct {
		name, seen, ip, agent string
		want                  access.Severity
	}{
		{"the same browser and network", "192.0.2.7", "192.0.2.99", firefox, access.High},
		{"another network", "192.0.2.7", "198.51.100.7", firefox, access.Critical},
		{"another browser", "192.0.2.7", "192.0.2.7", chrome, access.Critical},
		{"the network that it was last seen in", "198.51.100.7", "198.51.100.8", firefox, access.High},
		{"the network that it was registered in", "198.51.100.7", "192.0.2.7", firefox, access.Critical},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			stolen := k.registered("lea", rightPIN, "Home")
			k.startFrom("lea", k.start("lea", stolen).DeviceToken, c.seen, firefox)
			k.now = k.now.Add(time.Hour)
			before := k.head()
			want(t, k.startFrom("lea", stolen, c.ip, c.agent), access.AskPIN, access.ReasonDeviceReplayed)
			alerts := k.allAlerts("lea")
			last := alerts[len(alerts)-1]
			if last.Kind != access.AlertDeviceReplayed || last.Severity != c.want || last.DeviceID == "" {
				t.Errorf("got %s, %s of device %q, want device_replayed, %s", last.Kind, last.Severity, last.DeviceID, c.want)
			}
			if d := k.device(last.DeviceID); !d.Revoked() || d.AuditSeq != before+1 || last.AuditSeq != before+1 {
				t.Errorf("device: revoked %t in record %d, alert in %d, want record %d", d.Revoked(), d.AuditSeq, last.AuditSeq, before+1)
			}
		})
	}
}

// What was never issued revokes nothing, and another account's token leaves
// that account's device alone, superseded or not.
func TestTokensThatAreMerelyUnknown(t *testing.T) {
	k := teacher(t)
	k.add("tom", access.Teacher)
	k.pin("tom", wrongPIN)
	first := k.registered("lea", rightPIN, "Home")
	token := k.start("lea", k.start("lea", first).DeviceToken).DeviceToken
	id, _, _ := strings.Cut(token, ".")
	k.now = k.now.Add(time.Hour)
	for name, sent := range map[string]string{
		"invented for the device":  id + "." + strings.Repeat("A", 43),
		"the device id alone":      id,
		"a line end in the secret": token[:len(token)-1] + "\n" + token[len(token)-1:],
		"no device at all":         "pwd_dnone." + strings.Repeat("A", 43),
	} {
		if got := k.start("lea", sent); got.Decision != access.AskPIN || got.Reason != access.ReasonNewDevice {
			t.Errorf("%s: got %s, %s", name, got.Decision, got.Reason)
		}
	}
	want(t, k.start("tom", token), access.AskPIN, access.ReasonNewDevice)
	want(t, k.start("tom", first), access.AskPIN, access.ReasonNewDevice)
	want(t, k.start("lea", token), access.Allow, access.ReasonDeviceRecognized)
}

func TestDeviceIsForgottenInTime(t *testing.T) {
	for _, c := range []struct {
		name string
		wait time.Duration
		want access.Reason
	}{
		{"unused for almost the idle limit", 180*access.Day - time.Second, access.ReasonDeviceRecognized},
		{"unused for the idle limit", 180 * access.Day, access.ReasonDeviceExpired},
		{"past its longest life", 426 * access.Day, access.ReasonDeviceExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			answer := k.give(k.start("lea", "").LoginID, rightPIN, "Home")
			if life := answer.Device.ExpiresAt.Sub(k.now); life < 365*access.Day || life > 425*access.Day {
				t.Errorf("lifetime: got %s, want 365 to 425 days", life)
			}
			k.now = k.now.Add(c.wait)
			if got := k.start("lea", answer.DeviceToken); got.Reason != c.want {
				t.Errorf("got %s, %s, want %s", got.Decision, got.Reason, c.want)
			}
		})
	}
}

// allAlerts lists the alerts of an account, oldest first.
func (k *kit) allAlerts(login string) (rows []store.AlertRow) {
	k.t.Helper()
	_, err := k.Alerts(context.Background(), root, app.AlertQuery{Login: login}, func(r store.AlertRow) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return rows
}
