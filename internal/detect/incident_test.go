package detect_test

import (
	"slices"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
)

func now() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func TestFamily(t *testing.T) {
	guessing := []access.AlertKind{
		access.AlertPINWrong, access.AlertPINLocked, access.AlertPINBlocked, access.AlertLoginAbandoned, access.AlertDeviceReplayed,
	}
	arriving := []access.AlertKind{access.AlertManyNewDevices, access.AlertNewAfterReset, access.AlertLongSilence}
	for _, family := range [][]access.AlertKind{guessing, arriving} {
		for _, k := range family {
			if got := detect.Family(k); !slices.Equal(got, family) {
				t.Errorf("%s: got %v, want %v", k, got, family)
			}
		}
	}
	for _, k := range []access.AlertKind{
		access.AlertNewDevice, access.AlertNotifyOnlyLogin, access.AlertFirstPINSet, access.AlertProtectionWeakened, access.AlertPINReset,
		access.AlertSpraying, access.AlertTokenStoreShared, access.AlertBrowserForgets,
	} {
		if got := detect.Family(k); !slices.Equal(got, []access.AlertKind{k}) {
			t.Errorf("%s: got %v, want it alone", k, got)
		}
	}
}

func TestSameIncident(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name string
		kind access.AlertKind
		last time.Time
		want bool
	}{
		{"this instant", access.AlertPINWrong, now(), true},
		{"just less than an hour ago", access.AlertPINWrong, now().Add(1 - time.Hour), true},
		{"an hour ago", access.AlertPINWrong, now().Add(-time.Hour), false},
		{"yesterday", access.AlertPINWrong, now().Add(-day), false},
		{"just less than an hour ahead, the clock having gone back", access.AlertPINWrong, now().Add(time.Hour - 1), true},
		{"an hour ahead", access.AlertPINWrong, now().Add(time.Hour), false},
		{"an address, an hour ago", access.AlertSpraying, now().Add(-time.Hour), true},
		{"an address, a day ago", access.AlertSpraying, now().Add(-day), false},
		{"an address, a day ahead", access.AlertTokenStoreShared, now().Add(day), false},
		{"new devices of one day", access.AlertManyNewDevices, now().Add(1 - day), true},
		{"a browser that forgot last week", access.AlertBrowserForgets, now().Add(-7 * day), true},
		{"a browser that forgot last month", access.AlertBrowserForgets, now().Add(-30 * day), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := detect.SameIncident(access.Alert{Kind: tt.kind, At: tt.last}, now()); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestRepeat(t *testing.T) {
	alert := func(incident, school string, ago time.Duration) access.Alert {
		return access.Alert{Kind: access.AlertSpraying, IncidentID: incident, School: school, At: now().Add(-ago)}
	}
	tests := []struct {
		name     string
		earlier  []access.Alert
		incident string
		raise    bool
	}{
		{"the first", nil, "", true},
		{"told a minute ago", []access.Alert{alert("i1", "A", time.Minute)}, "i1", false},
		{"told an hour ago", []access.Alert{alert("i1", "A", time.Hour)}, "i1", true},
		{"told another school", []access.Alert{alert("i1", "B", time.Minute)}, "i1", true},
		{"told another school since", []access.Alert{alert("i1", "B", time.Minute), alert("i1", "A", 2*time.Minute)}, "i1", false},
		{"told yesterday", []access.Alert{alert("i1", "A", 24*time.Hour)}, "", true},
		{"told in a future that the clock has left", []access.Alert{alert("i1", "A", -48*time.Hour)}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			incident, raise := detect.Repeat(tt.earlier, "A", now())
			if incident != tt.incident || raise != tt.raise {
				t.Errorf("got %q, %v, want %q, %v", incident, raise, tt.incident, tt.raise)
			}
		})
	}
}
