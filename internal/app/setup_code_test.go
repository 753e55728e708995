package app_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/detect"
	"pinward/internal/secret"
	"pinward/internal/store"
)

const wrongCode = "XXXX-XXXX"

// reset clears the PIN of an account and gives its set-up code.
func (k *kit) reset(login string) string {
	k.t.Helper()
	items, err := k.ResetPINs(context.Background(), root, app.ResetPINs{Logins: []string{login}})
	if err != nil || items[0].Err != nil {
		k.t.Fatal(err, items[0].Err)
	}
	return items[0].Code.Reveal()
}

// tryCode sets a PIN in a login with a set-up code.
func (k *kit) tryCode(id, code string) app.LoginAnswer {
	k.t.Helper()
	return k.setUp(id, access.ByPIN, "694038", code)
}

// pending gives the stored set-up code of lea.
func (k *kit) pending() (code access.SetupCode) {
	k.t.Helper()
	key := k.stored("lea").Key
	k.view(func(tx store.Tx) (err error) {
		code, err = tx.SetupCode(context.Background(), key)
		return err
	})
	return code
}

func TestWrongSetupCodesCountAsWrongPINsAndVoidTheCode(t *testing.T) {
	k := teacher(t)
	code := k.reset("lea")
	one := k.start("lea", "").LoginID
	for i, want := range []access.Reason{access.ReasonSetupCodeWrong, access.ReasonSetupCodeWrong, access.ReasonLoginExhausted} {
		if got := k.tryCode(one, wrongCode); got.Reason != want || !got.Refused {
			t.Errorf("wrong code %d: got %+v, want %s", i+1, got, want)
		}
		k.wantAttempts(i+1, 0, i+1)
	}
	two := k.start("lea", "").LoginID
	want(t, k.tryCode(two, "not a code at all"), access.SetUp, access.ReasonSetupCodeWrong)
	want(t, k.tryCode(two, wrongCode), access.Deny, access.ReasonPINLocked)
	k.wantAttempts(5, 0, 5)
	if got := k.pending(); got.Tries != access.SetupTries || got.Good(k.now) {
		t.Errorf("the code after five wrong ones: got %d tries, good %t", got.Tries, got.Good(k.now))
	}
	k.now = k.now.Add(access.LockFor)
	want(t, k.tryCode(k.start("lea", "").LoginID, code), access.SetUp, access.ReasonSetupCodeWrong)
	open := k.start("lea", "").LoginID
	fresh := k.reset("lea")
	want(t, k.tryCode(open, fresh), access.Deny, access.ReasonLoginExpired)
	want(t, k.tryCode(k.start("lea", "").LoginID, fresh), access.Allow, access.ReasonSetupCodeRequired)
	k.wantAttempts(0, 0, 0)
}

func TestWrongCodesAndWrongPINsShareACount(t *testing.T) {
	k := teacher(t)
	code := k.reset("lea")
	id := k.start("lea", "").LoginID
	k.tryCode(id, wrongCode)
	k.tryCode(id, wrongCode)
	for range 2 {
		if got := k.verify(rightPIN); got != "pin_not_set" {
			t.Errorf("a PIN of an account without one: got %q", got)
		}
	}
	want(t, k.tryCode(k.start("lea", "").LoginID, wrongCode), access.Deny, access.ReasonPINLocked)
	want(t, k.tryCode(k.start("lea", "").LoginID, code), access.Deny, access.ReasonPINLocked)
	k.now = k.now.Add(access.LockFor)
	if got := k.pending().Tries; got != 3 {
		t.Errorf("tries of the code: got %d, want 3, since a lock judges none", got)
	}
	want(t, k.tryCode(k.start("lea", "").LoginID, code), access.Allow, access.ReasonSetupCodeRequired)
	k.wantAttempts(0, 0, 0)
}

func TestBlockJudgesNoCode(t *testing.T) {
	k := teacher(t)
	code := k.reset("lea")
	for range 2 {
		for range access.LockAfter {
			k.verify(wrongPIN)
		}
		k.now = k.now.Add(access.LockFor)
	}
	want(t, k.tryCode(k.start("lea", "").LoginID, code), access.Deny, access.ReasonPINBlocked)
	want(t, k.tryCode(k.start("lea", "").LoginID, code), access.Deny, access.ReasonPINBlocked)
	fresh := k.reset("lea")
	want(t, k.tryCode(k.start("lea", "").LoginID, fresh), access.Allow, access.ReasonSetupCodeRequired)
}

func TestParallelWrongCodesEvaluateTheLimit(t *testing.T) {
	k := teacher(t)
	k.reset("lea")
	ids := make([]string, 10)
	for i := range ids {
		ids[i] = k.start("lea", "").LoginID
	}
	got := together(40, func(i int) string {
		answer, err := k.SetUp(context.Background(), root, app.SetUp{
			LoginID: access.NewSecret(ids[i%10]), Protection: access.ByPIN,
			PIN: access.NewPIN("694038"), PINConfirm: access.NewPIN("694038"), SetupCode: access.NewSecret(wrongCode),
		})
		return string(answer.Reason) + outcome(err)
	})
	k.wantAttempts(5, 0, 5)
	if got := k.pending().Tries; got != access.SetupTries {
		t.Errorf("tries: got %d, want %d", got, access.SetupTries)
	}
	if got["setup_code_required"+"right"] != 0 {
		t.Errorf("a wrong code passed: %v", got)
	}
}

