package detect_test

import (
	"net/netip"
	"testing"

	"pinward/internal/access"
	"pinward/internal/detect"
)

// quiet is what a login gives that nobody needs to hear of.
func quiet() detect.Finding { return detect.Finding{} }

func TestEnded(t *testing.T) {
	warn := func(k access.AlertKind) detect.Finding { return detect.Finding{Kind: k, Severity: access.Warn} }
	locked := detect.Finding{Kind: access.AlertPINLocked, Severity: access.High}
	blocked := detect.Finding{Kind: access.AlertPINBlocked, Severity: access.Critical}
	passed := func(r access.Reason) access.Login {
		return access.Login{State: access.LoginPassed, Decision: access.Allow, Reason: r}
	}
	denied := func(r access.Reason) access.Login {
		return access.Login{State: access.LoginDenied, Decision: access.Deny, Reason: r}
	}
	expired := func(d access.Decision, wrong int) access.Login {
		return access.Login{State: access.LoginExpired, Decision: d, Reason: access.ReasonNewDevice, WrongPINs: wrong}
	}
	recognized := func(l access.Login) access.Login { l.Recognized = true; return l }
	tests := []struct {
		name  string
		login access.Login
		want  detect.Finding
	}{
		{"passed: Arrived judges it", passed(access.ReasonNewDevice), quiet()},
		{"denied by a wrong PIN", denied(access.ReasonPINWrong), warn(access.AlertPINWrong)},
		{"denied after three wrong PINs", denied(access.ReasonLoginExhausted), warn(access.AlertPINWrong)},
		{"denied by a wrong set-up code", denied(access.ReasonSetupCodeWrong), warn(access.AlertPINWrong)},
		{"denied by a lock", denied(access.ReasonPINLocked), locked},
		{"denied by a block", denied(access.ReasonPINBlocked), blocked},
		{"denied by a block, with a temporary PIN on a recognized device", recognized(denied(access.ReasonPINBlocked)), blocked},
		{"denied because suspended", denied(access.ReasonAccountSuspended), quiet()},
		{"denied because unknown", denied(access.ReasonAccountUnknown), quiet()},
		{"denied because its time was over", denied(access.ReasonLoginExpired), quiet()},
		{"abandoned at the PIN", expired(access.AskPIN, 0), warn(access.AlertLoginAbandoned)},
		{"abandoned after a wrong PIN", expired(access.AskPIN, 1), warn(access.AlertPINWrong)},
		{"abandoned at the set-up", expired(access.SetUp, 0), warn(access.AlertLoginAbandoned)},
		{"abandoned at the set-up, after a wrong code", expired(access.SetUp, 1), warn(access.AlertPINWrong)},
		{"abandoned on a recognized device", recognized(expired(access.SetUp, 0)), quiet()},
		{"still open", access.Login{State: access.LoginOpen, Decision: access.AskPIN, WrongPINs: 2}, quiet()},
		{"of no known state", access.Login{}, quiet()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := detect.Ended(tt.login)
			if got != tt.want || ok != (tt.want != quiet()) {
				t.Errorf("got %v, %v, want %v", got, ok, tt.want)
			}
		})
	}
}

func TestWrongPIN(t *testing.T) {
	tests := []struct {
		reason access.Reason
		want   detect.Finding
	}{
		{access.ReasonPINWrong, detect.Finding{Kind: access.AlertPINWrong, Severity: access.Warn}},
		{access.ReasonPINLocked, detect.Finding{Kind: access.AlertPINLocked, Severity: access.High}},
		{access.ReasonPINBlocked, detect.Finding{Kind: access.AlertPINBlocked, Severity: access.Critical}},
		{access.ReasonPINNotSet, quiet()},
		{access.ReasonAccountSuspended, quiet()},
		{"", quiet()},
	}
	for _, tt := range tests {
		t.Run("reason "+string(tt.reason), func(t *testing.T) {
			got, ok := detect.WrongPIN(tt.reason)
			if got != tt.want || ok != (tt.want != quiet()) {
				t.Errorf("got %v, %v, want %v", got, ok, tt.want)
			}
		})
	}
}

func TestReplay(t *testing.T) {
	firefox := access.Browser{Family: "Firefox", OS: "Windows"}
	tests := []struct {
		name     string
		browser  access.Browser
		last, ip string
		want     access.Severity
	}{
		{"the same browser and address", firefox, "192.0.2.1", "192.0.2.1", access.High},
		{"the same browser and network", firefox, "192.0.2.1", "192.0.2.200", access.High},
		{"the same address, written as IPv6", firefox, "192.0.2.1", "::ffff:192.0.2.1", access.High},
		{"the same network of IPv6", firefox, "2001:db8:1::1", "2001:db8:1:ffff::2", access.High},
		{"no address known at either", firefox, "", "", access.High},
		{"another network", firefox, "192.0.2.1", "198.51.100.1", access.Critical},
		{"another network of IPv6", firefox, "2001:db8:1::1", "2001:db8:2::1", access.Critical},
		{"no address known now", firefox, "192.0.2.1", "", access.Critical},
		{"another browser", access.Browser{Family: "Chrome", OS: "Windows"}, "192.0.2.1", "192.0.2.1", access.Critical},
		{"another operating system", access.Browser{Family: "Firefox", OS: "Linux"}, "192.0.2.1", "192.0.2.1", access.Critical},
		{"another browser and network", access.Browser{Family: "curl", OS: "unknown"}, "192.0.2.1", "198.51.100.1", access.Critical},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			last, _ := netip.ParseAddr(tt.last)
			ip, _ := netip.ParseAddr(tt.ip)
			got := detect.Replay(access.Device{Browser: firefox, LastIP: last}, tt.browser, ip)
			if want := (detect.Finding{Kind: access.AlertDeviceReplayed, Severity: tt.want}); got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestChanged(t *testing.T) {
	for kind, want := range map[access.AlertKind]access.Severity{
		access.AlertFirstPINSet:        access.Info,
		access.AlertPINReset:           access.Info,
		access.AlertProtectionWeakened: access.Warn,
		access.AlertPINResetByMail:     access.Warn,
		access.AlertPolicyPaused:       access.Critical,
	} {
		if got := detect.Changed(kind); got != (detect.Finding{Kind: kind, Severity: want}) {
			t.Errorf("%s: got %v, want %s", kind, got, want)
		}
	}
}

func TestSentencesCountOne(t *testing.T) {
	for _, c := range []struct {
		finding detect.Finding
		want    string
	}{
		{detect.Finding{Kind: access.AlertLongSilence, Count: 1}, "the first login after 1 day, from a device that was not recognized"},
		{detect.Finding{Kind: access.AlertLongSilence, Count: 90}, "the first login after 90 days, from a device that was not recognized"},
		{detect.Finding{Kind: access.AlertSpraying, Count: 1}, "one address tried 1 account and failed"},
	} {
		if got := c.finding.Sentence(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
