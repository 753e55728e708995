package decide_test

import (
	"slices"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
)

// everyFacts calls do with every combination of what Login looks at.
func everyFacts(do func(f decide.Facts)) {
	set := access.Credential{Sealed: []byte("sealed"), SetAt: now()}
	temporary := set
	temporary.Temporary = true
	var all []decide.Facts
	each := func(changes ...func(f *decide.Facts)) {
		var next []decide.Facts
		for _, f := range all {
			for _, change := range changes {
				g := f
				change(&g)
				next = append(next, g)
			}
		}
		all = next
	}
	all = []decide.Facts{teacher(), student()}
	each(none, func(f *decide.Facts) { f.Account.Status = access.Suspended }, func(f *decide.Facts) { f.Account.EndsOn = access.Date{Year: 2026, Month: 3, Day: 1} })
	each(none, func(f *decide.Facts) { f.Account.Email = "" })
	each(none, func(f *decide.Facts) { f.Policy.Grace = access.Days(60) })
	each(none, func(f *decide.Facts) { f.Policy.Window = 0 })
	each(none, func(f *decide.Facts) { f.Policy.EffectiveAt = now().Add(access.Day) })
	each(none, func(f *decide.Facts) { f.Attempts = locked() }, func(f *decide.Facts) { f.Attempts = blocked() })
	each(none,
		func(f *decide.Facts) { f.Credential = set }, func(f *decide.Facts) { f.Credential = temporary }, cleared,
		func(f *decide.Facts) { f.Credential.SetAt = now() })
	each(none, paused, both, func(f *decide.Facts) { both(f); advised(f) })
	for _, f := range all {
		for _, p := range access.Protections() {
			for _, r := range []decide.Recognition{decide.NoToken, decide.Recognized, decide.Revoked, decide.Replayed, decide.ProvenWeaker} {
				f.Account.Protection, f.Recognition, f.DeviceSince = p, r, now().Add(-access.Days(9))
				do(f)
			}
		}
	}
}

// TestLoginInvariants holds every combination to what must never happen.
func TestLoginInvariants(t *testing.T) {
	seen := map[access.Decision]int{}
	everyFacts(func(f decide.Facts) {
		o := decide.Login(f)
		seen[o.Decision]++
		_, locked := f.Attempts.Locked(f.Now)
		guarded := f.Account.Protection == access.ByPIN && f.Credential.Set()
		for what, broken := range map[string]bool{
			"passes an account that is not active":                    !f.Account.Usable(f.Now, time.UTC) && o.Decision != access.Deny,
			"passes by a PIN on an unrecognized device":               guarded && f.Recognition != decide.Recognized && o.Decision != access.AskPIN && o.Decision != access.Deny && !o.Reason.Waived(),
			"waives what nobody waived":                               o.Reason.Waived() && f.PassUntil.IsZero() && f.PausedUntil.IsZero(),
			"waives for somebody else who knows the password":         o.Reason.Waived() && f.Account.PasswordChangeAdvised(f.Now),
			"lifts a block by a pause":                                o.Reason == access.ReasonPolicyPaused && guarded && f.Attempts.Blocked() && f.Recognition != decide.Recognized,
			"spends a pass on a recognized device":                    o.Reason == access.ReasonLoginPass && f.Recognition == decide.Recognized,
			"passes by a cleared PIN":                                 f.Credential.Cleared() && o.Decision != access.Deny && o.Reason != access.ReasonSetupCodeRequired,
			"asks for a PIN that is not there":                        o.Decision == access.AskPIN && !guarded,
			"asks for a PIN while it is locked or blocked":            o.Decision == access.AskPIN && (locked || f.Attempts.Blocked()),
			"asks for a PIN and leaves no try":                        o.Decision == access.AskPIN != (o.AttemptsLeft > 0),
			"asks for a PIN on a recognized device":                   f.Recognition == decide.Recognized && o.Decision == access.AskPIN && !f.Credential.Temporary,
			"denies a recognized device for its PIN":                  f.Recognition == decide.Recognized && o.Decision == access.Deny && f.Account.Usable(f.Now, time.UTC) && !f.Credential.Temporary,
			"calls a device recognized that is not":                   f.Recognition != decide.Recognized && o.Reason == access.ReasonDeviceRecognized,
			"tells the end of a lock that is none":                    o.RetryAt.IsZero() == (o.Reason == access.ReasonPINLocked),
			"demands a set-up with nothing to choose":                 o.Decision == access.SetUp && len(o.Allowed) == 0,
			"demands a set-up by policy before it takes effect":       o.Reason == access.ReasonProtectionImposed && !f.Policy.ImposedAt(f.Now),
			"offers a notice without an address":                      f.Account.Email == "" && slices.Contains(o.Allowed, access.Notify),
			"offers what the policy forbids":                          slices.ContainsFunc(o.Allowed, func(p access.Protection) bool { return !slices.Contains(f.Policy.Allowed, p) }),
			"offers a choice to somebody who chose, or not in pass":   o.MayChoose != (o.Decision == access.Allow && f.Account.Protection == access.NotChosen),
			"gives grace to somebody who had a PIN":                   o.Reason == access.ReasonGrace && !f.Credential.NeverSet(),
			"gives grace that the policy does not":                    o.Reason == access.ReasonGrace && f.Policy.Grace == 0,
			"lets the password enrol after the window":                o.Decision == access.SetUp && f.Policy.Window == 0 && f.Recognition != decide.Recognized && f.Policy.ImposedAt(f.Now) && o.Reason != access.ReasonEnrolmentClosed && o.Reason != access.ReasonSetupCodeRequired,
			"gives no reason":                                         o.Reason == "",
			"notifies somebody who cannot be told, or did not choose": o.Reason == access.ReasonNotifyOnly && f.Account.Effective() != access.Notify,
		} {
			if broken {
				t.Errorf("%s: %+v\nfrom %+v", what, o, f)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	})
	for _, d := range []access.Decision{access.Allow, access.AskPIN, access.SetUp, access.Deny} {
		if seen[d] == 0 {
			t.Errorf("no combination ends in %s", d)
		}
	}
}
