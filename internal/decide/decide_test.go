package decide_test

import (
	"reflect"
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's time zones

	"pinward/internal/access"
	"pinward/internal/decide"
)

// now is when all logins of these tests happen.
func now() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// teacher gives the facts of an account that a PIN has been imposed on ten days
// ago and that has not chosen yet, on an unrecognized device.
func teacher() decide.Facts {
	return decide.Facts{
		Now: now(), Known: true, Location: time.UTC, Recognition: decide.NoToken,
		Account: access.Account{
			Login: "alice", Profile: access.Teacher, Status: access.Active, Protection: access.NotChosen,
			Email: "alice@example.org", CreatedAt: now().Add(-access.Days(100)),
		},
		Policy: access.DefaultPolicy(access.Teacher, now().Add(-access.Days(10))),
	}
}

// student gives the facts of an account that may choose and has not.
func student() decide.Facts {
	f := teacher()
	f.Account.Profile = access.Student
	f.Policy = access.DefaultPolicy(access.Student, now().Add(-access.Days(400)))
	return f
}

// withPIN gives the facts of a teacher who set a PIN.
func withPIN() decide.Facts {
	f := teacher()
	f.Account.Protection = access.ByPIN
	f.Credential = access.Credential{Sealed: []byte("sealed"), SetAt: now().Add(-access.Days(9))}
	return f
}

// cleared takes the PIN away, as a reset does.
func cleared(f *decide.Facts) {
	f.Credential = access.Credential{SetAt: f.Credential.SetAt, ClearedAt: now().Add(-time.Hour)}
}

// recognized makes the login come from a device recognized for so long.
func recognized(f *decide.Facts, since time.Duration) {
	f.Recognition, f.DeviceSince = decide.Recognized, now().Add(-since)
}

func locked() access.Attempts {
	return access.Attempts{Failed: 5, LockedAt: now().Add(-time.Minute), LockedUntil: now().Add(14 * time.Minute)}
}

func blocked() access.Attempts { return access.Attempts{Failed: 10, BlockedAt: now()} }

type loginCase struct {
	name   string
	facts  func() decide.Facts
	change func(f *decide.Facts)
	want   decide.Outcome
}

