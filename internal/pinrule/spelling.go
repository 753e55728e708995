package pinrule

import (
	"fmt"
	"strings"
	"sync"

	"pinward/internal/access"
)

// dateDigits writes a date as DDMMYYYY.
func dateDigits(d access.Date) string {
	return fmt.Sprintf("%02d%02d%04d", d.Day, d.Month, d.Year)
}

// A spelling is one way to write a date: places in DDMMYYYY, the first being 0.
// Judging a PIN by places makes no strings, which would cost most of the time.
type spelling struct {
	places    string
	bareDay   bool // without the leading zero, for days that have one
	bareMonth bool
}

// fits reports whether the date can be written so.
func (s spelling) fits(date string) bool {
	return (!s.bareDay || date[0] == '0') && (!s.bareMonth || date[2] == '0')
}

// of writes the date.
func (s spelling) of(date string) string {
	return strings.Map(func(place rune) rune { return rune(date[place-'0']) }, s.places)
}

// in reports whether the PIN holds the date written so.
func (s spelling) in(pin, date string) bool {
	for from := 0; from+len(s.places) <= len(pin); from++ {
		if s.begins(pin[from:], date) {
			return true
		}
	}
	return false
}

func (s spelling) begins(pin, date string) bool {
	for i := range len(s.places) {
		if pin[i] != date[s.places[i]-'0'] {
			return false
		}
	}
	return true
}

// spellings gives the ways to write a date in four digits and more: two or three
// of day, month and year in every order, or the whole year alone; day and month
// with and without a leading zero, the year whole and by its last two digits.
var spellings = sync.OnceValue(func() []spelling {
	const (
		day, bareDay     = "01", "1"
		month, bareMonth = "23", "3"
		year, shortYear  = "4567", "67"
	)
	var all []spelling
	add := func(parts ...string) {
		if places := strings.Join(parts, ""); len(places) >= 4 {
			all = append(all, spelling{
				places:    places,
				bareDay:   !strings.Contains(places, day) && strings.Contains(places, bareDay),
				bareMonth: !strings.Contains(places, month) && strings.Contains(places, bareMonth),
			})
		}
	}
	add(year)
	add(day, month)
	add(month, day)
	for _, y := range []string{year, shortYear} {
		for _, part := range []string{day, bareDay, month, bareMonth} {
			add(part, y)
			add(y, part)
		}
		for _, d := range []string{day, bareDay} {
			for _, m := range []string{month, bareMonth} {
				add(d, m, y)
				add(d, y, m)
				add(m, d, y)
				add(m, y, d)
				add(y, d, m)
				add(y, m, d)
			}
		}
	}
	return all
})
