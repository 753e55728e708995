package decide

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pinward/internal/access"
)

// ExplainPolicy says in plain sentences who gets in, and how, under a policy.
// Times are UTC.
func ExplainPolicy(p access.Policy, now time.Time) []string {
	lines := []string{demand(p, now)}
	if p.Imposed && p.Grace > 0 {
		end := p.EffectiveAt.Add(p.Grace)
		if now.Before(end) {
			lines = append(lines, fmt.Sprintf("Whoever never had a PIN still gets in with the password alone until %s.", day(end)))
		} else {
			lines = append(lines, fmt.Sprintf("The grace for those who never had a PIN ended on %s.", day(end)))
		}
	}
	lines = append(lines, enrolment(p))
	if slices.Contains(p.Allowed, access.ByPIN) {
		lines = append(lines,
			fmt.Sprintf("A PIN has %s; %d are proposed. Guessable PINs are refused: repeats, sequences, shapes on the keypad, years, dates, birth dates and popular PINs.", span(p.PINMin, p.PINMax), p.PINSuggest),
			fmt.Sprintf("%d wrong PINs end a login, %d lock the PIN for %d minutes, %d block it until it is reset, and so do %d within 30 days.",
				access.LoginTries, access.LockAfter, int(access.LockFor.Minutes()), access.BlockAfter, access.BlockInMonth),
			forgotten(p))
	}
	if slices.Contains(p.Allowed, access.Notify) {
		lines = append(lines, "notify: on a new device the password is enough, and an alert is raised for the person; without an address it cannot be chosen.")
	}
	if slices.Contains(p.Allowed, access.None) {
		lines = append(lines, "none: the password is enough on every device; logins from new devices are only recorded.")
	}
	return append(lines, fmt.Sprintf("A recognized device asks for nothing but the password, for %s and as long as it is used at least every %s; an account has at most %d.",
		lifetime(p), days(p.IdleDays), p.MaxDevices))
}

// lifetime says how long a device is recognized: "365 to 425 days".
func lifetime(p access.Policy) string {
	if p.SpreadDays() == 0 {
		return days(p.DeviceDays)
	}
	return fmt.Sprintf("%d to %s", p.DeviceDays, days(p.DeviceDays+p.SpreadDays()))
}

// demand says what must be chosen, and from when on.
func demand(p access.Policy, now time.Time) string {
	choices := make([]string, len(p.Allowed))
	for i, q := range p.Allowed {
		choices[i] = string(q)
	}
	one := orList(choices)
	who := fmt.Sprintf("%s accounts", p.Profile)
	switch {
	case p.ImposedAt(now):
		return fmt.Sprintf("Imposed since %s: %s must be protected by %s; who has not set that up must do so at the next login.", day(p.EffectiveAt), who, one)
	case p.Imposed:
		return fmt.Sprintf("Imposed from %s: %s must then be protected by %s; until then who has chosen nothing gets in with the password alone.", day(p.EffectiveAt), who, one)
	case len(p.Allowed) == 1:
		return fmt.Sprintf("Offered: %s may be protected by %s; who has chosen nothing gets in with the password alone.", who, one)
	}
	return fmt.Sprintf("Offered: %s may choose %s, %s being proposed first; who has chosen nothing gets in with the password alone.", who, one, p.Default)
}

// orList gives "pin", "pin or notify", "pin, notify or none".
func orList(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func enrolment(p access.Policy) string {
	if !p.Imposed {
		return "A first PIN needs nothing but the password, at any time."
	}
	if p.Window == 0 {
		return fmt.Sprintf("A first PIN needs a set-up code, or a device recognized for more than %d hours.", int(TrustAfter.Hours()))
	}
	return fmt.Sprintf("A first PIN needs nothing but the password for %s from the account's creation or from %s, the later; after that a set-up code, or a device recognized for more than %d hours.",
		days(int(p.Window/access.Day)), day(p.EffectiveAt), int(TrustAfter.Hours()))
}

func forgotten(p access.Policy) string {
	if p.SelfReset {
		return "A forgotten PIN is reset by a code sent to the mail address on file, or by an operator."
	}
	return "A forgotten PIN is reset by an operator only."
}

func span(least, most int) string {
	if least == most {
		return fmt.Sprintf("%d digits", least)
	}
	return fmt.Sprintf("%d to %d digits", least, most)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
