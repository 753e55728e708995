package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// TestGateAttacks: what a browser may bring back that does not get it past.
func TestGateAttacks(t *testing.T) {
	for _, c := range []struct {
		name string
		try  func(k *kit, s *site, back app.RedeemGate) error
		want string
	}{
		{"another person brings it", func(k *kit, s *site, back app.RedeemGate) error {
			k.add("tom", access.Student)
			s.user = "tom"
			_, err := s.redeem(back)
			return err
		}, app.CodeIdentityOther},
		{"nobody is logged in", func(_ *kit, s *site, back app.RedeemGate) error {
			s.user = ""
			_, err := s.redeem(back)
			return err
		}, app.CodeNoIdentity},
		{"another session at the portal", func(_ *kit, s *site, back app.RedeemGate) error {
			s.sso = "another"
			_, err := s.redeem(back)
			return err
		}, app.CodeIdentityOther},
		{"another portal", func(k *kit, s *site, back app.RedeemGate) error {
			mail := k.site("mail", "lea")
			s.by, s.key = mail.by, mail.key
			_, err := s.redeem(back)
			return err
		}, app.CodeGateStateUnknown},
		{"another state", func(_ *kit, s *site, back app.RedeemGate) error {
			back.State = access.NewSecret("x" + back.State.Reveal())
			_, err := s.redeem(back)
			return err
		}, app.CodeGateStateUnknown},
		{"the state of another way", func(_ *kit, s *site, back app.RedeemGate) error {
			answer, err := s.ask(notesPage + "&other")
			if err != nil {
				return err
			}
			back.State = answer.Start
			_, err = s.redeem(back)
			return err
		}, "login_code_wrong"},
		{"a made up code", func(_ *kit, s *site, back app.RedeemGate) error {
			back.Code = access.NewSecret("x")
			_, err := s.redeem(back)
			return err
		}, "login_code_wrong"},
		{"no code", func(_ *kit, s *site, back app.RedeemGate) error {
			back.Code = access.Secret{}
			_, err := s.redeem(back)
			return err
		}, "login_code_wrong"},
		{"too late", func(k *kit, s *site, back app.RedeemGate) error {
			k.now = k.now.Add(access.ReturnCodeFor)
			_, err := s.redeem(back)
			return err
		}, "login_code_wrong"},
		{"twice", func(_ *kit, s *site, back app.RedeemGate) error {
			first, err := s.redeem(back)
			if err != nil {
				return err
			}
			again, err := s.redeem(back)
			if !again.Session.Empty() || first.Session.Empty() {
				return errors.New("a session for the second")
			}
			return err
		}, app.CodeGateStateUnknown},
		{"a code that another one replaced", func(_ *kit, s *site, back app.RedeemGate) error {
			s.back()
			_, err := s.redeem(back)
			return err
		}, "login_code_wrong"},
		{"signed out meanwhile", func(k *kit, s *site, back app.RedeemGate) error {
			if _, err := k.SignOutAccount(context.Background(), root, "lea", ""); err != nil {
				return err
			}
			_, err := s.redeem(back)
			return err
		}, "login_code_wrong"},
		{"suspended meanwhile", func(k *kit, s *site, back app.RedeemGate) error {
			k.status("lea", (*app.App).SuspendAccount)
			_, err := s.redeem(back)
			return err
		}, "account_suspended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, s := gated(t)
			back := s.enter(notesPage, rightPIN, "")
			if err := c.try(k, s, back); access.CodeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestGateCodeOfAnother: somebody who knows lea's password has the way to the
// page, and lea's own browser, sent there, gives the PIN; the session is lea's.
func TestGateCodeOfAnother(t *testing.T) {
	_, thief := gated(t)
	lea := thief.other()
	answer, err := thief.ask(notesPage)
	if err != nil {
		t.Fatal(err)
	}
	lea.visit(lea.begin(answer.Start).Link)
	lea.give(rightPIN, "")
	if _, err := lea.redeem(lea.back()); err != nil || !lea.passes() || thief.passes() {
		t.Errorf("got %v; lea passes %v, the thief %v", err, lea.passes(), thief.passes())
	}
}

// TestGateFixation: a session is always a new one, whatever the browser holds.
func TestGateFixation(t *testing.T) {
	_, thief := gated(t)
	thief.logIn(rightPIN, "")
	lea := thief.other()
	lea.session = access.NewSecret("planted")
	lea.logIn(rightPIN, "")
	if lea.session.Reveal() == "planted" || lea.session.Reveal() == thief.session.Reveal() {
		t.Error("a planted session was taken over")
	}
	planted := thief.other()
	planted.session = access.NewSecret("planted")
	if planted.passes() {
		t.Error("the planted session passes")
	}
}

// A browser that keeps no cookie is told so, before it goes around for ever.
func TestGateWithoutCookies(t *testing.T) {
	k, s := gated(t)
	var err error
	for i := range 4 {
		s.session = access.Secret{}
		_, err = s.redeem(s.enter(notesPage, rightPIN, ""))
		if i < 3 && err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if access.CodeOf(err) != app.CodeCookiesRefused {
		t.Errorf("got %v", err)
	}
	k.now = k.now.Add(3 * time.Minute)
	s.logIn(rightPIN, "")
}

// TestGateTabs: a browser that opens several pages at once raises nothing by
// those that it leaves behind; somebody else's page is none of them.
func TestGateTabs(t *testing.T) {
	k, s := gated(t)
	tab, thief := s.other(), s.other()
	thief.ip = "203.0.113.66"
	for i, one := range []*site{tab, thief} {
		answer, err := one.ask(notesPage + "&tab=" + string(rune('a'+i)))
		if err != nil {
			t.Fatal(err)
		}
		one.visit(one.begin(answer.Start).Link)
	}
	s.logIn(rightPIN, "")
	before := len(k.alerts("lea"))
	k.now = k.now.Add(access.LoginFor)
	if err := k.SweepLogins(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := k.alerts("lea")[before:]; len(got) != 1 || got[0] != access.AlertLoginAbandoned {
		t.Errorf("got %v, want the thief's alone", got)
	}
}