func checkLogins(t *testing.T, cases []loginCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := c.facts()
			c.change(&f)
			if got := decide.Login(f); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func none(*decide.Facts) {}

// The protections that the default policies leave to choose from.
func pinOnly() []access.Protection { return []access.Protection{access.ByPIN} }

func anything() []access.Protection {
	return []access.Protection{access.ByPIN, access.Notify, access.None}
}

func deny(r access.Reason) decide.Outcome { return decide.Outcome{Decision: access.Deny, Reason: r} }

func allow(r access.Reason) decide.Outcome { return decide.Outcome{Decision: access.Allow, Reason: r} }

func askPIN(r access.Reason, left int) decide.Outcome {
	return decide.Outcome{Decision: access.AskPIN, Reason: r, AttemptsLeft: left}
}

func setUp(r access.Reason, allowed []access.Protection) decide.Outcome {
	return decide.Outcome{Decision: access.SetUp, Reason: r, Allowed: allowed}
}

func mayChoose(r access.Reason, allowed []access.Protection) decide.Outcome {
	return decide.Outcome{Decision: access.Allow, Reason: r, Allowed: allowed, MayChoose: true}
}

// TestLoginOfNobody is step 1: unknown, suspended, archived, past its end.
func TestLoginOfNobody(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	gone := deny(access.ReasonAccountSuspended)
	checkLogins(t, []loginCase{
		{"unknown", teacher, func(f *decide.Facts) { f.Known = false }, deny(access.ReasonAccountUnknown)},
		{"unknown, whatever else is said of it", withPIN, func(f *decide.Facts) { f.Known = false; recognized(f, access.Day) }, deny(access.ReasonAccountUnknown)},
		{"suspended", withPIN, func(f *decide.Facts) { f.Account.Status = access.Suspended }, gone},
		{"archived", withPIN, func(f *decide.Facts) { f.Account.Status = access.Archived }, gone},
		{"on its last day", withPIN, func(f *decide.Facts) { f.Account.EndsOn = access.DateOf(now()) }, askPIN(access.ReasonNewDevice, 3)},
		{"past its last day", withPIN, func(f *decide.Facts) { f.Account.EndsOn = access.DateOf(now().AddDate(0, 0, -1)) }, gone},
		{"past its last day where the school is, not in UTC", withPIN, func(f *decide.Facts) {
			f.Now = time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
			f.Account.EndsOn, f.Location = access.Date{Year: 2026, Month: 3, Day: 1}, paris
		}, gone},
		{"suspended beats a recognized device", withPIN, func(f *decide.Facts) { f.Account.Status = access.Suspended; recognized(f, access.Days(9)) }, gone},
		{"suspended beats a set-up that is owed", teacher, func(f *decide.Facts) { f.Account.Status = access.Suspended }, gone},
		{"suspended beats a cleared PIN", withPIN, func(f *decide.Facts) { f.Account.Status = access.Suspended; cleared(f) }, gone},
		{"suspended beats grace", teacher, func(f *decide.Facts) { f.Account.Status = access.Suspended; f.Policy.Grace = access.Days(60) }, gone},
		{"suspended beats a lock, and tells nothing of it", withPIN, func(f *decide.Facts) {
			f.Account.Status, f.Attempts, f.Policy.SelfReset = access.Suspended, locked(), true
		}, gone},
		{"suspended beats no protection", student, func(f *decide.Facts) { f.Account.Status = access.Suspended; f.Account.Protection = access.None }, gone},
	})
}

// TestLoginOwesASetUp is step 3: what must be set up before anybody passes.
func TestLoginOwesASetUp(t *testing.T) {
	imposed := setUp(access.ReasonProtectionImposed, pinOnly())
	notAllowed := setUp(access.ReasonProtectionNotAllowed, pinOnly())
	checkLogins(t, []loginCase{
		{"imposed and never chosen", teacher, none, imposed},
		{"imposed and never chosen, on a recognized device", teacher, func(f *decide.Facts) { recognized(f, access.Days(9)) }, imposed},
		{"imposed and never chosen, as it takes effect", teacher, func(f *decide.Facts) { f.Policy.EffectiveAt = now() }, imposed},
		{"imposed, just before it takes effect", teacher, func(f *decide.Facts) { f.Policy.EffectiveAt = now().Add(1) }, mayChoose(access.ReasonNoProtection, pinOnly())},
		{"imposed, just before it takes effect, with grace", teacher, func(f *decide.Facts) {
			f.Policy.EffectiveAt, f.Policy.Grace = now().Add(1), access.Day
		}, mayChoose(access.ReasonNoProtection, pinOnly())},
		{"offered and never chosen", student, none, mayChoose(access.ReasonNoProtection, anything())},
		{"none is no longer allowed", teacher, func(f *decide.Facts) { f.Account.Protection = access.None }, notAllowed},
		{"none is no longer allowed, on a recognized device", teacher, func(f *decide.Facts) { f.Account.Protection = access.None; recognized(f, access.Days(9)) }, notAllowed},
		{"none is soon no longer allowed", teacher, func(f *decide.Facts) {
			f.Account.Protection, f.Policy.EffectiveAt = access.None, now().Add(1)
		}, allow(access.ReasonNoProtection)},
		{"a notice is no longer allowed", teacher, func(f *decide.Facts) { f.Account.Protection = access.Notify }, notAllowed},
		{"a notice without an address is none, which is not allowed", student, func(f *decide.Facts) {
			f.Account.Protection, f.Account.Email, f.Policy.Allowed = access.Notify, "", []access.Protection{access.ByPIN, access.Notify}
		}, notAllowed},
		{"a PIN was chosen and none is set", student, func(f *decide.Facts) { f.Account.Protection = access.ByPIN }, setUp(access.ReasonPINNotSet, anything())},
		{"a PIN was chosen and none is set, on a recognized device", student, func(f *decide.Facts) { f.Account.Protection = access.ByPIN; recognized(f, access.Days(9)) }, setUp(access.ReasonPINNotSet, anything())},
		{"without an address no notice is offered", student, func(f *decide.Facts) { f.Account.Protection, f.Account.Email = access.ByPIN, "" }, setUp(access.ReasonPINNotSet, []access.Protection{access.ByPIN, access.None})},
		{"the default is offered first", teacher, func(f *decide.Facts) {
			f.Policy.Allowed, f.Policy.Default = []access.Protection{access.ByPIN, access.Notify}, access.Notify
		}, setUp(access.ReasonProtectionImposed, []access.Protection{access.Notify, access.ByPIN})},
	})
}

// TestLoginInGrace is the exception of step 3, for accounts that never had a
// PIN.
func TestLoginInGrace(t *testing.T) {
	grace := func() decide.Facts {
		f := teacher()
		f.Policy.Grace = access.Days(14)
		return f
	}
	checkLogins(t, []loginCase{
		{"never chosen", grace, none, mayChoose(access.ReasonGrace, pinOnly())},
		{"never chosen, on a recognized device", grace, func(f *decide.Facts) { recognized(f, time.Hour) }, mayChoose(access.ReasonDeviceRecognized, pinOnly())},
		{"just before it ends", grace, func(f *decide.Facts) { f.Now = f.Policy.EffectiveAt.Add(f.Policy.Grace - 1) }, mayChoose(access.ReasonGrace, pinOnly())},
		{"as it ends", grace, func(f *decide.Facts) { f.Now = f.Policy.EffectiveAt.Add(f.Policy.Grace) }, setUp(access.ReasonProtectionImposed, pinOnly())},
		{"none is no longer allowed", grace, func(f *decide.Facts) { f.Account.Protection = access.None }, allow(access.ReasonGrace)},
		{"a notice is no longer allowed, and still sent", grace, func(f *decide.Facts) { f.Account.Protection = access.Notify }, allow(access.ReasonNotifyOnly)},
		{"a PIN was chosen and none was ever set", grace, func(f *decide.Facts) { f.Account.Protection = access.ByPIN }, allow(access.ReasonGrace)},
		{"once had a PIN and chose to be without", grace, func(f *decide.Facts) {
			f.Account.Protection, f.Credential.SetAt = access.None, now().Add(-access.Days(50))
		}, setUp(access.ReasonProtectionNotAllowed, pinOnly())},
		{"has a PIN", withPIN, func(f *decide.Facts) { f.Policy.Grace = access.Days(14) }, askPIN(access.ReasonNewDevice, 3)},
		{"a cleared PIN beats grace", grace, cleared, setUp(access.ReasonSetupCodeRequired, pinOnly())},
		{"a PIN cleared after another was set beats grace", withPIN, func(f *decide.Facts) { f.Policy.Grace = access.Days(14); cleared(f) }, setUp(access.ReasonSetupCodeRequired, pinOnly())},
		{"grace goes on where the enrolment window has closed", grace, func(f *decide.Facts) { f.Policy.Window = 0 }, mayChoose(access.ReasonGrace, pinOnly())},
	})
}

// TestLoginWithAClearedPIN: the set-up code is demanded whatever else holds.
func TestLoginWithAClearedPIN(t *testing.T) {
	code := setUp(access.ReasonSetupCodeRequired, pinOnly())
	checkLogins(t, []loginCase{
		{"unrecognized", withPIN, cleared, code},
		{"on a recognized device", withPIN, func(f *decide.Facts) { cleared(f); recognized(f, access.Days(9)) }, code},
		{"before the policy takes effect", withPIN, func(f *decide.Facts) { cleared(f); f.Policy.EffectiveAt = now().Add(access.Day) }, code},
		{"where enrolment has closed", withPIN, func(f *decide.Facts) { cleared(f); f.Policy.Window = 0 }, code},
		{"while blocked", withPIN, func(f *decide.Facts) { cleared(f); f.Attempts = blocked() }, code},
		{"where the profile has a choice", student, func(f *decide.Facts) { cleared(f); f.Account.Protection = access.ByPIN }, setUp(access.ReasonSetupCodeRequired, anything())},
		{"where nothing was chosen", student, cleared, setUp(access.ReasonSetupCodeRequired, anything())},
		{"set again since", withPIN, func(f *decide.Facts) { f.Credential.ClearedAt = now().Add(-access.Days(20)) }, askPIN(access.ReasonNewDevice, 3)},
	})
}

// TestLoginAfterTheWindow is rule 16: after 30 days the password alone does not
// suffice for a first PIN.
func TestLoginAfterTheWindow(t *testing.T) {
	late := func() decide.Facts {
		f := teacher()
		f.Policy.EffectiveAt = now().Add(-access.Days(30))
		return f
	}
	closed := setUp(access.ReasonEnrolmentClosed, pinOnly())
	open := setUp(access.ReasonProtectionImposed, pinOnly())
	checkLogins(t, []loginCase{
		{"as the window closes", late, none, closed},
		{"just before it closes", late, func(f *decide.Facts) { f.Policy.EffectiveAt = f.Policy.EffectiveAt.Add(1) }, open},
		{"the account is newer than the policy", late, func(f *decide.Facts) { f.Account.CreatedAt = now().Add(-access.Days(29)) }, open},
		{"a device recognized for more than a day", late, func(f *decide.Facts) { recognized(f, access.Day+1) }, open},
		{"a device recognized for a day", late, func(f *decide.Facts) { recognized(f, access.Day) }, closed},
		{"a device from the clock's future", late, func(f *decide.Facts) { recognized(f, -access.Days(2)) }, closed},
		{"a device that is no longer recognized", late, func(f *decide.Facts) { recognized(f, access.Days(9)); f.Recognition = decide.Revoked }, closed},
		{"none is no longer allowed", late, func(f *decide.Facts) { f.Account.Protection = access.None }, closed},
		{"where the profile has a choice it never closes", student, func(f *decide.Facts) { f.Account.Protection = access.ByPIN }, setUp(access.ReasonPINNotSet, anything())},
	})
}

// TestLoginOnARecognizedDevice is step 4.
func TestLoginOnARecognizedDevice(t *testing.T) {
	pass := allow(access.ReasonDeviceRecognized)
	with := func(change func(f *decide.Facts)) func(f *decide.Facts) {
		return func(f *decide.Facts) { recognized(f, time.Hour); change(f) }
	}
	checkLogins(t, []loginCase{
		{"with a PIN", withPIN, with(none), pass},
		{"while the PIN is locked", withPIN, with(func(f *decide.Facts) { f.Attempts = locked() }), pass},
		{"while the PIN is blocked", withPIN, with(func(f *decide.Facts) { f.Attempts = blocked() }), pass},
		{"self reset tells nothing here", withPIN, with(func(f *decide.Facts) { f.Policy.SelfReset = true }), pass},
		{"with a notice", student, with(func(f *decide.Facts) { f.Account.Protection = access.Notify }), pass},
		{"without protection", student, with(func(f *decide.Facts) { f.Account.Protection = access.None }), pass},
		{"where nothing was chosen", student, with(none), mayChoose(access.ReasonDeviceRecognized, anything())},
		{"a temporary PIN is asked all the same", withPIN, with(func(f *decide.Facts) { f.Credential.Temporary = true }), askPIN(access.ReasonPINTemporary, 3)},
		{"a temporary PIN that is locked", withPIN, with(func(f *decide.Facts) { f.Credential.Temporary = true; f.Attempts = locked() }), decide.Outcome{
			Decision: access.Deny, Reason: access.ReasonPINLocked, RetryAt: now().Add(14 * time.Minute),
		}},
	})
}

// TestLoginAsksForThePIN is step 5.
func TestLoginAsksForThePIN(t *testing.T) {
	lockedOut := decide.Outcome{Decision: access.Deny, Reason: access.ReasonPINLocked, RetryAt: now().Add(14 * time.Minute)}
	checkLogins(t, []loginCase{
		{"no token", withPIN, none, askPIN(access.ReasonNewDevice, 3)},
		{"a token never issued", withPIN, func(f *decide.Facts) { f.Recognition = decide.UnknownToken }, askPIN(access.ReasonNewDevice, 3)},
		{"another account's token", withPIN, func(f *decide.Facts) { f.Recognition = decide.OtherAccount }, askPIN(access.ReasonNewDevice, 3)},
		{"a device proven by the password alone", withPIN, func(f *decide.Facts) { f.Recognition = decide.ProvenWeaker }, askPIN(access.ReasonNewDevice, 3)},
		{"an expired device", withPIN, func(f *decide.Facts) { f.Recognition = decide.Expired }, askPIN(access.ReasonDeviceExpired, 3)},
		{"a revoked device", withPIN, func(f *decide.Facts) { f.Recognition = decide.Revoked }, askPIN(access.ReasonDeviceRevoked, 3)},
		{"a replayed token", withPIN, func(f *decide.Facts) { f.Recognition = decide.Replayed }, askPIN(access.ReasonDeviceReplayed, 3)},
		{"another browser", withPIN, func(f *decide.Facts) { f.Recognition = decide.BrowserChanged }, askPIN(access.ReasonBrowserChanged, 3)},
		{"a temporary PIN", withPIN, func(f *decide.Facts) { f.Credential.Temporary = true }, askPIN(access.ReasonPINTemporary, 3)},
		{"four wrong before", withPIN, func(f *decide.Facts) { f.Attempts.Failed = 4 }, askPIN(access.ReasonNewDevice, 1)},
		{"a choice of PIN, where none is allowed", student, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.ByPIN, withPIN().Credential
		}, askPIN(access.ReasonNewDevice, 3)},
		{"before the policy takes effect", withPIN, func(f *decide.Facts) { f.Policy.EffectiveAt = now().Add(access.Day) }, askPIN(access.ReasonNewDevice, 3)},
		{"locked", withPIN, func(f *decide.Facts) { f.Attempts = locked() }, lockedOut},
		{"locked, with a temporary PIN", withPIN, func(f *decide.Facts) { f.Attempts, f.Credential.Temporary = locked(), true }, lockedOut},
		{"locked, after a replay", withPIN, func(f *decide.Facts) { f.Attempts, f.Recognition = locked(), decide.Replayed }, lockedOut},
		{"as the lock ends", withPIN, func(f *decide.Facts) { f.Attempts = locked(); f.Attempts.LockedUntil = now() }, askPIN(access.ReasonNewDevice, 3)},
		{"blocked", withPIN, func(f *decide.Facts) { f.Attempts = blocked() }, deny(access.ReasonPINBlocked)},
		{"blocked beats locked", withPIN, func(f *decide.Facts) { f.Attempts = locked(); f.Attempts.BlockedAt = now() }, deny(access.ReasonPINBlocked)},
		{"a reset by mail is offered", withPIN, func(f *decide.Facts) { f.Policy.SelfReset = true }, decide.Outcome{
			Decision: access.AskPIN, Reason: access.ReasonNewDevice, AttemptsLeft: 3, MayReset: true,
		}},
		{"locked, and a reset by mail is offered", withPIN, func(f *decide.Facts) { f.Attempts, f.Policy.SelfReset = locked(), true }, decide.Outcome{
			Decision: access.Deny, Reason: access.ReasonPINLocked, RetryAt: now().Add(14 * time.Minute), MayReset: true,
		}},
		{"blocked, and a reset by mail is offered", withPIN, func(f *decide.Facts) { f.Attempts, f.Policy.SelfReset = blocked(), true }, decide.Outcome{
			Decision: access.Deny, Reason: access.ReasonPINBlocked, MayReset: true,
		}},
	})
}

