package pages

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// TestNewDevice: PIN, device, portal; and the next login asks nothing.
func TestNewDevice(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	id := v.logsIn("lea")
	v.wantTitle("Enter your PIN")
	v.wantText("3 tries left")
	v.wantText("Firefox on Windows")
	v.send("/pin", "pin", "1111")
	v.wantText("This PIN is not the right one.")
	v.wantText("2 tries left")
	v.send("/pin", "pin", "")
	v.wantText("Enter your PIN.")
	v.wantText("2 tries left")
	v.send("/pin", "pin", "8305")
	v.wantTitle("Register this device?")
	v.send("/device", "name", "School")
	v.wantText("tells which device it is")
	v.send("/device", "name", "Room 215")
	if done := v.wantIn(id); done.Device == nil || done.Device.Label != "Room 215" {
		t.Errorf("got device %+v, want Room 215", done.Device)
	}
	id = v.logsIn("lea")
	v.wantTitle("Before you go on") // the PIN that was set by an administrator is news
	v.wantText("A PIN was set")
	v.send("/seen")
	v.wantIn(id)
	id = v.logsIn("lea")
	v.wantIn(id)
}

func TestNotNowIsNotCancel(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	id := v.logsIn("lea")
	v.send("/pin", "pin", "8305")
	v.send("/go") // "Not now"
	if done := v.wantIn(id); done.Device != nil {
		t.Errorf("got device %+v, want none", done.Device)
	}
	v.logsIn("lea")
	v.send("/cancel")
	if want := returnURL + "?error=login_cancelled&state=st"; v.location != want {
		t.Errorf("cancelling leads to %q, want %q", v.location, want)
	}
	v.get(v.path[:strings.LastIndex(v.path, "/")])
	v.wantTitle("This page is no longer good")
}

func TestWrongPINs(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.logsIn("lea")
	for range 3 {
		v.send("/pin", "pin", "1111")
	}
	v.wantTitle("Too many tries")
	v.logsIn("lea")
	v.send("/pin", "pin", "1111")
	v.send("/pin", "pin", "1111")
	v.wantTitle("PIN locked")
	v.wantText("Try again from 09:15 on.")
	v.logsIn("lea")
	v.wantTitle("PIN locked")
	for range 5 {
		k.now = k.now.Add(16 * time.Minute)
		v.logsIn("lea")
		for v.title() == "Enter your PIN" {
			v.send("/pin", "pin", "1111")
		}
	}
	v.wantTitle("PIN blocked")
}

// TestBound: nobody but the first browser goes on, and nobody without cookies.
func TestBound(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	shy := k.browser()
	shy.stubborn = true
	_, link := shy.begins("lea")
	shy.get(link)
	shy.wantTitle("Your browser refuses cookies")
	shy.wantText("allow cookies for pin.example")

	first, second := k.browser(), k.browser()
	first.get(link) // the link is still good
	first.wantTitle("Enter your PIN")
	second.get(link)
	second.wantTitle("Page opened in another browser")
	second.get(link + "/forgot")
	second.wantTitle("Page opened in another browser")
	second.ask(http.MethodPost, link+"/pin", map[string][]string{"pin": {"8305"}})
	second.wantTitle("This page is no longer good")
	first.get(link)
	first.wantTitle("Enter your PIN")

	k.now = k.now.Add(11 * time.Minute)
	first.get(link)
	first.wantTitle("This page is no longer good")
	first.get("/p/none")
	first.wantTitle("This page is no longer good")
}

// TestSetUpIsTypedTwice: the first entry is judged, and not sent back.
func TestSetUpIsTypedTwice(t *testing.T) {
	k := newKit(t)
	k.person("prof", "", access.Teacher)
	v := k.browser()
	id := v.logsIn("prof")
	v.wantTitle("Choose your PIN")
	v.wantText("has 4 to 12 digits; 6 digits are advised;")
	v.send("/new", "pin", "2011")
	v.wantText("This PIN is a year")
	v.send("/new", "pin", "1")
	v.wantText("at least 4 digits")
	v.send("/new", "pin", "830571")
	v.wantTitle("Enter it a second time")
	for _, e := range v.elements {
		for name, value := range e.attr {
			if strings.Contains(value, "830571") {
				t.Errorf("%s of a %s holds the PIN", name, e.name)
			}
		}
	}
	again := v.page
	v.send("/again", "pin", "830572")
	v.wantText("The two PINs differ")
	v.send("/again", "pin", "830571")
	v.wantTitle("Register this device?")
	v.send("/go")
	v.wantIn(id)
	// What stood for the PIN serves no other login.
	other := k.browser()
	k.person("prof2", "", access.Teacher)
	other.logsIn("prof2")
	held := ""
	for _, e := range again.elements {
		if e.attr["name"] == "first" {
			held = e.attr["value"]
		}
	}
	other.ask(http.MethodPost, other.path+"/again", map[string][]string{"first": {held}, "pin": {"830571"}})
	other.wantText("The two PINs differ")
}

