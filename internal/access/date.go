package access

import (
	"cmp"
	"fmt"
	"time"
)

// A Date is a calendar day without a time zone: a birth date, an end date. The
// zero Date means unset.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, Usage(fmt.Sprintf("date: not a day of the form YYYY-MM-DD (%d characters given)", len(s)), "write 2011-05-23 for 23 May 2011")
	}
	return DateOf(t), nil
}

// DateOf gives the day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether the date is unset.
func (d Date) IsZero() bool { return d == Date{} }

// String gives YYYY-MM-DD, or "" for an unset date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day)) < 0
}

// Next gives the day after d.
func (d Date) Next() Date { return DateOf(time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, time.UTC)) }

// EndIn gives the first instant after the day in loc.
func (d Date) EndIn(loc *time.Location) time.Time {
	end := time.Date(d.Year, d.Month, d.Day+1, 0, 0, 0, 0, loc)
	// Where summer time begins at midnight there is no 00:00, and time.Date may
	// give 23:00 of the day itself.
	if DateOf(end) == d {
		_, end = end.ZoneBounds()
	}
	return end
}
