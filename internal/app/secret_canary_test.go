package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// Texts that no store, log or error may hold, long enough not to occur by
// chance.
const (
	canaryPIN    = "730416502938"
	canaryNewPIN = "694038172506"
	canaryWrong  = "502917730641"
	canaryTyped  = "correct-horse-typed-as-a-login"
)

// A canary collects secrets and what was said while they were used.
type canary struct {
	secrets map[string][]byte
	said    strings.Builder
}

func (c *canary) hide(name, text string) {
	if text == "" {
		return
	}
	c.secrets[name] = []byte(text)
	c.secrets[name+", in hexadecimal"] = []byte(hex.EncodeToString([]byte(text)))
	c.secrets[name+", in base64"] = []byte(base64.StdEncoding.EncodeToString([]byte(text)))[:len(text)]
	_, secret, _ := strings.Cut(text, ".")
	for _, part := range []string{text, secret} {
		if raw, err := base64.RawURLEncoding.DecodeString(part); err == nil && len(raw) == 32 {
			c.secrets[name+", decoded"] = raw
		}
	}
}

// answer hides what an answer hands over, and notes the rest as said.
func (c *canary) answer(name string, a app.LoginAnswer) app.LoginAnswer {
	c.hide("login id of "+name, a.LoginID)
	c.hide("device token of "+name, a.DeviceToken)
	shown := a
	shown.LoginID, shown.DeviceToken = "", ""
	text, _ := json.Marshal(shown)
	_, _ = fmt.Fprintf(&c.said, "%s\n%+v\n", text, shown)
	return a
}

// live plays a whole scenario with known secrets.
func (c *canary) live(k *kit) {
	c.hide("PIN", canaryPIN)
	c.hide("new PIN", canaryNewPIN)
	c.hide("wrong PIN", canaryWrong)
	c.hide("typed as a login", canaryTyped)
	c.hide("birth date", "2009-04-17")
	c.hide("birth date in digits", "17042009")
	ctx := k.t.Context()
	k.person("lea", func(n *app.NewAccount) {
		n.Profile = access.Teacher
		n.BirthDate, _ = access.ParseDate("2009-04-17")
	})
	c.answer("first", k.setUp(c.answer("start", k.start("lea", "")).LoginID, access.ByPIN, canaryPIN, ""))
	passed := c.answer("passed", k.give(c.answer("second", k.start("lea", "")).LoginID, canaryPIN, "Home"))
	next := c.answer("recognized", k.start("lea", passed.DeviceToken))
	c.answer("recognized again", k.start("lea", next.DeviceToken))
	k.now = k.now.Add(time.Hour)
	c.answer("replayed", k.start("lea", passed.DeviceToken))
	wrong := c.answer("wrong", k.start("lea", "")).LoginID
	for range 3 {
		c.answer("wrong", k.give(wrong, canaryWrong, ""))
	}
	c.answer("nobody", k.start(canaryTyped, canaryWrong))
	for _, login := range []string{"lea", canaryTyped, canaryPIN} {
		err := k.VerifyPIN(ctx, root, login, access.NewPIN(canaryWrong))
		if login == "lea" {
			_, _ = fmt.Fprintf(&c.said, "%v %+v\n", err, err)
		}
	}
	code := k.reset("lea")
	c.hide("set-up code", code)
	c.hide("set-up code without dash", strings.ReplaceAll(code, "-", ""))
	id := c.answer("reset", k.start("lea", "")).LoginID
	c.answer("wrong code", k.setUp(id, access.ByPIN, canaryNewPIN, wrongCode))
	c.answer("code", k.setUp(id, access.ByPIN, canaryNewPIN, code))
	c.answer("named", k.name(id, "Room 201", false))
	unused := k.reset("lea")
	c.hide("pending code", unused)
	c.hide("pending code without dash", strings.ReplaceAll(unused, "-", ""))
	if _, err := k.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN(canaryPIN), Temporary: true, Reason: "on paper"}); err != nil {
		k.t.Fatal(err)
	}
	for _, pin := range []string{"1234", canaryPIN + canaryPIN, canaryTyped} {
		_, err := k.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN(pin)})
		_, _ = fmt.Fprintf(&c.said, "%v %+v\n", err, err)
	}
	c.pages(k)
	c.answer("left", k.start("lea", ""))
	k.now = k.now.Add(access.LoginFor)
	k.allAlerts("lea")
}

