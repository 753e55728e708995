package gate

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
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
	notesBack = "https://notes.example/_pin/callback"
	notesPage = "https://notes.example/week?n=3"
	firefox   = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
)

// A kit is the gate over a real store, with a movable clock.
type kit struct {
	*app.App
	t     *testing.T
	now   time.Time
	store *sqlite.Store
	keys  *secret.Keyring
	mux   *http.ServeMux
	log   bytes.Buffer
	key   string // of the portal
}

func root() access.Operator {
	return access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin}
}

// newKit has the accounts lea and tom, both with the PIN 7304, and the portal
// notes.
func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	var err error
	k.store, err = sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "pinward.db"))
	k.must(err)
	t.Cleanup(func() { _ = k.store.Close() })
	k.keys, err = secret.NewKeyring(rand.Reader, k.now)
	k.must(err)
	k.App = k.over(k.store)
	k.must(k.Init(t.Context(), root(), []access.School{{Code: "A", Name: "School A"}}))
	for _, login := range []string{"lea", "tom"} {
		_, err = k.AddAccount(t.Context(), root(), app.NewAccount{Login: login, Profile: access.Student, Name: login, Schools: []string{"A"}})
		k.must(err)
		_, err = k.SetPIN(t.Context(), root(), app.SetPIN{Login: login, PIN: access.NewPIN("7304")})
		k.must(err)
	}
	k.key = k.portal("notes", access.ScopeGate)
	k.mux = k.serving(k.App)
	return k
}

func (k *kit) over(s *sqlite.Store) *app.App {
	return app.New(app.Deps{Store: s, Keys: k.keys, Hasher: secret.Hasher{MemoryKiB: 64, Time: 1}, Now: func() time.Time { return k.now }, Random: rand.Reader})
}

func (k *kit) serving(a *app.App) *http.ServeMux {
	k.t.Helper()
	public, err := url.Parse("https://pin.example/school")
	k.must(err)
	mux := http.NewServeMux()
	Register(mux, &edge.Edge{App: a, Now: func() time.Time { return k.now }, Log: slog.New(slog.NewJSONHandler(&k.log, nil)), Public: public})
	return mux
}

func (k *kit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// portal adds one and gives its key.
func (k *kit) portal(name string, scope access.Scope) string {
	k.t.Helper()
	p := access.Portal{Name: name, Scopes: []access.Scope{scope}, Schools: []string{"A"}, ReturnURLs: []string{notesBack}}
	made, err := k.AddPortal(k.t.Context(), root(), p)
	k.must(err)
	return made.Key.Reveal()
}

// A reply is an answer that was read whole.
type reply struct {
	StatusCode int
	Header     http.Header
	Body       string
}

func (r reply) Cookies() []*http.Cookie { return (&http.Response{Header: r.Header}).Cookies() }

// send answers a request with those header lines, each "Name: value".
func (k *kit) send(method, target string, lines ...string) reply {
	k.t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	k.mux.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.String()}
}

// nginx asks as the shipped configuration does, with further lines.
func (k *kit) nginx(user, u string, lines ...string) reply {
	k.t.Helper()
	all := []string{"X-API-Key: " + k.key, "Remote-User: " + user, "X-Original-URL: " + u, "X-Original-Method: GET"}
	return k.send("GET", "/gate/auth-request", append(all, lines...)...)
}

// wayOf gives the address on pinward's host that an answer sends the browser to,
// as the server sees it.
func (k *kit) wayOf(answer reply) string {
	k.t.Helper()
	way, ok := strings.CutPrefix(answer.Header.Get("Location"), "https://pin.example/school")
	if !ok {
		k.t.Fatalf("got %d to %q, want the way to the page", answer.StatusCode, answer.Header.Get("Location"))
	}
	return way
}

// page goes the way to the page and enters the PIN, and gives the query that the
// browser brings back to the application.
func (k *kit) page(way string) string {
	k.t.Helper()
	answer := k.send("GET", way, "User-Agent: "+firefox)
	link, ok := strings.CutPrefix(answer.Header.Get("Location"), "https://pin.example/school/p/")
	if answer.StatusCode != http.StatusSeeOther || !ok {
		k.t.Fatalf("got %d to %q, want the page", answer.StatusCode, answer.Header.Get("Location"))
	}
	user := access.PageUser()
	view, err := k.VisitPage(k.t.Context(), user, app.VisitPage{Link: access.NewSecret(link), UserAgent: firefox})
	k.must(err)
	if view.Answer.Decision == access.AskPIN {
		_, err = k.GivePIN(k.t.Context(), user, app.GivePIN{LoginID: view.Browser, PIN: access.NewPIN("7304")})
		k.must(err)
	}
	to, err := k.FinishPage(k.t.Context(), user, view.Browser)
	k.must(err)
	query, ok := strings.CutPrefix(to.Reveal(), notesBack+"?")
	if !ok {
		k.t.Fatalf("sent back to %q", to.Reveal())
	}
	return query
}

// bring comes back to the application's host with that query.
func (k *kit) bring(user, query string, lines ...string) reply {
	k.t.Helper()
	all := []string{"X-API-Key: " + k.key, "Remote-User: " + user}
	return k.send("GET", "/gate/callback?"+query, append(all, lines...)...)
}

// cookieOf gives what an answer has the browser keep, "" for nothing.
func (k *kit) cookieOf(answer reply) string {
	k.t.Helper()
	all := answer.Cookies()
	if len(all) == 0 {
		return ""
	}
	c := all[0]
	if len(all) != 1 || c.Name != cookieName || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode ||
		c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
		k.t.Errorf("got cookies %v", all)
	}
	return c.Name + "=" + c.Value
}

// in gets somebody past the gate and gives the cookie.
func (k *kit) in(user string) string {
	k.t.Helper()
	answer := k.bring(user, k.page(k.wayOf(k.nginx(user, notesPage))))
	cookie := k.cookieOf(answer)
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != notesPage || cookie == "" {
		k.t.Fatalf("got %d to %q with %q", answer.StatusCode, answer.Header.Get("Location"), cookie)
	}
	return "Cookie: " + cookie
}
