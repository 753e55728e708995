package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// French is the language that differs from the others here.
const French = "fr"

// The spaces that French typography puts before or after a sign, none of which
// a line may end at.
const (
	noBreak     = "\u00a0"
	thinNoBreak = "\u202f"
)

// Languages lists the languages that pages and mails are written in.
func Languages() []string { return []string{French, "en"} }

// Typeset turns the plain spaces around French signs into those that French
// typography asks for. English stays as it is.
func Typeset(lang, s string) string {
	if lang != French {
		return s
	}
	return strings.NewReplacer(
		" :", noBreak+":", "« ", "«"+noBreak, " »", noBreak+"»",
		" ;", thinNoBreak+";", " !", thinNoBreak+"!", " ?", thinNoBreak+"?",
	).Replace(s)
}

// Count gives a number and its noun: "1 device", "2 devices". French counts 0 as
// one.
func Count(lang string, n int, one, many string) string {
	noun := many
	if n == 1 || n == 0 && lang == French {
		noun = one
	}
	return strconv.Itoa(n) + noBreak + noun
}

// More says how much of a list is not named: "and 5 more".
func More(lang string, left int) string {
	switch {
	case lang != French:
		return fmt.Sprintf("and %d more", left)
	case left == 1:
		return "et 1 autre"
	default:
		return fmt.Sprintf("et %d autres", left)
	}
}

// Moment gives a time in words, as a clock in loc shows it and with what clock
// that is: "Friday 27 November 2026 at 09:05 (Europe/Paris, UTC+1)".
func Moment(lang string, t time.Time, loc *time.Location) string {
	t = t.In(loc)
	weekday, at := t.Weekday().String(), "at"
	if lang == French {
		weekday = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}[t.Weekday()]
		at = "à"
	}
	return fmt.Sprintf("%s %s %s %s (%s)", weekday, Day(lang, t, loc), at, Clock(lang, t, loc), zone(t))
}

// Day gives a date in words, as a calendar in loc shows it: "27 November 2026".
func Day(lang string, t time.Time, loc *time.Location) string {
	t = t.In(loc)
	if lang != French {
		return fmt.Sprintf("%d %s %d", t.Day(), t.Month(), t.Year())
	}
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	month := [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin",
		"juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}[t.Month()-1]
	return fmt.Sprintf("%s %s %d", day, month, t.Year())
}

// Clock gives the time of day as a clock in loc shows it: "09:05", "9 h 05".
func Clock(lang string, t time.Time, loc *time.Location) string {
	t = t.In(loc)
	if lang != French {
		return t.Format("15:04")
	}
	return strconv.Itoa(t.Hour()) + noBreak + "h" + noBreak + t.Format("04")
}

// zone names the clock: "Europe/Paris, UTC+1", "Asia/Kolkata, UTC+5:30", "UTC".
func zone(t time.Time) string {
	name := t.Location().String()
	if name == "UTC" {
		return name
	}
	_, seconds := t.Zone()
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	offset := "UTC"
	if seconds != 0 {
		offset += sign + strconv.Itoa(seconds/3600)
	}
	if minutes := seconds / 60 % 60; minutes != 0 {
		offset += fmt.Sprintf(":%02d", minutes)
	}
	return name + ", " + offset
}