// TestLoginWithoutAPIN is steps 6 and 7.
func TestLoginWithoutAPIN(t *testing.T) {
	chosen := func(p access.Protection) func() decide.Facts {
		return func() decide.Facts { f := student(); f.Account.Protection = p; return f }
	}
	checkLogins(t, []loginCase{
		{"a notice", chosen(access.Notify), none, allow(access.ReasonNotifyOnly)},
		{"a notice, after a replay", chosen(access.Notify), func(f *decide.Facts) { f.Recognition = decide.Replayed }, allow(access.ReasonNotifyOnly)},
		{"a notice, while an old PIN is blocked", chosen(access.Notify), func(f *decide.Facts) { f.Attempts = blocked() }, allow(access.ReasonNotifyOnly)},
		{"a notice without an address counts as unprotected", chosen(access.Notify), func(f *decide.Facts) { f.Account.Email = "" }, allow(access.ReasonNoProtection)},
		{"none", chosen(access.None), none, allow(access.ReasonNoProtection)},
		{"nothing chosen", student, none, mayChoose(access.ReasonNoProtection, anything())},
		{"nothing chosen, without an address", student, func(f *decide.Facts) { f.Account.Email = "" }, mayChoose(access.ReasonNoProtection, []access.Protection{access.ByPIN, access.None})},
		{"nothing chosen, and none is not allowed", student, func(f *decide.Facts) { f.Policy.Allowed = pinOnly() }, mayChoose(access.ReasonNoProtection, pinOnly())},
	})
}
