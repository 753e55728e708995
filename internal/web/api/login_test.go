package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// TestConversation runs a login from the first set-up to the recognized device.
func TestConversation(t *testing.T) {
	k := newKit(t)
	if _, err := k.app.AddAccount(t.Context(), root, app.NewAccount{
		Login: "tom", Name: "Sample, Tom", Profile: access.Teacher, Schools: []string{"A"}, Email: "tom@example.org",
	}); err != nil {
		t.Fatal(err)
	}
	begun := k.ask("POST", "/v1/logins", object("login", "tom", "ip", "192.0.2.7", "user_agent", firefox)).
		want(t, 201, "decision", "setup", "reason", "protection_imposed", "prompt_url", nil)
	login := loginPath(begun.str("login_id"))
	if begun.got.Get("Location") != "" {
		t.Error("the secret id stands in a Location")
	}
	k.ask("POST", login+"/setup", object("protection", "pin", "pin", "123456", "pin_confirm", "123456")).
		want(t, 403, "code", "pin_guessable", "reason", "pin_guessable", "rule", "sequence", "decision", "setup", "status", 403.0)
	k.ask("POST", login+"/setup", object("protection", "pin", "pin", rightPIN, "pin_confirm", rightPIN)).
		want(t, 200, "decision", "allow")
	k.ask("GET", login, "").want(t, 200, "state", "passed", "decision", "allow", "hosted", false)
	named := k.ask("POST", login+"/remember", object("name", "Room 201")).want(t, 200, "decision", "allow")
	known := k.ask("POST", "/v1/logins", object("login", "tom", "user_agent", firefox, "device_token", named.str("device_token"))).
		want(t, 201, "decision", "allow", "reason", "device_recognized")
	if known.str("device_token") == named.str("device_token") || known.str("device_token") == "" {
		t.Error("the token was not rotated")
	}
	k.ask("POST", login+"/remember", object("name", "Room 202")).
		want(t, 403, "code", "remember_not_here", "device_error", "remember_not_here", "decision", "allow")
}

func TestPINOverHTTP(t *testing.T) {
	k := newKit(t)
	login := k.start("lea")
	k.ask("POST", login+"/pin", object("pin", wrongPIN)).
		want(t, 403, "code", "pin_wrong", "decision", "pin", "attempts_left", 2.0, "type", "/docs/portal-api.md#refused")
	k.ask("POST", login+"/pin", object("pin", rightPIN, "login_id", strings.TrimPrefix(login, "/v1/logins/"))).
		want(t, 200, "decision", "allow", "reason", "new_device")
	k.ask("POST", "/v1/logins", object("external_id", "x-lea")).want(t, 201, "decision", "pin")
	for _, who := range []string{"nobody", "far"} {
		k.ask("POST", "/v1/logins", object("login", who)).want(t, 403, "code", "account_unknown", "decision", "deny")
	}
}

// TestLoginsAreBoundToTheirPortal uses another portal's login id on every route
// that names one: it is as unknown as one that never was.
func TestLoginsAreBoundToTheirPortal(t *testing.T) {
	k := newKit(t)
	login := k.start("lea")
	bodies := map[string]string{
		"pin": object("pin", rightPIN), "setup": object("protection", "notify"), "remember": object("name", "Room 1"),
		"reset": "{}", "redeem": object("code", "c"),
	}
	for _, rt := range k.api.routes() {
		verb, ofLogin := strings.CutPrefix(rt.path, "/v1/logins/{id}")
		if !ofLogin {
			continue
		}
		for name, path := range map[string]string{"another portal's": login, "nobody's": "/v1/logins/nobody", "no text": "/v1/logins/nobody%00"} {
			t.Run(rt.method+" "+name+verb, func(t *testing.T) {
				a := k.ask(rt.method, path+verb, bodies[strings.TrimPrefix(verb, "/")], as(k.llng))
				if rt.method == http.MethodGet {
					a.want(t, 404, "code", "not_found")
					return
				}
				a.want(t, 403, "code", "login_expired", "decision", "deny")
			})
		}
	}
	k.wantWrong(0)
	k.ask("POST", login+"/pin", object("pin", rightPIN)).want(t, 200, "decision", "allow")
}

