package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

func TestDefaultPolicy(t *testing.T) {
	choice := []access.Protection{access.ByPIN, access.Notify, access.None}
	imposed := []access.Protection{access.ByPIN}
	tests := []struct {
		profile         access.Profile
		imposed         bool
		allowed         []access.Protection
		longest, pinned int // PIN digits: the most, and those proposed
	}{
		{access.Student, false, choice, 8, 4},
		{access.Guardian, false, choice, 8, 4},
		{access.Teacher, true, imposed, 12, 6},
		{access.Staff, true, imposed, 12, 6},
		{access.Management, true, imposed, 12, 6},
		{access.External, false, choice, 12, 6},
	}
	if len(tests) != len(access.Profiles()) {
		t.Fatalf("got %d profiles, want %d", len(access.Profiles()), len(tests))
	}
	for _, tt := range tests {
		t.Run(string(tt.profile), func(t *testing.T) {
			p := access.DefaultPolicy(tt.profile, epoch())
			if err := p.Check(); err != nil {
				t.Errorf("got %v, want a policy that passes its own check", err)
			}
			if p.Profile != tt.profile || p.Version != 1 || p.Imposed != tt.imposed || !slices.Equal(p.Allowed, tt.allowed) || p.Default != access.ByPIN {
				t.Errorf("got %+v, want imposed %v, allowed %v, default pin", p, tt.imposed, tt.allowed)
			}
			if p.PINMin != 4 || p.PINMax != tt.longest || p.PINSuggest != tt.pinned {
				t.Errorf("got PINs of %d to %d digits, %d proposed, want 4 to %d, %d", p.PINMin, p.PINMax, p.PINSuggest, tt.longest, tt.pinned)
			}
			if p.DeviceDays != 365 || p.IdleDays != 180 || p.MaxDevices != 10 || p.SelfReset {
				t.Errorf("got devices %d days, idle %d, at most %d, self reset %v, want 365, 180, 10, false", p.DeviceDays, p.IdleDays, p.MaxDevices, p.SelfReset)
			}
			if !p.EffectiveAt.Equal(epoch()) || p.Window != 30*24*time.Hour || p.Grace != 0 {
				t.Errorf("got effective %s, window %s, grace %s, want now, 720h, none", p.EffectiveAt, p.Window, p.Grace)
			}
		})
	}
}

func TestPolicyCheck(t *testing.T) {
	tests := []struct {
		name    string
		change  func(p *access.Policy)
		refused bool
	}{
		{"the default", func(*access.Policy) {}, false},
		{"nothing allowed", func(p *access.Policy) { p.Allowed = nil }, true},
		{"not_chosen allowed", func(p *access.Policy) { p.Allowed = append(p.Allowed, access.NotChosen) }, true},
		{"default not allowed", func(p *access.Policy) { p.Default = access.Notify }, true},
		{"no default", func(p *access.Policy) { p.Default = "" }, true},
		{"imposed with a choice of protections", func(p *access.Policy) { p.Allowed = []access.Protection{access.ByPIN, access.Notify} }, false},
		{"imposed, and none allowed", func(p *access.Policy) { p.Allowed = []access.Protection{access.ByPIN, access.None} }, true},
		{"offered, and none allowed", func(p *access.Policy) {
			p.Imposed, p.Allowed = false, []access.Protection{access.ByPIN, access.None}
		}, false},
		{"PINs of 3 digits", func(p *access.Policy) { p.PINMin = 3 }, true},
		{"PINs of 13 digits", func(p *access.Policy) { p.PINMax = 13 }, true},
		{"the shortest PIN longer than the longest", func(p *access.Policy) { p.PINMin, p.PINMax = 8, 7 }, true},
		{"PINs of one length", func(p *access.Policy) { p.PINMin, p.PINMax = 12, 12 }, false},
		{"devices for no day", func(p *access.Policy) { p.DeviceDays = 0 }, true},
		{"devices for 400 days", func(p *access.Policy) { p.DeviceDays = 400 }, false},
		{"devices for 401 days", func(p *access.Policy) { p.DeviceDays = 401 }, true},
		{"idle for no day", func(p *access.Policy) { p.IdleDays = 0 }, true},
		{"idle for 401 days", func(p *access.Policy) { p.IdleDays = 401 }, true},
		{"no device", func(p *access.Policy) { p.MaxDevices = 0 }, true},
		{"50 devices", func(p *access.Policy) { p.MaxDevices = 50 }, false},
		{"51 devices", func(p *access.Policy) { p.MaxDevices = 51 }, true},
		{"grace of 90 days", func(p *access.Policy) { p.Grace = access.Days(90) }, false},
		{"grace of more", func(p *access.Policy) { p.Grace = access.Days(90) + 1 }, true},
		{"negative grace", func(p *access.Policy) { p.Grace = -1 }, true},
		{"no window", func(p *access.Policy) { p.Window = 0 }, false},
		{"negative window", func(p *access.Policy) { p.Window = -1 }, true},
		{"window of more than a year", func(p *access.Policy) { p.Window = access.Days(366) + 1 }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := access.DefaultPolicy(access.Teacher, epoch())
			tt.change(&p)
			err := p.Check()
			if !tt.refused {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			wantKind(t, err, access.ErrUsage, "")
		})
	}
}

