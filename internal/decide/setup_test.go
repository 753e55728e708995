package decide_test

import (
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
)

type setupCase struct {
	name   string
	facts  func() decide.Facts
	change func(f *decide.Facts)
	choice decide.Choice
	want   decide.Verdict
}

func checkSetups(t *testing.T, cases []setupCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := c.facts()
			c.change(&f)
			got := decide.Setup(f, c.choice)
			if got.Allowed {
				got.Reason = "" // it is why not
			}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// TestSetupWithinThePolicy: only what the policy allows this account.
func TestSetupWithinThePolicy(t *testing.T) {
	refused := decide.Verdict{Reason: access.ReasonProtectionNotAllowed}
	yes := decide.Verdict{Allowed: true}
	checkSetups(t, []setupCase{
		{"a PIN", teacher, none, decide.Choice{Protection: access.ByPIN}, yes},
		{"a notice where a PIN is imposed", teacher, none, decide.Choice{Protection: access.Notify}, refused},
		{"none where a PIN is imposed", teacher, none, decide.Choice{Protection: access.None, CodeGiven: true, PINProven: true}, refused},
		{"not_chosen is no choice", student, none, decide.Choice{Protection: access.NotChosen}, refused},
		{"an unknown protection", student, none, decide.Choice{Protection: "both"}, refused},
		{"a notice", student, none, decide.Choice{Protection: access.Notify}, yes},
		{"a notice without an address", student, func(f *decide.Facts) { f.Account.Email = "" }, decide.Choice{Protection: access.Notify}, refused},
		{"none", student, none, decide.Choice{Protection: access.None}, yes},
	})
}

// TestSetupAfterAReset is rule 7: without the code a cleared PIN is not set.
func TestSetupAfterAReset(t *testing.T) {
	required := decide.Verdict{Reason: access.ReasonSetupCodeRequired}
	withCode := decide.Verdict{Allowed: true, NeedCode: true}
	pin, pinAndCode := decide.Choice{Protection: access.ByPIN}, decide.Choice{Protection: access.ByPIN, CodeGiven: true}
	checkSetups(t, []setupCase{
		{"without the code", withPIN, cleared, pin, required},
		{"without the code, on a device recognized for long", withPIN, func(f *decide.Facts) { cleared(f); recognized(f, access.Days(9)) }, pin, required},
		{"without the code, though a PIN was proven before the reset", withPIN, cleared, decide.Choice{Protection: access.ByPIN, PINProven: true}, required},
		{"without the code, choosing none instead", student, cleared, decide.Choice{Protection: access.None}, required},
		{"without the code, in grace", withPIN, func(f *decide.Facts) { cleared(f); f.Policy.Grace = access.Days(60) }, pin, required},
		{"with the code", withPIN, cleared, pinAndCode, withCode},
		{"with the code, after the enrolment window", withPIN, func(f *decide.Facts) { cleared(f); f.Policy.Window = 0 }, pinAndCode, withCode},
	})
}

// TestSetupOverAPIN is rule 8: changing or weakening needs the current PIN.
func TestSetupOverAPIN(t *testing.T) {
	yes := decide.Verdict{Allowed: true}
	need := func(r access.Reason) decide.Verdict { return decide.Verdict{NeedPIN: true, Reason: r} }
	chosen := func() decide.Facts {
		f := student()
		f.Account.Protection, f.Credential = access.ByPIN, withPIN().Credential
		return f
	}
	checkSetups(t, []setupCase{
		{"another PIN", chosen, none, decide.Choice{Protection: access.ByPIN}, need(access.ReasonNewDevice)},
		{"a notice instead", chosen, none, decide.Choice{Protection: access.Notify}, need(access.ReasonNewDevice)},
		{"none instead", chosen, none, decide.Choice{Protection: access.None}, need(access.ReasonNewDevice)},
		{"none instead, on a device recognized for long", chosen, func(f *decide.Facts) { recognized(f, access.Days(9)) }, decide.Choice{Protection: access.None}, need(access.ReasonDeviceRecognized)},
		{"a code does not stand for the PIN", chosen, none, decide.Choice{Protection: access.ByPIN, CodeGiven: true}, need(access.ReasonNewDevice)},
		{"another PIN, the current one proven", chosen, none, decide.Choice{Protection: access.ByPIN, PINProven: true}, yes},
		{"none instead, the current PIN proven", chosen, none, decide.Choice{Protection: access.None, PINProven: true}, yes},
		{"over a temporary PIN", withPIN, func(f *decide.Facts) { f.Credential.Temporary = true }, decide.Choice{Protection: access.ByPIN}, need(access.ReasonNewDevice)},
		{"over a temporary PIN that was proven, after the window", withPIN, func(f *decide.Facts) { f.Credential.Temporary, f.Policy.Window = true, 0 }, decide.Choice{Protection: access.ByPIN, PINProven: true}, yes},
	})
}

// TestSetupOfAFirstPIN is rule 16: first enrolment does not stay open.
func TestSetupOfAFirstPIN(t *testing.T) {
	yes, withCode := decide.Verdict{Allowed: true}, decide.Verdict{Allowed: true, NeedCode: true}
	closed := decide.Verdict{Reason: access.ReasonEnrolmentClosed}
	late := func() decide.Facts {
		f := teacher()
		f.Policy.EffectiveAt = now().Add(-access.Days(30))
		return f
	}
	pin, pinAndCode := decide.Choice{Protection: access.ByPIN}, decide.Choice{Protection: access.ByPIN, CodeGiven: true}
	checkSetups(t, []setupCase{
		{"within the window", teacher, none, pin, yes},
		{"within the window, a code given all the same must be right", teacher, none, pinAndCode, withCode},
		{"after the window", late, none, pin, closed},
		{"after the window, with a code", late, none, pinAndCode, withCode},
		{"after the window, from a device recognized for more than a day", late, func(f *decide.Facts) { recognized(f, access.Day+1) }, pin, yes},
		{"after the window, from a device recognized for a day", late, func(f *decide.Facts) { recognized(f, access.Day) }, pin, closed},
		{"after the window, from a device revoked since", late, func(f *decide.Facts) { recognized(f, access.Days(9)); f.Recognition = decide.Revoked }, pin, closed},
		{"where the profile has a choice", student, none, pin, yes},
	})
}

// TestSetupFromNotifyToNone is the last sentence of rule 16.
func TestSetupFromNotifyToNone(t *testing.T) {
	yes, closed := decide.Verdict{Allowed: true}, decide.Verdict{Reason: access.ReasonEnrolmentClosed}
	notified := func() decide.Facts { f := student(); f.Account.Protection = access.Notify; return f }
	toNone := decide.Choice{Protection: access.None}
	checkSetups(t, []setupCase{
		{"from an unrecognized device", notified, none, toNone, closed},
		{"with a code", notified, none, decide.Choice{Protection: access.None, CodeGiven: true}, decide.Verdict{Allowed: true, NeedCode: true}},
		{"from a device recognized for more than a day", notified, func(f *decide.Facts) { recognized(f, access.Day+1) }, toNone, yes},
		{"from a device recognized for an hour", notified, func(f *decide.Facts) { recognized(f, time.Hour) }, toNone, closed},
		{"without an address there was no notice to give up", notified, func(f *decide.Facts) { f.Account.Email = "" }, toNone, yes},
		{"from notify to a PIN is open", notified, none, decide.Choice{Protection: access.ByPIN}, yes},
		{"from nothing to none is open", student, none, toNone, yes},
	})
}
