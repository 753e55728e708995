package app_test

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

const (
	firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
	chrome  = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)

// add makes an account in school A.
func (k *kit) add(login string, p access.Profile) access.Account {
	k.t.Helper()
	a, err := k.AddAccount(context.Background(), root, app.NewAccount{
		Login: login, Name: "Sample, " + login, Profile: p, Schools: []string{"A"}, Email: login + "@example.org",
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

// pin sets the account's PIN as its owner.
func (k *kit) pin(login, pin string) {
	k.t.Helper()
	if _, err := k.SetPIN(context.Background(), root, app.SetPIN{Login: login, PIN: access.NewPIN(pin)}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) start(login, token string) app.LoginAnswer {
	k.t.Helper()
	return k.startFrom(login, token, "192.0.2.7", firefox)
}

func (k *kit) startFrom(login, token, ip, agent string) app.LoginAnswer {
	k.t.Helper()
	answer, err := k.StartLogin(context.Background(), root, app.StartLogin{
		Login: login, IP: ip, UserAgent: agent, DeviceToken: access.NewSecret(token),
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return answer
}

func (k *kit) give(id, pin string, remember string) app.LoginAnswer {
	k.t.Helper()
	req := app.GivePIN{LoginID: access.NewSecret(id), PIN: access.NewPIN(pin)}
	if remember != "" {
		req.Remember = &app.Remember{Name: remember}
	}
	answer, err := k.GivePIN(context.Background(), root, req)
	if err != nil {
		k.t.Fatal(err)
	}
	return answer
}

func (k *kit) setUp(id string, p access.Protection, pin, code string) app.LoginAnswer {
	k.t.Helper()
	answer, err := k.SetUp(context.Background(), root, app.SetUp{
		LoginID: access.NewSecret(id), Protection: p, PIN: access.NewPIN(pin), PINConfirm: access.NewPIN(pin), SetupCode: access.NewSecret(code),
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return answer
}

// alerts lists the kinds of all alerts of an account, oldest first.
func (k *kit) alerts(login string) []access.AlertKind {
	k.t.Helper()
	var kinds []access.AlertKind
	_, err := k.Alerts(context.Background(), root, app.AlertQuery{Login: login}, func(r store.AlertRow) error {
		kinds = append(kinds, r.Kind)
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return kinds
}

func want(t *testing.T, got app.LoginAnswer, d access.Decision, r access.Reason) {
	t.Helper()
	if got.Decision != d || got.Reason != r {
		t.Errorf("got %s, %s; want %s, %s", got.Decision, got.Reason, d, r)
	}
}

func wantKinds(t *testing.T, got []access.AlertKind, want ...access.AlertKind) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got alerts %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got alerts %v, want %v", got, want)
		}
	}
}

// registered passes a login with the PIN and gives the device's token.
func (k *kit) registered(login, pin, label string) string {
	k.t.Helper()
	answer := k.give(k.start(login, "").LoginID, pin, label)
	if answer.DeviceToken == "" {
		k.t.Fatalf("no device registered: %+v", answer)
	}
	return answer.DeviceToken
}

func TestPINIsAskedOnNewDeviceOnly(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	first := k.start("lea", "")
	want(t, first, access.AskPIN, access.ReasonNewDevice)
	passed := k.give(first.LoginID, "730416", "Room 201")
	want(t, passed, access.Allow, access.ReasonNewDevice)
	if passed.Device == nil || passed.DeviceToken == "" {
		t.Fatalf("no device registered: %+v", passed)
	}
	want(t, k.start("lea", passed.DeviceToken), access.Allow, access.ReasonDeviceRecognized)
	wantKinds(t, k.alerts("lea"), access.AlertFirstPINSet, access.AlertNewDevice)
}

func TestWrongPINsEndLoginThenLockThenBlock(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	one := k.start("lea", "").LoginID
	answer := k.give(one, "111111", "")
	want(t, answer, access.AskPIN, access.ReasonPINWrong)
	if *answer.AttemptsLeft != 2 {
		t.Errorf("attempts left: got %d, want 2", *answer.AttemptsLeft)
	}
	k.give(one, "111111", "")
	want(t, k.give(one, "111111", ""), access.Deny, access.ReasonLoginExhausted)
	want(t, k.give(one, "730416", ""), access.Deny, access.ReasonLoginExhausted)
	two := k.start("lea", "").LoginID
	k.give(two, "111111", "")
	locked := k.give(two, "111111", "")
	want(t, locked, access.Deny, access.ReasonPINLocked)
	if locked.RetryAt == nil || !locked.RetryAt.Equal(morning.Add(15*time.Minute)) {
		t.Errorf("retry at: got %v", locked.RetryAt)
	}
	want(t, k.start("lea", ""), access.Deny, access.ReasonPINLocked)
	k.now = k.now.Add(15 * time.Minute)
	three := k.start("lea", "").LoginID
	k.give(three, "111111", "")
	k.give(three, "111111", "")
	k.give(three, "111111", "")
	four := k.start("lea", "").LoginID
	k.give(four, "111111", "")
	want(t, k.give(four, "111111", ""), access.Deny, access.ReasonPINBlocked)
	k.now = k.now.Add(10 * 365 * access.Day)
	want(t, k.start("lea", ""), access.Deny, access.ReasonPINBlocked)
	wantKinds(t, k.alerts("lea"), access.AlertFirstPINSet, access.AlertPINWrong, access.AlertPINLocked, access.AlertPINLocked,
		access.AlertPINWrong, access.AlertPINBlocked, access.AlertPINBlocked)
}

func TestRecognizedDeviceWorksWhilePINIsLocked(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	token := k.registered("lea", "730416", "Home")
	for range 2 {
		id := k.start("lea", "").LoginID
		for range 3 {
			k.give(id, "111111", "")
		}
	}
	want(t, k.start("lea", ""), access.Deny, access.ReasonPINLocked)
	want(t, k.start("lea", token), access.Allow, access.ReasonDeviceRecognized)
	want(t, k.start("lea", ""), access.Deny, access.ReasonPINLocked)
}

func TestTokenRotatesAndReplayRevokes(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	first := k.registered("lea", "730416", "Home")
	second := k.start("lea", first).DeviceToken
	if second == first || second == "" {
		t.Fatal("the token was not rotated")
	}
	if again := k.start("lea", first).DeviceToken; again != second {
		t.Error("the predecessor did not get the same successor")
	}
	third := k.start("lea", second).DeviceToken
	k.now = k.now.Add(2 * time.Minute)
	want(t, k.start("lea", first), access.AskPIN, access.ReasonDeviceReplayed)
	want(t, k.start("lea", third), access.AskPIN, access.ReasonDeviceRevoked)
	kinds := k.alerts("lea")
	if kinds[len(kinds)-1] != access.AlertDeviceReplayed {
		t.Errorf("got alerts %v, want device_replayed last", kinds)
	}
}

func TestTokenOfAnotherBrowserAccountOrMakerIsNotRecognized(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.add("tom", access.Teacher)
	k.pin("lea", "730416")
	k.pin("tom", "502917")
	token := k.registered("lea", "730416", "Home")
	want(t, k.startFrom("lea", token, "192.0.2.7", chrome), access.AskPIN, access.ReasonBrowserChanged)
	want(t, k.start("tom", token), access.AskPIN, access.ReasonNewDevice)
	want(t, k.start("lea", token[:len(token)-3]+"AAA"), access.AskPIN, access.ReasonNewDevice)
	want(t, k.start("lea", "no token at all"), access.AskPIN, access.ReasonNewDevice)
	want(t, k.start("lea", token), access.Allow, access.ReasonDeviceRecognized)
}

func TestFirstPINIsSetAtLogin(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	started := k.start("lea", "")
	want(t, started, access.SetUp, access.ReasonProtectionImposed)
	weak := k.setUp(started.LoginID, access.ByPIN, "1234", "")
	if weak.Reason != access.CodePINGuessable || weak.Rule == "" || !weak.Refused {
		t.Errorf("weak PIN: got %+v", weak)
	}
	want(t, k.setUp(started.LoginID, access.ByPIN, "730416", ""), access.Allow, access.ReasonProtectionImposed)
	next := k.start("lea", "")
	want(t, next, access.AskPIN, access.ReasonNewDevice)
	want(t, k.give(next.LoginID, "730416", ""), access.Allow, access.ReasonNewDevice)
	wantKinds(t, k.alerts("lea"), access.AlertFirstPINSet, access.AlertNewDevice, access.AlertNewDevice)
}

func TestFirstEnrolmentClosesAfterItsWindow(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.now = k.now.Add(31 * access.Day)
	started := k.start("lea", "")
	want(t, started, access.SetUp, access.ReasonEnrolmentClosed)
	refused := k.setUp(started.LoginID, access.ByPIN, "730416", "")
	want(t, refused, access.SetUp, access.ReasonEnrolmentClosed)
	items, err := k.ResetPINs(context.Background(), root, app.ResetPINs{Logins: []string{"lea"}})
	if err != nil {
		t.Fatal(err)
	}
	started = k.start("lea", "")
	want(t, k.setUp(started.LoginID, access.ByPIN, "730416", items[0].Code.Reveal()), access.Allow, access.ReasonEnrolmentClosed)
}

func TestResetEndsTrustAndDemandsItsCode(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	token := k.registered("lea", "730416", "Home")
	open := k.start("lea", "").LoginID
	items, err := k.ResetPINs(context.Background(), root, app.ResetPINs{Logins: []string{"lea", "nobody"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := items[0].Ended; got.Devices != 1 || got.Logins < 1 {
		t.Errorf("ended: got %+v", got)
	}
	if access.CodeOf(items[1].Err) != "not_found" {
		t.Errorf("absent target: got %v", items[1].Err)
	}
	want(t, k.give(open, "730416", ""), access.Deny, access.ReasonLoginExpired)
	started := k.start("lea", token)
	want(t, started, access.SetUp, access.ReasonSetupCodeRequired)
	want(t, k.setUp(started.LoginID, access.ByPIN, "502917", ""), access.SetUp, access.ReasonSetupCodeRequired)
	want(t, k.setUp(started.LoginID, access.ByPIN, "502917", "XXXX-XXXX"), access.SetUp, access.ReasonSetupCodeWrong)
	code := items[0].Code.Reveal()
	want(t, k.setUp(started.LoginID, access.ByPIN, "502917", code), access.Allow, access.ReasonSetupCodeRequired)
	again := k.start("lea", "")
	want(t, again, access.AskPIN, access.ReasonNewDevice)
	want(t, k.give(again.LoginID, "502917", ""), access.Allow, access.ReasonNewDevice)
	reset := k.start("lea", "")
	want(t, k.setUp(reset.LoginID, access.ByPIN, "694038", code), access.AskPIN, access.ReasonNewDevice)
}

func TestTemporaryPINIsChangedAtLogin(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	if _, err := k.SetPIN(context.Background(), root, app.SetPIN{Login: "lea", PIN: access.NewPIN("730416"), Temporary: true}); err != nil {
		t.Fatal(err)
	}
	id := k.start("lea", "").LoginID
	want(t, k.give(id, "730416", ""), access.SetUp, access.ReasonPINTemporary)
	if same := k.setUp(id, access.ByPIN, "730416", ""); same.Reason != access.CodePINSameAsOld {
		t.Errorf("same PIN: got %+v", same)
	}
	want(t, k.setUp(id, access.ByPIN, "502917", ""), access.Allow, access.ReasonPINTemporary)
}

func TestNotifyPassesAndAlerts(t *testing.T) {
	k := newKit(t)
	k.add("max", access.Student)
	chosen := k.start("max", "")
	want(t, chosen, access.Allow, access.ReasonNoProtection)
	if !chosen.MayChoose {
		t.Error("nothing was chosen yet, and no choice is offered")
	}
	want(t, k.setUp(chosen.LoginID, access.Notify, "", ""), access.Allow, access.ReasonNoProtection)
	want(t, k.start("max", ""), access.Allow, access.ReasonNotifyOnly)
	wantKinds(t, k.alerts("max"), access.AlertNewDevice, access.AlertNotifyOnlyLogin)
}

func TestWeakeningNeedsThePINAndAlerts(t *testing.T) {
	k := newKit(t)
	k.add("max", access.Student)
	k.pin("max", "7304")
	token := k.registered("max", "7304", "Home")
	recognized := k.start("max", token)
	want(t, recognized, access.Allow, access.ReasonDeviceRecognized)
	want(t, k.setUp(recognized.LoginID, access.None, "", ""), access.AskPIN, access.ReasonDeviceRecognized)
	want(t, k.give(recognized.LoginID, "7304", ""), access.Allow, access.ReasonDeviceRecognized)
	want(t, k.setUp(recognized.LoginID, access.Notify, "", ""), access.Allow, access.ReasonDeviceRecognized)
	kinds := k.alerts("max")
	if kinds[len(kinds)-1] != access.AlertProtectionWeakened {
		t.Errorf("got alerts %v, want protection_weakened last", kinds)
	}
	unrecognized := k.start("max", "")
	want(t, k.setUp(unrecognized.LoginID, access.None, "", ""), access.Allow, access.ReasonEnrolmentClosed)
}

func TestAbandonedLoginIsAlerted(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	id := k.start("lea", "").LoginID
	k.now = k.now.Add(access.LoginFor)
	want(t, k.give(id, "730416", ""), access.Deny, access.ReasonLoginExpired)
	wantKinds(t, k.alerts("lea"), access.AlertFirstPINSet, access.AlertLoginAbandoned)
}

func TestLoginIsBoundToItsOpener(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	id := k.start("lea", "").LoginID
	other := operator(access.RolePortal, "A")
	answer, err := k.GivePIN(context.Background(), other, app.GivePIN{LoginID: access.NewSecret(id), PIN: access.NewPIN("730416")})
	if err != nil {
		t.Fatal(err)
	}
	want(t, answer, access.Deny, access.ReasonLoginExpired)
}

func TestSuspendedAndUnknownAccountsAreDenied(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	if _, err := k.SuspendAccount(context.Background(), root, "lea", "left her phone on the bus"); err != nil {
		t.Fatal(err)
	}
	want(t, k.start("lea", ""), access.Deny, access.ReasonAccountSuspended)
	want(t, k.start("nobody", ""), access.Deny, access.ReasonAccountUnknown)
	want(t, k.start("not a login!", ""), access.Deny, access.ReasonAccountUnknown)
}

func TestDeviceErrorsNeverCostTheLogin(t *testing.T) {
	for _, c := range []struct {
		name, label, ip string
		want            string
	}{
		{"empty", " ", "192.0.2.7", "label_invalid"},
		{"names the school only", "École", "192.0.2.7", "label_invalid"},
		{"31 characters", "1234567890123456789012345678901", "192.0.2.7", "label_invalid"},
		{"taken in other case", "HOME", "192.0.2.7", "label_taken"},
		{"fine", "Room 201", "192.0.2.7", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.add("lea", access.Teacher)
			k.pin("lea", "730416")
			k.registered("lea", "730416", "Home")
			answer := k.give(k.startFrom("lea", "", c.ip, firefox).LoginID, "730416", c.label)
			want(t, answer, access.Allow, access.ReasonNewDevice)
			if answer.DeviceError != c.want {
				t.Errorf("device error: got %q, want %q", answer.DeviceError, c.want)
			}
		})
	}
}

func TestSharedNetworkForgetsTonight(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	answer := k.give(k.startFrom("lea", "", "10.1.2.3", firefox).LoginID, "730416", "Room 12")
	// 02:00 in Paris is 01:00 UTC in winter.
	if got, want := answer.Device.ExpiresAt, time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("expires: got %s, want %s", got, want)
	}
}

func TestPasswordChangeRevokesOlderDevices(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.pin("lea", "730416")
	home, phone := k.registered("lea", "730416", "Home"), k.registered("lea", "730416", "Phone")
	k.now = k.now.Add(time.Hour)
	changed := k.now.Add(-time.Minute)
	answer, err := k.StartLogin(context.Background(), root, app.StartLogin{
		Login: "lea", IP: "192.0.2.7", UserAgent: firefox, DeviceToken: access.NewSecret(home), PasswordChangedAt: &changed,
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, answer, access.Allow, access.ReasonDeviceRecognized)
	if answer.DevicesRevoked != 1 {
		t.Errorf("devices revoked: got %d, want 1", answer.DevicesRevoked)
	}
	want(t, k.start("lea", phone), access.AskPIN, access.ReasonDeviceRevoked)
	want(t, k.start("lea", answer.DeviceToken), access.Allow, access.ReasonDeviceRecognized)
}
