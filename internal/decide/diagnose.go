package decide

import (
	"fmt"
	"slices"
	"time"

	"pinward/internal/access"
)

// History is what an account's logins and devices were, for a diagnosis.
type History struct {
	Now             time.Time
	MaxDevices      int
	Logins          []access.Login
	Devices         []access.Device // revoked ones included
	OnSharedNetwork int             // logins from networks where devices are not kept
}

// A Cause is one reason why a device was not recognized.
type Cause struct {
	Recognition Recognition
	Count       int
	Text        string
}

// forgetsAfter is how many registrations under one label mean that the browser
// loses its cookies.
const forgetsAfter = 3

// Diagnose says why logins were not recognized, most frequent cause first, and
// what to change about it.
func Diagnose(h History) (causes []Cause, advice []string) {
	counts := map[Recognition]int{}
	for _, l := range h.Logins {
		counts[Recognition(l.Token)]++
	}
	for _, r := range Recognitions() {
		if counts[r] > 0 {
			causes = append(causes, Cause{r, counts[r], r.sentence()})
		}
	}
	slices.SortStableFunc(causes, func(a, b Cause) int { return b.Count - a.Count })
	return causes, h.advice(counts)
}

func (r Recognition) sentence() string {
	switch r {
	case NoToken:
		return "the browser sent no token: it never registered, or it lost its cookies"
	case UnknownToken:
		return "the browser sent a token that pinward never issued"
	case OtherAccount:
		return "the browser sent another account's token: a shared browser"
	case Expired:
		return "the device had expired, or lain unused for too long"
	case Revoked:
		return "the device had been revoked"
	case Replayed:
		return "an old token came back: a copied or restored browser profile, or theft"
	case BrowserChanged:
		return "the token came from another browser or operating system than it was given to"
	case ProvenWeaker:
		return "the device was registered by the password alone, and a PIN is now demanded"
	case Recognized:
		return "the device was recognized: nothing was asked"
	}
	return string(r)
}

func (h History) advice(counts map[Recognition]int) []string {
	var advice []string
	say := func(when bool, format string, args ...any) {
		if when {
			advice = append(advice, fmt.Sprintf(format, args...))
		}
	}
	label, times := h.oftenest()
	forgets := times >= forgetsAfter
	active := h.active()
	say(len(h.Logins) == 0, "There is no login to learn from: ask the person to log in once more, then run this again.")
	say(forgets, "The browser forgets: %q was registered %d times. In the browser, stop deleting cookies at exit, leave private windows, and add the login page's site to the cookie exceptions (the site that asks for the PIN, not the portal that links to it).", label, times)
	say(!forgets && counts[NoToken] > 0 && active > 0, "A device is registered, but logins came without its token: another browser or profile, a private window, or cookies deleted at exit. Register each browser once.")
	say(counts[NoToken] > 0 && active == 0, "No device is registered: at the next login, tick the offer to recognize this device and give it a name.")
	say(h.OnSharedNetwork > 0, "%d of the logins came from networks marked shared: devices there are forgotten each night, on purpose.", h.OnSharedNetwork)
	say(counts[OtherAccount] > 0, "Several people use this browser: each must register it once for their own account.")
	say(counts[Expired] > 0, "Log in at least once within the idle limit, and register again after expiry.")
	say(counts[Revoked] > 0, "The device was revoked (see: pinward device list --revoked): register it again if it is the person's own.")
	say(counts[Replayed] > 0, "Find out whether the profile is copied between computers; if not, treat it as theft: pinward pin reset, and a new password.")
	say(counts[BrowserChanged] > 0, "Register each browser by itself: a token does not move between browsers.")
	say(counts[ProvenWeaker] > 0, "Register the device again after giving the PIN.")
	say(active >= h.MaxDevices && h.MaxDevices > 0, "The account has as many devices as its policy allows (%d): revoke one that is no longer used.", h.MaxDevices)
	return advice
}

func (h History) active() int {
	n := 0
	for _, d := range h.Devices {
		if !d.Revoked() && h.Now.Before(d.ExpiresAt) {
			n++
		}
	}
	return n
}

// oftenest gives the label that was registered most often.
func (h History) oftenest() (label string, times int) {
	counts := map[string]int{}
	for _, d := range h.Devices {
		folded := access.Fold(d.Label)
		if counts[folded]++; counts[folded] > times {
			label, times = d.Label, counts[folded]
		}
	}
	return label, times
}
