package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
	"pinward/internal/web/edge"
)

// TestEveryProblem makes every code happen and holds each against its status and
// against what docs/openapi.yaml says of the route.
func TestEveryProblem(t *testing.T) {
	k := newKit(t)
	s := specified(t)
	login := k.start("lea")
	hosted := k.start("lea", func(a *asked) { a.body = object("login", "lea", "return_url", back) })
	byPassword := k.start("ned")
	post := func(path, body string, change ...func(*asked)) asked { return k.ask("POST", path, body, change...) }
	happened := map[string]bool{"no_such_route": true, "method_not_allowed": true} // of the server's
	for _, c := range []struct {
		name  string
		a     asked
		code  string
		route string
	}{
		{"no key", post("/v1/logins", "{}", with("Authorization", "")), "portal_unauthenticated", "/v1/logins"},
		{"a wrong key", post("/v1/logins", "{}", as("pgk_k1_no")), "portal_unauthenticated", "/v1/logins"},
		{"two keys", post("/v1/logins", "{}", with("X-API-Key", k.llng)), "portal_unauthenticated", "/v1/logins"},
		{"a key for less", post("/v1/logins", "{}", as(k.desk)), "portal_scope", "/v1/logins"},
		{"a key for another network", post("/v1/logins", "{}", as(k.fenced())), "portal_network", "/v1/logins"},
		{"not JSON", post("/v1/logins", "canary"), "usage", "/v1/logins"},
		{"nobody named", post("/v1/logins", "{}"), "usage", "/v1/logins"},
		{"another login in the object", post(login+"/pin", object("pin", wrongPIN, "login_id", "other")), "usage", "/v1/logins/{id}/pin"},
		{"no key text", post("/v1/logins", "{}", with("Idempotency-Key", `""`)), "idempotency_key_invalid", "/v1/logins"},
		{"too long", post("/v1/logins", `{"login":"`+strings.Repeat("a", edge.MaxBody)+`"}`), "body_too_large", "/v1/logins"},
		{"no media type", post("/v1/logins", "{}", with("Content-Type", "")), "media_type", "/v1/logins"},
		{"a form for a login", post("/v1/logins", "login=lea", with("Content-Type", formType)), "media_type", "/v1/logins"},
		{"another charset", post("/v1/logins", "{}", with("Content-Type", "application/json; charset=latin1")), "media_type", "/v1/logins"},
		{"compressed", post("/v1/logins", "{}", with("Content-Encoding", "gzip")), "media_type", "/v1/logins"},
		{"another's address", post("/v1/logins", object("login", "lea", "return_url", back+"/")), "return_url_not_allowed", "/v1/logins"},
		{"a state that is none", post("/v1/logins", object("login", "lea", "return_url", back, "state", "a\x00b")), "state_invalid", "/v1/logins"},
		{"the portal's own PIN", post(hosted+"/pin", object("pin", rightPIN)), "login_hosted", "/v1/logins/{id}/pin"},
		{"pages of an unfinished login", post("/v1/account-sessions", object("login_id", id(login))), "login_expired", "/v1/account-sessions"},
		{"a notice that is not there", post("/v1/notices/n1/dispute", "{}"), "not_found", "/v1/notices/{id}/dispute"},
		{"notices of a stranger", k.ask("GET", "/v1/notices?login=far", ""), "not_found", "/v1/notices"},
		{"notices of all", k.ask("GET", "/v1/notices", ""), "usage", "/v1/notices"},
		{"a notice, and who says so", post("/v1/notices/n1/seen", object("login_id", id(byPassword))), "proof_needed", "/v1/notices/{id}/seen"},
		{"too often", k.tooOften(), "rate_limited", "/v1/logins"},
		{"while it runs", k.whileItRuns(), "idempotency_in_progress", "/v1/logins"},
		{"a name that was used", k.reused(), "idempotency_key_reused", "/v1/logins"},
		{"too many PINs", k.tooManyPINs(login), "hashing_busy", "/v1/logins/{id}/pin"},
		{"PINs in flight", inFlight(t), "attempts_in_flight", "/v1/logins/{id}/pin"},
		{"a seal that is broken", k.sealBroken(), "unexpected", "/v1/logins/{id}/pin"},
		{"no pages", k.withoutPages(), "pages_off", "/v1/logins"},
		{"a key that is missing", k.withoutKey(), "unavailable", "/v1/logins/{id}/pin"},
		{"an account past its last day", k.overnight(), "account_not_active", "/v1/account-sessions"},
		{"its own notice", k.ownNotice(), "notice_of_this_device", "/v1/notices/{id}/seen"},
	} {
		t.Run(c.name, func(t *testing.T) {
			happened[c.code] = true
			told, ok := toldOf(c.code)
			if !ok {
				t.Fatalf("%s is not told", c.code)
			}
			c.a.want(t, told.status, "code", c.code, "status", float64(told.status), "title", told.title, "type", explained+c.code, "decision", nil)
			if _, ok := s.Paths[c.route][strings.ToLower(c.a.method)].Responses[strconv.Itoa(told.status)]; !ok {
				t.Errorf("docs/openapi.yaml: %s: lacks %d", c.route, told.status)
			}
			if retry := c.a.got.Get("Retry-After") != ""; retry != slices.Contains([]int{409, 429, 503}, told.status) {
				t.Errorf("Retry-After: got %v with %d", retry, told.status)
			}
			if asks := c.a.got.Get("WWW-Authenticate") != ""; asks != (told.status == 401) {
				t.Errorf("WWW-Authenticate: got %v with %d", asks, told.status)
			}
			if strings.Contains(c.a.text, "canary") {
				t.Errorf("it quotes the request: %s", c.a.text)
			}
		})
	}
	for _, told := range toldCodes() {
		if !happened[told.code] && told.code != "forbidden" { // which is for operators
			t.Errorf("%s never happened", told.code)
		}
	}
}

