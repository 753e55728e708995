package pages

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store/sqlite"
	"pinward/internal/web/edge"
)

const (
	returnURL = "https://ent.example/pin/back"
	firefox   = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
	chrome    = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)

// A kit is the pages over a real store, with a movable clock.
type kit struct {
	*app.App
	t      *testing.T
	now    time.Time
	mux    *http.ServeMux
	edge   *edge.Edge
	portal access.Operator
	log    bytes.Buffer
}

func root() access.Operator {
	return access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin}
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), mux: http.NewServeMux()}
	store, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "pinward.db"))
	k.must(err)
	t.Cleanup(func() { _ = store.Close() })
	keys, err := secret.NewKeyring(rand.Reader, k.now)
	k.must(err)
	k.App = app.New(app.Deps{Store: store, Keys: keys, Hasher: secret.Hasher{MemoryKiB: 64, Time: 1}, Now: func() time.Time { return k.now }, Random: rand.Reader})
	school := access.School{
		Code: "A", Name: "Collège Sample", Contact: "Vie scolaire, 01 99 00 00 00", TimeZone: "Europe/Paris", Lang: "fr",
		Networks: []access.Network{{Prefix: netip.MustParsePrefix("10.1.0.0/16"), Registration: access.RegisterTonight}},
	}
	k.must(k.Init(t.Context(), root(), []access.School{school}))
	made, err := k.AddPortal(t.Context(), root(), access.Portal{
		Name: "ent", Scopes: []access.Scope{access.ScopeLogin}, Schools: []string{"A"}, ReturnURLs: []string{returnURL},
	})
	k.must(err)
	k.portal = made.Portal.Operator()
	public, err := url.Parse("https://pin.example/school")
	k.must(err)
	k.edge = &edge.Edge{App: k.App, Now: func() time.Time { return k.now }, Log: slog.New(slog.NewJSONHandler(&k.log, nil)), Public: public}
	Register(k.mux, k.edge)
	return k
}

func (k *kit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// person adds an account, with a PIN unless that is "".
func (k *kit) person(login, pin string, p access.Profile) {
	k.t.Helper()
	_, err := k.AddAccount(k.t.Context(), root(), app.NewAccount{
		Login: login, Name: "Sample, " + login, Profile: p, Schools: []string{"A"}, Email: login + "@school.example",
	})
	k.must(err)
	if pin != "" {
		_, err = k.SetPIN(k.t.Context(), root(), app.SetPIN{Login: login, PIN: access.NewPIN(pin), Reason: "sample"})
		k.must(err)
	}
}

// A visitor is a browser: it keeps cookies in their order, and follows redirects
// within the pages.
type visitor struct {
	*kit
	cookies  []*http.Cookie
	accept   string // languages
	agent    string
	ip       string
	stubborn bool // refuses cookies
	page
}

// A page is what the browser shows.
type page struct {
	path     string // without the public path
	status   int
	header   http.Header
	elements []element
	location string // where it was sent outside of the pages
}

func (k *kit) browser() *visitor {
	return &visitor{kit: k, accept: "en", agent: firefox, ip: "192.0.2.7:40000"}
}

func (v *visitor) ask(method, path string, form url.Values, headers ...string) {
	v.t.Helper()
	for range 10 {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.RemoteAddr = v.ip
		r.Header.Set("Accept-Language", v.accept)
		r.Header.Set("User-Agent", v.agent)
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		for _, c := range v.cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		v.mux.ServeHTTP(w, r)
		v.take(w.Result())
		shown, _, _ := strings.Cut(path, "?")
		v.page = page{path: shown, status: w.Code, header: w.Header(), location: w.Header().Get("Location")}
		inside, ok := strings.CutPrefix(v.location, "/school/")
		if w.Code != http.StatusSeeOther {
			v.elements = elements(v.t, w.Body.Bytes())
			return
		}
		if !ok {
			return
		}
		method, path, form = http.MethodGet, "/"+inside, nil
	}
	v.t.Fatalf("too many redirects at %s", v.page.path)
}

// take stores cookies as a browser does: one that it has keeps its place.
func (v *visitor) take(r *http.Response) {
	for _, c := range r.Cookies() {
		if !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || !strings.HasPrefix(c.Name, "__Host-pinward_") {
			v.t.Errorf("cookie %v is not one of this host's alone", c)
		}
		if v.stubborn {
			continue
		}
		at := -1
		for i, old := range v.cookies {
			if old.Name == c.Name {
				at = i
			}
		}
		switch {
		case c.MaxAge < 0 && at >= 0:
			v.cookies = append(v.cookies[:at:at], v.cookies[at+1:]...)
		case c.MaxAge < 0:
		case at >= 0:
			v.cookies[at] = c
		default:
			v.cookies = append(v.cookies, c)
		}
	}
	if len(v.cookies) > maxCookies {
		v.t.Errorf("the browser has %d cookies, at most %d", len(v.cookies), maxCookies)
	}
}

func (v *visitor) get(path string) { v.t.Helper(); v.ask(http.MethodGet, path, nil) }

// title gives the heading of the page.
func (v *visitor) title() string {
	if h := named(v.elements, "h1"); len(h) == 1 {
		return h[0].text
	}
	return ""
}

func (v *visitor) wantTitle(want string) {
	v.t.Helper()
	if got := v.title(); got != want {
		v.t.Fatalf("at %s (%d, %q): the page is %q, want %q", v.page.path, v.status, v.location, got, want)
	}
}

func (v *visitor) wantText(want string) {
	v.t.Helper()
	if got := named(v.elements, "main"); len(got) != 1 || !strings.Contains(strings.ReplaceAll(got[0].text, "\u00a0", " "), want) {
		v.t.Errorf("the page %q does not say %q but\n%s", v.title(), want, strings.Join(strings.Fields(got[0].text), " "))
	}
}

// send fills in the form whose action ends so, and sends it. Every name must be
// that of a field of it; what is hidden is sent along.
func (v *visitor) send(action string, fields ...string) {
	v.t.Helper()
	filled := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		filled.Set(fields[i], fields[i+1])
	}
	inside, to := false, ""
	form := url.Values{}
	for _, e := range v.elements {
		if e.name == "form" {
			path, _, _ := strings.Cut(e.attr["action"], "?")
			if inside = strings.HasSuffix(path, action) && to == ""; inside {
				to = e.attr["action"]
			}
		}
		name := e.attr["name"]
		if !inside || e.name != "input" || name == "" {
			continue
		}
		if value := e.attr["value"]; value != "" && e.attr["type"] != "radio" {
			form.Set(name, value)
		}
		if filled.Has(name) {
			form.Set(name, filled.Get(name))
			delete(filled, name)
		}
	}
	if to == "" || len(filled) > 0 {
		v.t.Fatalf("the page %q has no form %s with %v", v.title(), action, filled)
	}
	v.ask(http.MethodPost, strings.TrimPrefix(to, "/school"), form)
}

