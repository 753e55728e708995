package pages

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/web/edge"
)

// TestCrossSite: no other site acts in the browser's name.
func TestCrossSite(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.logsIn("lea")
	link := v.page.path
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "", "Origin", "null"},
	} {
		v.ask(http.MethodPost, link+"/pin", url.Values{"pin": {"1111"}}, headers...)
		if v.status != http.StatusForbidden || v.title() != "Request refused" {
			t.Errorf("%v: got %d, %q", headers, v.status, v.title())
		}
	}
	v.get(link)
	v.wantText("3 tries left")
	v.ask(http.MethodPost, link+"/pin", url.Values{"pin": {"1111"}}, "Sec-Fetch-Site", "", "Origin", "https://pin.example")
	v.wantText("2 tries left")
}

// TestOnlyPOSTActs: what changes something has no address that a scanner of mails
// could open.
func TestOnlyPOSTActs(t *testing.T) {
	k := newKit(t)
	for pattern := range routes() {
		method, path, _ := strings.Cut(pattern, " ")
		if method != http.MethodPost {
			continue
		}
		path = strings.NewReplacer("{link}", "x", "{id}", "x").Replace(path)
		w := httptest.NewRecorder()
		k.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if _, shown := routes()["GET "+strings.TrimPrefix(pattern, "POST ")]; !shown && w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: got %d", path, w.Code)
		}
	}
}

func TestHeaders(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.logsIn("lea")
	h := v.page.header
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self' https://ent.example; frame-ancestors 'none'; base-uri 'none'",
		"Cache-Control":           "no-store",
		"Referrer-Policy":         "same-origin",
		"X-Content-Type-Options":  "nosniff",
		"Content-Type":            "text/html; charset=utf-8",
		"Content-Language":        "en",
		"Vary":                    "Accept-Language, Cookie",
	} {
		if got := h.Values(name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, e := range named(v.elements, "link") {
		r := httptest.NewRequest(http.MethodGet, strings.TrimPrefix(e.attr["href"], "/school"), nil)
		w := httptest.NewRecorder()
		k.mux.ServeHTTP(w, r)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got %d, %v", e.attr["href"], w.Code, w.Header())
		}
	}
	v.get("/assets/style-000000000000.css")
	if v.status != http.StatusNotFound {
		t.Errorf("an asset that is none: got %d", v.status)
	}
}

func TestLanguage(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	for accept, want := range map[string]string{
		"fr-FR, en;q=0.5": "Saisissez votre code PIN",
		"en":              "Enter your PIN",
		"de":              "Saisissez votre code PIN", // the school's
		"":                "Saisissez votre code PIN",
	} {
		v := k.browser()
		v.accept = accept
		v.logsIn("lea")
		v.wantTitle(want)
	}
	v := k.browser()
	v.logsIn("lea")
	link := v.page.path
	for _, e := range named(v.elements, "a") {
		if e.attr["hreflang"] == "fr" {
			v.get(strings.TrimPrefix(e.attr["href"], "/school"))
		}
	}
	v.wantTitle("Saisissez votre code PIN")
	v.send("/pin", "pin", "1111")
	v.wantText("Ce code PIN n’est pas le bon.")
	if v.page.path != link {
		t.Errorf("the switch of languages led to %s, want %s", v.page.path, link)
	}
}

// TestSwitchStaysHere: no address makes the switch of languages lead elsewhere.
func TestSwitchStaysHere(t *testing.T) {
	k := newKit(t)
	for _, target := range []string{"/p/x?lang=fr", "/p/%2F%2Fevil.example?lang=fr", "/p/..%2f..%2f%2fevil.example?lang=fr", "/account/closed?lang=fr&e=1"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "https://pin.example"+target, nil)
		k.mux.ServeHTTP(w, r)
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || to.Host != "" || !strings.HasPrefix(to.Path, "/school/") {
			t.Errorf("%s: got %d, Location %q", target, w.Code, w.Header().Get("Location"))
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "https://pin.example/", nil)
	r.URL.Path, r.URL.RawQuery = "//evil.example", "lang=fr"
	r.Header.Set("Accept", "text/html")
	if !Refuse(k.edge, w, r, http.StatusNotFound) || w.Code != http.StatusNotFound || w.Header().Get("Location") != "" {
		t.Errorf("got %d, Location %q", w.Code, w.Header().Get("Location"))
	}
}