func id(path string) string { return strings.TrimPrefix(path, "/v1/logins/") }

func (k *kit) fenced() string {
	made, err := k.app.AddPortal(k.t.Context(), root, access.Portal{
		Name: "fenced", Scopes: []access.Scope{access.ScopeLogin}, Schools: []string{"A"}, Networks: prefixes("203.0.113.0/24"),
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return made.Key.Reveal()
}

func (k *kit) tooOften() asked {
	wild := k.portal("wild", access.ScopeLogin)
	for range requestsAtOnce {
		k.api.limits.wait("portal:wild", false, k.now())
	}
	return k.ask("POST", "/v1/logins", "{}", as(wild))
}

// whileItRuns asks for a request that was begun and has no answer yet.
func (k *kit) whileItRuns() asked {
	body := object("login", "ned")
	req := app.Repeatable{Name: "running", Parts: [][]byte{[]byte("POST"), []byte("/v1/logins"), []byte(body)}}
	by := access.Portal{Name: "ent", Schools: []string{"A"}}.Operator()
	var a asked
	_, err := k.app.Once(k.t.Context(), by, req, func(context.Context) (app.Answered, bool) {
		a = k.ask("POST", "/v1/logins", body, named("running"))
		return app.Answered{}, false
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

func (k *kit) reused() asked {
	k.ask("POST", "/v1/logins", object("login", "ned"), named("used"))
	return k.ask("POST", "/v1/logins", object("login", "lea"), named("used"))
}

func (k *kit) tooManyPINs(login string) asked {
	defer k.busy()()
	return k.ask("POST", login+"/pin", object("pin", wrongPIN))
}

// inFlight gives a PIN while as many as may be wrong are being judged. It waits
// for 8 seconds of a clock that runs only where nothing waits for a network.
func inFlight(t *testing.T) (a asked) {
	synctest.Test(t, func(t *testing.T) {
		k := newStoreKit(t)
		made, handler := k.handler(k.app)
		k.api, k.http, k.url = made, &http.Client{Transport: direct{handler}}, "http://pin.example"
		login := k.start("lea")
		err := k.store.Update(t.Context(), func(tx store.Tx) error {
			lea, err := tx.AccountByLogin(t.Context(), "lea")
			if err != nil {
				return err
			}
			var counts access.Attempts
			for i := range access.LockAfter {
				counts.Reserve(access.Lease{ID: strconv.Itoa(i), At: k.now()})
			}
			return tx.PutAttempts(t.Context(), lea.Key, counts)
		})
		if err != nil {
			t.Fatal(err)
		}
		a = k.ask("POST", login+"/pin", object("pin", rightPIN))
	})
	return a
}

func (k *kit) sealBroken() asked {
	ctx := k.t.Context()
	err := k.store.Update(ctx, func(tx store.Tx) error {
		ned, err := tx.AccountByLogin(ctx, "ned")
		if err != nil {
			return err
		}
		ned.Protection = access.ByPIN
		if err := tx.PutAccount(ctx, &ned); err != nil {
			return err
		}
		return tx.PutCredential(ctx, ned.Key, access.Credential{KeyID: k.keys.ActiveID(), Sealed: []byte("canary"), SetAt: k.now()})
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return k.ask("POST", k.start("ned")+"/pin", object("pin", wrongPIN))
}

func (k *kit) withoutPages() asked {
	made, server := k.serve(k.app)
	made.edge.Public = nil
	k.askAt(server, "POST", "/v1/account-sessions", object("login_id", "x")).want(k.t, 422, "code", "pages_off")
	return k.askAt(server, "POST", "/v1/logins", object("login", "lea", "return_url", back))
}

// withoutKey judges a PIN in a process whose keyring is another store's.
func (k *kit) withoutKey() asked {
	other := newKit(k.t)
	login := other.start("lea")
	other.keys = k.keys
	_, server := other.serve(other.over(other.store))
	return other.askAt(server, "POST", login+"/pin", object("pin", rightPIN))
}

// overnight asks for the pages of an account whose last day ended just now.
func (k *kit) overnight() asked {
	k = newKit(k.t)
	last, err := access.ParseDate("2026-03-02")
	if err != nil {
		k.t.Fatal(err)
	}
	if _, err := k.app.AddAccount(k.t.Context(), root, app.NewAccount{
		Login: "sue", Name: "Sue", Profile: access.Student, Schools: []string{"A"}, EndsOn: last,
	}); err != nil {
		k.t.Fatal(err)
	}
	k.later(14*time.Hour + 59*time.Minute) // 23:59 in Paris
	login := k.start("sue")
	k.later(2 * time.Minute)
	return k.ask("POST", "/v1/account-sessions", object("login_id", id(login)))
}

// ownNotice marks the notice of a new device as seen on that device.
func (k *kit) ownNotice() asked {
	login := k.start("lea")
	k.ask("POST", login+"/pin", `{"pin":"`+rightPIN+`","remember":{"name":"Room 9"}}`).want(k.t, 200)
	list := k.ask("GET", "/v1/notices?login=lea", "").want(k.t, 200)
	all, _ := list.answer["notices"].([]any)
	last, _ := all[len(all)-1].(map[string]any)
	notice, _ := last["id"].(string)
	return k.ask("POST", "/v1/notices/"+notice+"/seen", object("login_id", id(login)))
}

// TestCodesAreTold holds the table of docs/portal-api.md against the codes.
func TestCodesAreTold(t *testing.T) {
	page, err := os.ReadFile("../../../docs/portal-api.md")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, told := range toldCodes() {
		want = append(want, `<a id="`+told.code+`"></a>`+"`"+told.code+"` | "+strconv.Itoa(told.status)+" | "+told.title)
	}
	for _, row := range regexp.MustCompile(`(?m)^\| (<a id=.*</a>`+"`"+`.*) \|$`).FindAllStringSubmatch(string(page), -1) {
		got = append(got, row[1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/portal-api.md: got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !strings.Contains(string(page), `<a id="refused"></a>`) {
		t.Error("docs/portal-api.md: nothing is said of refusals")
	}
}

// TestHangingUpIsNoFailure ends a request before its answer.
func TestHangingUpIsNoFailure(t *testing.T) {
	k := newKit(t)
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/logins", strings.NewReader(object("login", "lea")))
	r.Header.Set("Authorization", "Bearer "+k.ent)
	r.Header.Set("Content-Type", jsonType)
	w := httptest.NewRecorder()
	k.api.serve(w, r, k.api.routes()[0])
	if w.Code < 500 || k.log.String() != "" {
		t.Errorf("got %d and the lines %q, want no line", w.Code, k.log.String())
	}
}