// follow follows the link to an address that ends so.
func (v *visitor) follow(end string) {
	v.t.Helper()
	for _, e := range named(v.elements, "a") {
		if path, _, _ := strings.Cut(e.attr["href"], "?"); strings.HasSuffix(path, end) && e.attr["hreflang"] == "" {
			v.get(strings.TrimPrefix(e.attr["href"], "/school"))
			return
		}
	}
	v.t.Fatalf("the page %q has no link to %s", v.title(), end)
}

// presses follows the link that is told of by that label.
func (v *visitor) presses(label string) {
	v.t.Helper()
	for _, e := range named(v.elements, "a") {
		if e.attr["aria-label"] == label {
			v.get(strings.TrimPrefix(e.attr["href"], "/school"))
			return
		}
	}
	v.t.Fatalf("the page %q has no link %q", v.title(), label)
}

// begins starts a login at the portal and gives its id and link.
func (v *visitor) begins(login string) (id access.Secret, link string) {
	v.t.Helper()
	answer, err := v.StartLogin(v.t.Context(), v.portal, app.StartLogin{Login: login, IP: "192.0.2.1", ReturnURL: returnURL, State: "st"})
	v.must(err)
	if answer.PageLink.Empty() {
		v.t.Fatalf("the login of %s has no page: %+v", login, answer)
	}
	return access.NewSecret(answer.LoginID), "/p/" + answer.PageLink.Reveal()
}

// logsIn starts a login and follows its link.
func (v *visitor) logsIn(login string) (id access.Secret) {
	v.t.Helper()
	id, link := v.begins(login)
	v.get(link)
	return id
}

// redeems gives how the login ended for the portal, that the browser was sent
// back to.
func (v *visitor) redeems(id access.Secret) app.RedeemedLogin {
	v.t.Helper()
	u, err := url.Parse(v.location)
	v.must(err)
	if v.status != http.StatusSeeOther || !strings.HasPrefix(v.location, returnURL+"?") || u.Query().Get("state") != "st" {
		v.t.Fatalf("the browser is at %s (%d, %q), want it back at the portal", v.page.path, v.status, v.title())
	}
	done, err := v.RedeemLogin(v.t.Context(), v.portal, app.RedeemLogin{LoginID: id, Code: access.NewSecret(u.Query().Get("code"))})
	v.must(err)
	return done
}

func (v *visitor) wantIn(id access.Secret) app.RedeemedLogin {
	v.t.Helper()
	done := v.redeems(id)
	if done.Decision != access.Allow {
		v.t.Fatalf("the portal learns %s (%s), want allow", done.Decision, done.Reason)
	}
	return done
}

// opensAccount opens the account's pages for a login that the portal redeemed.
func (v *visitor) opensAccount(id access.Secret) {
	v.t.Helper()
	link, err := v.OpenAccount(v.t.Context(), v.portal, app.OpenAccount{LoginID: id})
	v.must(err)
	v.get("/p/" + link.Link.Reveal())
}

func (k *kit) must2(_ any, err error) { k.t.Helper(); k.must(err) }

// expire takes away the cookies whose names begin so, as time does.
func (v *visitor) expire(prefix string) {
	v.cookies = slices.DeleteFunc(v.cookies, func(c *http.Cookie) bool { return strings.HasPrefix(c.Name, prefix) })
}

// mailedCode sends the mails that are owed and gives the newest code in them.
func (k *kit) mailedCode() (code string) {
	k.t.Helper()
	_, err := k.FlushMail(k.t.Context(), root(), app.Flush{
		MessageID: func(n access.Notice) string { return n.ID + "@pinward.example" },
		Deliver: func(_ context.Context, m app.Mail) error {
			if m.Notice.Kind == access.NoticeResetCode {
				code = m.Secret.Reveal()
			}
			return nil
		},
	})
	k.must(err)
	return code
}
