package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// gated is the kit with an account "lea" that a PIN protects, at a gate.
func gated(t *testing.T) (*kit, *site) {
	t.Helper()
	k := newKit(t)
	k.add("lea", access.Student)
	k.pin("lea", rightPIN)
	k.now = k.now.Add(time.Minute)
	return k, k.site("notes", "lea")
}

func TestGateLetsPassAfterThePIN(t *testing.T) {
	k, s := gated(t)
	answer, err := s.ask(notesPage)
	if err != nil || answer.Pass || answer.Start.Empty() || answer.Login != "lea" {
		t.Fatalf("got %+v, %v, want a way to the page", answer, err)
	}
	passed := s.logIn(rightPIN, "")
	if passed.To != notesPage || passed.Login != "lea" {
		t.Errorf("got %q for %q, want the page that was asked for", passed.To, passed.Login)
	}
	answer, err = s.ask("https://elsewhere.example/") // a proxy may ask of anything
	if err != nil || !answer.Pass || answer.State != access.GatePassed || answer.DeviceID != "" {
		t.Errorf("got %+v, %v", answer, err)
	}
	if got := k.lastDetail(app.GateRedeem)["login"]; got != "lea" {
		t.Errorf("recorded for %v", got)
	}
	if s.other().passes() {
		t.Error("another browser of the same person passes")
	}
}

func TestGateTellsTheDevice(t *testing.T) {
	k, s := gated(t)
	s.logIn(rightPIN, "Home")
	s.session = access.Secret{}
	k.now = k.now.Add(24 * time.Hour)
	s.logIn("", "")
	answer, err := s.ask(notesPage)
	devices, listErr := k.devices(root, app.DeviceQuery{Login: "lea"})
	if err != nil || listErr != nil || answer.State != access.GateRecognized || answer.DeviceID == "" {
		t.Errorf("got %+v, %v; devices %s", answer, err, devices)
	}
}

func TestGateOfOtherProtections(t *testing.T) {
	for _, c := range []struct {
		protection access.Protection
		want       access.GateState
	}{{access.Notify, access.GateNotify}, {access.None, access.GateExempt}} {
		k := newKit(t)
		k.person("max", func(n *app.NewAccount) { n.Profile, n.Email = access.Student, "max@example.org" })
		k.account("max", func(a *access.Account) { a.Protection = c.protection })
		s := k.site("notes", "max")
		s.logIn("", "")
		if answer, err := s.ask(notesPage); err != nil || answer.State != c.want {
			t.Errorf("%s: got %+v, %v", c.protection, answer, err)
		}
	}
}

// TestGateTurnsAway: what a proven proxy says that lets nobody pass, with or
// without a session.
func TestGateTurnsAway(t *testing.T) {
	k, s := gated(t)
	k.add("out", access.Student)
	k.status("out", (*app.App).SuspendAccount)
	k.add("old", access.Student)
	k.account("old", func(a *access.Account) { a.EndsOn = access.Date{Year: 2026, Month: 3, Day: 1} })
	k.person("far", func(n *app.NewAccount) { n.Profile, n.Schools = access.Student, []string{"B"} })
	s.logIn(rightPIN, "")
	for _, c := range []struct{ name, user, url, want string }{
		{"nobody", "", notesPage, app.CodeNoIdentity},
		{"an empty name", "\n", notesPage, app.CodeIdentityTwice},
		{"two names", "lea\nlea", notesPage, app.CodeIdentityTwice},
		{"an unknown one", "nobody", notesPage, "account_unknown"},
		{"no login at all", "le a", notesPage, "account_unknown"},
		{"two in one line", "lea, max", notesPage, "account_unknown"},
		{"a suspended one", "out", notesPage, "account_suspended"},
		{"one past its end", "old", notesPage, "account_suspended"},
		{"one of another school", "far", notesPage, "account_unknown"},
		{"a foreign host without a session", "max", "https://evil.example/", "account_unknown"},
	} {
		other := *s
		other.user = c.user
		if answer, err := other.ask(c.url); access.CodeOf(err) != c.want || !errors.Is(err, access.ErrForbidden) || answer.Pass {
			t.Errorf("%s: got %+v, %v, want %s", c.name, answer, err, c.want)
		}
	}
	s.session = access.Secret{}
	if answer, err := s.ask("https://evil.example/"); access.CodeOf(err) != app.CodeGateHost {
		t.Errorf("a foreign host: got %+v, %v", answer, err)
	}
	s.user = "LEA"
	if answer, err := s.ask(notesPage); err != nil || answer.Login != "lea" {
		t.Errorf("a login in capitals: got %+v, %v", answer, err)
	}
}

