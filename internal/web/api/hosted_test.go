package api

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// visited follows a link as the first browser does, and gives its secret.
func (k *kit) visited(page string) (access.Secret, app.PageView) {
	k.t.Helper()
	link, ok := strings.CutPrefix(page, "https://pin.example/p/")
	if !ok {
		k.t.Fatalf("no page: %q", page)
	}
	view, err := k.app.VisitPage(k.t.Context(), access.PageUser(), app.VisitPage{Link: access.NewSecret(link), IP: "192.0.2.7", UserAgent: firefox})
	if err != nil {
		k.t.Fatal(err)
	}
	return view.Browser, view
}

// TestHostedLogin lets pinward's own page ask for the PIN.
func TestHostedLogin(t *testing.T) {
	k := newKit(t)
	begun := k.ask("POST", "/v1/logins", object("login", "lea", "ip", "192.0.2.7", "return_url", back, "state", "s&1")).
		want(t, 201, "decision", "pin", "device_token", nil)
	login := loginPath(begun.str("login_id"))
	if strings.Contains(begun.str("prompt_url"), begun.str("login_id")) {
		t.Error("the login id stands in the page's address")
	}
	browser, _ := k.visited(begun.str("prompt_url"))
	answer, err := k.app.GivePIN(t.Context(), access.PageUser(), app.GivePIN{LoginID: browser, PIN: access.NewPIN(rightPIN), Remember: &app.Remember{Name: "Room 201"}})
	if err != nil || answer.Decision != access.Allow {
		t.Fatalf("got %+v, %v", answer, err)
	}
	k.ask("GET", login, "").want(t, 200, "state", "open", "decision", "page", "reason", nil, "hosted", true, "redeemed", false)
	to, err := k.app.FinishPage(t.Context(), access.PageUser(), browser)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to.Reveal())
	if err != nil || u.Query().Get("state") != "s&1" {
		t.Fatalf("got %q, %v", to.Reveal(), err)
	}
	code := object("code", u.Query().Get("code"))
	k.ask("POST", login+"/redeem", object("code", "wrong")).want(t, 403, "code", "login_code_wrong", "decision", "deny")
	k.ask("POST", login+"/redeem", code, as(k.llng)).want(t, 403, "code", "login_expired")
	k.ask("POST", login+"/redeem", "{}").want(t, 400, "code", "usage")
	k.ask("POST", login+"/redeem", code, named("one")).want(t, 200, "decision", "allow", "login", "lea", "external_id", "x-lea", "device_token", nil)
	k.ask("POST", login+"/redeem", code, named("one")).want(t, 200, "decision", "allow") // the answer was lost
	k.ask("POST", login+"/redeem", code).want(t, 403, "code", "login_code_wrong")
	k.ask("GET", login, "").want(t, 200, "state", "passed", "decision", "allow", "redeemed", true)
	k.ask("POST", login+"/pin", object("pin", rightPIN)).want(t, 422, "code", "login_hosted")
}

func TestHostedLoginThatIsDenied(t *testing.T) {
	k := newKit(t)
	k.ask("POST", "/v1/logins", object("login", "nobody", "return_url", back)).
		want(t, 403, "code", "account_unknown", "decision", "deny", "prompt_url", nil)
	k.ask("POST", "/v1/logins", object("login", "ned", "return_url", back)).want(t, 201, "decision", "page")
}

func TestAccountSession(t *testing.T) {
	k := newKit(t)
	login := k.start("lea")
	k.ask("POST", "/v1/account-sessions", object("login_id", id(login))).want(t, 403, "code", "login_expired")
	k.ask("POST", login+"/pin", object("pin", rightPIN)).want(t, 200)
	k.ask("POST", "/v1/account-sessions", object("login_id", id(login)), as(k.llng)).want(t, 403, "code", "login_expired")
	opened := k.ask("POST", "/v1/account-sessions", object("login_id", id(login), "return_url", back)).want(t, 201)
	if until, err := time.Parse(time.RFC3339, opened.str("expires_at")); err != nil || !until.Equal(k.now().Add(time.Minute)) {
		t.Errorf("expires_at: got %q, %v", opened.str("expires_at"), err)
	}
	if _, view := k.visited(opened.str("url")); view.Kind != access.PageAccount || view.Login != "lea" {
		t.Errorf("got page %+v", view)
	}
}

// TestNoticesOverHTTP shows a notice, marks it as seen on another device, and
// disputes it.
func TestNoticesOverHTTP(t *testing.T) {
	k := newKit(t)
	login := k.start("lea")
	k.ask("POST", login+"/pin", `{"pin":"`+rightPIN+`","remember":{"name":"Room 201"}}`).want(t, 200)
	k.later(time.Minute)
	other := loginPath(k.ask("POST", "/v1/logins", object("login", "lea", "ip", "198.51.100.7", "user_agent", chrome)).str("login_id"))
	k.ask("POST", other+"/pin", object("pin", rightPIN)).want(t, 200)
	of := func() []any {
		list, _ := k.ask("GET", "/v1/notices?external_id=x-lea", "").want(t, 200).answer["notices"].([]any)
		return list
	}
	before := of()
	if len(before) == 0 {
		t.Fatal("no notice")
	}
	var added map[string]any
	for _, one := range before {
		if n, _ := one.(map[string]any); n["kind"] == "device_registered" || n["label"] == "Room 201" {
			added = n
		}
	}
	path := "/v1/notices/" + added["id"].(string)
	k.ask("POST", path+"/seen", object("login_id", id(other)), as(k.llng)).want(t, 403, "code", "login_expired")
	k.ask("POST", path+"/seen", object("login_id", id(other))).want(t, 200, "changed", true)
	k.ask("POST", path+"/seen", object("login_id", id(other))).want(t, 200, "changed", false)
	if after := of(); len(after) != len(before)-1 {
		t.Errorf("got %d notices, want one less than %d", len(after), len(before))
	}
	done := k.ask("POST", path+"/dispute", object("login_id", id(other))).want(t, 200)
	if done.str("alert") == "" || done.answer["devices_revoked"] != 1.0 {
		t.Errorf("got %s, want an alert and the device revoked", done.text)
	}
	k.ask("POST", path+"/dispute", "{}").want(t, 200, "alert", nil, "alerts", 0.0)
	k.ask("GET", "/v1/notices?login=ned", "").want(t, 200)
	k.ask("GET", "/v1/notices?login=ned&login=lea", "").want(t, 400)
	k.ask("GET", "/v1/notices?login=lea&pin=1", "").want(t, 400)
}

func TestCapabilities(t *testing.T) {
	k := newKit(t)
	a := k.ask("GET", "/v1/capabilities", "").want(t, 200, "api_version", 1.0, "portal", "ent", "hosted_pages", true,
		"max_body_bytes", 65536.0, "login_seconds", 600.0, "idempotency_seconds", 600.0, "recognition_noted_seconds", 600.0)
	if schools, _ := a.answer["schools"].([]any); len(schools) != 1 || schools[0] != "A" {
		t.Errorf("schools: got %v", a.answer["schools"])
	}
	k.ask("GET", "/v1/capabilities", "", as(k.desk)).want(t, 403, "code", "portal_scope")
}
