package decide_test

import (
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
)

var explainAt = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// explainable gives the facts of a teacher who chose and set a PIN long ago.
func explainable() decide.Facts {
	created := explainAt.Add(-100 * access.Day)
	return decide.Facts{
		Now: explainAt, Known: true, Location: time.UTC,
		Account: access.Account{
			Login: "alice", Profile: access.Teacher, Status: access.Active, Protection: access.ByPIN,
			Email: "alice@example.org", CreatedAt: created,
		},
		Policy:     access.DefaultPolicy(access.Teacher, created),
		Credential: access.Credential{Sealed: []byte("sealed"), SetAt: created},
	}
}

const (
	unlockAlice  = "pinward pin unlock alice --reason TEXT"
	resetAlice   = "pinward pin reset alice"
	restoreAlice = "pinward account restore alice --reason TEXT"
	extendAlice  = "pinward account edit alice --until DATE"
)

// An explainCase is an account and what is said of it.
type explainCase struct {
	name    string
	devices int
	change  func(f *decide.Facts)
	says    []string // a part of each line, in order
	command []string // of each line
}

func checkExplained(t *testing.T, cases []explainCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := explainable()
			c.change(&f)
			got := decide.ExplainAccount(f, c.devices)
			if len(got) != len(c.says) {
				t.Fatalf("got %d lines, want %d: %q", len(got), len(c.says), got)
			}
			for i, line := range got {
				if !strings.Contains(line.Text, c.says[i]) {
					t.Errorf("line %d: got %q, want it to say %q", i, line.Text, c.says[i])
				}
				if line.Command != c.command[i] {
					t.Errorf("line %d: got command %q, want %q", i, line.Command, c.command[i])
				}
			}
		})
	}
}

func TestExplainAccountByDevices(t *testing.T) {
	checkExplained(t, []explainCase{
		{
			"a PIN and no device", 0, func(*decide.Facts) {},
			[]string{"the PIN is asked after the password; 3 tries", "No device is recognized"},
			[]string{"", ""},
		},
		{
			"a PIN and two devices", 2, func(*decide.Facts) {},
			[]string{"the PIN is asked", "On one of its 2 recognized devices the password is enough"},
			[]string{"", ""},
		},
	})
}

func TestExplainAccountBarred(t *testing.T) {
	checkExplained(t, []explainCase{
		{"suspended", 1, func(f *decide.Facts) {
			f.Account.Status, f.Account.StatusReason = access.Suspended, "stolen phone"
		}, []string{"suspended (stolen phone): nobody gets in"}, []string{restoreAlice}},
		{
			"archived", 1, func(f *decide.Facts) { f.Account.Status = access.Archived },
			[]string{"archived: nobody gets in"},
			[]string{restoreAlice},
		},
		{
			"past its end date", 1, func(f *decide.Facts) { f.Account.EndsOn = access.Date{Year: 2026, Month: 3, Day: 1} },
			[]string{"last day was 2026-03-01"},
			[]string{extendAlice},
		},
		{"suspended and past its end date", 0, func(f *decide.Facts) {
			f.Account.Status, f.Account.EndsOn = access.Suspended, access.Date{Year: 2026, Month: 3, Day: 1}
		}, []string{"suspended", "last day"}, []string{restoreAlice, extendAlice}},
	})
}

func TestExplainAccountPINInTrouble(t *testing.T) {
	checkExplained(t, []explainCase{
		{"locked", 1, func(f *decide.Facts) {
			f.Attempts = access.Attempts{Failed: 5, LockedAt: explainAt, LockedUntil: explainAt.Add(access.LockFor)}
		}, []string{"until 2026-03-02 08:15 UTC: after 5 wrong PINs", "On the one recognized device the password is enough"}, []string{unlockAlice, ""}},
		{
			"blocked", 0, func(f *decide.Facts) { f.Attempts = access.Attempts{Failed: 10, BlockedAt: explainAt} },
			[]string{"blocked until it is reset", "No device"},
			[]string{resetAlice, ""},
		},
		{"PIN cleared by a reset", 1, func(f *decide.Facts) {
			f.Credential = access.Credential{SetAt: f.Credential.SetAt, ClearedAt: explainAt}
		}, []string{"a set-up code is needed: the PIN was reset", "a set-up code is needed too"}, []string{resetAlice, resetAlice}},
		{
			"temporary PIN", 1, func(f *decide.Facts) { f.Credential.Temporary = true },
			[]string{"the temporary PIN is asked", "the temporary PIN is asked too"},
			[]string{"", ""},
		},
	})
}

