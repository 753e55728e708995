package app_test

import (
	"crypto/rand"
	"runtime"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

func TestMalformedRequestsChangeNothing(t *testing.T) {
	k := teacher(t)
	id := access.NewSecret(k.start("lea", "").LoginID)
	pin := access.NewPIN(rightPIN)
	before := k.dump()
	start := func(r app.StartLogin) func() (app.LoginAnswer, error) {
		return func() (app.LoginAnswer, error) { return k.StartLogin(t.Context(), root, r) }
	}
	give := func(r app.GivePIN) func() (app.LoginAnswer, error) {
		return func() (app.LoginAnswer, error) { return k.GivePIN(t.Context(), root, r) }
	}
	setUp := func(r app.SetUp) func() (app.LoginAnswer, error) {
		return func() (app.LoginAnswer, error) { return k.SetUp(t.Context(), root, r) }
	}
	for name, request := range map[string]func() (app.LoginAnswer, error){
		"start: nobody named":       start(app.StartLogin{}),
		"start: named twice":        start(app.StartLogin{Login: "lea", ExternalID: "x1"}),
		"start: no address":         start(app.StartLogin{Login: "lea", IP: "the staff room"}),
		"pin: no login":             give(app.GivePIN{PIN: pin}),
		"pin: no PIN":               give(app.GivePIN{LoginID: id}),
		"setup: no login":           setUp(app.SetUp{Protection: access.ByPIN, PIN: pin}),
		"setup: no protection":      setUp(app.SetUp{LoginID: id}),
		"setup: unknown protection": setUp(app.SetUp{LoginID: id, Protection: "moat"}),
		"setup: nothing chosen":     setUp(app.SetUp{LoginID: id, Protection: access.NotChosen}),
		"setup: a PIN without one":  setUp(app.SetUp{LoginID: id, Protection: access.ByPIN}),
		"remember: no login": func() (app.LoginAnswer, error) {
			return k.RememberDevice(t.Context(), root, app.NameDevice{Name: "Home"})
		},
	} {
		_, err := request()
		wantError(t, err, access.ErrUsage, "usage")
		if k.dump() != before {
			t.Errorf("%s: the store was changed", name)
		}
	}
}

func TestLoginByExternalID(t *testing.T) {
	k := newKit(t)
	k.person("ann", func(n *app.NewAccount) { n.ExternalID = "ext-1" })
	k.person("far", func(n *app.NewAccount) { n.ExternalID, n.Schools = "ext-2", []string{"B"} })
	by := operator(access.RolePortal, "A")
	for id, want := range map[string]access.Reason{
		"ext-1": access.ReasonNoProtection, "ext-2": access.ReasonAccountUnknown, "ext-3": access.ReasonAccountUnknown,
	} {
		answer, err := k.StartLogin(t.Context(), by, app.StartLogin{ExternalID: id})
		if err != nil || answer.Reason != want {
			t.Errorf("%s: got %+v, %v, want %s", id, answer, err, want)
		}
	}
}

// The last day of access ends at midnight at the school.
func TestLoginPastTheEndDate(t *testing.T) {
	k := teacher(t)
	day, err := access.ParseDate("2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.EditAccount(t.Context(), root, "lea", app.AccountUpdate{EndsOn: &day}); err != nil {
		t.Fatal(err)
	}
	k.now = time.Date(2026, 3, 2, 22, 59, 59, 0, time.UTC) // 23:59:59 in Paris
	id := k.start("lea", "").LoginID
	k.now = k.now.Add(time.Second)
	want(t, k.start("lea", ""), access.Deny, access.ReasonAccountSuspended)
	want(t, k.give(id, rightPIN, ""), access.Deny, access.ReasonAccountSuspended)
}

func TestLoginList(t *testing.T) {
	k := newKit(t)
	k.person("ann", nil)
	k.person("far", func(n *app.NewAccount) { n.Schools = []string{"B"} })
	for _, login := range []string{"ann", "far", "nobody", "ann"} {
		k.start(login, "")
		k.now = k.now.Add(time.Minute)
	}
	for _, c := range []struct {
		name string
		by   access.Operator
		q    app.LoginQuery
		want string
	}{
		{"all", root, app.LoginQuery{}, "ann far - ann"},
		{"of an account", root, app.LoginQuery{Login: "ann"}, "ann ann"},
		{"of a school", root, app.LoginQuery{School: "B"}, "far"},
		{"denied", root, app.LoginQuery{LoginFilter: store.LoginFilter{State: access.LoginDenied}}, "-"},
		{"since", root, app.LoginQuery{LoginFilter: store.LoginFilter{Since: k.now.Add(-time.Minute)}}, "ann"},
		{"of a principal's school", operator(access.RolePrincipal, "A"), app.LoginQuery{}, "ann ann"},
		{"whatever schools the caller filters by", operator(access.RolePrincipal, "A"), app.LoginQuery{LoginFilter: store.LoginFilter{Schools: []string{"B"}}}, "ann ann"},
	} {
		var got []string
		newest, err := k.Logins(t.Context(), c.by, c.q, func(r store.LoginRow) error {
			name := r.AccountLogin
			if name == "" {
				name = "-"
			}
			got = append(got, name)
			return nil
		})
		if err != nil || strings.Join(got, " ") != c.want || newest != 4 {
			t.Errorf("%s: got %v up to %d, %v, want %q up to 4", c.name, got, newest, err, c.want)
		}
	}
}

// Without an account or a PIN the same hash is worked out: argon2id's memory
// shows it, whatever the time taken.
func TestTheSameHashIsDoneForNobody(t *testing.T) {
	k := teacher(t)
	k.add("bare", access.Teacher)
	const memory = 8 << 20
	a := app.New(app.Deps{
		Store: k.store, Keys: k.keys, Random: rand.Reader, Now: func() time.Time { return k.now },
		Hasher: secret.Hasher{MemoryKiB: memory >> 10, Time: 1},
	})
	if _, err := a.SetPIN(t.Context(), root, app.SetPIN{Login: "lea", PIN: access.NewPIN(rightPIN)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, login, pin string }{
		{"a wrong PIN", "lea", wrongPIN},
		{"an account without a PIN", "bare", wrongPIN},
		{"an unknown account", "nobody", wrongPIN},
		{"a malformed login", "no login at all!", wrongPIN},
		{"a PIN longer than any", "lea", strings.Repeat("7", access.MaxTypedPIN+1)},
	} {
		var before, now runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := a.VerifyPIN(t.Context(), root, c.login, access.NewPIN(c.pin)); err == nil {
			t.Errorf("%s passed", c.name)
		}
		runtime.ReadMemStats(&now)
		if used := now.TotalAlloc - before.TotalAlloc; used < memory || used > 2*memory {
			t.Errorf("%s: %d bytes of work, want one hash of %d", c.name, used, memory)
		}
	}
}