func TestProtectionIsChosen(t *testing.T) {
	k := newKit(t)
	for _, login := range []string{"pin", "notify", "none", "later"} {
		k.person(login, "", access.Student)
	}
	v := k.browser()
	id := v.logsIn("none")
	v.wantTitle("Protect your account")
	v.send("/choose")
	v.wantText("Choose one of the protections.")
	v.send("/choose", "protection", "none")
	v.send("/go")
	v.wantIn(id)

	id = v.logsIn("later")
	v.send("/later")
	v.wantTitle("Register this device?")
	v.send("/go")
	v.wantIn(id)

	id = v.logsIn("notify")
	v.send("/choose", "protection", "notify")
	v.wantText("no longer warned of each login")
	v.send("/device", "name", "Home")
	v.wantIn(id)

	id = v.logsIn("pin")
	v.send("/choose", "protection", "pin")
	v.wantTitle("Choose your PIN")
	v.send("/new", "pin", "8305")
	v.send("/again", "pin", "8305")
	v.send("/go")
	v.wantIn(id)
}

func TestSetUpCode(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	items, err := k.ResetPINs(t.Context(), root(), app.ResetPINs{Logins: []string{"lea"}})
	k.must(err)
	v := k.browser()
	id := v.logsIn("lea")
	v.wantTitle("Protect your account")
	v.send("/choose", "protection", "pin")
	v.wantTitle("Enter the code from your school")
	v.send("/code", "code", "", "pin", "7293", "again", "7293")
	v.wantText("Enter the code.")
	v.send("/code", "code", "ABCD-EFGH", "pin", "7293", "again", "7293")
	v.wantText("This set-up code is not the right one")
	v.send("/code", "code", items[0].Code.Reveal(), "pin", "1234", "again", "1234")
	v.wantText("easy to guess")
	v.send("/code", "pin", "7293", "again", "7294") // the code is still there
	v.wantText("The two PINs differ")
	v.send("/code", "pin", "7293", "again", "7293")
	v.wantTitle("Register this device?")
	v.send("/go")
	v.wantIn(id)
}

func TestTemporaryPIN(t *testing.T) {
	k := newKit(t)
	k.person("lea", "", access.Student)
	_, err := k.SetPIN(t.Context(), root(), app.SetPIN{Login: "lea", PIN: access.NewPIN("8305"), Temporary: true})
	k.must(err)
	v := k.browser()
	v.logsIn("lea")
	v.wantText("First enter the temporary PIN")
	v.send("/pin", "pin", "8305")
	v.wantTitle("Protect your account")
	v.send("/choose", "protection", "pin")
	v.send("/new", "pin", "8305")
	v.wantText("It is your old PIN.")
	v.send("/new", "pin", "7293")
	v.send("/again", "pin", "7293")
	v.wantTitle("Register this device?")
}

// TestSharedNetwork: the default is No, and Yes lasts until tonight.
func TestSharedNetwork(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.ip = "10.1.2.3:40000"
	id := v.logsIn("lea")
	v.wantText("inside the school (10.1.2.3)")
	v.send("/pin", "pin", "8305")
	v.wantText("It is better not to register it")
	for _, e := range named(v.elements, "button") {
		if strings.Contains(e.attr["class"], "primary") && e.text != "Not now" {
			t.Errorf("the first choice is %q, want Not now", e.text)
		}
	}
	v.send("/device", "name", "Room 215")
	done := v.wantIn(id)
	if done.Device == nil || done.Device.ExpiresAt.Sub(k.now) > 24*time.Hour {
		t.Errorf("got device %+v, want one until tonight", done.Device)
	}
}

