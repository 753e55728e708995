package access

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Scope is one kind of thing that a portal may do.
type Scope string

// The scopes.
const (
	ScopeLogin     Scope = "login"     // run logins, open account pages, read notices
	ScopeRecognize Scope = "recognize" // ask whether a device is recognized, and no more
	ScopeGate      Scope = "gate"      // ask for a reverse proxy, and tell who is logged in
	ScopeCompat    Scope = "compat"    // the contracts of other products
	ScopeRADIUS    Scope = "radius"    // judge a PIN for a RADIUS server
)

// Scopes lists all scopes.
func Scopes() []Scope {
	return []Scope{ScopeLogin, ScopeRecognize, ScopeGate, ScopeCompat, ScopeRADIUS}
}

// ParseScope reads a scope.
func ParseScope(s string) (Scope, error) {
	if slices.Contains(Scopes(), Scope(s)) {
		return Scope(s), nil
	}
	return "", Usage(fmt.Sprintf("scope %q: unknown", s), "use login, recognize, gate, compat or radius")
}

// ByNetwork reports whether programs of the scope are believed by the network
// that they call from, since they can send no key.
func (s Scope) ByNetwork() bool { return s == ScopeCompat || s == ScopeRADIUS }

// MaxPortalKeys is how many keys of a portal may be good at once: the one in
// use, and the one that takes its place.
const MaxPortalKeys = 2

// A Portal is a program that is allowed to run logins.
type Portal struct {
	Key        int64
	Name       string // unique among those that are not revoked
	Scopes     []Scope
	Schools    []string       // codes; accounts of others do not exist for it
	ReturnURLs []string       // where a page may send the browser back to, whole
	Networks   []netip.Prefix // it is believed from these alone; none: from everywhere
	UIDs       []uint32       // users that need no key on a socket of their own
	Keys       []PortalKey    // oldest first
	CreatedAt  time.Time
	RevokedAt  time.Time
	RevokedBy  string
	AuditSeq   int64

	// IdentityHeader is where a reverse proxy says who is logged in.
	IdentityHeader string
}

// A PortalKey is a secret that a portal proves itself by, of 256 random bits.
type PortalKey struct {
	ID         string // public
	Hash       []byte // SHA-256
	CreatedAt  time.Time
	LastUsedAt time.Time // to the hour; zero: never
}

// Revoked reports whether the portal is no longer one.
func (p Portal) Revoked() bool { return !p.RevokedAt.IsZero() }

// KeyToGo gives the id of the key that goes where the portal gets another one;
// empty: none.
func (p Portal) KeyToGo() string {
	if len(p.Keys) < MaxPortalKeys {
		return ""
	}
	return p.Keys[0].ID
}

// May reports whether the portal has the scope.
func (p Portal) May(s Scope) bool { return slices.Contains(p.Scopes, s) }

// From reports whether a call from addr may be the portal's.
func (p Portal) From(addr netip.Addr) bool { return len(p.Networks) == 0 || p.At(addr) }

// At reports whether addr lies in one of the networks that were named for the
// portal.
func (p Portal) At(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(p.Networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// Mistakable names those of other portals that a call without a key might come
// from as well, so that it is believed to come from neither.
func (p Portal) Mistakable(others []Portal) []string {
	var names []string
	for _, q := range others {
		if p.mistakable(q) {
			names = append(names, q.Name)
		}
	}
	return names
}

func (p Portal) mistakable(q Portal) bool {
	sameUser := slices.ContainsFunc(p.UIDs, func(uid uint32) bool { return slices.Contains(q.UIDs, uid) })
	samePlace := slices.ContainsFunc(p.Networks, func(n netip.Prefix) bool { return slices.ContainsFunc(q.Networks, n.Overlaps) })
	return slices.ContainsFunc(p.Scopes, func(s Scope) bool { return q.May(s) && (sameUser || samePlace && s.ByNetwork()) })
}

// Returns reports whether a page may send a browser to u: one of the portal's
// own addresses, character by character.
func (p Portal) Returns(u string) bool { return slices.Contains(p.ReturnURLs, u) }

// portalPrefix stands before a portal's name where operators are named by id.
const portalPrefix = "portal:"

// Operator gives the portal as who acts.
func (p Portal) Operator() Operator {
	return Operator{ID: portalPrefix + p.Name, Name: p.Name, Role: RolePortal, Schools: p.Schools}
}

// PortalName gives the name of the portal that an operator's id names.
func PortalName(operatorID string) (string, bool) { return strings.CutPrefix(operatorID, portalPrefix) }

// MaxPortalName is the longest name of a portal, in characters.
const MaxPortalName = 32

// CheckPortalName refuses names that could not be typed: 1 to 32 characters of
// a-z, 0-9, _ and -, beginning with a letter or digit.
func CheckPortalName(name string) error {
	ok := name != "" && len(name) <= MaxPortalName && name[0] != '-' && name[0] != '_'
	for _, r := range name {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}
	if !ok {
		return Refused("portal_name_invalid", fmt.Sprintf("portal name %q: not 1 to %d of a-z, 0-9, dashes and underscores", name, MaxPortalName), "choose a short name, such as ent")
	}
	return nil
}

// MaxURL is the longest address that a browser is sent to, in bytes.
const MaxURL = 2048

// CheckReturnURL refuses addresses that a browser must not be sent to with a
// code in hand: all but whole https ones without user, query and fragment; http
// only to the machine itself, for development. What browsers read differently
// from servers (backslashes, control characters, blanks) is refused too.
func CheckReturnURL(s string) error {
	wrong := func(why string) error {
		return Refused("return_url_invalid", fmt.Sprintf("return address %q: %s", s, why), "name the whole address, such as https://portal.example/pin/back")
	}
	if len(s) > MaxURL {
		return Refused("return_url_invalid", "return address: too long", fmt.Sprintf("at most %d characters", MaxURL))
	}
	for _, r := range s {
		if r <= ' ' || r >= 0x7f || r == '\\' {
			return wrong("it holds a character that addresses do not")
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return wrong("not a whole address")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#"):
		return wrong("a user, a query or a fragment may not stand in it")
	case !GoodPort(u):
		return wrong("its port is not 1 to 65535")
	case u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return wrong("not https")
}

// GoodPort reports whether an address names no port, or one that there is.
func GoodPort(u *url.URL) bool {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0 || u.Port() == "" && !strings.HasSuffix(u.Host, ":")
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// ParseCIDR reads a range of addresses; a bare address is a range of one.
func ParseCIDR(s string) (netip.Prefix, error) {
	n, err := ParseNetwork(s)
	if err != nil || n.Registration != RegisterAllow {
		return netip.Prefix{}, Usage(fmt.Sprintf("range %q: not an address range", s), "write a range like 10.20.0.0/16")
	}
	return n.Prefix, nil
}

// LastUsedAt gives when any of the portal's keys was last used; zero: never.
func (p Portal) LastUsedAt() time.Time {
	var last time.Time
	for _, k := range p.Keys {
		if k.LastUsedAt.After(last) {
			last = k.LastUsedAt
		}
	}
	return last
}

// NamesUser reports whether a uid stands for one user. Two do not: nobody, which
// the kernel shows for users that it has no uid for (user_namespaces(7),
// /proc/sys/kernel/overflowuid), and the number that system calls take for none.
func NamesUser(uid uint32) bool { return uid != 65534 && uid != 1<<32-1 }
