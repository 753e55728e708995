package gate

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store/sqlite"
	"pinward/internal/web/edge"
)

func TestAuthRequest(t *testing.T) {
	k := newKit(t)
	cookie := k.in("lea")
	other := k.portal("other", access.ScopeLogin)
	const key, lea, at = "X-API-Key: ", "Remote-User: lea", "X-Original-URL: " + notesPage
	for _, c := range []struct {
		name  string
		lines []string
		want  int
		code  string
	}{
		{"let pass", []string{key + k.key, lea, at, cookie}, 200, ""},
		{"let pass, whatever is asked for", []string{key + k.key, lea, cookie}, 200, ""},
		{"let pass beside other cookies", []string{key + k.key, lea, at, cookie + "; theme=dark"}, 200, ""},
		{"no session", []string{key + k.key, lea, at}, 401, ""},
		{"another's session", []string{key + k.key, "Remote-User: tom", at, cookie}, 401, ""},
		{"a made up session", []string{key + k.key, lea, at, "Cookie: " + cookieName + "=x"}, 401, ""},
		{"two sessions", []string{key + k.key, lea, at, cookie + "; " + cookieName + "=x"}, 401, ""},
		{"another session at the portal", []string{key + k.key, lea, at, cookie, "X-Pinward-SSO-Session: s"}, 401, ""},
		{"no key", []string{lea, at, cookie}, 403, "portal_unauthenticated"},
		{"a wrong key", []string{key + k.key[:len(k.key)-1] + "_", lea, at, cookie}, 403, "portal_unauthenticated"},
		{"a key without the scope", []string{key + other, lea, at, cookie}, 403, "portal_scope"},
		{"nobody", []string{key + k.key, at, cookie}, 403, "no_identity"},
		{"an empty name", []string{key + k.key, "Remote-User: ", at, cookie}, 403, "no_identity"},
		{"another header", []string{key + k.key, "X-Forwarded-User: lea", at, cookie}, 403, "no_identity"},
		{"two names", []string{key + k.key, lea, "Remote-User: tom", at, cookie}, 403, "identity_duplicate"},
		{"a name twice", []string{key + k.key, lea, lea, at, cookie}, 403, "identity_duplicate"},
		{"an unknown name", []string{key + k.key, "Remote-User: max", at}, 403, "account_unknown"},
		{"a foreign host", []string{key + k.key, lea, "X-Original-URL: https://evil.example/"}, 403, "gate_host_unknown"},
		{"a look-alike", []string{key + k.key, lea, "X-Original-URL: https://notes.example.evil.example/"}, 403, "gate_host_unknown"},
		{"a host alone", []string{key + k.key, lea, "X-Original-URL: //notes.example/"}, 403, "gate_host_unknown"},
		{"no address", []string{key + k.key, lea}, 403, "gate_host_unknown"},
		{"two addresses", []string{key + k.key, lea, at, at}, 403, "gate_host_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD", "POST"} {
				answer := k.send(method, "/gate/auth-request", c.lines...)
				if answer.StatusCode != c.want || answer.Header.Get("X-Pinward-Code") != c.code {
					t.Errorf("%s: got %d %q, want %d %q", method, answer.StatusCode, answer.Header.Get("X-Pinward-Code"), c.want, c.code)
				}
				location, user := answer.Header.Get("Location"), answer.Header.Get("X-Pinward-User")
				if (location != "") != (c.want == 401) || (user != "") != (c.want == 200) || len(answer.Cookies()) != 0 {
					t.Errorf("%s: got Location %q, user %q, cookies %v", method, location, user, answer.Cookies())
				}
				if c.want == 200 && (user != "lea" || answer.Header.Get("X-Pinward-State") != "passed") {
					t.Errorf("got %v", answer.Header)
				}
				if strings.Contains(location, "notes.example") || strings.Contains(location, "evil") {
					t.Errorf("the way tells where it leads: %q", location)
				}
			}
		})
	}
}

// TestUntrustedIdentityIsLogged: who is no proven proxy and names somebody.
func TestUntrustedIdentityIsLogged(t *testing.T) {
	k := newKit(t)
	k.send("GET", "/gate/auth-request", "Remote-User: lea", "X-Original-URL: "+notesPage)
	if line := k.log.String(); !strings.Contains(line, `"untrusted identity header"`) || !strings.Contains(line, `"portal_unauthenticated"`) {
		t.Errorf("got %q", line)
	}
	k.log.Reset()
	k.nginx("lea", notesPage)
	if line := k.log.String(); line != "" {
		t.Errorf("an ordinary answer is logged: %q", line)
	}
}

