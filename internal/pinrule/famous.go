package pinrule

import (
	"strings"
	"sync"
	"time"

	"pinward/internal/access"
)

// isFamous takes the years before 1900 that pupils have to learn and, in six to
// eight digits, the days that everybody remembers, spelled like birth dates.
func isFamous(pin string) bool {
	const years = "0732 0800 0987 1066 1214 1431 1453 1492 1515 1572 1589 1598 1610 1643 1661 1685 " +
		"1715 1769 1776 1789 1792 1793 1799 1804 1805 1815 1830 1848 1870 1871 1882"
	if len(pin) == 4 {
		return strings.Contains(years, pin)
	}
	return famousDays()[pin] || famousDays()[reversed(pin)]
}

var famousDays = sync.OnceValue(func() map[string]bool {
	set := make(map[string]bool)
	for _, d := range []access.Date{
		{Year: 1776, Month: time.July, Day: 4},       // independence of the United States
		{Year: 1789, Month: time.July, Day: 14},      // the Bastille
		{Year: 1789, Month: time.August, Day: 4},     // privileges abolished
		{Year: 1918, Month: time.November, Day: 11},  // armistice
		{Year: 1940, Month: time.June, Day: 18},      // appeal from London
		{Year: 1944, Month: time.June, Day: 6},       // landing in Normandy
		{Year: 1945, Month: time.May, Day: 8},        // end of the war in Europe
		{Year: 1969, Month: time.July, Day: 20},      // first steps on the Moon
		{Year: 1981, Month: time.May, Day: 10},       // French election
		{Year: 1989, Month: time.November, Day: 9},   // fall of the Wall
		{Year: 1998, Month: time.July, Day: 12},      // football
		{Year: 2000, Month: time.January, Day: 1},    // the round year
		{Year: 2001, Month: time.September, Day: 11}, // New York
		{Year: 2015, Month: time.November, Day: 13},  // Paris
		{Year: 2018, Month: time.July, Day: 15},      // football again
		{Year: 2024, Month: time.July, Day: 26},      // games of Paris
	} {
		digits := dateDigits(d)
		for _, s := range spellings() {
			if len(s.places) >= 6 && s.fits(digits) {
				set[s.of(digits)] = true
			}
		}
	}
	return set
})