func TestExplainAccountNothingChosen(t *testing.T) {
	checkExplained(t, []explainCase{
		{"never chosen, enrolment open", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Credential, f.Account.CreatedAt = access.NotChosen, access.Credential{}, explainAt
		}, []string{"a protection must be set up in the same login: the policy demands one", "No device"}, []string{"", ""}},
		{"never chosen, enrolment closed", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.NotChosen, access.Credential{}
		}, []string{"must be set up with a set-up code: the policy demands one", "No device"}, []string{resetAlice, ""}},
		{"never chosen, enrolment closed, an old device vouches", 1, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.NotChosen, access.Credential{}
			f.DeviceSince = explainAt.Add(-2 * access.Day)
		}, []string{"with a set-up code", "but a protection must be set up in the same login"}, []string{resetAlice, ""}},
		{"never chosen, enrolment closed, the device is too new", 1, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.NotChosen, access.Credential{}
			f.DeviceSince = explainAt.Add(-time.Hour)
		}, []string{"with a set-up code", "a set-up code is needed too"}, []string{resetAlice, resetAlice}},
		{"never chosen, in grace", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.NotChosen, access.Credential{}
			f.Policy.EffectiveAt, f.Policy.Grace = explainAt, 14*access.Day
		}, []string{"until 2026-03-16 08:00 UTC; then", "No device"}, []string{"", ""}},
		{"never chosen, not yet imposed", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.NotChosen, access.Credential{}
			f.Policy.EffectiveAt = explainAt.Add(access.Day)
		}, []string{"nothing is demanded before 2026-03-03", "No device"}, []string{"", ""}},
		{"never chosen, not yet imposed, then in grace", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.NotChosen, access.Credential{}
			f.Policy.EffectiveAt, f.Policy.Grace = explainAt.Add(access.Day), 14*access.Day
		}, []string{"nothing is demanded before 2026-03-17", "No device"}, []string{"", ""}},
		{"never chosen, not yet imposed, and there is a PIN, which grace is not for", 0, func(f *decide.Facts) {
			f.Account.Protection = access.NotChosen
			f.Policy.EffectiveAt, f.Policy.Grace = explainAt.Add(access.Day), 14*access.Day
		}, []string{"nothing is demanded before 2026-03-03", "No device"}, []string{"", ""}},
		{"never chosen, offered", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Credential = access.NotChosen, access.Credential{}
			f.Policy = access.DefaultPolicy(access.Student, explainAt)
		}, []string{"nothing has been chosen, and nothing is demanded.", "No device"}, []string{"", ""}},
	})
}

func TestExplainAccountByChoice(t *testing.T) {
	checkExplained(t, []explainCase{
		{"PIN chosen and none set", 0, func(f *decide.Facts) {
			f.Credential, f.Policy = access.Credential{}, access.DefaultPolicy(access.Student, explainAt)
		}, []string{"a PIN was chosen and none is set", "No device"}, []string{"", ""}},
		{"chose what is not allowed any more", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Credential, f.Account.CreatedAt = access.Notify, access.Credential{}, explainAt
		}, []string{"what was chosen is not allowed any more", "No device"}, []string{"", ""}},
		{"notify", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Policy = access.Notify, access.DefaultPolicy(access.Student, explainAt)
		}, []string{"each such login is told by mail", "No device"}, []string{"", ""}},
		{"notify without an address", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Policy, f.Account.Email = access.Notify, access.DefaultPolicy(access.Student, explainAt), ""
		}, []string{"nobody can be told", "No device", "has no address"}, []string{"", "", "pinward account edit alice --email ADDRESS"}},
		{"none", 0, func(f *decide.Facts) {
			f.Account.Protection, f.Policy = access.None, access.DefaultPolicy(access.Student, explainAt)
		}, []string{"chose no protection", "No device"}, []string{"", ""}},
		{"unknown", 0, func(f *decide.Facts) { f.Known = false }, []string{"no such account"}, []string{""}},
	})
}