// TestPolicyCheckNamesTheField holds a refusal to what was wrong, and to a hint.
func TestPolicyCheckNamesTheField(t *testing.T) {
	tests := []struct {
		name       string
		change     func(p *access.Policy)
		text, hint string
	}{
		{"no digits", func(p *access.Policy) { p.PINMin = 0 }, "PIN length: not within 4 to 12", "--pin-min"},
		{"too short", func(p *access.Policy) { p.PINMax = 3 }, "PIN length: not within 4 to 12", "--pin-max"},
		{"too long", func(p *access.Policy) { p.PINMin = 13 }, "PIN length: not within 4 to 12", "--pin-min"},
		{"crossed", func(p *access.Policy) { p.PINMin, p.PINMax = 12, 8 }, "PIN length: the minimum 12 is above the maximum 8", "--pin-min and --pin-max"},
		{"device days", func(p *access.Policy) { p.DeviceDays = 401 }, "device days: not within 1 to 400", "--device-days"},
		{"idle days", func(p *access.Policy) { p.IdleDays = 0 }, "idle days: not within 1 to 400", "--idle-days"},
		{"many idle days", func(p *access.Policy) { p.IdleDays = 401 }, "idle days: not within 1 to 400", "--idle-days"},
		{"devices", func(p *access.Policy) { p.MaxDevices = 51 }, "number of devices: not within 1 to 50", "--max-devices"},
		{"grace", func(p *access.Policy) { p.Grace = access.Days(91) }, "grace: not within 0 to 90 days", "--grace"},
		{"window", func(p *access.Policy) { p.Window = access.Days(367) }, "window: not within 0 to 366 days", "--window"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := access.DefaultPolicy(access.Teacher, epoch())
			tt.change(&p)
			var e *access.Error
			if !errors.As(p.Check(), &e) || e.Text != "policy: "+tt.text || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("got %+v, want %q with a hint of %s", e, tt.text, tt.hint)
			}
		})
	}
}

func TestAllowedFor(t *testing.T) {
	const pin, notify, none = access.ByPIN, access.Notify, access.None
	tests := []struct {
		name    string
		allowed []access.Protection
		first   access.Protection
		email   string
		want    []access.Protection
	}{
		{"a PIN alone", []access.Protection{pin}, pin, "", []access.Protection{pin}},
		{"a choice", []access.Protection{pin, notify, none}, pin, "lea@example.org", []access.Protection{pin, notify, none}},
		{"the default comes first", []access.Protection{pin, notify, none}, none, "lea@example.org", []access.Protection{none, pin, notify}},
		{"no notice without an address", []access.Protection{pin, notify, none}, pin, "", []access.Protection{pin, none}},
		{"no notice without an address, though it is the default", []access.Protection{pin, notify}, notify, "", []access.Protection{pin}},
		{"a notice alone", []access.Protection{notify}, notify, "lea@example.org", []access.Protection{notify}},
		{"a notice alone, without an address", []access.Protection{notify}, notify, "", []access.Protection{pin}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := access.Policy{Allowed: tt.allowed, Default: tt.first}
			before := slices.Clone(tt.allowed)
			if got := p.AllowedFor(access.Account{Email: tt.email}); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if !slices.Equal(p.Allowed, before) {
				t.Errorf("the policy became %v", p.Allowed)
			}
		})
	}
}

