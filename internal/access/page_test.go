package access_test

import (
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func TestCheckState(t *testing.T) {
	for _, s := range []string{"", "a&b=c/d?é\"", strings.Repeat("x", access.MaxState)} {
		if err := access.CheckState(s); err != nil {
			t.Errorf("%q: got %v", s, err)
		}
	}
	for _, s := range []string{strings.Repeat("x", access.MaxState+1), "a\nb", "a\x00", "\x7f", "\xff", strings.Repeat("é", access.MaxState/2+1)} {
		if err := access.CheckState(s); access.CodeOf(err) != "state_invalid" {
			t.Errorf("%q: got %v, want state_invalid", s, err)
		}
	}
}

func TestPageCodeGood(t *testing.T) {
	until := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	good := access.Page{CodeHash: []byte{1}, CodeUntil: until}
	for _, c := range []struct {
		name string
		page access.Page
		at   time.Time
		want bool
	}{
		{"just in time", good, until.Add(-1), true},
		{"too late", good, until, false},
		{"none", access.Page{CodeUntil: until}, until.Add(-1), false},
		{"after four wrong ones", access.Page{CodeHash: []byte{1}, CodeUntil: until, CodeTries: access.ReturnTries - 1}, until.Add(-1), true},
		{"after five wrong ones", access.Page{CodeHash: []byte{1}, CodeUntil: until, CodeTries: access.ReturnTries}, until.Add(-1), false},
		{"a clock a little back", good, until.Add(-2 * access.ReturnCodeFor), true},
		{"a clock far back", good, until.Add(-2*access.ReturnCodeFor - 1), false},
	} {
		if got := c.page.CodeGood(c.at); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
	}
}

func TestAbandoned(t *testing.T) {
	for _, c := range []struct {
		name  string
		login access.Login
		want  bool
	}{
		{"the PIN never came", access.Login{State: access.LoginExpired, Decision: access.AskPIN}, true},
		{"the set-up never came", access.Login{State: access.LoginExpired, Decision: access.SetUp}, true},
		{"from a recognized device", access.Login{State: access.LoginExpired, Decision: access.SetUp, Recognized: true}, false},
		{"the browser never came, and owed nothing", access.Login{State: access.LoginExpired, Decision: access.ToPage, Reason: access.ReasonNotifyOnly}, false},
		{"the browser never came to a lock", access.Login{State: access.LoginExpired, Decision: access.ToPage, Reason: access.ReasonPINLocked}, true},
		{"the browser never came to a block", access.Login{State: access.LoginExpired, Decision: access.ToPage, Reason: access.ReasonPINBlocked}, true},
		{"open", access.Login{State: access.LoginOpen, Decision: access.AskPIN}, false},
		{"denied", access.Login{State: access.LoginDenied, Decision: access.Deny}, false},
	} {
		if got := c.login.Abandoned(); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
		if got := c.login.Failed(); got != c.want {
			t.Errorf("%s, failed: got %t", c.name, got)
		}
	}
}
