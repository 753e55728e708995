package access

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Profile is what an account is at school. Policy is set per profile.
type Profile string

// The profiles.
const (
	Student    Profile = "student"
	Guardian   Profile = "guardian"
	Teacher    Profile = "teacher"
	Staff      Profile = "staff"
	Management Profile = "management"
	External   Profile = "external"
)

// Profiles lists all profiles in the order they are shown.
func Profiles() []Profile {
	return []Profile{Student, Guardian, Teacher, Staff, Management, External}
}

// ParseProfile reads a profile's name.
func ParseProfile(s string) (Profile, error) { return parseOneOf("profile", s, Profiles()) }

// A Protection is what an account has chosen to happen when somebody logs in
// with its password from a device that is not recognized.
type Protection string

// The protections. NotChosen is not None: nobody has decided yet.
const (
	NotChosen Protection = "not_chosen"
	None      Protection = "none"
	Notify    Protection = "notify"
	ByPIN     Protection = "pin"
)

// Protections lists all protections, strongest first.
func Protections() []Protection { return []Protection{ByPIN, Notify, None, NotChosen} }

// Strength orders protections: a higher number protects more.
func (p Protection) Strength() int {
	switch p {
	case ByPIN:
		return 2
	case Notify:
		return 1
	case None, NotChosen:
		return 0
	default:
		return 0
	}
}

// ParseProtection reads a protection's name.
func ParseProtection(s string) (Protection, error) {
	return parseOneOf("protection", s, Protections())
}

// A Status says whether an account may be used at all.
type Status string

// The statuses of an account.
const (
	Active    Status = "active"
	Suspended Status = "suspended" // by an operator, with a reason; restore lifts it
	Archived  Status = "archived"  // left school
)

// Statuses lists all statuses.
func Statuses() []Status { return []Status{Active, Suspended, Archived} }

// ParseStatus reads a status's name.
func ParseStatus(s string) (Status, error) { return parseOneOf("status", s, Statuses()) }

func parseOneOf[T ~string](what, s string, all []T) (T, error) {
	if slices.Contains(all, T(s)) {
		return T(s), nil
	}
	names := make([]string, len(all))
	for i, v := range all {
		names[i] = string(v)
	}
	return "", Usage(fmt.Sprintf("%s %q: unknown", what, s), "use one of: "+strings.Join(names, ", "))
}

// An Account is one person's access. A birth date is never part of it: it is
// kept sealed beside it (see store.Tx) and opened only to judge a new PIN.
type Account struct {
	Key        int64  // the store's own number, never shown
	ID         string // public id
	Login      string // unique, normalized by NormalizeLogin
	ExternalID string // the portal's immutable id; unique when set
	FamilyName string
	GivenName  string
	Profile    Profile
	Schools    []string // school codes, home first
	Group      string   // class
	Lang       string   // "" means the home school's
	Email      string
	EndsOn     Date // last day of access; zero: none
	Status     Status
	Protection Protection

	StatusReason      string // why suspended or archived
	Imported          bool   // made by a roster, and so archived by one
	ChosenAt          time.Time
	PasswordChangedAt time.Time // newest that a portal has told
	PasswordAdvisedAt time.Time // when somebody was found to know the password; zero: never
	EmailChangedAt    time.Time // zero: the address is the first one
	MailFailedAt      time.Time // a mail to the address was refused for good; zero: none was
	CreatedAt         time.Time
	UpdatedAt         time.Time
	AuditSeq          int64 // the audit record that last changed it
}

// AdviceFor is how long a change of the password is advised: most portals never
// tell of one, and an advice that stays for good is no longer read.
const AdviceFor = 90 * Day

// PasswordChangeAdvised reports whether the password has not been changed since
// somebody was found to know it, as far as a portal has told, within AdviceFor.
func (a Account) PasswordChangeAdvised(now time.Time) bool {
	return !a.PasswordAdvisedAt.IsZero() && !a.PasswordChangedAt.After(a.PasswordAdvisedAt) && now.Sub(a.PasswordAdvisedAt) < AdviceFor
}

// MailQuarantine is how long after a change of the address no code is mailed to
// it: whoever changed it must not reset the PIN by it before anybody notices.
const MailQuarantine = 7 * Day

// TakesMailCode reports whether a code may be mailed to the address on file.
func (a Account) TakesMailCode(now time.Time) bool {
	return a.Email != "" && (a.EmailChangedAt.IsZero() || now.Sub(a.EmailChangedAt) >= MailQuarantine)
}

// Name gives the name shown to people: given name, then family name.
func (a Account) Name() string { return strings.TrimSpace(a.GivenName + " " + a.FamilyName) }

// HomeSchool gives the code of the school that the account belongs to first.
func (a Account) HomeSchool() string {
	if len(a.Schools) == 0 {
		return ""
	}
	return a.Schools[0]
}

// Usable reports whether the account may log in at now. loc is the home
// school's time zone, in which an end date ends.
func (a Account) Usable(now time.Time, loc *time.Location) bool {
	return a.Status == Active && !a.Ended(now, loc)
}

// Ended reports whether the account is past its end date.
func (a Account) Ended(now time.Time, loc *time.Location) bool {
	return !a.EndsOn.IsZero() && !now.Before(a.EndsOn.EndIn(loc))
}

// Protected reports whether role helpdesk must leave the account alone.
func (a Account) Protected() bool { return a.Profile == Staff || a.Profile == Management }
