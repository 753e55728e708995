package access_test

import (
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
)

func TestParsePublicNumber(t *testing.T) {
	tests := []struct {
		name, typed string
		want        int64 // 0: absent
	}{
		{"a number", "12", 12},
		{"as lists show it", "#12", 12},
		{"leading zeros", "#0012", 12},
		{"a large one", "1125899906842624", 1 << 50},
		{"zero", "0", 0},
		{"empty", "", 0},
		{"a hash alone", "#", 0},
		{"two hashes", "##1", 0},
		{"a hash after it", "1#", 0},
		{"negative", "-1", 0},
		{"a plus sign", "+1", 0},
		{"a fraction", "1.5", 0},
		{"an exponent", "1e3", 0},
		{"hexadecimal", "0x1f", 0},
		{"a space", " 1", 0},
		{"a line break", "1\n", 0},
		{"Arabic digits", "\u0661", 0},
		{"full-width digits", "\uff11", 0},
		{"broken UTF-8", "1\xff", 0},
		{"more than the store counts", "9223372036854775808", 0},
		{"a mebibyte", mebibyte("1"), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := access.ParsePublicNumber("alert", tt.typed)
			if got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
			if tt.want != 0 {
				if err != nil {
					t.Errorf("got error %v, want none", err)
				}
				return
			}
			wantKind(t, err, access.ErrNotFound, "")
		})
	}
}

func TestSeverityOrder(t *testing.T) {
	ordered := []access.Severity{access.Info, access.Warn, access.High, access.Critical}
	for i, s := range ordered {
		if got := s.Rank(); got != i {
			t.Errorf("%s: got rank %d, want %d", s, got, i)
		}
		if got := s.AtLeast(); !slices.Equal(got, ordered[i:]) {
			t.Errorf("%s and up: got %v, want %v", s, got, ordered[i:])
		}
	}
	if got := access.Severity("unheard of").AtLeast(); !slices.Equal(got, ordered) {
		t.Errorf("an unknown severity and up: got %v, want all", got)
	}
}

func TestAlertKindsHaveWords(t *testing.T) {
	for _, k := range []access.AlertKind{
		access.AlertNewDevice, access.AlertPINWrong, access.AlertPINLocked, access.AlertPINBlocked,
		access.AlertDeviceReplayed, access.AlertNotifyOnlyLogin, access.AlertFirstPINSet,
		access.AlertProtectionWeakened, access.AlertPINReset, access.AlertLoginAbandoned, access.AlertSpraying,
		access.AlertManyNewDevices, access.AlertTokenStoreShared, access.AlertBrowserForgets, access.AlertNewAfterReset, access.AlertLongSilence,
	} {
		if got := k.Sentence(); got == string(k) || !strings.Contains(got, " ") {
			t.Errorf("%s: got %q, want a sentence", k, got)
		}
	}
	if got := access.AlertPINLocked.Sentence(); got != "5 wrong PINs: locked for 15 minutes" {
		t.Errorf("got %q, want the limits in it", got)
	}
}
