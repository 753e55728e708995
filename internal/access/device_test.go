package access_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func TestNormalizeLabelTakes(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"a place", "Room 201", "Room 201"},
		{"one character", "x", "x"},
		{"spaces around and inside", "  My   phone ", "My phone"},
		{"decomposed becomes composed", "Te\u0301le\u0301phone", "Téléphone"},
		{"thirty characters of two bytes", strings.Repeat("é", 30), strings.Repeat("é", 30)},
		{"thirty characters of four bytes", strings.Repeat("📱", 30), strings.Repeat("📱", 30)},
		{"an emoji that asks for colour", "❤\ufe0f", "❤\ufe0f"},
		{"a place at school", "School library", "School library"},
		{"a formula is text; sinks neutralize it", "=1+1", "=1+1"},
		{"markup is text; sinks escape it", "<b>x</b>", "<b>x</b>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := access.NormalizeLabel(tt.typed)
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestNormalizeLabelRefuses(t *testing.T) {
	tests := map[string]string{
		"empty":                         "",
		"nothing but spaces":            " \u00a0\u2003",
		"thirty-one characters":         strings.Repeat("é", 31),
		"a line break":                  "Room\n201",
		"a tab":                         "Room\t201",
		"next line":                     "Room\u0085201",
		"the replacement character":     "Room\ufffd201",
		"nothing but a variation":       "\ufe0f",
		"nothing but combining marks":   "\u0301\u0302",
		"the school":                    "School",
		"the school, in capitals":       " THE  SCHOOL ",
		"the school, in French":         "École",
		"decomposed":                    "E\u0301cole",
		"with an article":               "L'école",
		"with a typographic apostrophe": "L’école",
		"the college":                   "Collège",
		"the lycée, in full width":      "\uff2c\uff59c\u00e9e",
		"the establishment":             "Établissement",
	}
	for name, typed := range hostile() {
		tests[name] = typed
	}
	for name, typed := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := access.NormalizeLabel(typed)
			if got != "" {
				t.Errorf("got label %q beside the error", got)
			}
			wantKind(t, err, access.ErrRefused, "")
			if code := access.CodeOf(err); code != "label_invalid" {
				t.Errorf("got code %q, want label_invalid", code)
			}
			if typed != "" && strings.Contains(err.Error(), strings.TrimSpace(typed)) && len(strings.TrimSpace(typed)) > 3 {
				t.Errorf("error %q echoes the input", err)
			}
		})
	}
}

func TestProofSuffices(t *testing.T) {
	tests := []struct {
		name   string
		proof  access.Proof
		demand access.Protection
		want   bool
	}{
		{"a PIN for a PIN", access.ProofPIN, access.ByPIN, true},
		{"a PIN for a notice", access.ProofPIN, access.Notify, true},
		{"a PIN for nothing", access.ProofPIN, access.None, true},
		{"the password for a PIN", access.ProofPassword, access.ByPIN, false},
		{"the password for a notice", access.ProofPassword, access.Notify, true},
		{"the password for nothing", access.ProofPassword, access.None, true},
		{"the password where nothing is chosen", access.ProofPassword, access.NotChosen, true},
		{"no known proof for a PIN", access.Proof(""), access.ByPIN, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.proof.Suffices(tt.demand); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDeviceExpired(t *testing.T) {
	d := access.Device{LastSeenAt: epoch(), ExpiresAt: epoch().Add(access.Days(365))}
	idle := access.Days(180)
	tests := []struct {
		name string
		seen time.Time
		now  time.Time
		want bool
	}{
		{"just seen", epoch(), epoch(), false},
		{"just before the idle limit", epoch(), epoch().Add(idle - 1), false},
		{"at the idle limit", epoch(), epoch().Add(idle), true},
		{"in use, just before its lifetime ends", d.ExpiresAt.Add(-time.Hour), d.ExpiresAt.Add(-1), false},
		{"in use, at its lifetime's end", d.ExpiresAt.Add(-time.Hour), d.ExpiresAt, true},
		{"ten years later", epoch(), epoch().AddDate(10, 0, 0), true},
		{"clock moved back before it was seen", epoch(), epoch().Add(-time.Hour), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d.LastSeenAt = tt.seen
			if got := d.Expired(tt.now, idle); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDeviceRevoked(t *testing.T) {
	if (access.Device{}).Revoked() {
		t.Error("a device without a time of revocation counts as revoked")
	}
	if !(access.Device{RevokedAt: epoch()}).Revoked() {
		t.Error("a device with a time of revocation does not count as revoked")
	}
}

func TestNetworkOf(t *testing.T) {
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"the same /24", "192.0.2.1", "192.0.2.254", true},
		{"another /24", "192.0.2.1", "192.0.3.1", false},
		{"the same /48", "2001:db8:1:2::1", "2001:db8:1:ffff::9", true},
		{"another /48", "2001:db8:1::1", "2001:db8:2::1", false},
		{"an IPv4 address written as IPv6", "::ffff:192.0.2.1", "192.0.2.9", true},
		{"a zone does not count", "fe80::1%eth0", "fe80::2", true},
		{"no address at either", "", "", true},
		{"no address at one", "", "192.0.2.1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := netip.ParseAddr(tt.a)
			b, _ := netip.ParseAddr(tt.b)
			if got := access.NetworkOf(a) == access.NetworkOf(b); got != tt.same {
				t.Errorf("%s and %s: got same %v, want %v", access.NetworkOf(a), access.NetworkOf(b), got, tt.same)
			}
		})
	}
}

func TestSourceOf(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:0:7:1:2:3:4": "2001:db8:0:7::", "fe80::1%eth0": "fe80::",
	} {
		if got := access.SourceOf(netip.MustParseAddr(ip)).String(); got != want {
			t.Errorf("%s: got %s, want %s", ip, got, want)
		}
	}
	if got := access.SourceOf(netip.Addr{}); got.IsValid() {
		t.Errorf("no address: got %s, want none", got)
	}
}
