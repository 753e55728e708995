package app_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
)

// foreign judges a PIN by another product's contract and names what came of it.
func foreign(a *app.App, id, login, pin string, proven bool) string {
	answer, err := a.GiveForeignPIN(context.Background(), root, app.ForeignPIN{
		LoginID: access.NewSecret(id), Login: login, PIN: access.NewPIN(pin), Proven: proven,
	})
	if err != nil {
		return outcome(err)
	}
	return fmt.Sprintf("%s %s", answer.Decision, answer.Reason)
}

// TestForeignPINs: what is answered, and that whatever is answered is one hash
// and one reserved attempt.
func TestForeignPINs(t *testing.T) {
	k := teacher(t)
	k.add("max", access.Teacher)
	k.pin("max", rightPIN)
	k.add("bare", access.Teacher)
	k.add("gone", access.Teacher)
	k.pin("gone", rightPIN)
	k.status("gone", (*app.App).SuspendAccount)
	const memory = 8 << 20
	s := &counting{Store: k.store}
	a := app.New(app.Deps{
		Store: s, Keys: k.keys, Random: rand.Reader, Now: func() time.Time { return k.now },
		Hasher: secret.Hasher{MemoryKiB: memory >> 10, Time: 1},
	})
	for _, login := range []string{"lea", "max"} {
		if _, err := a.SetPIN(t.Context(), root, app.SetPIN{Login: login, PIN: access.NewPIN(rightPIN)}); err != nil {
			t.Fatal(err)
		}
	}
	own := k.start("lea", "").LoginID
	for _, c := range []struct{ name, id, login, pin, want string }{
		{"a wrong PIN", own, "lea", wrongPIN, "pin pin_wrong"},
		{"the login of another", own, "max", rightPIN, "deny login_expired"},
		{"no login at all", own, "!", rightPIN, "deny login_expired"},
		{"an unknown id", "nonsense", "lea", rightPIN, "deny login_expired"},
		{"an unknown account", k.start("nobody", "").LoginID, "nobody", rightPIN, "deny login_expired"},
		{"a suspended account", k.start("gone", "").LoginID, "gone", rightPIN, "deny account_suspended"},
		{"an account without a PIN", k.start("bare", "").LoginID, "bare", rightPIN, "setup protection_imposed"},
		{"a PIN longer than any", own, "lea", strings.Repeat("7", access.MaxTypedPIN+1), "pin pin_wrong"},
		{"a third wrong PIN", own, "LEA", wrongPIN, "deny login_exhausted"},
		{"a login that is spent", own, "lea", rightPIN, "deny login_exhausted"},
		{"the right PIN", k.start("lea", "").LoginID, "lea", rightPIN, "allow new_device"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, now runtime.MemStats
			runtime.ReadMemStats(&before)
			head, reserved := k.head(), s.admitted.Load()
			if got := foreign(a, c.id, c.login, c.pin, false); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			runtime.ReadMemStats(&now)
			if used := now.TotalAlloc - before.TotalAlloc; used < memory || used > 2*memory {
				t.Errorf("%d bytes of work, want one hash of %d", used, memory)
			}
			if got := s.admitted.Load() - reserved; got != 1 {
				t.Errorf("%d attempts were reserved, want 1", got)
			}
			if trail := k.trail(head); len(trail) != 1 {
				t.Errorf("got %d audit records, want 1", len(trail))
			}
		})
	}
	k.wantAttempts(0, 0, 3)
}

// TestForeignPINsOfALockedAccount: a lock costs as much as a wrong PIN.
func TestForeignPINsOfALockedAccount(t *testing.T) {
	k := teacher(t)
	s := &counting{Store: k.store}
	a := k.over(s)
	for range access.LockAfter {
		k.verify(wrongPIN)
	}
	if got := foreign(a, k.start("lea", "").LoginID, "lea", rightPIN, true); got != "deny pin_locked" || s.admitted.Load() != 1 {
		t.Errorf("got %q and %d reserved, want a lock at the cost of one attempt", got, s.admitted.Load())
	}
	k.wantAttempts(5, 0, 5)
}

// TestForeignPINsAreCappedAnHour: without proof of the password, an account is
// tried no more after five wrong PINs in an hour, wherever they came from.
func TestForeignPINsAreCappedAnHour(t *testing.T) {
	k := teacher(t)
	try := func(pin string, proven bool) string {
		return foreign(k.App, k.start("lea", "").LoginID, "lea", pin, proven)
	}
	for range 3 {
		k.verify(wrongPIN)
	}
	try(wrongPIN, false)
	try(wrongPIN, true)
	k.now = k.now.Add(access.LockFor)
	for _, c := range []struct {
		name, pin string
		proven    bool
		want      string
	}{
		{"a wrong PIN", wrongPIN, false, "deny hourly_limit"},
		{"the right PIN", rightPIN, false, "deny hourly_limit"},
		{"the right PIN after the password", rightPIN, true, "allow new_device"},
		{"a success elsewhere does not open it", rightPIN, false, "deny hourly_limit"},
	} {
		if got := try(c.pin, c.proven); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	k.wantAttempts(0, 0, 5)
	k.now = k.now.Add(time.Hour - access.LockFor)
	if got := try(rightPIN, false); got != "allow new_device" {
		t.Errorf("an hour later: got %q", got)
	}
}

// TestForeignParallelGuesses: a hundred at once, where the hour has had three wrong
// PINs before a right one, are judged up to its limit and not beyond.
func TestForeignParallelGuesses(t *testing.T) {
	t.Parallel()
	k := teacher(t)
	for range 3 {
		k.verify(wrongPIN)
	}
	k.verify(rightPIN) // the count is 0 again, the hour has 3
	s := &counting{Store: k.store}
	a := k.over(s)
	ids := make([]string, 25)
	for i := range ids {
		ids[i] = k.start("lea", "").LoginID
	}
	got := together(100, func(i int) string { return foreign(a, ids[i%len(ids)], "lea", wrongPIN, false) })
	k.wantAttempts(2, 0, 5)
	if got["pin pin_wrong"] != 2 || got["deny hourly_limit"] != 98 {
		t.Errorf("got %v, want 2 judged and the others turned away", got)
	}
}

// TestStartLoginPicksTheCookie: of all cookies of a browser, the account's own
// counts.
func TestStartLoginPicksTheCookie(t *testing.T) {
	k := teacher(t)
	k.add("max", access.Teacher)
	k.pin("max", rightPIN)
	jar := map[string]string{"other": "1"}
	for _, login := range []string{"lea", "max"} {
		answer := k.give(k.start(login, "").LoginID, rightPIN, "Home")
		jar[answer.CookieName] = answer.DeviceToken
	}
	for login, want := range map[string]access.Reason{"lea": access.ReasonDeviceRecognized, "max": access.ReasonDeviceRecognized} {
		req := app.StartLogin{Login: login, UserAgent: firefox, Cookie: func(name string) access.Secret { return access.NewSecret(jar[name]) }}
		for name, start := range map[string]func(context.Context, access.Operator, app.StartLogin) (app.LoginAnswer, error){
			"recognize": k.Recognize, "start": k.StartLogin,
		} {
			if answer, err := start(t.Context(), root, req); err != nil || answer.Reason != want {
				t.Errorf("%s, %s: got %s, %v, want %s", login, name, answer.Reason, err, want)
			}
		}
	}
}
