package pinrule

import (
	"slices"

	"pinward/internal/access"
)

// isBirthDate takes what spells one of the dates, forwards or backwards. In five
// digits a spelling of four and one digit more will do, and from seven digits on
// one of six or more anywhere.
func isBirthDate(pin string, dates []access.Date) bool {
	least := 4
	if len(pin) >= 6 {
		least = 6
	}
	backwards := reversed(pin)
	for _, d := range dates {
		if d.IsZero() {
			continue
		}
		digits := dateDigits(d)
		for _, s := range spellings() {
			if len(s.places) >= least && s.fits(digits) && (s.in(pin, digits) || s.in(backwards, digits)) {
				return true
			}
		}
	}
	return false
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
