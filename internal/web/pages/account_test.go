package pages

import (
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// inAccount logs a person in, registers the device under a name unless that is
// "", and opens the account's pages.
func (v *visitor) inAccount(login, pin, name string) access.Secret {
	v.t.Helper()
	id := v.logsIn(login)
	if v.title() == "Enter your PIN" {
		v.send("/pin", "pin", pin)
	}
	switch {
	case v.title() == "Register this device?" && name != "":
		v.send("/device", "name", name)
	case v.title() == "Register this device?", v.title() == "Before you go on":
		v.send("/go")
	}
	v.wantIn(id)
	v.opensAccount(id)
	return id
}

func TestChangePIN(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.inAccount("lea", "8305", "Home")
	v.wantTitle("Protecting the account")
	v.wantText("A PIN is asked for")
	v.follow("/account/pin")
	v.wantTitle("Choose your PIN") // it was given in this login

	v = k.browser()
	v.inAccount("lea", "8305", "Phone")
	v.inAccount("lea", "", "") // recognized
	v.follow("/account/pin")
	v.wantTitle("Enter your PIN")
	v.wantText("Current PIN")
	v.send("/pin", "pin", "1111")
	v.wantText("This PIN is not the right one.")
	v.send("/pin", "pin", "8305")
	v.wantTitle("Choose your PIN")
	v.send("/new", "pin", "0000")
	v.wantText("This PIN is a repetition")
	v.send("/new", "pin", "7293")
	v.send("/again", "pin", "7293")
	v.wantTitle("Protecting the account")
	if got := v.saidText(); !strings.Contains(got, "Your PIN is changed.") {
		t.Errorf("it says %q", got)
	}
	v.wantText("1 device") // the other must prove itself again
	old := k.browser()
	old.logsIn("lea")
	old.send("/pin", "pin", "8305")
	old.wantText("This PIN is not the right one.")
}

func TestWrongCurrentPINEndsThePages(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.inAccount("lea", "8305", "Home")
	v.inAccount("lea", "", "")
	v.follow("/account/protection")
	v.wantTitle("Enter your PIN")
	for range 3 {
		v.send("/pin", "pin", "1111")
	}
	v.wantTitle("Too many tries")
	v.get("/account")
	v.wantTitle("The page of your account is closed")
}

func TestChangeProtection(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.inAccount("lea", "8305", "Home")
	v.inAccount("lea", "", "")
	v.follow("/account/protection")
	v.send("/pin", "pin", "8305")
	v.wantTitle("Change the protection")
	v.send("/choose", "protection", "notify")
	v.wantTitle("Protecting the account")
	v.wantText("You are told by mail")
	v.follow("/account/protection")
	v.wantText("Only if you choose") // a set-up code: the device is not recognized for a day yet
	v.send("/choose", "protection", "none")
	v.wantText("The set-up code is needed too.")
	v.send("/choose", "protection", "none", "code", "ABCD-EFGH")
	v.wantText("This set-up code is not the right one")
	k.now = k.now.Add(25 * time.Hour)
	v.inAccount("lea", "", "")
	v.follow("/account/protection")
	v.send("/choose", "protection", "none")
	v.wantText("No protection")
	v.follow("/account/pin")
	v.send("/new", "pin", "7293")
	v.send("/again", "pin", "7293")
	v.wantText("A PIN is asked for")
}

func TestImposedProtectionOffersNoOther(t *testing.T) {
	k := newKit(t)
	k.person("prof", "830571", access.Teacher)
	v := k.browser()
	v.inAccount("prof", "830571", "")
	v.wantTitle("Protecting the account")
	for _, e := range named(v.elements, "a") {
		if strings.HasSuffix(e.attr["href"], "/account/protection") {
			t.Error("a choice is offered where there is none")
		}
	}
}

func TestOwnDevices(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	phone, home := k.browser(), k.browser()
	phone.inAccount("lea", "8305", "Phone")
	home.inAccount("lea", "8305", "Home")
	home.inAccount("lea", "", "")
	home.follow("/account/devices")
	home.wantText("Home")
	home.wantText("This device")
	home.wantText("192.0.2.0/24")
	home.presses("Remove the device “Phone”")
	home.wantTitle("Remove this device?")
	remove := home.page.path
	home.send("/remove")
	home.wantTitle("Recognized devices")
	home.get(remove)
	home.wantTitle("Recognized devices") // it is gone
	phone.logsIn("lea")
	phone.wantText("This device was removed from your recognized devices.")
	home.follow("/account")
	home.follow("/account/devices")
	home.presses("Remove the device “Home”")
	home.wantText("It is the device that you are using now.")
	home.send("/remove")
	home.wantTitle("Page closed") // nothing shows any more who is there
	home.get("/account")
	home.wantTitle("The page of your account is closed")
}

// TestRenameADevice: a wrong name and one that is taken are asked for again.
func TestRenameADevice(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	for _, name := range []string{"Phone", "Home"} {
		k.browser().inAccount("lea", "8305", name)
	}
	v := k.browser()
	v.inAccount("lea", "8305", "")
	v.follow("/account/devices")
	v.presses("Rename the device “Home”")
	v.wantTitle("Rename this device")
	form := v.page.path
	for name, want := range map[string]string{
		"":      "Give a name of 1 to 30 characters",
		"phone": "Another of your devices has this name",
	} {
		v.send("/rename", "name", name)
		v.wantText(want)
	}
	v.send("/rename", "name", "Kitchen")
	v.wantTitle("Recognized devices")
	v.wantText("The device has its new name.")
	v.wantText("Kitchen")
	v.get("/account/devices/d_unknown/rename")
	v.wantTitle("Recognized devices") // it is gone
	v.get(form)
	v.wantTitle("Rename this device")
}

func TestRemoveAllAndAdd(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	for _, name := range []string{"Phone", "Tablet"} {
		k.browser().inAccount("lea", "8305", name)
	}
	v := k.browser()
	v.inAccount("lea", "8305", "")
	v.follow("/account/devices")
	v.follow("/devices/remove")
	v.wantTitle("Remove all devices?")
	v.send("/remove")
	v.wantText("No device is recognized.")
	v.follow("/account")
	v.follow("/account/device")
	v.send("/skip")
	v.wantTitle("Protecting the account")
	v.follow("/account/device")
	v.send("/device", "name", "Home")
	v.wantText("1 device")
	id := v.logsIn("lea")
	if v.title() == "Before you go on" {
		v.send("/go")
	}
	v.wantIn(id)
}

// TestNotices: they stand on the pages until another device answers them.
func TestNotices(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	home := k.browser()
	home.inAccount("lea", "8305", "Home")
	k.now = k.now.Add(time.Hour)
	stranger := k.browser()
	stranger.agent, stranger.ip = chrome, "198.51.100.9:40000"
	stranger.logsIn("lea")
	stranger.send("/pin", "pin", "8305")
	stranger.send("/device", "name", "Not home")

	stranger.inAccount("lea", "", "")
	stranger.wantText("Not home")
	stranger.wantText("Some of these messages come from this very device")

	home.inAccount("lea", "", "")
	home.wantText("Chrome on Linux")
	home.wantText("198.51.100.9")
	home.follow(home.notice("Not home"))
	home.wantTitle("It was not you?")
	home.send("/disputed")
	home.wantTitle("It is reported")
	home.wantText("Change your password in the portal")
	home.follow("/account")
	home.wantTitle("Protecting the account")
	home.wantText("Change your password too")
	home.follow("/account/devices")
	if got := named(home.elements, "main")[0].text; strings.Contains(got, "Not home") {
		t.Error("the device that was disputed is still recognized")
	}
	stranger.get("/account")
	stranger.wantTitle("The page of your account is closed")
}

// notice gives the address where a notice is disputed.
func (v *visitor) notice(what string) string {
	at := ""
	for _, e := range v.elements {
		if e.name == "li" {
			at = e.text
		}
		if strings.Contains(e.attr["href"], "/notices/") && strings.Contains(at, what) {
			return e.attr["href"][strings.Index(e.attr["href"], "/notices/"):]
		}
	}
	v.t.Fatalf("no notice says %q", what)
	return ""
}

func TestDisputeBeforeTheLoginGoesOn(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	id := v.logsIn("lea")
	v.send("/pin", "pin", "8305")
	v.follow(v.notice("A PIN was set"))
	v.send("/disputed")
	v.wantTitle("It is reported")
	link := v.page.path
	v.follow(link[:strings.LastIndex(link, "/")])
	v.wantTitle("Register this device?")
	v.send("/go")
	v.wantIn(id)
}

func TestAccountLinkOpensOnce(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	id := v.inAccount("lea", "8305", "Home")
	v.send("/close")
	v.wantTitle("Page closed")
	v.get("/account")
	v.wantTitle("The page of your account is closed")
	v.opensAccount(id)
	v.wantTitle("Protecting the account")
	v.wantText("This page closes at 09:15.")
	k.now = k.now.Add(16 * time.Minute)
	v.get("/account")
	v.wantTitle("The page of your account is closed")
	link, err := k.OpenAccount(t.Context(), k.portal, app.OpenAccount{LoginID: id})
	if err == nil {
		t.Errorf("a login of long ago gives the link %v", link)
	}
}

// saidText gives what the page says was done.
func (v *visitor) saidText() string {
	for _, e := range v.elements {
		if e.attr["class"] == "said" {
			return e.text
		}
	}
	return ""
}