func TestEffective(t *testing.T) {
	tests := []struct {
		name   string
		chosen access.Protection
		email  string
		want   access.Protection
	}{
		{"a notice with an address", access.Notify, "lea@example.org", access.Notify},
		{"a notice without an address", access.Notify, "", access.None},
		{"a PIN without an address", access.ByPIN, "", access.ByPIN},
		{"none", access.None, "lea@example.org", access.None},
		{"not chosen is not none", access.NotChosen, "", access.NotChosen},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (access.Account{Protection: tt.chosen, Email: tt.email}).Effective(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestImposedAt(t *testing.T) {
	p := access.DefaultPolicy(access.Teacher, epoch())
	tests := []struct {
		name string
		now  time.Time
		want bool
	}{
		{"just before it takes effect", epoch().Add(-1), false},
		{"as it takes effect", epoch(), true},
		{"ten years later", epoch().AddDate(10, 0, 0), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := p.ImposedAt(tt.now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if access.DefaultPolicy(access.Student, epoch()).ImposedAt(epoch()) {
		t.Error("an offered protection counts as imposed")
	}
}

func TestDemandedFrom(t *testing.T) {
	week := access.Days(7)
	tests := []struct {
		name  string
		c     access.Credential
		grace time.Duration
		want  time.Time
	}{
		{"never had a PIN", access.Credential{}, week, epoch().Add(week)},
		{"never had a PIN, no grace", access.Credential{}, 0, epoch()},
		{"has a PIN", access.Credential{Sealed: []byte("sealed"), SetAt: epoch()}, week, epoch()},
		{"had a PIN", access.Credential{SetAt: epoch(), ClearedAt: epoch()}, week, epoch()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := access.DefaultPolicy(access.Teacher, epoch())
			p.Grace = tt.grace
			if got := p.DemandedFrom(tt.c); !got.Equal(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestEnrolmentOpen(t *testing.T) {
	teacher := access.DefaultPolicy(access.Teacher, epoch())
	student := access.DefaultPolicy(access.Student, epoch())
	closed := teacher
	closed.Window = 0
	window := access.Days(30)
	older, newer := epoch().Add(-access.Days(100)), epoch().Add(access.Days(100))
	tests := []struct {
		name         string
		policy       access.Policy
		created, now time.Time
		want         bool
	}{
		{"an older account, as the policy takes effect", teacher, older, epoch(), true},
		{"an older account, just before the window closes", teacher, older, epoch().Add(window - 1), true},
		{"an older account, as the window closes", teacher, older, epoch().Add(window), false},
		{"an older account, ten years later", teacher, older, epoch().AddDate(10, 0, 0), false},
		{"a newer account, just made", teacher, newer, newer, true},
		{"a newer account, just before its window closes", teacher, newer, newer.Add(window - 1), true},
		{"a newer account, as its window closes", teacher, newer, newer.Add(window), false},
		{"before the policy takes effect", teacher, older, epoch().Add(-1), true},
		{"no window at all", closed, older, epoch(), false},
		{"no window at all, before the policy takes effect", closed, older, epoch().Add(-1), true},
		{"where the profile has a choice, ten years later", student, older, epoch().AddDate(10, 0, 0), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.policy.EnrolmentOpen(tt.created, tt.now); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestSpreadDays(t *testing.T) {
	for life, want := range map[int]int{1: 0, 5: 0, 7: 1, 30: 5, 180: 30, 365: 60, 400: 60} {
		if got := (access.Policy{DeviceDays: life}).SpreadDays(); got != want {
			t.Errorf("%d days: got %d more, want %d", life, got, want)
		}
	}
}
