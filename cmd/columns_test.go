package cmd

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/store"
)

// On a terminal of 80 columns each list fits, and shows whole what is typed
// again or looked for.
func TestListsFitTheTerminal(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	past, ip := now.Add(-25*time.Minute), netip.MustParseAddr("203.0.113.109")
	const login, id = "maximilian.sample", "dnn36gawqkm8068ba"
	account := access.Account{
		Login: login, GivenName: "Maximilian", FamilyName: "Sample-Example", Profile: access.Teacher,
		Schools: []string{"0750001A"}, Group: "3A", Status: access.Active, Protection: access.NotChosen,
	}
	device := store.DeviceRow{
		Device: access.Device{
			ID: id, Label: "the computer of room 201", Kind: "computer", Proof: access.ProofPassword,
			Browser: access.Browser{Family: "Firefox", OS: "Linux"}, LastSeenAt: past, ExpiresAt: now.Add(365 * access.Day),
		},
		Login: login,
	}
	event := store.LoginRow{
		Login: access.Login{
			Key: 1234, StartedAt: past, State: access.LoginPassed, Reason: access.ReasonDeviceRecognized, IP: ip, DeviceID: id,
			UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		},
		AccountLogin: login,
	}
	alert := store.AlertRow{
		Alert: access.Alert{
			Key: 1234, At: past, Kind: access.AlertLoginAbandoned, Severity: access.Warn, State: access.AlertOpen, IP: ip,
			Text: "the password was right, the PIN never came, and the login was left",
		},
		Login: login,
	}
	status := app.PINStatus{Account: account, Set: true, SetAt: past, SetBy: "an operator", CodeExpiresAt: now, LockedUntil: now.Add(time.Hour)}
	page := chosen(deviceColumns(), "id", "label", "kind", "browser", "last_seen_at", "expires_at")
	for _, c := range []struct {
		name  string
		write func(b *bytes.Buffer, o render.Options) error
		whole []string
	}{
		{"device list", writer(deviceColumns(), device), []string{id, login}},
		{"account show", writer(page, device), []string{id}},
		{"account list", writer(accountColumns(), store.AccountRow{Account: account, LastLoginAt: past}), []string{login}},
		{"login list", writer(loginColumns(), event), []string{"1234", login, "passed", "device_recognized"}},
		{"alerts list", writer(incidentColumns(), incident{AlertRow: alert, Count: 3}), []string{"1234", login, "open", "warn"}},
		{"alerts of a day", writer(alertColumns(), alert), []string{"1234", login, "open", "warn"}},
		{"pin status", writer(pinStatusColumns(), status), []string{login, "not_chosen"}},
	} {
		var b bytes.Buffer
		if err := c.write(&b, render.Options{Format: render.Table, Now: now, Width: 80}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
				t.Errorf("%s: a line of %d columns: %q", c.name, n, line)
			}
		}
		for _, want := range c.whole {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %q is not whole in\n%s", c.name, want, b.String())
			}
		}
	}
}

func writer[T any](columns []column[T], row T) func(*bytes.Buffer, render.Options) error {
	return func(b *bytes.Buffer, o render.Options) error { return render.Write(b, o, columns, rows([]T{row})) }
}
