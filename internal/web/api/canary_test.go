package api

import (
	"net/http"
	"strings"
	"testing"

	"pinward/internal/app"
)

// TestNoSecretShows lives through everything with known secrets: none is in the
// log, none in a problem but the login's own id.
func TestNoSecretShows(t *testing.T) {
	k := newKit(t)
	secrets := map[string]string{
		"PIN": rightPIN, "wrong PIN": wrongPIN, "new PIN": newPIN, "key": k.ent, "another key": k.llng, "state": "canary-state",
	}
	var problems []asked
	ask := func(path, body string, change ...func(*asked)) asked {
		a := k.ask("POST", path, body, change...)
		if a.status >= http.StatusBadRequest {
			problems = append(problems, a)
		}
		for _, key := range []string{"login_id", "device_token", "prompt_url", "url"} {
			if s := a.str(key); s != "" && a.status < http.StatusBadRequest {
				secrets[key+" "+s] = s[strings.LastIndexByte(s, '/')+1:]
			}
		}
		return a
	}
	on := true
	if _, err := k.app.SetPolicy(t.Context(), root, "teacher", app.PolicyUpdate{SelfReset: &on}); err != nil {
		t.Fatal(err)
	}
	login := loginPath(ask("/v1/logins", object("login", "lea", "user_agent", firefox)).str("login_id"))
	for _, body := range []string{
		object("pin", wrongPIN), object("pin", wrongPIN, "login_id", wrongPIN), `{"pin":` + wrongPIN + `}`, `{"pin":"` + wrongPIN, `{"` + wrongPIN + `":1}`,
	} {
		ask(login+"/pin", body, named("n"+body[:4]))
		ask(login+"/redeem", body)
	}
	token := ask(login+"/pin", `{"pin":"`+rightPIN+`","remember":{"name":"Room 201"}}`, named("right")).str("device_token")
	ask(login+"/setup", object("protection", "pin", "pin", newPIN, "pin_confirm", wrongPIN))
	ask(login+"/setup", object("protection", newPIN))
	ask("/v1/account-sessions", object("login_id", id(login)))
	ask("/v1/account-sessions", object("login_id", rightPIN))
	ask("/v1/logins", object("login", "lea", "return_url", back, "state", "canary-state"))
	ask("/v1/logins", object("login", "lea", "return_url", "https://evil.example/"+wrongPIN, "state", "canary-state"))
	ask("/v1/logins", object("login", wrongPIN, "ip", wrongPIN))
	ask("/v1/logins", object("login", "lea", "device_token", token, "user_agent", chrome))
	ask("/v1/recognize", "", form("user", wrongPIN, "cookies", "x="+token, "user_agent", firefox))
	ask("/v1/recognize", "", form("user", "lea", rightPIN, token))
	ask("/v1/notices/"+wrongPIN+"/seen", object("login_id", id(login)))
	ask("/v1/logins", "{}", as(k.ent+"x"))
	ask("/v1/logins/"+token+"/pin", object("pin", wrongPIN))
	problems = append(problems, k.ask("GET", "/v1/logins/"+token, ""), k.ask("GET", "/v1/notices?login="+wrongPIN, ""))
	reset := loginPath(ask("/v1/logins", object("login", "lea", "user_agent", chrome)).str("login_id"))
	ask(reset+"/reset", "{}")
	ask(reset+"/reset", object("code", wrongPIN, "pin", newPIN, "pin_confirm", newPIN))
	problems = append(problems, k.sealBroken())
	if len(problems) < 15 || !strings.Contains(k.log.String(), "request failed") {
		t.Fatalf("got %d problems and the log %q, want many and a line", len(problems), k.log.String())
	}
	for name, text := range secrets {
		if strings.Contains(k.log.String(), text) {
			t.Errorf("the log holds the %s", name)
		}
		for _, p := range problems {
			if strings.Contains(p.text, text) && !strings.HasPrefix(name, "login_id") {
				t.Errorf("%s %s: the answer holds the %s: %s", p.method, p.path, name, p.text)
			}
		}
	}
}
