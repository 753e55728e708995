package access

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A School owns accounts. Code is its stable name for operators and rosters
// (for example a French UAI); the rest is shown to users.
type School struct {
	Key       int64 // the store's own number, never shown
	Code      string
	Name      string
	Contact   string // whom users ask, shown on pages and in mails
	Email     string // where the school itself is told; empty: nowhere
	TimeZone  string // IANA name
	Lang      string // "fr" or "en"
	Networks  []Network
	CreatedAt time.Time

	PausedAt    time.Time // when its logins were last allowed without PINs; zero: never
	PausedUntil time.Time
	PauseReason string
}

// MaxPause is the longest time that a school's logins may need no PIN.
const MaxPause = Day

// Paused gives until when the school's logins need no PIN; false where they do.
func (s School) Paused(now time.Time) (time.Time, bool) {
	return s.PausedUntil, now.Before(s.PausedUntil) && !now.Before(s.PausedAt)
}

// Registration says whether a browser on a network may become a recognized
// device.
type Registration string

// The registration rules of a network.
const (
	RegisterAllow   Registration = "allow"
	RegisterTonight Registration = "tonight" // ends at 02:00 local time: computer rooms
	RegisterNever   Registration = "never"
)

// A Network is a range of the school's own addresses.
type Network struct {
	Prefix       netip.Prefix
	Registration Registration
}

// Shared reports whether the network is one of shared computers.
func (n Network) Shared() bool { return n.Registration == RegisterTonight }

// String gives the form that ParseNetwork reads.
func (n Network) String() string {
	switch n.Registration {
	case RegisterTonight:
		return n.Prefix.String() + "=shared"
	case RegisterNever:
		return n.Prefix.String() + "=never"
	default:
		return n.Prefix.String()
	}
}

// ParseNetwork reads CIDR, CIDR=shared (registration ends tonight) or
// CIDR=never (no registration). A bare address is a range of one.
func ParseNetwork(s string) (Network, error) {
	text, mark, marked := strings.Cut(s, "=")
	n := Network{Registration: RegisterAllow}
	switch {
	case !marked:
	case mark == "shared":
		n.Registration = RegisterTonight
	case mark == "never":
		n.Registration = RegisterNever
	default:
		return Network{}, Usage(fmt.Sprintf("network %q: unknown mark %q", s, mark), "use CIDR, CIDR=shared or CIDR=never")
	}
	if prefix, err := netip.ParsePrefix(text); err == nil {
		n.Prefix = unmapped(prefix).Masked()
		return n, nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return Network{}, Usage(fmt.Sprintf("network %q: not an address range", s), "write a range like 10.20.0.0/16")
	}
	n.Prefix = unmapped(netip.PrefixFrom(addr, addr.BitLen()))
	return n, nil
}

// unmapped gives a range of IPv4-mapped IPv6 addresses as the IPv4 range that
// logins are compared with.
func unmapped(p netip.Prefix) netip.Prefix {
	if !p.Addr().Is4In6() || p.Bits() < 96 {
		return p
	}
	return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
}

// RegistrationAt gives the rule of the narrowest of the school's networks that
// holds addr; outside all of them registering is allowed.
func (s School) RegistrationAt(addr netip.Addr) Registration {
	best, rule := -1, RegisterAllow
	addr = addr.Unmap().WithZone("")
	for _, n := range s.Networks {
		if n.Prefix.Contains(addr) && n.Prefix.Bits() > best {
			best, rule = n.Prefix.Bits(), n.Registration
		}
	}
	return rule
}

// Inside reports whether addr is of one of the school's own networks.
func (s School) Inside(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(s.Networks, func(n Network) bool { return n.Prefix.Contains(addr) })
}

// Location gives the school's time zone, UTC where it is unknown to the system.
func (s School) Location() *time.Location {
	loc, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// The longest texts, in characters, that a school or an account may hold.
const (
	MaxSchoolCode = 40
	MaxText       = 200
)

// CheckSchoolCode refuses codes that could not be typed or would break a list:
// 1 to 40 letters, digits and . _ -, beginning with a letter or digit.
func CheckSchoolCode(code string) error {
	ok := code != "" && len(code) <= MaxSchoolCode && code[0] != '.' && code[0] != '-' && code[0] != '_'
	for _, r := range code {
		ok = ok && r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r))
	}
	if !ok {
		return Refused("school_code_invalid", fmt.Sprintf("school code %q: not 1 to %d letters, digits, dots, dashes or underscores", code, MaxSchoolCode), "use the official code of the school, such as its UAI")
	}
	return nil
}

// CheckLang refuses languages that no page or mail is written in.
func CheckLang(lang string) error {
	if lang != "fr" && lang != "en" {
		return Usage(fmt.Sprintf("language %q: unknown", lang), "use fr or en")
	}
	return nil
}

// CheckTimeZone refuses names that the system's time zone database lacks.
func CheckTimeZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return Usage(fmt.Sprintf("time zone %q: unknown", name), "use an IANA name such as Europe/Paris")
	}
	return nil
}
