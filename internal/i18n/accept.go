package i18n

import (
	"strconv"
	"strings"
)

// Match gives the language that a browser asks for first among those that pages
// are written in, and "" if it asks for none of them. The text is that of an
// Accept-Language header (RFC 9110, 12.5.4); what is malformed in it is passed
// over. golang.org/x/text would take a third of a millisecond to start, in every
// command.
func Match(acceptLanguage string) string {
	best, weight := "", 0.0
	for entry := range strings.SplitSeq(acceptLanguage, ",") {
		tag, parameters, _ := strings.Cut(entry, ";")
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if q := quality(parameters); q > weight && (base == French || base == "en") {
			best, weight = base, q
		}
	}
	return best
}

// quality reads "q=0.8"; a tag without it is wanted wholly.
func quality(parameters string) float64 {
	value, given := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(parameters), " ", ""), "q=")
	if !given {
		return 1
	}
	q, err := strconv.ParseFloat(value, 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return q
}