// TestRoutesNeedTheirScope asks every route as a portal of each scope.
func TestRoutesNeedTheirScope(t *testing.T) {
	k := newKit(t)
	fill := strings.NewReplacer("{id}", "x")
	for _, scope := range access.Scopes() {
		key := k.portal("only-"+string(scope), scope)
		for _, rt := range k.api.routes() {
			t.Run(string(scope)+" "+rt.method+" "+rt.path, func(t *testing.T) {
				a := k.ask(rt.method, fill.Replace(rt.path), "{}", as(key))
				may := scope == rt.scope || rt.path == "/v1/recognize" && scope == access.ScopeLogin
				if may && a.str("code") == "portal_scope" {
					t.Errorf("got %s", a.text)
				}
				if !may {
					a.want(t, 403, "code", "portal_scope")
				}
			})
		}
	}
}

func TestResetByMailOverHTTP(t *testing.T) {
	k := newKit(t)
	k.ask("POST", k.start("lea")+"/reset", "{}").want(t, 403, "code", "reset_not_allowed")
	on := true
	if _, err := k.app.SetPolicy(t.Context(), root, access.Teacher, app.PolicyUpdate{SelfReset: &on}); err != nil {
		t.Fatal(err)
	}
	login := k.start("lea")
	k.ask("POST", login+"/reset", "{}").want(t, 200, "reason", "reset_code_sent", "decision", "pin")
	k.ask("POST", login+"/reset", object("code", "000000", "pin", newPIN, "pin_confirm", newPIN)).
		want(t, 403, "code", "reset_code_wrong")
}

// TestHundredWrongPINs guesses through HTTP in several logins and processes, and
// through the use case beside it.
func TestHundredWrongPINs(t *testing.T) {
	k := newKit(t)
	servers := []string{k.url, k.another()}
	var paths []string
	for range 8 {
		paths = append(paths, k.start("lea"))
	}
	for _, want := range []int{5, 10} {
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				if i%4 == 0 {
					_ = k.app.VerifyPIN(t.Context(), root, "lea", access.NewPIN(wrongPIN))
					return
				}
				a := k.askAt(servers[i%2], "POST", paths[i%len(paths)]+"/pin", object("pin", wrongPIN))
				if a.status != http.StatusForbidden && a.status != http.StatusServiceUnavailable {
					t.Errorf("got %d %s", a.status, a.text)
				}
			})
		}
		all.Wait()
		k.wantWrong(want)
		k.later(access.LockFor)
		for i := range paths { // the old ones were ended
			paths[i] = k.start("lea")
		}
	}
	k.ask("POST", "/v1/logins", object("login", "lea")).want(t, 403, "code", "pin_blocked")
}

func TestManyRightPINsAtOnce(t *testing.T) {
	k := newKit(t)
	var all sync.WaitGroup
	for range 50 {
		path := k.start("lea")
		all.Go(func() { k.ask("POST", path+"/pin", object("pin", rightPIN)).want(t, 200, "decision", "allow") })
	}
	all.Wait()
	k.wantWrong(0)
}

func TestLockOverHTTP(t *testing.T) {
	k := newKit(t)
	for range 2 {
		login := k.start("lea")
		for range 3 {
			k.ask("POST", login+"/pin", object("pin", wrongPIN))
		}
	}
	locked := k.ask("POST", "/v1/logins", object("login", "lea")).want(t, 403, "code", "pin_locked")
	if until, err := time.Parse(time.RFC3339, locked.str("retry_at")); err != nil || !until.Equal(k.now().Add(access.LockFor)) {
		t.Errorf("retry_at: got %q, %v", locked.str("retry_at"), err)
	}
}
