package access

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How long what belongs to a gate is good.
const (
	GateStartFor = LoginFor       // the way to the page, and back with a code
	GateFor      = 12 * time.Hour // a session, from its login on
	GateIdle     = time.Hour      // a session that no request was seen of
	GateSeenFor  = 5 * time.Minute
)

// MaxGateStarts is how many ways to the page are open at once for an account at
// a portal. Further requests go to the application's first page.
const MaxGateStarts = 16

// A GateState says by what an account got past a gate.
type GateState string

// The states of a session.
const (
	GatePassed     GateState = "passed"     // a PIN was given or set
	GateRecognized GateState = "recognized" // the device was recognized
	GateNotify     GateState = "notify"     // the person was told
	GateExempt     GateState = "exempt"     // nothing is asked: none, grace, a pass or a pause
)

// GateStates lists all states of a session.
func GateStates() []GateState {
	return []GateState{GatePassed, GateRecognized, GateNotify, GateExempt}
}

// GateStateOf gives the state of the session that a login ends in.
func GateStateOf(l Login) GateState {
	switch {
	case l.Recognized:
		return GateRecognized
	case !l.PINAt.IsZero():
		return GatePassed
	case l.Reason == ReasonNotifyOnly:
		return GateNotify
	}
	return GateExempt
}

// A GateStart is a browser's way from an application to pinward's page and back
// to where it wanted to go. Its token stands here as SHA-256, and can be derived
// again, so that the same request is told the same way twice.
type GateStart struct {
	Key        int64
	Hash       []byte // of the token
	KeyID      string // the token is derived under
	Salt       []byte
	About      []byte // SHA-256 of whom, by which portal and where to
	PortalKey  int64
	AccountKey int64
	SSOHash    []byte // of the session at the portal; nil: not told
	ReturnURL  string // of the portal: where the code is brought to
	URL        string // where the browser wanted to go, on the same host
	ExpiresAt  time.Time
}

// GoodAt reports whether the way is still open.
func (s GateStart) GoodAt(now time.Time) bool {
	return now.Before(s.ExpiresAt) && !now.Before(s.ExpiresAt.Add(-2*GateStartFor))
}

// A GateSession is one browser that got past a gate. Its id has 256 random bits
// and stands here as SHA-256.
type GateSession struct {
	Key        int64
	Hash       []byte
	PortalKey  int64
	AccountKey int64
	LoginKey   int64  // the login it comes from, which may be pruned before it
	DeviceID   string // of that login; empty: none
	State      GateState
	SSOHash    []byte // of the session at the portal; nil: not told
	PassedAt   time.Time
	SeenAt     time.Time // to GateSeenFor; zero: never yet
	ExpiresAt  time.Time
	EndedAt    time.Time // before its time; zero: it was not
	AuditSeq   int64
}

// GoodAt reports whether the session lets requests pass at now.
func (s GateSession) GoodAt(now time.Time) bool {
	return s.EndedAt.IsZero() && now.Before(s.ExpiresAt) && now.Before(s.lastUse().Add(GateIdle)) &&
		!now.Before(s.PassedAt.Add(-GateStartFor)) // a clock that was moved back far
}

func (s GateSession) lastUse() time.Time {
	if s.SeenAt.IsZero() {
		return s.PassedAt
	}
	return s.SeenAt
}

// SeenToNote reports whether it is to be kept that a request was seen at now.
func (s GateSession) SeenToNote(now time.Time) bool {
	return s.SeenAt.IsZero() || now.Sub(s.SeenAt) >= GateSeenFor
}

// A GateAsked is a request that an application's proxy asks about.
type GateAsked struct {
	URL     string // whole, as the browser sees it
	Method  string
	Referer string
}

// safe reports whether a browser may repeat the request by going there.
func (q GateAsked) safe() bool { return q.Method == "" || q.Method == "GET" || q.Method == "HEAD" }

// GateTarget says where a browser is sent after the PIN, and by which of the
// portal's return addresses: where it wanted to go, on the very host of that
// address. What cannot be repeated goes to the page that it came from, and what
// is no sound address to the application's first page. It reports false for a
// host that the portal has no return address on: whoever named it is not to be
// sent anywhere.
func (p Portal) GateTarget(asked GateAsked) (to, back string, ok bool) {
	origin := originOf(asked.URL)
	i := slices.IndexFunc(p.ReturnURLs, func(u string) bool { return origin != "" && originOf(u) == origin })
	if i < 0 {
		return "", "", false
	}
	back = p.ReturnURLs[i]
	wanted := asked.URL
	if !asked.safe() {
		wanted = asked.Referer
	}
	home := HomeOf(origin)
	rest, sound := pathOf(wanted)
	if originOf(wanted) != origin || !sound || len(origin)+len(rest) > MaxURL {
		return home, back, true
	}
	if to = origin + rest; strings.HasPrefix(to+"?", back+"?") {
		return home, back, true // it would bring a code where none is
	}
	return to, back, true
}

// HomeOf gives the first page of an application, from any of its addresses.
func HomeOf(u string) string { return originOf(u) + "/" }

// originOf gives scheme, host and port of an address, in the form that equal
// ones share; empty where it is no whole address of an application.
func originOf(s string) string {
	if len(s) > MaxHeaderURL {
		return ""
	}
	scheme, rest, found := strings.Cut(s, "://")
	scheme = strings.ToLower(scheme)
	if !found || scheme != "https" && scheme != "http" {
		return ""
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host := strings.ToLower(rest[:end])
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Host != host || u.Hostname() == "" || strings.ContainsAny(host, "@\\% \t") {
		return ""
	}
	return scheme + "://" + strings.TrimSuffix(host, defaultPort(scheme))
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return ":80"
	}
	return ":443"
}

// MaxHeaderURL is the longest address that a proxy's word is looked at, in bytes.
const MaxHeaderURL = 16 << 10

// pathOf gives what stands behind the host of an address, and whether browsers
// and servers read it alike.
func pathOf(s string) (string, bool) {
	_, rest, _ := strings.Cut(s, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[i:]
	} else {
		rest = "/"
	}
	for _, r := range rest {
		if r <= ' ' || r >= 0x7f || r == '\\' || r == '#' {
			return "", false
		}
	}
	if rest[0] == '?' {
		rest = "/" + rest
	}
	_, err := url.ParseRequestURI(rest)
	return rest, err == nil
}

// DefaultIdentityHeader names whoever is logged in where a portal says nothing
// else.
const DefaultIdentityHeader = "Remote-User"

// CheckIdentityHeader refuses names that no header has, and headers that say
// something else.
func CheckIdentityHeader(name string) error {
	wrong := func(why string) error {
		return Refused("identity_header_invalid", fmt.Sprintf("identity header %q: %s", name, why),
			"name the header in which the proxy says who is logged in, such as "+DefaultIdentityHeader)
	}
	if name == "" || len(name) > 64 {
		return wrong("not 1 to 64 characters")
	}
	for _, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return wrong("not letters, digits, dashes and underscores")
		}
	}
	lower := strings.ToLower(name)
	for _, taken := range []string{"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-uri", "x-forwarded-method", "x-forwarded-port", "x-original-", "x-pinward-", "x-api-key", "authorization", "cookie", "host", "referer", "accept", "user-agent"} {
		if lower == taken || strings.HasSuffix(taken, "-") && strings.HasPrefix(lower, taken) {
			return wrong("it says something else")
		}
	}
	return nil
}