// TestFailingStore: what cannot be judged is not let pass.
func TestFailingStore(t *testing.T) {
	k := newKit(t)
	cookie := k.in("lea")
	k.must(k.store.Close())
	answer := k.nginx("lea", notesPage, cookie)
	if answer.StatusCode != 403 || answer.Header.Get("X-Pinward-Code") != "unavailable" || answer.Header.Get("X-Pinward-User") != "" {
		t.Errorf("nginx: got %d %v", answer.StatusCode, answer.Header)
	}
	if answer = k.traefik("lea", "GET", notesPage, cookie, "Accept: text/html"); answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
		t.Errorf("Traefik: got %d %v", answer.StatusCode, answer.Header)
	}
	if answer = k.send("GET", "/gate/start?t=x"); answer.StatusCode != 503 {
		t.Errorf("start: got %d", answer.StatusCode)
	}
	if answer = k.bring("lea", "state=x&code=y"); answer.StatusCode != 503 || len(answer.Cookies()) != 0 {
		t.Errorf("callback: got %d", answer.StatusCode)
	}
}

func TestWithoutPagesThereIsNoGate(t *testing.T) {
	k := newKit(t)
	mux := http.NewServeMux()
	Register(mux, &edge.Edge{App: k.App})
	k.mux = mux
	if answer := k.nginx("lea", notesPage); answer.StatusCode != 404 {
		t.Errorf("got %d", answer.StatusCode)
	}
}

// TestNonGETOriginals: what was posted is not asked for again.
func TestNonGETOriginals(t *testing.T) {
	k := newKit(t)
	for _, c := range []struct{ referer, want string }{
		{"https://notes.example/form?a=1", "https://notes.example/form?a=1"},
		{"https://evil.example/form", "https://notes.example/"},
		{"", "https://notes.example/"},
	} {
		answer := k.send("GET", "/gate/auth-request", "X-API-Key: "+k.key, "Remote-User: lea", "X-Original-URL: "+notesPage, "X-Original-Method: POST", "Referer: "+c.referer)
		if got := k.bring("lea", k.page(k.wayOf(answer))).Header.Get("Location"); got != c.want {
			t.Errorf("from %q: sent to %q, want %q", c.referer, got, c.want)
		}
	}
}

func TestStart(t *testing.T) {
	k := newKit(t)
	way := k.wayOf(k.nginx("lea", notesPage))
	for _, c := range []struct {
		name, method, target, line string
		want                       int
	}{
		{"a way that is none", "GET", "/gate/start?t=x", "", 403},
		{"no way", "GET", "/gate/start", "", 403},
		{"a user's own target", "GET", "/gate/start?rd=https://evil.example/", "", 403},
		{"a look ahead", "GET", way, "Sec-Purpose: prefetch;prerender", 403},
		{"the head alone", "HEAD", way, "", 403},
		{"a post", "POST", way, "", 405},
		{"the way", "GET", way + "&rd=https://evil.example/", "", 303},
	} {
		answer := k.send(c.method, c.target, c.line)
		if answer.StatusCode != c.want || strings.Contains(answer.Header.Get("Location"), "evil") {
			t.Errorf("%s: got %d to %q, want %d", c.name, answer.StatusCode, answer.Header.Get("Location"), c.want)
		}
	}
	k.now = k.now.Add(access.GateStartFor)
	if answer := k.send("GET", way); answer.StatusCode != 303 || answer.Header.Get("Location") != notesPage {
		t.Errorf("late: got %d to %q, want back to the application", answer.StatusCode, answer.Header.Get("Location"))
	}
}

