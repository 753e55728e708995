package render

import (
	"fmt"
	"time"
)

// Relative tells people when t is, seen from now: "3 minutes ago", "in 14
// days", "now" within half a second. It rounds to the nearest whole unit. The
// zero t is "-".
func Relative(t, now time.Time) string {
	if t.IsZero() {
		return "-"
	}
	d := t.Sub(now)
	n, unit := inUnits(d.Abs())
	switch {
	case n == 0:
		return "now"
	case n != 1:
		unit += "s"
	}
	if d > 0 {
		return fmt.Sprintf("in %d %s", n, unit)
	}
	return fmt.Sprintf("%d %s ago", n, unit)
}

// inUnits counts d in the largest unit that still tells enough. Each unit is
// judged after rounding, so that nothing reads "60 minutes".
func inUnits(d time.Duration) (n int64, unit string) {
	const (
		day   = 24 * time.Hour
		year  = 8766 * time.Hour // 365.25 days
		month = year / 12
	)
	in := func(unit time.Duration) int64 { return int64(d.Round(unit) / unit) }
	switch {
	case in(time.Second) < 60:
		return in(time.Second), "second"
	case in(time.Minute) < 60:
		return in(time.Minute), "minute"
	case in(time.Hour) < 48:
		return in(time.Hour), "hour"
	case in(day) < 60:
		return in(day), "day"
	case in(month) < 24:
		return in(month), "month"
	default:
		return in(year), "year"
	}
}
