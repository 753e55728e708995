package decide

import (
	"net/netip"
	"testing"
	"time"

	"pinward/internal/access"
)

func TestCookieLost(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	firefox, chrome := access.Browser{Family: "Firefox", OS: "Windows"}, access.Browser{Family: "Chrome", OS: "Windows"}
	here := netip.MustParseAddr("192.0.2.7")
	device := func(change func(*access.Device)) []access.Device {
		d := access.Device{Browser: firefox, LastIP: netip.MustParseAddr("192.0.2.200"), LastSeenAt: now.Add(-access.Day), ExpiresAt: now.Add(access.Day)}
		change(&d)
		return []access.Device{{}, d}
	}
	tests := []struct {
		name    string
		browser access.Browser
		ip      netip.Addr
		devices []access.Device
		want    bool
	}{
		{"none", firefox, here, nil, false},
		{"the same browser and network", firefox, here, device(func(*access.Device) {}), true},
		{"another browser", chrome, here, device(func(*access.Device) {}), false},
		{"another network", firefox, netip.MustParseAddr("198.51.100.7"), device(func(*access.Device) {}), false},
		{"no address", firefox, netip.Addr{}, device(func(d *access.Device) { d.LastIP = netip.Addr{} }), false},
		{"revoked", firefox, here, device(func(d *access.Device) { d.RevokedAt = now }), false},
		{"expired", firefox, here, device(func(d *access.Device) { d.ExpiresAt = now }), false},
		{"long ago", firefox, here, device(func(d *access.Device) { d.LastSeenAt = now.Add(-lately) }), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := CookieLost(now, tt.browser, tt.ip, tt.devices); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