func TestSetupCodeIsForOneAccountAndForAWhile(t *testing.T) {
	for _, c := range []struct {
		name  string
		code  func(k *kit) string
		after time.Duration
		want  access.Reason
	}{
		{"its own", func(k *kit) string { return k.reset("lea") }, 0, access.ReasonSetupCodeRequired},
		{"its own, typed otherwise", func(k *kit) string { c := k.reset("lea"); return " " + c[:2] + " " + c[2:] }, 0, access.ReasonSetupCodeRequired},
		{"just in time", func(k *kit) string { return k.reset("lea") }, app.CodeValidOne - time.Second, access.ReasonSetupCodeRequired},
		{"too late", func(k *kit) string { return k.reset("lea") }, app.CodeValidOne, access.ReasonSetupCodeWrong},
		{"another account's", func(k *kit) string { k.reset("lea"); return k.reset("tom") }, 0, access.ReasonSetupCodeWrong},
		{"one that a later one replaced", func(k *kit) string { c := k.reset("lea"); k.reset("lea"); return c }, 0, access.ReasonSetupCodeWrong},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := teacher(t)
			k.add("tom", access.Teacher)
			k.pin("tom", wrongPIN)
			code := c.code(k)
			k.now = k.now.Add(c.after)
			answer := k.tryCode(k.start("lea", "").LoginID, code)
			if answer.Reason != c.want || answer.Refused != (c.want == access.ReasonSetupCodeWrong) {
				t.Errorf("got %+v, want %s", answer, c.want)
			}
		})
	}
}

// A code is not judged while PIN attempts fill the limit, and not spent either.
func TestCodeWaitsForAttemptsInFlight(t *testing.T) {
	k := teacher(t)
	code := k.reset("lea")
	k.dieJudging(access.LockAfter)
	id := k.start("lea", "").LoginID
	req := app.SetUp{
		LoginID: access.NewSecret(id), Protection: access.ByPIN,
		PIN: access.NewPIN("694038"), PINConfirm: access.NewPIN("694038"), SetupCode: access.NewSecret(code),
	}
	_, err := k.SetUp(t.Context(), root, req)
	wantError(t, err, access.ErrBusy, "attempts_in_flight")
	if k.pending().Tries != 0 {
		t.Error("a code that was not judged counts as tried")
	}
}

// A cleared PIN is set with the code or not at all, whatever is chosen and
// whatever is presented.
func TestClearedPINNeedsItsCode(t *testing.T) {
	k := newKit(t)
	k.add("max", access.Student)
	k.pin("max", "7304")
	token := k.registered("max", "7304", "Home")
	k.now = k.now.Add(2 * access.Day)
	k.reset("max")
	for _, p := range []access.Protection{access.ByPIN, access.Notify, access.None} {
		started := k.start("max", token)
		want(t, started, access.SetUp, access.ReasonSetupCodeRequired)
		pin := ""
		if p == access.ByPIN {
			pin = "6940"
		}
		want(t, k.setUp(started.LoginID, p, pin, ""), access.SetUp, access.ReasonSetupCodeRequired)
	}
	if got := k.stored("max").Protection; got != access.ByPIN {
		t.Errorf("protection: got %s, want pin", got)
	}
	err := k.VerifyPIN(t.Context(), root, "max", access.NewPIN("7304"))
	if !errors.Is(err, access.ErrRefused) || access.CodeOf(err) != "pin_not_set" {
		t.Errorf("the old PIN: got %v, want pin_not_set", err)
	}
}

// TestACodeForAFirstPINIsNoReset is the first hand-out of codes to a class:
// nothing was reset, so nothing can be soon after a reset.
func TestACodeForAFirstPINIsNoReset(t *testing.T) {
	k := newKit(t)
	k.watchful()
	k.add("lea", access.Teacher)
	k.now = k.now.Add(access.Days(40)) // the enrolment window is over
	k.reset("lea")
	code := k.reset("lea")
	wantKinds(t, k.alerts("lea"))
	want(t, k.tryCode(k.start("lea", "").LoginID, code), access.Allow, access.ReasonEnrolmentClosed)
	wantKinds(t, k.alerts("lea"), access.AlertFirstPINSet, access.AlertNewDevice)
}

// TestACodeAfterAPINIsAReset holds also where the PIN is gone already.
func TestACodeAfterAPINIsAReset(t *testing.T) {
	k := teacher(t)
	k.watchful()
	k.reset("lea")
	k.now = k.now.Add(access.Days(2))
	code := k.reset("lea")
	want(t, k.tryCode(k.start("lea", "").LoginID, code), access.Allow, access.ReasonSetupCodeRequired)
	wantKinds(t, k.alerts("lea"), access.AlertFirstPINSet, access.AlertPINReset, access.AlertPINReset, access.AlertNewDevice, access.AlertNewAfterReset)
}

// watchful lets the rules of detection judge by their thresholds.
func (k *kit) watchful() {
	k.App = app.New(app.Deps{
		Store: k.store, Keys: k.keys, Random: rand.Reader, Hasher: secret.Hasher{MemoryKiB: 64, Time: 1},
		Now: func() time.Time { return k.now }, Detect: detect.Defaults(),
	})
}
