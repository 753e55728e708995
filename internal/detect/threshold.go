package detect

import "time"

// Thresholds say from when on the rules that count find something. Where one is
// 0, the rules that use it are off. In the configuration file they stand under
// "detect"; Settings names them.
type Thresholds struct {
	SprayAccounts       int // accounts that one address tries and fails at
	SprayAccountsInside int // the same, where the address is a school's own
	SprayMinutes        int // within so many minutes
	NewDevices          int // browsers and networks new to an account, within a day
	SharedAccounts      int // accounts whose tokens one browser holds, within a week
	ForgetfulTimes      int // registrations of one device, within 30 days
	ResetHours          int // how long after a reset a new device is told of
	SilenceDays         int // how long nobody logged in
}

// A Setting is one threshold under its name in the configuration.
type Setting struct {
	Name  string
	Value int
}

// Defaults gives the thresholds that hold where nobody says otherwise.
func Defaults() Thresholds {
	return Thresholds{
		SprayAccounts: 6, SprayAccountsInside: 30, SprayMinutes: 60,
		NewDevices: 5, SharedAccounts: 8, ForgetfulTimes: 4, ResetHours: 24, SilenceDays: 90,
	}
}

// A field is a threshold and its name.
type field struct {
	name  string
	value *int
}

func (t *Thresholds) fields() []field {
	return []field{
		{"spray_accounts", &t.SprayAccounts},
		{"spray_accounts_inside", &t.SprayAccountsInside},
		{"spray_minutes", &t.SprayMinutes},
		{"new_devices", &t.NewDevices},
		{"shared_accounts", &t.SharedAccounts},
		{"forgetful_times", &t.ForgetfulTimes},
		{"reset_hours", &t.ResetHours},
		{"silence_days", &t.SilenceDays},
	}
}

// Settings lists the thresholds by name.
func (t Thresholds) Settings() []Setting {
	var all []Setting
	for _, f := range t.fields() {
		all = append(all, Setting{f.name, *f.value})
	}
	return all
}

// Value gives the threshold of a name, 0 where there is none.
func (t Thresholds) Value(name string) int {
	for _, f := range t.fields() {
		if f.name == name {
			return *f.value
		}
	}
	return 0
}

// With gives the thresholds with those of the names replaced.
func (t Thresholds) With(values map[string]int) Thresholds {
	for _, f := range t.fields() {
		if v, ok := values[f.name]; ok {
			*f.value = v
		}
	}
	return t
}

// The spans that the rules look back over, beside those that thresholds name.
const (
	day          = 24 * time.Hour
	sharedSpan   = 7 * day
	forgetfulFor = 30 * day
)

// SprayFrom gives the begin of the span in which what failed is counted.
func (t Thresholds) SprayFrom(at time.Time) time.Time {
	return at.Add(-time.Duration(t.SprayMinutes) * time.Minute)
}

// SharedFrom gives the begin of the span in which the accounts of one browser
// are counted.
func SharedFrom(at time.Time) time.Time { return at.Add(-sharedSpan) }

// ForgetfulFrom gives the begin of the span in which registrations of one
// device are counted.
func ForgetfulFrom(at time.Time) time.Time { return at.Add(-forgetfulFor) }