func TestRefuse(t *testing.T) {
	k := newKit(t)
	for _, tt := range []struct {
		accept string
		status int
		title  string
	}{
		{"text/html,*/*", 404, "Page not found"},
		{"text/html", 405, "Page not found"},
		{"text/html", 500, "Something went wrong"},
		{"*/*", 404, ""},
		{"", 404, ""},
	} {
		w := httptest.NewRecorder()
		r := edge.WithRequestID(httptest.NewRequest(http.MethodGet, "/nothing", nil), "0123456789abcdef")
		r.Header.Set("Accept", tt.accept)
		if did := Refuse(k.edge, w, r, tt.status); did != (tt.title != "") {
			t.Errorf("%q: answered: %v", tt.accept, did)
			continue
		}
		if tt.title == "" {
			continue
		}
		page := elements(t, w.Body.Bytes())
		if got := named(page, "h1")[0].text; w.Code != tt.status || got != tt.title {
			t.Errorf("%q: got %d, %q", tt.accept, w.Code, got)
		}
		if text := named(page, "main")[0].text; strings.Contains(text, "0123456789abcdef") != (tt.status == 500) {
			t.Errorf("%d: the page says %q", tt.status, text)
		}
	}
	k.edge.Public = nil
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/nothing", nil)
	r.Header.Set("Accept", "text/html")
	if Refuse(k.edge, w, r, 404) {
		t.Error("there are no pages, and yet one is shown")
	}
	mux := http.NewServeMux()
	Register(mux, k.edge)
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/p/x", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("without pages: got %d", w.Code)
	}
}

// TestFormsAreBounded: one that is too long says so, as it does elsewhere.
func TestFormsAreBounded(t *testing.T) {
	k := newKit(t)
	for size, want := range map[int]int{edge.MaxBody: http.StatusGone, edge.MaxBody + 1: http.StatusRequestEntityTooLarge} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/p/x/pin", strings.NewReader("pin="+strings.Repeat("1", size-len("pin="))))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Body = http.MaxBytesReader(w, r.Body, edge.MaxBody)
		if k.mux.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%d bytes: got %d, want %d", size, w.Code, want)
		}
	}
}

// TestBusy: a PIN that cannot be judged now costs no try.
func TestBusy(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.logsIn("lea")
	k.edge.Hashing = edge.NewHashing(1)
	var held []func()
	for range 2 { // as many as one core hashes
		release, err := k.edge.Hash(t.Context())
		k.must(err)
		held = append(held, release)
	}
	v.send("/pin", "pin", "1111")
	v.wantTitle("Too many logins at once")
	if v.status != http.StatusServiceUnavailable || v.header.Get("Retry-After") == "" {
		t.Errorf("got %d, Retry-After %q", v.status, v.header.Get("Retry-After"))
	}
	for _, release := range held {
		release()
	}
	v.follow(v.page.path[:strings.LastIndex(v.page.path, "/")])
	v.wantText("3 tries left")
}

// TestSecretsAreNotLogged: nothing that was typed, and no link.
func TestSecretsAreNotLogged(t *testing.T) {
	k := newKit(t)
	k.person("lea", "8305", access.Student)
	v := k.browser()
	v.logsIn("lea")
	link := strings.TrimPrefix(v.page.path, "/p/")
	v.ask(http.MethodPost, v.page.path+"/pin", url.Values{"pin": {strings.Repeat("9", 70)}})
	v.ask(http.MethodPost, "/p/"+link+"/code", url.Values{"code": {"ABCDEFGH"}, "pin": {"830512"}})
	if log := k.log.String(); strings.Contains(log, link) || strings.Contains(log, "999") || strings.Contains(log, "ABCDEFGH") || strings.Contains(log, "830512") {
		t.Errorf("the log holds a secret:\n%s", log)
	}
}