func TestGateSessionsAreBound(t *testing.T) {
	k, s := gated(t)
	k.add("tom", access.Student)
	s.sso = "one"
	s.logIn(rightPIN, "")
	elsewhere := k.site("mail", "lea")
	for _, c := range []struct {
		name   string
		change func(s *site)
		want   bool
	}{
		{"its own", func(*site) {}, true},
		{"another person", func(s *site) { s.user = "tom" }, false},
		{"another session at the portal", func(s *site) { s.sso = "two" }, false},
		{"no session at the portal", func(s *site) { s.sso = "" }, false},
		{"another portal", func(s *site) { s.by, s.key = elsewhere.by, elsewhere.key }, false},
		{"another value", func(s *site) { s.session = access.NewSecret(s.session.Reveal() + "x") }, false},
		{"a made up value", func(s *site) { s.session = access.NewSecret("mine") }, false},
		{"no value", func(s *site) { s.session = access.Secret{} }, false},
	} {
		other := *s
		c.change(&other)
		if got := other.passes(); got != c.want {
			t.Errorf("%s: passes %v", c.name, got)
		}
	}
}

func TestGateSessionsEndWithTime(t *testing.T) {
	k, s := gated(t)
	s.logIn(rightPIN, "")
	for range 3 { // what is used stays
		k.now = k.now.Add(54 * time.Minute)
		if !s.passes() {
			t.Fatalf("a session in use ended at %v", k.now)
		}
	}
	k.now = k.now.Add(access.GateIdle)
	if s.passes() {
		t.Error("an idle session passes")
	}
	s.logIn(rightPIN, "")
	for range 13 {
		k.now = k.now.Add(54 * time.Minute)
		s.passes()
	}
	k.now = k.now.Add(18*time.Minute - time.Millisecond)
	if !s.passes() {
		t.Error("a session in use ended before 12 hours")
	}
	k.now = k.now.Add(time.Millisecond)
	if s.passes() {
		t.Error("a session passes after 12 hours")
	}
}

// TestGateAsksReadOnly: requests that pass write when a session was seen, at most
// once in 5 minutes, and nothing else.
func TestGateAsksReadOnly(t *testing.T) {
	k, s := gated(t)
	s.logIn(rightPIN, "")
	seen := func() time.Time {
		var at time.Time
		k.view(func(tx store.Tx) error {
			session, err := tx.GateSessionByHash(context.Background(), secret.HashLoginID(s.session.Reveal()))
			at = session.SeenAt
			return err
		})
		return at
	}
	head := k.head()
	first := seen()
	k.now = k.now.Add(access.GateSeenFor - time.Second)
	s.passes()
	if !seen().Equal(first) {
		t.Errorf("seen at %v, noted at %v", first, seen())
	}
	k.now = k.now.Add(2 * time.Second)
	s.passes()
	if !seen().Equal(k.now) {
		t.Errorf("seen at %v, noted at %v", k.now, seen())
	}
	if k.head() != head {
		t.Error("asking left an audit record")
	}
}