func TestCallback(t *testing.T) {
	k := newKit(t)
	query := k.page(k.wayOf(k.nginx("lea", notesPage)))
	state := query[strings.Index(query, "state="):]
	for _, c := range []struct {
		name, user, query, code string
		again                   bool // the page leads back to the application
	}{
		{"another person", "tom", query, app.CodeIdentityOther, false},
		{"nobody", "", query, app.CodeNoIdentity, false},
		{"a wrong code", "lea", "code=x&" + state, "login_code_wrong", true},
		{"a wrong state", "lea", strings.ReplaceAll(query, "state=", "state=x"), app.CodeGateStateUnknown, false},
		{"no state", "lea", strings.ReplaceAll(query, "state=", "x="), app.CodeGateStateUnknown, false},
		{"somebody who left", "lea", "error=cancelled&" + state, codeLeft, true},
		{"somebody else who left", "tom", "error=cancelled&" + state, app.CodeIdentityOther, false},
		{"nothing at all", "lea", "", app.CodeGateStateUnknown, false},
	} {
		answer := k.bring(c.user, c.query, "Cookie: "+cookieName+"=planted")
		if answer.StatusCode != 403 || answer.Header.Get("X-Pinward-Code") != c.code || len(answer.Cookies()) != 0 || answer.Header.Get("Location") != "" {
			t.Errorf("%s: got %d %v, want 403 %s", c.name, answer.StatusCode, answer.Header, c.code)
		}
		if again := strings.Contains(answer.Body, `href="`+notesPage+`"`); again != c.again || !strings.Contains(answer.Body, `lang="en"`) {
			t.Errorf("%s: got page %s", c.name, answer.Body)
		}
	}
	if answer := k.send("HEAD", "/gate/callback?"+query, "X-API-Key: "+k.key, "Remote-User: lea"); answer.StatusCode != 403 {
		t.Errorf("the head alone: got %d", answer.StatusCode)
	}
	if answer := k.send("GET", "/gate/callback?"+query, "Remote-User: lea"); answer.StatusCode != 403 || !strings.Contains(k.log.String(), "untrusted identity header") {
		t.Errorf("no proxy: got %d", answer.StatusCode)
	}
	good := k.bring("lea", query, "Cookie: "+cookieName+"=planted")
	cookie := k.cookieOf(good)
	if good.StatusCode != 303 || good.Header.Get("Location") != notesPage || cookie == "" || strings.HasSuffix(cookie, "=planted") {
		t.Errorf("got %d to %q with %q", good.StatusCode, good.Header.Get("Location"), cookie)
	}
	if k.nginx("lea", notesPage, "Cookie: "+cookieName+"=planted").StatusCode != 401 {
		t.Error("a planted session passes")
	}
	replay := k.bring("lea", query)
	if replay.StatusCode != 403 || len(replay.Cookies()) != 0 {
		t.Errorf("a replay: got %d with %v", replay.StatusCode, replay.Cookies())
	}
	if k.nginx("lea", notesPage, "Cookie: "+cookie).StatusCode != 200 {
		t.Error("a replay ended the session")
	}
	if secret := strings.TrimPrefix(cookie, cookieName+"="); strings.Contains(k.log.String(), secret) || strings.Contains(k.log.String(), k.key) {
		t.Error("a secret stands in the log")
	}
}

func TestTwoAccountsOfOneBrowser(t *testing.T) {
	k := newKit(t)
	lea := k.in("lea")
	if k.nginx("tom", notesPage, lea).StatusCode != 401 {
		t.Error("tom passes by lea's session")
	}
	tom := k.in("tom") // the browser keeps this one in its place
	if k.nginx("tom", notesPage, tom).StatusCode != 200 || k.nginx("lea", notesPage, tom).StatusCode != 401 {
		t.Error("tom's session is not tom's alone")
	}
	if k.nginx("lea", notesPage, lea).StatusCode != 200 {
		t.Error("lea's session ended with tom's")
	}
}

// TestTwoProcesses asks another process over the same store.
func TestTwoProcesses(t *testing.T) {
	k := newKit(t)
	s, err := sqlite.Open(t.Context(), filepath.Clean(k.store.Path()))
	k.must(err)
	t.Cleanup(func() { _ = s.Close() })
	here, there := k.mux, k.serving(k.over(s))
	way := k.wayOf(k.nginx("lea", notesPage))
	k.mux = there
	query := k.page(way)
	k.mux = here
	cookie := "Cookie: " + k.cookieOf(k.bring("lea", query))
	k.mux = there
	if k.nginx("lea", notesPage, cookie).StatusCode != 200 {
		t.Error("the other process does not know the session")
	}
	_, err = k.SignOutAccount(t.Context(), root(), "lea", "")
	k.must(err)
	if k.nginx("lea", notesPage, cookie).StatusCode != 401 {
		t.Error("the other process lets an ended session pass")
	}
}
