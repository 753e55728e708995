package access_test

import (
	"testing"
	"time"

	"pinward/internal/access"
)

var waiverAt = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// Whatever is good for a time is good from its beginning to just before its end,
// and not before its beginning: a clock moved back gives no more time.
func TestGoodForATime(t *testing.T) {
	end := waiverAt.Add(time.Hour)
	school := access.School{PausedAt: waiverAt, PausedUntil: end}
	pass := access.LoginPass{CreatedAt: waiverAt, ExpiresAt: end}
	for at, want := range map[time.Time]bool{
		waiverAt.Add(-1): false, waiverAt: true, end.Add(-1): true, end: false,
	} {
		if _, got := school.Paused(at); got != want {
			t.Errorf("paused at %s: got %t, want %t", at, got, want)
		}
		if got := pass.Good(at); got != want {
			t.Errorf("pass at %s: got %t, want %t", at, got, want)
		}
	}
	if _, got := (access.School{}).Paused(waiverAt); got {
		t.Error("a school that was never paused: got paused")
	}
}

func TestMailCodeIsGood(t *testing.T) {
	good := access.ResetCode{MAC: []byte{1}, Tries: access.MailCodeTries - 1, ExpiresAt: waiverAt.Add(1)}
	for name, c := range map[string]struct {
		change func(c *access.ResetCode)
		want   bool
	}{
		"one try left":  {func(*access.ResetCode) {}, true},
		"no try left":   {func(c *access.ResetCode) { c.Tries++ }, false},
		"void":          {func(c *access.ResetCode) { c.MAC = nil }, false},
		"just too late": {func(c *access.ResetCode) { c.ExpiresAt = waiverAt }, false},
	} {
		code := good
		c.change(&code)
		if got := code.Good(waiverAt); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}

func TestAddressTakesAMailCode(t *testing.T) {
	for name, c := range map[string]struct {
		account access.Account
		want    bool
	}{
		"none":                       {access.Account{}, false},
		"the first one":              {access.Account{Email: "a@example.org"}, true},
		"changed a week ago":         {access.Account{Email: "a@example.org", EmailChangedAt: waiverAt.Add(-access.MailQuarantine)}, true},
		"changed just after that":    {access.Account{Email: "a@example.org", EmailChangedAt: waiverAt.Add(1 - access.MailQuarantine)}, false},
		"changed in the future":      {access.Account{Email: "a@example.org", EmailChangedAt: waiverAt.Add(time.Hour)}, false},
		"taken away a long time ago": {access.Account{EmailChangedAt: waiverAt.Add(-access.Days(90))}, false},
	} {
		if got := c.account.TakesMailCode(waiverAt); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
	}
}

// TestPasswordAdviceEnds: by a newer password that a portal told of, and else
// with time.
func TestPasswordAdviceEnds(t *testing.T) {
	advised := access.Account{PasswordAdvisedAt: waiverAt}
	changed := advised
	changed.PasswordChangedAt = waiverAt.Add(time.Minute)
	older := advised
	older.PasswordChangedAt = waiverAt
	for _, c := range []struct {
		name    string
		account access.Account
		after   time.Duration
		want    bool
	}{
		{"never advised", access.Account{}, 0, false},
		{"at once", advised, 0, true},
		{"in time", advised, access.AdviceFor - time.Millisecond, true},
		{"over", advised, access.AdviceFor, false},
		{"a clock set back", advised, -time.Hour, true},
		{"changed since", changed, time.Hour, false},
		{"changed before", older, time.Hour, true},
	} {
		if got := c.account.PasswordChangeAdvised(waiverAt.Add(c.after)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
