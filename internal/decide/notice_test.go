package decide_test

import (
	"net/netip"
	"testing"
	"time"

	"pinward/internal/decide"
)

func TestCaused(t *testing.T) {
	home, near, far := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.200"), netip.MustParseAddr("203.0.113.1")
	origin := decide.Origin{LoginKey: 7, DeviceID: "d1", Browser: "Firefox on Linux", IP: home, At: now()}
	for _, c := range []struct {
		name   string
		origin decide.Origin
		reader decide.Reader
		want   bool
	}{
		{"the same login", origin, decide.Reader{LoginKey: 7, Browser: "Safari on iOS", IP: far}, true},
		{"the same device elsewhere", origin, decide.Reader{LoginKey: 8, DeviceID: "d1", DeviceSince: now().Add(-time.Hour), Browser: "Firefox on Linux", IP: far}, true},
		{"the same browser and network", origin, decide.Reader{LoginKey: 8, Browser: "Firefox on Linux", IP: near}, true},
		{"a device there since before", origin, decide.Reader{LoginKey: 8, DeviceID: "d2", DeviceSince: now().Add(-1), Browser: "Firefox on Linux", IP: home}, false},
		{"a device there since then", origin, decide.Reader{LoginKey: 8, DeviceID: "d2", DeviceSince: now(), Browser: "Firefox on Linux", IP: home}, true},
		{"another browser", origin, decide.Reader{LoginKey: 8, Browser: "Chrome on Linux", IP: home}, false},
		{"another network", origin, decide.Reader{LoginKey: 8, Browser: "Firefox on Linux", IP: far}, false},
		{"no login, another device", decide.Origin{At: now()}, decide.Reader{LoginKey: 8, DeviceID: "d1", Browser: "Firefox on Linux", IP: home}, false},
		{"no login at all", decide.Origin{At: now()}, decide.Reader{}, false},
		{"a login of before they were kept", decide.Origin{Browser: "Firefox on Linux", IP: home, At: now()}, decide.Reader{LoginKey: 8, Browser: "Firefox on Linux", IP: near}, true},
		{"unknown addresses of one browser", decide.Origin{Browser: "Firefox on Linux", At: now()}, decide.Reader{LoginKey: 8, Browser: "Firefox on Linux"}, true},
	} {
		if got := decide.Caused(c.origin, c.reader); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
	}
}
