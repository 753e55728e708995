package decide_test

import (
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
)

func paused(f *decide.Facts) { f.PausedUntil = now().Add(time.Hour) }

func passOut(f *decide.Facts) { f.PassUntil = now().Add(time.Hour) }

// both gives the facts with a pass that is out while the school is paused.
func both(f *decide.Facts) { paused(f); passOut(f) }

// advised makes somebody be found to know the password.
func advised(f *decide.Facts) { f.Account.PasswordAdvisedAt = now().Add(-time.Hour) }

// TestLoginInAPause: whatever would hold a login up is waived, but what shows
// that somebody else has the password.
func TestLoginInAPause(t *testing.T) {
	pause := allow(access.ReasonPolicyPaused)
	with := func(changes ...func(f *decide.Facts)) func(f *decide.Facts) {
		return func(f *decide.Facts) {
			for _, change := range append(changes, paused) {
				change(f)
			}
		}
	}
	code := setUp(access.ReasonSetupCodeRequired, pinOnly())
	checkLogins(t, []loginCase{
		{"a PIN", withPIN, with(), pause},
		{"a temporary PIN", withPIN, with(func(f *decide.Facts) { f.Credential.Temporary = true }), pause},
		{"a locked PIN", withPIN, with(func(f *decide.Facts) { f.Attempts = locked() }), pause},
		{"a blocked PIN stays blocked", withPIN, with(func(f *decide.Facts) { f.Attempts = blocked() }), deny(access.ReasonPINBlocked)},
		{"a replayed token is theft, and goes on as unrecognized", withPIN, with(func(f *decide.Facts) { f.Recognition = decide.Replayed }), pause},
		{"a set-up that is owed", teacher, with(), mayChoose(access.ReasonPolicyPaused, pinOnly())},
		{"a set-up that is owed on a recognized device", teacher, with(func(f *decide.Facts) { recognized(f, access.Day) }), mayChoose(access.ReasonPolicyPaused, pinOnly())},
		{"a recognized device is recognized", withPIN, with(func(f *decide.Facts) { recognized(f, access.Day) }), allow(access.ReasonDeviceRecognized)},
		{"nothing is protected and nothing waived", student, with(), mayChoose(access.ReasonNoProtection, anything())},
		{"a notice is still sent", student, with(func(f *decide.Facts) { f.Account.Protection = access.Notify }), allow(access.ReasonNotifyOnly)},
		{"unknown", withPIN, with(func(f *decide.Facts) { f.Known = false }), deny(access.ReasonAccountUnknown)},
		{"suspended", withPIN, with(func(f *decide.Facts) { f.Account.Status = access.Suspended }), deny(access.ReasonAccountSuspended)},
		{"past its last day", withPIN, with(func(f *decide.Facts) { f.Account.EndsOn = access.DateOf(now().AddDate(0, 0, -1)) }), deny(access.ReasonAccountSuspended)},
		{"a cleared PIN", withPIN, with(cleared), code},
		{"a cleared PIN, with a pass as well", withPIN, with(cleared, passOut), code},
		{"contained or disputed", withPIN, with(advised), askPIN(access.ReasonNewDevice, 3)},
		{"contained or disputed, and the password changed since", withPIN, with(advised, func(f *decide.Facts) { f.Account.PasswordChangedAt = now() }), pause},
		{"contained or disputed, the password changed before", withPIN, with(advised, func(f *decide.Facts) {
			f.Account.PasswordChangedAt = f.Account.PasswordAdvisedAt
		}), askPIN(access.ReasonNewDevice, 3)},
	})
}

// TestLoginWithAPass: one person's way past the PIN, a block included.
func TestLoginWithAPass(t *testing.T) {
	pass := allow(access.ReasonLoginPass)
	checkLogins(t, []loginCase{
		{"a PIN", withPIN, passOut, pass},
		{"goes before a pause", withPIN, both, pass},
		{"a blocked PIN", withPIN, func(f *decide.Facts) { both(f); f.Attempts = blocked() }, pass},
		{"a recognized device does not need it", withPIN, func(f *decide.Facts) { passOut(f); recognized(f, access.Day) }, allow(access.ReasonDeviceRecognized)},
		{"nor is it for a set-up on one", teacher, func(f *decide.Facts) { passOut(f); recognized(f, access.Day) }, setUp(access.ReasonProtectionImposed, pinOnly())},
		{"a set-up that is owed", teacher, passOut, mayChoose(access.ReasonLoginPass, pinOnly())},
		{"what passes does not need it", student, passOut, mayChoose(access.ReasonNoProtection, anything())},
		{"suspended", withPIN, func(f *decide.Facts) { passOut(f); f.Account.Status = access.Suspended }, deny(access.ReasonAccountSuspended)},
		{"a cleared PIN", withPIN, func(f *decide.Facts) { passOut(f); cleared(f) }, setUp(access.ReasonSetupCodeRequired, pinOnly())},
		{"contained or disputed", withPIN, func(f *decide.Facts) { passOut(f); advised(f) }, askPIN(access.ReasonNewDevice, 3)},
	})
}

func TestExplainWaivers(t *testing.T) {
	const end = "pinward policy pause --school A --end --reason TEXT"
	atA := func(f *decide.Facts) { f.Account.Schools = []string{"A"} }
	checkExplained(t, []explainCase{
		{
			"a pause", 1, func(f *decide.Facts) { atA(f); paused(f) },
			[]string{"until 2026-03-02 09:00 UTC: the school's logins need no PIN", "On the one recognized device the password is enough"},
			[]string{end, ""},
		},
		{
			"a pause and a set-up that is owed", 1, func(f *decide.Facts) { atA(f); paused(f); f.Account.Protection = access.NotChosen },
			[]string{"On a new device the password is enough until 2026-03-02 09:00", "On the one recognized device the password is enough until 2026-03-02 09:00"},
			[]string{end, end},
		},
		{
			"a pass", 0, passOut,
			[]string{"for one login until 2026-03-02 09:00 UTC: a pass is out", "No device"},
			[]string{"", ""},
		},
		{
			"somebody knows the password", 0, advised,
			[]string{"the PIN is asked", "No device", "Somebody else may know the password"},
			[]string{"", "", ""},
		},
	})
}