func TestExplainPolicy(t *testing.T) {
	cases := []struct {
		name   string
		of     access.Profile
		change func(p *access.Policy)
		says   []string
		not    []string
	}{
		{
			"imposed on teachers", access.Teacher, func(*access.Policy) {},
			[]string{
				"Imposed since 2026-03-02: teacher accounts must be protected by pin;", "for 30 days from the account's creation or from 2026-03-02",
				"4 to 12 digits; 6 are proposed", "repeats, sequences", "3 wrong PINs end a login, 5 lock the PIN for 15 minutes, 10 block it", "so do 25 within 30 days",
				"reset by an operator only", "for 365 to 425 days", "every 180 days", "at most 10",
			},
			[]string{"notify:", "none:", "grace"},
		},
		{
			"offered to students", access.Student, func(*access.Policy) {},
			[]string{"may choose pin, notify or none, pin being proposed first", "nothing but the password, at any time", "notify: ", "none: ", "4 to 8 digits"},
			[]string{"Imposed"},
		},
		{
			"imposed later, with grace", access.Teacher, func(p *access.Policy) { p.EffectiveAt, p.Grace = explainAt.Add(access.Day), 7*access.Day },
			[]string{"Imposed from 2026-03-03", "with the password alone until 2026-03-10"},
			nil,
		},
		{
			"grace over", access.Teacher, func(p *access.Policy) { p.EffectiveAt, p.Grace = explainAt.Add(-10*access.Day), 7*access.Day },
			[]string{"ended on 2026-02-27"},
			[]string{"alone until"},
		},
		{"notify alone offered", access.Student, func(p *access.Policy) {
			p.Allowed, p.Default = []access.Protection{access.Notify}, access.Notify
		}, []string{"may be protected by notify"}, []string{"digits", "wrong PINs"}},
		{
			"reset by mail, one length, no window", access.Teacher, func(p *access.Policy) { p.SelfReset, p.PINMin, p.PINMax, p.Window = true, 6, 6, 0 },
			[]string{"code sent to the mail address", "has 6 digits;", "needs a set-up code, or a device"},
			nil,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := access.DefaultPolicy(c.of, explainAt)
			c.change(&p)
			got := strings.Join(decide.ExplainPolicy(p, explainAt), "\n")
			for _, want := range c.says {
				if !strings.Contains(got, want) {
					t.Errorf("got\n%s\nwant it to say %q", got, want)
				}
			}
			for _, unwanted := range c.not {
				if strings.Contains(got, unwanted) {
					t.Errorf("got\n%s\nwant it not to say %q", got, unwanted)
				}
			}
		})
	}
}

// TestExplainCountsOne holds the words to one of what they count.
func TestExplainCountsOne(t *testing.T) {
	p := access.DefaultPolicy(access.Teacher, explainAt)
	p.DeviceDays, p.IdleDays, p.Window = 1, 1, access.Day
	got := strings.Join(decide.ExplainPolicy(p, explainAt), "\n")
	f := explainable()
	f.Attempts.Failed = access.LockAfter - 1
	for _, line := range decide.ExplainAccount(f, 0) {
		got += "\n" + line.Text
	}
	for _, want := range []string{"for 1 day and as long as it is used at least every 1 day;", "for 1 day from the account", "1 try is left"} {
		if !strings.Contains(got, want) {
			t.Errorf("got no %q in:\n%s", want, got)
		}
	}
}
