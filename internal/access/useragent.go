package access

import (
	"strings"
	"unicode/utf8"
)

// MaxUserAgent is how much of a user agent is kept, in bytes.
const MaxUserAgent = 256

// A Browser is the family of a browser and of its operating system, as its
// user agent tells: enough to notice that a token moved to another browser,
// and never proof of anything.
type Browser struct {
	Family string // "Firefox", "Chrome", "Edge", … or "unknown"
	OS     string // "Windows", "macOS", "iOS", "Android", "ChromeOS", "Linux" or "unknown"
}

// SameFamily reports whether both browser and operating system agree.
func (b Browser) SameFamily(other Browser) bool { return b == other }

// String gives "Firefox on Windows".
func (b Browser) String() string { return b.Family + " on " + b.OS }

// Kinds lists what Kind gives.
func Kinds() []string { return []string{"computer", "phone", "tablet", "other"} }

// Kind gives the kind of machine.
func (b Browser) Kind(userAgent string) string {
	switch {
	case strings.Contains(userAgent, "iPad") || strings.Contains(userAgent, "Tablet"):
		return "tablet"
	case b.OS == "Android" && !strings.Contains(userAgent, "Mobile"):
		return "tablet"
	case b.OS == "iOS" || b.OS == "Android":
		return "phone"
	case b.OS == "unknown":
		return "other"
	default:
		return "computer"
	}
}

// ParseBrowser reads a user agent. Order matters: most browsers claim to be
// their forebears as well (MDN, "Browser detection using the user agent").
func ParseBrowser(userAgent string) Browser {
	return Browser{Family: browserFamily(userAgent), OS: osFamily(userAgent)}
}

func browserFamily(ua string) string {
	for _, mark := range [...][2]string{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"FxiOS/", "Firefox"},
		{"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	} {
		if strings.Contains(ua, mark[0]) {
			return mark[1]
		}
	}
	if product, _, ok := strings.Cut(ua, "/"); ok && product != "" && len(product) <= 30 {
		return product
	}
	return "unknown"
}

func osFamily(ua string) string {
	for _, mark := range [...][2]string{
		{"Windows", "Windows"},
		{"Android", "Android"},
		{"iPhone", "iOS"},
		{"iPad", "iOS"},
		{"CrOS", "ChromeOS"},
		{"Mac OS X", "macOS"},
		{"Macintosh", "macOS"},
		{"Linux", "Linux"},
	} {
		if strings.Contains(ua, mark[0]) {
			return mark[1]
		}
	}
	return "unknown"
}

// CutUserAgent shortens a user agent to what is kept, at a character's border.
func CutUserAgent(ua string) string {
	ua = strings.ToValidUTF8(ua, "\uFFFD")
	if len(ua) <= MaxUserAgent {
		return ua
	}
	end := MaxUserAgent
	for end > 0 && !utf8.RuneStart(ua[end]) {
		end--
	}
	return ua[:end]
}
