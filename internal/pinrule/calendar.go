package pinrule

import "time"

const (
	firstYear  = 1900
	yearsAhead = 4 // a pupil's last school year, the year of an exam
)

func isPlausibleYear(digits string, now time.Time) bool {
	y := number(digits)
	return len(digits) == 4 && y >= firstYear && y <= now.Year()+yearsAhead
}

// isYear takes a year, a year with one digit more in five digits, and several
// years in eight, twelve and so on.
func isYear(pin string, now time.Time) bool {
	if len(pin) == 5 {
		return isPlausibleYear(pin[:4], now) || isPlausibleYear(pin[1:], now)
	}
	for ; len(pin) >= 4; pin = pin[4:] {
		if !isPlausibleYear(pin[:4], now) {
			return false
		}
	}
	return pin == ""
}

// isDate takes a day and month in four digits and, in seven and more, any date
// with its whole year. Dates of five and six digits are not refused as such:
// nearly half of all choices of that length would be.
func isDate(pin string, now time.Time) bool {
	switch {
	case len(pin) == 4:
		return isDayMonth(pin)
	case len(pin) == 7:
		return isFullDate(pin, now)
	}
	for from := 0; from+8 <= len(pin); from++ {
		if isFullDate(pin[from:from+8], now) {
			return true
		}
	}
	return false
}

// isFullDate takes a year before or after a day and month.
func isFullDate(digits string, now time.Time) bool {
	end := len(digits) - 4
	return isPlausibleYear(digits[:4], now) && isDayMonth(digits[4:]) ||
		isPlausibleYear(digits[end:], now) && isDayMonth(digits[:end])
}

// isDayMonth takes three or four digits, day first or month first; in three
// digits the day or the month has one digit and no leading zero.
func isDayMonth(digits string) bool {
	for cut := len(digits) - 2; cut <= 2; cut++ {
		a, b := number(digits[:cut]), number(digits[cut:])
		if isDay(a, b) || isDay(b, a) {
			return true
		}
	}
	return false
}

// isDay leaves it to package time, which turns a day that does not exist into
// one of another month.
func isDay(day, month int) bool {
	const leapYear = 2000
	return time.Date(leapYear, time.Month(month), day, 0, 0, 0, 0, time.UTC).Month() == time.Month(month)
}