func TestGateGivesTheSameWayAgain(t *testing.T) {
	k, s := gated(t)
	start := func(s *site, u string) string {
		answer, err := s.ask(u)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Start.Reveal()
	}
	first := start(s, notesPage)
	if again := start(s.other(), notesPage); again != first {
		t.Error("the same request got another way")
	}
	bound := s.other()
	bound.sso = "one"
	for name, other := range map[string]string{
		"another page": start(s, notesPage+"&x=1"), "another session at the portal": start(bound, notesPage),
	} {
		if other == first {
			t.Errorf("%s got the same way", name)
		}
	}
	k.now = k.now.Add(access.GateStartFor)
	late := start(s, notesPage)
	if late == first {
		t.Error("a way past its time was given again")
	}
	if _, err := k.StartGate(context.Background(), app.StartGate{Start: access.NewSecret(first)}); access.CodeOf(err) != app.CodeGateStateUnknown {
		t.Errorf("a way that was replaced: got %v", err)
	}
}

func TestGateBoundsItsWays(t *testing.T) {
	k, s := gated(t)
	ways := map[string]bool{}
	for i := range 3 * access.MaxGateStarts {
		answer, err := s.ask(fmt.Sprintf("%s&i=%d", notesPage, i))
		if err != nil {
			t.Fatal(err)
		}
		ways[answer.Start.Reveal()] = true
	}
	if len(ways) != access.MaxGateStarts+1 {
		t.Errorf("got %d ways, want %d and the one to the first page", len(ways), access.MaxGateStarts)
	}
	passed, err := s.redeem(s.enter(notesPage+"&i=99", rightPIN, ""))
	if err != nil || passed.To != "https://notes.example/" {
		t.Errorf("got %q, %v, want the first page", passed.To, err)
	}
	_ = k
}

func TestGateWaysThatAreOver(t *testing.T) {
	k, s := gated(t)
	answer, err := s.ask(notesPage)
	if err != nil {
		t.Fatal(err)
	}
	k.now = k.now.Add(access.GateStartFor)
	if started := s.begin(answer.Start); started.Back != notesPage || !started.Link.Empty() {
		t.Errorf("late: got %+v, want the way back to the application", started)
	}
	if answer, err = s.ask(notesPage); err != nil {
		t.Fatal(err)
	}
	k.status("lea", (*app.App).SuspendAccount)
	if started := s.begin(answer.Start); !started.Link.Empty() || started.Reason != access.ReasonAccountSuspended {
		t.Errorf("a suspended account: got %+v, want a denial", started)
	}
	if _, err := k.RevokePortal(context.Background(), root, "notes"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.StartGate(context.Background(), app.StartGate{Start: answer.Start}); access.CodeOf(err) != app.CodeGateStateUnknown {
		t.Errorf("a revoked portal: got %v", err)
	}
	if _, err := s.ask(notesPage); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a revoked portal asks: got %v", err)
	}
}

func TestGateOfSeveralProcesses(t *testing.T) {
	k, s := gated(t)
	other := *k
	other.App = k.reopened()
	there := *s
	b := *s.browser
	b.k = &other
	there.browser = &b
	back := s.enter(notesPage, rightPIN, "")
	if _, err := there.redeem(back); err != nil {
		t.Fatal(err)
	}
	s.session = there.session
	if !s.passes() || !there.passes() {
		t.Error("a session of another process is not known")
	}
	if _, err := there.k.SignOutAccount(context.Background(), root, "lea", ""); err != nil {
		t.Fatal(err)
	}
	if s.passes() || there.passes() {
		t.Error("a session that another process ended passes")
	}
}

// TestNobodyAtTheGateNamesTheHeader: a portal of before the header could be
// chosen has none, and the hint names the one that counts.
func TestNobodyAtTheGateNamesTheHeader(t *testing.T) {
	k := newKit(t)
	s := k.site("notes", "")
	k.write(func(tx store.Tx) error {
		p, err := tx.Portal(t.Context(), "notes")
		if err != nil {
			return err
		}
		p.IdentityHeader = ""
		return tx.PutPortal(t.Context(), &p)
	})
	_, err := s.ask(notesPage)
	wantError(t, err, access.ErrForbidden, app.CodeNoIdentity)
	var told *access.Error
	if !errors.As(err, &told) || !strings.HasSuffix(told.Hint, " "+access.DefaultIdentityHeader) {
		t.Errorf("got hint %q, want it to end in %s", told.Hint, access.DefaultIdentityHeader)
	}
}
