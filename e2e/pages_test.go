//go:build e2e

package e2e_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestPages goes through every page in both languages, with a real browser, a
// portal and a mail server.
func TestPages(t *testing.T) {
	s := startSchool(t)
	s.chromium = startChromium(t)
	s.run("", "policy", "set", "student", "--self-reset", "on", "--reason", "sample", "-y")
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			for name, flow := range map[string]func(*testing.T, *school, string){
				"new device": newDevice, "wrong PINs": wrongPINs, "set-up": setUps, "two browsers": twoBrowsers,
				"shared browser": sharedBrowser, "forgotten": forgotten, "account": ownAccount, "no cookies": noCookies,
			} {
				t.Run(name, func(t *testing.T) { flow(t, s, lang) })
			}
		})
	}
	t.Run("without script", func(t *testing.T) { withoutScript(t, s) })
	t.Run("by keyboard", func(t *testing.T) { byKeyboard(t, s) })
	t.Run("show and hide", func(t *testing.T) { showAndHide(t, s) })
}

// add adds an account, with a PIN unless that is "".
func (s *school) add(login, pin, profile string) {
	s.t.Helper()
	s.run("", "account", "add", login, "--name", "Sample, Camille", "--profile", profile, "--email", login+"@school.example")
	if pin != "" {
		s.run(pin+"\n", "pin", "set", login, "--pin-stdin")
	}
}

const (
	enterFR, enterEN       = "Saisissez votre code PIN", "Enter your PIN"
	registerFR, registerEN = "Enregistrer cet appareil ?", "Register this device?"
	newsFR, newsEN         = "Avant de continuer", "Before you go on"
)

func (p *person) wantsIn(user string) { p.Helper(); p.wants("Logged in: "+user, "Logged in: "+user) }

// enters logs in from a device that is not recognized, and registers it unless
// the name is "".
func (p *person) enters(user, pin, device string) {
	p.Helper()
	p.logsIn(user)
	p.wants(enterFR, enterEN)
	p.sends("/pin", "pin", pin)
	p.wants(registerFR, registerEN)
	if device == "" {
		p.sends("/go")
	} else {
		p.sends("/device", "name", device)
	}
	p.wantsIn(user)
}

func newDevice(t *testing.T, s *school, lang string) {
	user := "new-" + lang
	s.add(user, "8305", "student")
	p := s.person(t, lang)
	p.logsIn(user)
	p.looks("pin", enterFR, enterEN)
	p.sends("/pin", "pin", "1111")
	p.looks("pin-wrong", enterFR, enterEN)
	p.sends("/pin", "pin", "8305")
	p.looks("remember", registerFR, registerEN)
	p.sends("/device", "name", "College")
	p.looks("remember-wrong", registerFR, registerEN)
	p.sends("/device", "name", "Salle 215")
	p.wantsIn(user)
	p.logsIn(user)
	p.looks("news", newsFR, newsEN)
	p.sends("/go")
	p.wantsIn(user)

	again := s.person(t, lang)
	again.logsIn(user)
	again.do(chromedp.Click(chromedp.CSS("summary")))
	again.looks("pin-cookies-lost", enterFR, enterEN)
	again.sends("/pin", "pin", "8305")
	again.sends("/device", "name", "salle 215")
	again.looks("same", "Est-ce le même appareil ?", "Is it the same device?")
	again.sends("/device")
	again.wantsIn(user)
}

func wrongPINs(t *testing.T, s *school, lang string) {
	user := "wrong-" + lang
	s.add(user, "8305", "student")
	p := s.person(t, lang)
	p.logsIn(user)
	for range 3 {
		p.sends("/pin", "pin", "1111")
	}
	p.looks("exhausted", "Trop d’essais", "Too many tries")
	p.logsIn(user)
	p.sends("/pin", "pin", "1111")
	p.sends("/pin", "pin", "1111")
	p.looks("locked", "Code PIN verrouillé", "PIN locked")
	p.presses("main a.primary")
	p.wants("Back without: pin_locked", "Back without: pin_locked")
}

