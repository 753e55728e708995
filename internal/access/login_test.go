package access_test

import (
	"testing"
	"time"

	"pinward/internal/access"
)

func TestLoginOpenAt(t *testing.T) {
	at := func(state access.LoginState) access.Login {
		return access.Login{State: state, StartedAt: epoch(), ExpiresAt: epoch().Add(access.LoginFor)}
	}
	tests := []struct {
		name  string
		login access.Login
		now   time.Time
		want  bool
	}{
		{"open, just begun", at(access.LoginOpen), epoch(), true},
		{"open, just before its time", at(access.LoginOpen), epoch().Add(10*time.Minute - 1), true},
		{"open, its time over", at(access.LoginOpen), epoch().Add(10 * time.Minute), false},
		{"passed, a device may still be named", at(access.LoginPassed), epoch().Add(time.Minute), true},
		{"passed, its time over", at(access.LoginPassed), epoch().Add(10 * time.Minute), false},
		{"denied", at(access.LoginDenied), epoch(), false},
		{"expired", at(access.LoginExpired), epoch(), false},
		{"a clock moved back a little", at(access.LoginOpen), epoch().Add(-10 * time.Minute), true},
		{"a clock moved back far gives no more time", at(access.LoginOpen), epoch().Add(-10*time.Minute - 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.login.OpenAt(tt.now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestLoginEnd(t *testing.T) {
	var l access.Login
	l.End(access.LoginDenied, access.Deny, access.ReasonPINLocked, epoch())
	if l.State != access.LoginDenied || l.Decision != access.Deny || l.Reason != access.ReasonPINLocked || !l.EndedAt.Equal(epoch()) {
		t.Errorf("got %+v", l)
	}
}

func TestReasonsThatTurnAwayHaveWords(t *testing.T) {
	for _, r := range []access.Reason{
		access.ReasonPINWrong, access.ReasonPINLocked, access.ReasonPINBlocked, access.ReasonPINNotSet, access.ReasonAccountSuspended,
	} {
		if got := r.Sentence(); got == string(r) {
			t.Errorf("%s: got no sentence", r)
		}
	}
	if got := access.ReasonGrace.Sentence(); got != "grace" {
		t.Errorf("got %q, want the code itself", got)
	}
}

func TestCredentialStates(t *testing.T) {
	tests := []struct {
		name                   string
		c                      access.Credential
		set, cleared, neverSet bool
	}{
		{"never had a PIN", access.Credential{}, false, false, true},
		{"has one", access.Credential{Sealed: []byte{1}, SetAt: epoch()}, true, false, false},
		{"a reset took it", access.Credential{SetAt: epoch(), ClearedAt: epoch()}, false, true, false},
		{"a reset came before the first", access.Credential{ClearedAt: epoch()}, false, true, false},
		{"had one, and chose to be without", access.Credential{SetAt: epoch()}, false, false, false},
		{"set again after a reset", access.Credential{Sealed: []byte{1}, SetAt: epoch(), ClearedAt: epoch()}, true, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.c.Set() != tt.set || tt.c.Cleared() != tt.cleared || tt.c.NeverSet() != tt.neverSet {
				t.Errorf("got set %v, cleared %v, never %v, want %v, %v, %v", tt.c.Set(), tt.c.Cleared(), tt.c.NeverSet(), tt.set, tt.cleared, tt.neverSet)
			}
		})
	}
}

func TestSetupCodeGood(t *testing.T) {
	pending := access.SetupCode{MAC: []byte{1}, ExpiresAt: epoch().Add(time.Hour)}
	tried := func(n int) access.SetupCode { c := pending; c.Tries = n; return c }
	tests := []struct {
		name string
		code access.SetupCode
		now  time.Time
		want bool
	}{
		{"fresh", pending, epoch(), true},
		{"just before it expires", pending, epoch().Add(time.Hour - 1), true},
		{"as it expires", pending, epoch().Add(time.Hour), false},
		{"four wrong tries", tried(4), epoch(), true},
		{"five wrong tries", tried(5), epoch(), false},
		{"no code", access.SetupCode{ExpiresAt: epoch().Add(time.Hour)}, epoch(), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.code.Good(tt.now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestOperatorMayReach(t *testing.T) {
	tests := []struct {
		name           string
		scope, schools []string
		want           bool
	}{
		{"unscoped", nil, []string{"A"}, true},
		{"unscoped, of no school", nil, nil, true},
		{"its own school", []string{"A", "B"}, []string{"B"}, true},
		{"one of several", []string{"A"}, []string{"B", "A"}, true},
		{"a foreign school", []string{"A"}, []string{"B"}, false},
		{"scoped, of no school", []string{"A"}, nil, false},
		{"scoped to nothing", []string{}, []string{"A"}, false},
		{"another case", []string{"A"}, []string{"a"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (access.Operator{Schools: tt.scope}).MayReach(tt.schools); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestErrorsTellTheirKind(t *testing.T) {
	wantKind(t, access.NotFound("account", "x"), access.ErrNotFound, "")
	wantKind(t, access.Refused("pin_wrong", "verify: wrong", ""), access.ErrRefused, "")
	wantKind(t, access.Usage("no", ""), access.ErrUsage, "")
	if got := access.CodeOf(access.ErrBusy); got != "" {
		t.Errorf("got code %q of a bare kind, want none", got)
	}
	a, b := access.NotFound("account", "x\x1b[31m\u202e"), "account \"x\\x1b[31m\\u202e\": not found"
	if a.Error() != b {
		t.Errorf("got %q, want %q", a, b)
	}
}

func TestLoginFailed(t *testing.T) {
	denied := func(r access.Reason) access.Login { return access.Login{State: access.LoginDenied, Reason: r} }
	tests := []struct {
		name  string
		login access.Login
		want  bool
	}{
		{"wrong PINs", denied(access.ReasonLoginExhausted), true},
		{"a wrong PIN", denied(access.ReasonPINWrong), true},
		{"a wrong set-up code", denied(access.ReasonSetupCodeWrong), true},
		{"a locked PIN", denied(access.ReasonPINLocked), true},
		{"a blocked PIN", denied(access.ReasonPINBlocked), true},
		{"an unknown account", denied(access.ReasonAccountUnknown), true},
		{"a wrong password of a log", denied(access.ReasonPasswordWrong), true},
		{"a suspended account", denied(access.ReasonAccountSuspended), false},
		{"ended by an operator", denied(access.ReasonLoginExpired), false},
		{"a PIN that never came", access.Login{State: access.LoginExpired, Reason: access.ReasonNewDevice}, true},
		{"left on a recognized device", access.Login{State: access.LoginExpired, Recognized: true}, false},
		{"open", access.Login{State: access.LoginOpen, WrongPINs: 2}, false},
		{"passed", access.Login{State: access.LoginPassed, Reason: access.ReasonPINWrong}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.login.Failed(); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestLoginKnown(t *testing.T) {
	for _, tt := range []struct {
		name  string
		login access.Login
		want  bool
	}{
		{"a recognized device", access.Login{Recognized: true, Reason: access.ReasonProtectionImposed}, true},
		{"a new one", access.Login{Reason: access.ReasonNewDevice}, false},
		{"a known place of a log", access.Login{OpenedBy: access.ImportedBy, Reason: access.ReasonDeviceRecognized}, true},
		{"a new place of a log", access.Login{OpenedBy: access.ImportedBy, Reason: access.ReasonNewDevice}, false},
	} {
		if got := tt.login.Known(); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
