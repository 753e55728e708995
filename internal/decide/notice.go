package decide

import (
	"net/netip"
	"time"

	"pinward/internal/access"
)

// An Origin is where a notice comes from; all of it is zero where that was no
// login.
type Origin struct {
	LoginKey int64
	DeviceID string // of that login, as it is known by now
	Browser  string // such as "Firefox on Windows"
	IP       netip.Addr
	At       time.Time
}

// A Reader is the login in which somebody reads a notice.
type Reader struct {
	LoginKey    int64
	DeviceID    string
	DeviceSince time.Time // when its recognized device was registered; zero: none is recognized
	Browser     string
	IP          netip.Addr
}

// Caused reports whether a notice comes from the device that it is read on, which
// must then not make it disappear: the same login, the same device, or the same
// browser family in the same network, unless a device is recognized there since
// before it happened.
func Caused(c Origin, r Reader) bool {
	switch {
	case c.LoginKey != 0 && c.LoginKey == r.LoginKey:
		return true
	case c.DeviceID != "" && c.DeviceID == r.DeviceID:
		return true
	case c.Browser == "" || c.Browser != r.Browser:
		return false
	case !r.DeviceSince.IsZero() && r.DeviceSince.Before(c.At):
		return false
	}
	return access.NetworkOf(c.IP) == access.NetworkOf(r.IP)
}
