package app_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// hold types a new PIN for the first time.
func (b *browser) hold(pin string) (access.Secret, app.LoginAnswer) {
	b.k.t.Helper()
	held, answer, err := b.k.HoldPIN(context.Background(), access.PageUser(), app.HoldPIN{Browser: b.secret, PIN: access.NewPIN(pin)})
	if err != nil {
		b.k.t.Fatal(err)
	}
	return held, answer
}

// again types it for the second time.
func (b *browser) again(pin string, held access.Secret) app.LoginAnswer {
	b.k.t.Helper()
	answer, err := b.k.SetUp(context.Background(), access.PageUser(), app.SetUp{
		LoginID: b.secret, Protection: access.ByPIN, PIN: access.NewPIN(pin), Held: held,
	})
	if err != nil {
		b.k.t.Fatal(err)
	}
	return answer
}

func TestNewPINIsHeld(t *testing.T) {
	k := newKit(t)
	ent := k.ent("ent")
	k.add("lea", access.Teacher)
	k.add("max", access.Teacher)
	lea, other := k.newBrowser(), k.newBrowser()
	lea.visit(k.host(ent, "lea").PageLink)
	other.visit(k.host(ent, "max").PageLink)
	for pin, want := range map[string]string{"1": access.CodePINTooShort, "2020": access.CodePINGuessable, "83o5": access.CodePINNotDigits} {
		if held, answer := lea.hold(pin); !held.Empty() || !answer.Refused || string(answer.Reason) != want {
			t.Errorf("PIN %s: held: %v, %+v, want %s", pin, !held.Empty(), answer, want)
		}
	}
	head := k.head()
	held, answer := lea.hold("7293")
	if held.Empty() || answer.Refused || strings.Contains(held.Reveal(), "7293") {
		t.Fatalf("got %q, %+v", held.Reveal(), answer)
	}
	if again, _ := lea.hold("7293"); again.Reveal() != held.Reveal() {
		t.Error("one PIN is held in two ways")
	}
	if k.head() != head {
		t.Error("a first entry changed something")
	}
	foreign, _ := other.hold("7293")
	for name, wrong := range map[string]access.Secret{
		"another login's": foreign, "nothing": {}, "no text of ours": access.NewSecret("7293"),
		"no key of ours": access.NewSecret("key_none." + strings.Repeat("A", 43)), "no hash": access.NewSecret(held.Reveal() + "!"),
	} {
		if answer := lea.again("7293", wrong); answer.Reason != access.CodePINMismatch {
			t.Errorf("%s: got %+v, want a mismatch", name, answer)
		}
	}
	if answer := lea.again("7294", held); answer.Reason != access.CodePINMismatch {
		t.Errorf("another PIN: got %+v, want a mismatch", answer)
	}
	if answer := lea.again("7293", held); answer.Decision != access.Allow || answer.Refused {
		t.Errorf("got %+v, want allow", answer)
	}
}

// TestHeldOutlivesAKeyChange: an entry that was held under a key that is only
// retired is still good; which one is active may change between two pages.
func TestHeldOutlivesAKeyChange(t *testing.T) {
	k := newKit(t)
	ent := k.ent("ent")
	k.add("lea", access.Teacher)
	lea := k.newBrowser()
	lea.visit(k.host(ent, "lea").PageLink)
	held, _ := lea.hold("7293")
	ring, err := k.keys.WithNext(rand.Reader, k.now)
	if err == nil {
		ring, err = ring.Activated()
	}
	if err != nil {
		t.Fatal(err)
	}
	k.App = k.with(ring)
	if answer := lea.again("7293", held); answer.Refused {
		t.Errorf("got %+v", answer)
	}
}

// TestCookieLostShows: the view says it where it may be so, while it is asked.
func TestCookieLostShows(t *testing.T) {
	k, ent := hosting(t)
	home := k.newBrowser()
	home.through(ent, "lea", rightPIN, "Home")
	k.now = k.now.Add(time.Hour)
	private := k.newBrowser()
	if view := private.visit(k.host(ent, "lea").PageLink); !view.CookieLost {
		t.Error("the same browser without its cookies is not noticed")
	}
	private.give(rightPIN, "")
	if view, err := private.page(); err != nil || view.CookieLost {
		t.Errorf("after the PIN: %v, %v", view.CookieLost, err)
	}
	elsewhere := k.newBrowser()
	elsewhere.ip = "203.0.113.5"
	if view := elsewhere.visit(k.host(ent, "lea").PageLink); view.CookieLost {
		t.Error("another place is taken for the same browser")
	}
	if view := home.visit(k.host(ent, "lea").PageLink); view.CookieLost {
		t.Error("a recognized device is taken for one without its cookies")
	}
}
