package decide

import (
	"net/netip"
	"time"

	"pinward/internal/access"
)

// lately is how long after its last use a device is still taken for the one that
// a browser like it lost its cookies on.
const lately = 30 * access.Day

// CookieLost reports whether a login without a token looks like one of the
// account's devices without its cookies: the same family of browser, in the same
// network, lately. It decides nothing; a page explains by it what may have
// happened.
func CookieLost(now time.Time, browser access.Browser, ip netip.Addr, devices []access.Device) bool {
	network := access.NetworkOf(ip)
	for _, d := range devices {
		living := !d.Revoked() && now.Before(d.ExpiresAt)
		if living && network.IsValid() && d.Browser.SameFamily(browser) && access.NetworkOf(d.LastIP) == network && now.Sub(d.LastSeenAt) < lately {
			return true
		}
	}
	return false
}
