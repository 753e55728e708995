package report

import (
	"time"

	"pinward/internal/access"
)

// A LoginDay counts the logins of one day by how they ended. The outcomes add
// up to Total.
type LoginDay struct {
	Day        access.Date
	Recognized int // passed on a recognized device
	ByPIN      int // passed with the PIN
	Unasked    int // passed without having been asked for one
	Denied     int
	Expired    int // the password was right, and then nothing came
	Open       int // not ended yet
	Total      int
}

// A LoginCount counts logins by day. A day is that of the school's own clock, so
// it may have 23 or 25 hours; each login is counted on one day.
type LoginCount struct {
	From, To access.Date // the first and the last day counted

	days map[access.Date]*LoginDay
}

// Add counts a login on the day that it was in zone, if that day is among those
// counted.
func (c *LoginCount) Add(l access.Login, zone *time.Location) {
	day := access.DateOf(l.StartedAt.In(zone))
	if day.Before(c.From) || c.To.Before(day) {
		return
	}
	if c.days == nil {
		c.days = map[access.Date]*LoginDay{}
	}
	row := c.days[day]
	if row == nil {
		row = &LoginDay{Day: day}
		c.days[day] = row
	}
	row.Total++
	switch {
	case l.State == access.LoginOpen:
		row.Open++
	case l.State == access.LoginDenied:
		row.Denied++
	case l.State == access.LoginExpired:
		row.Expired++
	case l.Recognized:
		row.Recognized++
	case !l.PINAt.IsZero():
		row.ByPIN++
	default:
		row.Unasked++
	}
}

// Rows gives every day from the first to the last, those without a login too.
func (c *LoginCount) Rows() []LoginDay {
	var rows []LoginDay
	for day := c.From; !c.To.Before(day); day = day.Next() {
		row := LoginDay{Day: day}
		if counted := c.days[day]; counted != nil {
			row = *counted
		}
		rows = append(rows, row)
	}
	return rows
}