// pages plays a login on pinward's own pages, and the account's afterwards.
func (c *canary) pages(k *kit) {
	ent, b := k.ent("ent"), k.newBrowser()
	started := c.answer("hosted", k.host(ent, "lea"))
	c.hide("link", started.PageLink.Reveal())
	visit := func(name string, link access.Secret) {
		view := b.visit(link)
		c.hide("browser's secret of "+name, view.Browser.Reveal())
		_, _ = fmt.Fprintf(&c.said, "%+v\n", view)
	}
	visit("the login", started.PageLink)
	c.answer("on the page", b.give(canaryPIN, ""))
	c.answer("set up on the page", b.setUp(access.ByPIN, canaryNewPIN))
	code, _ := b.finish()
	c.hide("code", code.Reveal())
	done := k.redeemed(ent, started.LoginID, code)
	_, _ = fmt.Fprintf(&c.said, "%+v\n", done)
	link, err := k.accountLink(ent, started.LoginID)
	if err != nil {
		k.t.Fatal(err)
	}
	c.hide("account's link", link.Reveal())
	visit("the account", link)
}

func TestNoSecretIsStoredOrSaid(t *testing.T) {
	k := newKit(t)
	c := &canary{secrets: map[string][]byte{}}
	c.live(k)
	for _, r := range k.trail(0) {
		_, _ = fmt.Fprintf(&c.said, "%+v %s\n", r, r.Detail)
	}
	places := map[string][]byte{"what was said": []byte(c.said.String()), "the rows": []byte(k.dump())}
	// Opening the log takes no lock of SQLite's away, unlike opening the file.
	path := k.store.Path()
	places["the write-ahead log"] = content(t, path+"-wal")
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	places["the file"] = content(t, path)
	if len(c.secrets) < 60 || len(places["the file"]) < 100_000 {
		t.Fatalf("got %d secrets to look for in %d bytes: the scenario is not what it was", len(c.secrets), len(places["the file"]))
	}
	for place, text := range places {
		for name, secret := range c.secrets {
			if bytes.Contains(text, secret) {
				t.Errorf("%s holds the %s", place, name)
			}
		}
		// What must be there shows that looking works.
		if place != "what was said" && !bytes.Contains(text, []byte("Room 201")) {
			t.Errorf("%s does not hold the label of a device", place)
		}
	}
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What carries a secret in a request prints none, whatever the verb.
func TestRequestsPrintNoSecret(t *testing.T) {
	secret := access.NewSecret(canaryTyped)
	pin := access.NewPIN(canaryPIN)
	for _, request := range []any{
		app.StartLogin{DeviceToken: secret},
		app.GivePIN{LoginID: secret, PIN: pin},
		app.SetUp{LoginID: secret, PIN: pin, PINConfirm: pin, SetupCode: secret, Held: secret},
		app.HoldPIN{Browser: secret, PIN: pin},
		app.NameDevice{LoginID: secret},
		app.SetPIN{PIN: pin},
		app.VisitPage{Link: secret, Browser: secret},
		app.PageView{Browser: secret},
		app.LoginAnswer{PageLink: secret},
		app.RedeemLogin{LoginID: secret, Code: secret},
		app.OpenAccount{LoginID: secret},
		app.AccountLink{Link: secret},
		app.RenameOwn{Browser: secret},
		app.RevokeOwn{Browser: secret},
		app.AnswerNotice{LoginID: secret},
	} {
		text, err := json.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		said := fmt.Sprintf("%v %+v %#v %s %d %x %s", request, request, request, request, request, request, text)
		if strings.Contains(said, canaryTyped) || strings.Contains(said, canaryPIN) {
			t.Errorf("%T prints its secret: %s", request, said)
		}
	}
}

// The items of a reset print no code.
func TestResetItemsPrintNoCode(t *testing.T) {
	k := teacher(t)
	items, err := k.ResetPINs(t.Context(), root, app.ResetPINs{Logins: []string{"lea"}})
	if err != nil {
		t.Fatal(err)
	}
	code := items[0].Code.Reveal()
	text, _ := json.Marshal(items)
	if said := fmt.Sprintf("%+v %#v %s", items, items, text); strings.Contains(said, code) || strings.Contains(said, code[:4]+code[5:]) {
		t.Errorf("an item prints its code: %s", said)
	}
}