func TestLabels(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	max := 2
	_, err := k.SetPolicy(t.Context(), root(), access.Student, app.PolicyUpdate{MaxDevices: &max})
	k.must(err)
	register := func(label string) *visitor {
		v := k.browser()
		v.logsIn("lea")
		v.send("/pin", "pin", "8305")
		v.send("/device", "name", label)
		return v
	}
	register("Room 215")
	v := register("room 215")
	v.wantTitle("Is it the same device?")
	v.follow("/device")
	v.wantTitle("Register this device?")
	v.send("/device", "name", "Room 215")
	v.send("/device") // it is the same
	if !strings.HasPrefix(v.location, returnURL) {
		t.Errorf("after replacing: %q at %q", v.title(), v.location)
	}
	register("Home")
	v = register("Third")
	v.wantTitle("Your list of devices is full")
	v.send("/go")
	if !strings.HasPrefix(v.location, returnURL) {
		t.Errorf("with a full list: %q at %q", v.title(), v.location)
	}
}

// TestSharedBrowser: accounts do not evict each other, until there are too many
// cookies; then the oldest goes.
func TestSharedBrowser(t *testing.T) {
	k := newKit(t)
	v := k.browser()
	for i := range 5 {
		login := fmt.Sprintf("child%d", i)
		k.person(login, "", access.Student)
		k.must2(k.SetPIN(t.Context(), root(), app.SetPIN{Login: login, PIN: access.NewPIN("8305")}))
		v.logsIn(login)
		v.send("/pin", "pin", "8305")
		v.send("/device", "name", "Home")
		k.now = k.now.Add(2 * time.Hour) // the cookies of pages are over
		v.expire("__Host-pinward_p_")
	}
	v.logsIn("child0")
	v.wantTitle("Enter your PIN")
	v.wantText("Had you already registered this device?")
	v.expire("__Host-pinward_p_")
	v.logsIn("child4")
	if v.title() == "Enter your PIN" {
		t.Error("the newest device is not recognized")
	}
}

func TestCookieLost(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.logsIn("lea")
	if strings.Contains(named(v.elements, "main")[0].text, "private window") {
		t.Error("a first login explains lost cookies")
	}
	v.send("/pin", "pin", "8305")
	v.send("/device", "name", "Home")
	for _, c := range []struct {
		agent string
		lost  bool
	}{{firefox, true}, {chrome, false}} {
		private := k.browser()
		private.agent = c.agent
		private.logsIn("lea")
		if got := strings.Contains(named(private.elements, "main")[0].text, "private window"); got != c.lost {
			t.Errorf("%s: explained: %v, want %v", c.agent, got, c.lost)
		}
	}
}

// TestForgotten replaces a PIN by a code that was mailed.
func TestForgotten(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.logsIn("lea")
	v.wantText("Ask your school to clear it")
	v.get(v.path + "/forgot")
	v.wantTitle("Enter your PIN")
	yes := true
	_, err := k.SetPolicy(t.Context(), root(), access.Student, app.PolicyUpdate{SelfReset: &yes})
	k.must(err)
	id := v.logsIn("lea")
	v.follow("/forgot")
	v.send("/forgot")
	v.wantTitle("Choose a new PIN")
	code := k.mailedCode()
	v.send("/reset", "code", "000000", "pin", "7293", "again", "7293")
	v.wantText("This code is not the right one")
	v.send("/reset", "code", code, "pin", "7293", "again", "7392")
	v.wantText("The two PINs differ")
	v.send("/reset", "code", "", "pin", "7293", "again", "7293")
	v.wantText("Enter the code.")
	v.send("/reset", "code", code, "pin", "7293", "again", "7293")
	v.wantTitle("Register this device?")
	v.send("/go")
	v.wantIn(id)
	for range 3 {
		v.logsIn("lea")
		v.follow("/forgot")
		v.send("/forgot")
	}
	v.wantText("You have asked for too many codes today.")
}

// TestLockedMayReset: where wrong PINs ended the login, a mailed code helps.
func TestLockedMayReset(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	yes := true
	_, err := k.SetPolicy(t.Context(), root(), access.Student, app.PolicyUpdate{SelfReset: &yes})
	k.must(err)
	v := k.browser()
	id := v.logsIn("lea")
	for range 3 {
		v.send("/pin", "pin", "1111")
	}
	v.wantTitle("Too many tries")
	v.follow("/forgot")
	v.send("/forgot")
	v.send("/reset", "code", k.mailedCode(), "pin", "7293", "again", "7293")
	v.send("/go")
	v.wantIn(id)
}