func setUps(t *testing.T, s *school, lang string) {
	teacher, student, reset := "prof-"+lang, "choice-"+lang, "code-"+lang
	s.add(teacher, "", "teacher")
	p := s.person(t, lang)
	p.logsIn(teacher)
	p.do(chromedp.Click(chromedp.CSS("summary")))
	p.looks("newpin", "Choisissez votre code PIN", "Choose your PIN")
	p.sends("/new", "pin", "2011")
	p.looks("newpin-wrong", "Choisissez votre code PIN", "Choose your PIN")
	p.sends("/new", "pin", "830571")
	p.looks("again", "Saisissez-le une seconde fois", "Enter it a second time")
	p.sends("/again", "pin", "830572")
	p.looks("again-wrong", "Saisissez-le une seconde fois", "Enter it a second time")
	p.sends("/again", "pin", "830571")
	p.wants(registerFR, registerEN)
	p.sends("/go")
	p.wantsIn(teacher)

	s.add(student, "", "student")
	p.logsIn(student)
	p.looks("protect", "Protégez votre compte", "Protect your account")
	p.do(chromedp.Click(chromedp.CSS("input[value=notify]")))
	p.sends("/choose")
	p.looks("remember-notify", registerFR, registerEN)
	p.sends("/go")
	p.wantsIn(student)

	s.add(reset, "8305", "student")
	code := strings.TrimSpace(s.out("", "pin", "reset", reset, "-o", "json", "--reason", "sample", "-y"))
	_, code, _ = strings.Cut(code, `"setup_code":`)
	code = strings.Split(code, `"`)[1]
	p.logsIn(reset)
	p.do(chromedp.Click(chromedp.CSS("input[value=pin]")))
	p.sends("/choose")
	p.looks("setupcode", "Saisissez le code de votre établissement", "Enter the code from your school")
	p.sends("/code", "code", "ABCD-EFGH", "pin", "7293", "again", "7293")
	p.looks("setupcode-wrong", "Saisissez le code de votre établissement", "Enter the code from your school")
	p.sends("/code", "code", code, "pin", "7293", "again", "7293")
	p.wants(registerFR, registerEN)
}

func twoBrowsers(t *testing.T, s *school, lang string) {
	user := "two-" + lang
	s.add(user, "8305", "student")
	first, second := s.person(t, lang), s.person(t, lang)
	first.logsIn(user)
	link, err := eval[string](first, "location.href")
	first.must(err)
	second.opens(link)
	second.looks("elsewhere", "Page ouverte dans un autre navigateur", "Page opened in another browser")
	first.sends("/pin", "pin", "8305")
	first.sends("/go")
	first.wantsIn(user)
	first.opens(link)
	first.looks("expired", "Cette page n’est plus valable", "This page is no longer good")
	first.logsIn(user)
	first.sends("/cancel")
	first.wants("Back without: login_cancelled", "Back without: login_cancelled")
	first.opens(s.pages + "/nothing")
	first.looks("missing", "Page introuvable", "Page not found")
}

// sharedBrowser: two people at one browser do not evict each other.
func sharedBrowser(t *testing.T, s *school, lang string) {
	one, other := "one-"+lang, "other-"+lang
	s.add(one, "8305", "student")
	s.add(other, "7293", "student")
	p := s.person(t, lang)
	p.enters(one, "8305", "Maison")
	p.enters(other, "7293", "Maison")
	for _, user := range []string{one, other} {
		p.logsIn(user)
		p.wants(newsFR, newsEN) // so the PIN was not asked
	}
	// In a computer room, the default is No.
	set(p, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"X-Forwarded-For": "10.1.2.3"}})
	set(p, network.ClearBrowserCookies, struct{}{})
	p.logsIn(one)
	p.sends("/pin", "pin", "8305")
	p.looks("remember-shared", registerFR, registerEN)
	p.presses("main .primary")
	p.wantsIn(one)
}

func forgotten(t *testing.T, s *school, lang string) {
	user := "forgot-" + lang
	s.add(user, "8305", "student")
	p := s.person(t, lang)
	p.logsIn(user)
	p.follows("/forgot")
	p.looks("forgot", "Code PIN oublié ?", "Forgotten your PIN?")
	p.sends("/forgot")
	p.looks("mailcode", "Choisissez un nouveau code PIN", "Choose a new PIN")
	code := s.mails.code()
	p.sends("/reset", "code", "000000", "pin", "7293", "again", "7293")
	p.looks("mailcode-wrong", "Choisissez un nouveau code PIN", "Choose a new PIN")
	p.sends("/reset", "code", code, "pin", "7293", "again", "7293")
	p.wants(registerFR, registerEN)
	p.sends("/go")
	p.wantsIn(user)
	p.enters(user, "7293", "")
}

func ownAccount(t *testing.T, s *school, lang string) {
	user := "own-" + lang
	s.add(user, "8305", "student")
	phone, home := s.person(t, lang), s.person(t, lang)
	phone.enters(user, "8305", "Mon téléphone")
	home.enters(user, "8305", "Maison")
	home.presses("#account")
	home.looks("account", "Protection du compte", "Protecting the account")
	home.follows("/account/pin")
	home.sends("/new", "pin", "4071")
	home.sends("/again", "pin", "4071")
	home.looks("account-changed", "Protection du compte", "Protecting the account")
	phone.enters(user, "4071", "Mon téléphone")

	home.logsIn(user)
	home.sends("/go")
	home.presses("#account")
	home.follows("/account/protection")
	home.looks("current-pin", enterFR, enterEN)
	home.sends("/pin", "pin", "4071")
	home.looks("protection", "Changer de protection", "Change the protection")
	home.follows("/account")
	home.follows("/account/devices")
	home.looks("devices", "Appareils reconnus", "Recognized devices")
	home.presses(`a[aria-label*="Maison"]`)
	home.looks("rename", "Renommer cet appareil", "Rename this device")
	home.sends("/rename", "name", "Mon téléphone")
	home.looks("rename-taken", "Renommer cet appareil", "Rename this device")
	home.sends("/rename", "name", "Salon")
	home.presses(`a.danger[aria-label*="Mon téléphone"]`)
	home.looks("remove", "Retirer cet appareil ?", "Remove this device?")
	home.sends("/remove")
	home.looks("devices-removed", "Appareils reconnus", "Recognized devices")
	phone.logsIn(user) // it was removed elsewhere
	phone.looks("pin-removed", enterFR, enterEN)

	home.follows("/account")
	home.presses(`.notices a.danger`)
	home.looks("notme", "Ce n’était pas vous ?", "It was not you?")
	home.sends("/disputed")
	home.looks("disputed", "C’est signalé", "It is reported")
	home.follows("/account")
	home.looks("account-advised", "Protection du compte", "Protecting the account")
	home.sends("/account/close")
	home.looks("closed", "Page fermée", "Page closed")
	home.opens(s.pages + "/account")
	home.looks("signed-out", "La page de votre compte est fermée", "The page of your account is closed")
}

