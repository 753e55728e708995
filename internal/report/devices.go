package report

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"pinward/internal/access"
)

// A DeviceFinding is something about recognized devices that somebody should
// look at.
type DeviceFinding struct {
	Finding   string // one of the Device… words
	Login     string // empty: of several accounts
	School    string
	DeviceID  string // empty: no single device
	Label     string
	Browser   string
	IP        netip.Addr
	LastSeen  time.Time
	ExpiresAt time.Time
	Count     int // of accounts, or of devices
}

// What a DeviceFinding is about.
const (
	DeviceShared    = "shared"     // one browser at one address stands on the lists of many accounts
	DeviceOverLimit = "over_limit" // an account has more devices than its policy allows
	DeviceExpiring  = "expiring"   // will soon ask for the PIN again
	DeviceUnused    = "unused"     // has not been seen for long
)

// A DeviceLook gathers DeviceFindings from devices that are recognized.
type DeviceLook struct {
	Now      time.Time
	Shared   int           // that many accounts on one browser are many
	Unused   time.Duration // not seen for so long is long
	Expiring time.Duration // expiring within it is soon
	Limits   map[access.Profile]int

	rows   []DeviceFinding
	places map[place]*crowd
	lists  map[int64]*DeviceFinding
	full   map[int64]int // limits of the accounts of lists
}

// A place is what tells one browser store from another as far as a device that
// is not one's own tells it.
type place struct {
	browser access.Browser
	ip      netip.Addr
}

type crowd struct {
	accounts map[int64]bool
	seen     time.Time
	school   string
}

// Add looks at one device, and whose it is; d.ExpiresAt counts the idle limit.
func (l *DeviceLook) Add(d access.Device, login, school string, profile access.Profile) {
	if d.Revoked() || !l.Now.Before(d.ExpiresAt) {
		return
	}
	if l.places == nil {
		l.places, l.lists, l.full = map[place]*crowd{}, map[int64]*DeviceFinding{}, map[int64]int{}
	}
	one := DeviceFinding{
		Login: login, School: school, DeviceID: d.ID, Label: d.Label, Browser: d.Browser.String(), IP: d.LastIP,
		LastSeen: d.LastSeenAt, ExpiresAt: d.ExpiresAt, Count: 1,
	}
	switch {
	case d.ExpiresAt.Sub(l.Now) <= l.Expiring:
		one.Finding = DeviceExpiring
		l.rows = append(l.rows, one)
	case l.Now.Sub(d.LastSeenAt) >= l.Unused:
		one.Finding = DeviceUnused
		l.rows = append(l.rows, one)
	}
	list := l.lists[d.AccountKey]
	if list == nil {
		list = &DeviceFinding{Finding: DeviceOverLimit, Login: login, School: school}
		l.lists[d.AccountKey], l.full[d.AccountKey] = list, l.Limits[profile]
	}
	list.Count++
	if list.LastSeen.Before(d.LastSeenAt) {
		list.LastSeen = d.LastSeenAt
	}
	l.crowd(d, school)
}

// crowd counts the device's account where the device was last seen. An address
// that retention has cut to its network tells no browser from another.
func (l *DeviceLook) crowd(d access.Device, school string) {
	if !d.LastIP.IsValid() || d.LastIP == access.NetworkOf(d.LastIP).Addr() {
		return
	}
	at := place{d.Browser, d.LastIP}
	here := l.places[at]
	if here == nil {
		here = &crowd{accounts: map[int64]bool{}, school: school}
		l.places[at] = here
	}
	here.accounts[d.AccountKey] = true
	if here.seen.Before(d.LastSeenAt) {
		here.seen = d.LastSeenAt
	}
}

// Rows gives what was found: shared browsers, lists over their limit, devices
// that expire soon, unused devices.
func (l *DeviceLook) Rows() []DeviceFinding {
	var shared, over []DeviceFinding
	for at, here := range l.places {
		if len(here.accounts) >= l.Shared {
			shared = append(shared, DeviceFinding{
				Finding: DeviceShared, School: here.school, Browser: at.browser.String(), IP: at.ip,
				LastSeen: here.seen, Count: len(here.accounts),
			})
		}
	}
	slices.SortFunc(shared, func(a, b DeviceFinding) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), a.IP.Compare(b.IP), cmp.Compare(a.Browser, b.Browser))
	})
	for _, key := range slices.Sorted(maps.Keys(l.lists)) {
		if limit := l.full[key]; limit > 0 && l.lists[key].Count > limit {
			over = append(over, *l.lists[key])
		}
	}
	order := []string{DeviceExpiring, DeviceUnused}
	slices.SortStableFunc(l.rows, func(a, b DeviceFinding) int {
		return cmp.Compare(slices.Index(order, a.Finding), slices.Index(order, b.Finding))
	})
	return slices.Concat(shared, over, l.rows)
}