// noCookies shows what a browser reads that came around without the cookie.
func noCookies(t *testing.T, s *school, lang string) {
	p := s.person(t, lang)
	p.opens(s.pages + "/p/sample?cookies")
	p.looks("cookies", "Votre navigateur refuse les cookies", "Your browser refuses cookies")
}

// withoutScript: everything works, and nothing is there that would not. The test
// itself may still reach into the page.
func withoutScript(t *testing.T, s *school) {
	s.add("plain", "8305", "student")
	p := s.person(t, "fr")
	set(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	script := func(text string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(context.Context, *chromedp.Target) error {
			_, err := eval[bool](p, text+"; true")
			return err
		})
	}
	p.opens(p.at("/login?user=plain"))
	p.wants(enterFR, enterEN)
	p.shot("pin-without-script")
	if shown, err := eval[bool](p, `document.querySelector(".reveal").checkVisibility()`); err != nil || shown {
		t.Errorf("a button is there that does nothing: %v, %v", shown, err)
	}
	p.leaves(script(`pin.value = "8305"; document.querySelector("form[action$='/pin'] button[type=submit]").click()`))
	p.wants(registerFR, registerEN)
	p.leaves(script(`document.querySelector("form[action$='/device'] button").click()`))
	p.wantsIn("plain")
}

// byKeyboard goes through a login with keys alone: each thing on the page is
// reached, in order, and seen to have the focus.
func byKeyboard(t *testing.T, s *school) {
	s.add("keys", "8305", "student")
	p := s.person(t, "en")
	p.logsIn("keys")
	press := func(keys string) { t.Helper(); p.do(chromedp.KeyEvent(keys)) }
	focus := func() string {
		t.Helper()
		at, err := eval[string](p, `(e => e.id || e.className || e.textContent.trim())(document.activeElement)`)
		p.must(err)
		return at
	}
	if got := focus(); got != "pin" {
		t.Errorf("the focus begins at %q, want the PIN", got)
	}
	press("8305")
	var order []string
	for range 4 {
		press(kb.Tab)
		order = append(order, focus())
		ring, err := eval[string](p, `getComputedStyle(document.activeElement).outlineStyle`)
		p.must(err)
		if ring == "none" {
			t.Errorf("the focus on %q is not seen", focus())
		}
	}
	p.shot("keyboard-focus")
	if got, want := strings.Join(order, ", "), "reveal, primary, Forgotten your PIN?, quiet"; got != want {
		t.Errorf("Tab goes to %s, want %s", got, want)
	}
	p.do(chromedp.Focus(chromedp.ID("pin")))
	p.leaves(chromedp.KeyEvent(kb.Enter))
	p.wants(registerFR, registerEN)
	p.do(chromedp.Focus(chromedp.ID("name")))
	p.leaves(chromedp.KeyEvent(kb.Enter))
	p.wantsIn("keys")
	p.logsIn("keys")
	for range 20 {
		if press(kb.Tab); focus() == "primary" {
			break
		}
	}
	p.leaves(chromedp.KeyEvent(kb.Enter))
	p.wantsIn("keys")
}

// showAndHide: a PIN is shown on demand, and not sent as shown.
func showAndHide(t *testing.T, s *school) {
	s.add("shown", "8305", "student")
	p := s.person(t, "fr")
	p.logsIn("shown")
	kind := func() string {
		t.Helper()
		got, err := eval[string](p, `document.getElementById("pin").type + " " + document.querySelector(".reveal").ariaPressed`)
		p.must(err)
		return got
	}
	p.fills("pin", "8305")
	if got := kind(); got != "password false" {
		t.Errorf("at first the PIN is %s", got)
	}
	p.do(chromedp.Click(chromedp.CSS(".reveal")))
	if got := kind(); got != "text true" {
		t.Errorf("after Show the PIN is %s", got)
	}
	p.shot("pin-shown")
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.getElementById("pin").type === "password"`)); err != nil {
		t.Errorf("it is never hidden again: %v", err)
	}
	p.sends("/pin")
	p.wants(registerFR, registerEN)
}
