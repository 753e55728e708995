package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
	"pinward/internal/web/edge"
)

const (
	rightPIN = "730416"
	wrongPIN = "502917"
	newPIN   = "694038"
	back     = "https://portal.example/pin/back"
	firefox  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
	chrome   = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)

var root = access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin}

// A kit is the API over a real store with a cheap hash and a movable clock. In
// school A there are lea, a teacher with a PIN, and ned, a student without one;
// far is in school B. The portal ent runs logins of school A, llng too, and desk
// asks for recognition only.
type kit struct {
	t     *testing.T
	app   *app.App
	api   *api
	store *sqlite.Store
	keys  *secret.Keyring
	url   string
	http  *http.Client
	log   *lines
	clock atomic.Int64
	ent   string // the portals' keys
	llng  string
	desk  string
}

// lines is a log that may be read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := newStoreKit(t)
	k.api, k.url = k.serve(k.app)
	return k
}

// newStoreKit makes all but the server.
func newStoreKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, log: &lines{}, http: http.DefaultClient}
	k.clock.Store(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).UnixMilli())
	var err error
	if k.keys, err = secret.NewKeyring(rand.Reader, k.now()); err != nil {
		t.Fatal(err)
	}
	if k.store, err = sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "pinward.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.store.Close() })
	k.app = k.over(k.store)
	if err := k.app.Init(t.Context(), root, []access.School{{Code: "A", Name: "School A", TimeZone: "Europe/Paris"}, {Code: "B", Name: "School B"}}); err != nil {
		t.Fatal(err)
	}
	k.people()
	k.ent, k.llng = k.portal("ent", access.ScopeLogin), k.portal("llng", access.ScopeLogin)
	k.desk = k.portal("desk", access.ScopeRecognize)
	return k
}

func (k *kit) now() time.Time { return time.UnixMilli(k.clock.Load()).UTC() }

func (k *kit) later(d time.Duration) { k.clock.Add(d.Milliseconds()) }

func (k *kit) over(s store.Store) *app.App {
	return app.New(app.Deps{
		Store: s, Keys: k.keys, Hasher: secret.Hasher{MemoryKiB: 64, Time: 1}, Now: k.now, Random: rand.Reader,
	})
}

// serve answers on a port of its own, as a process does.
func (k *kit) serve(a *app.App) (*api, string) {
	k.t.Helper()
	made, handler := k.handler(a)
	server := httptest.NewServer(handler)
	k.t.Cleanup(server.Close)
	return made, server.URL
}

func (k *kit) handler(a *app.App) (*api, http.Handler) {
	k.t.Helper()
	public, err := url.Parse("https://pin.example")
	if err != nil {
		k.t.Fatal(err)
	}
	made := &api{limits: newLimits(), edge: &edge.Edge{
		App: a, Now: k.now, Log: slog.New(slog.NewJSONHandler(k.log, nil)), Public: public, Hashing: edge.NewHashing(2),
	}}
	mux := http.NewServeMux()
	made.register(mux)
	return made, mux
}

// direct asks a handler without a network.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// another is a second process on the same file.
func (k *kit) another() string {
	k.t.Helper()
	s, err := sqlite.Open(context.Background(), k.store.Path())
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { _ = s.Close() })
	_, address := k.serve(k.over(s))
	return address
}

func (k *kit) people() {
	k.t.Helper()
	for _, n := range []app.NewAccount{
		{Login: "lea", Name: "Sample, Lea", Profile: access.Teacher, Schools: []string{"A"}, Email: "lea@example.org", ExternalID: "x-lea"},
		{Login: "ned", Name: "Sample, Ned", Profile: access.Student, Schools: []string{"A"}, Email: "ned@example.org"},
		{Login: "far", Name: "Sample, Far", Profile: access.Teacher, Schools: []string{"B"}, Email: "far@example.org"},
	} {
		if _, err := k.app.AddAccount(k.t.Context(), root, n); err != nil {
			k.t.Fatal(err)
		}
	}
	if _, err := k.app.SetPIN(k.t.Context(), root, app.SetPIN{Login: "lea", PIN: access.NewPIN(rightPIN)}); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) portal(name string, scopes ...access.Scope) string {
	k.t.Helper()
	made, err := k.app.AddPortal(k.t.Context(), root, access.Portal{Name: name, Scopes: scopes, Schools: []string{"A"}, ReturnURLs: []string{back}})
	if err != nil {
		k.t.Fatal(err)
	}
	return made.Key.Reveal()
}

// An asked is a request and what came of it.
type asked struct {
	method, path string
	body         string
	header       http.Header

	status int
	answer map[string]any
	text   string
	got    http.Header
}

// with changes a header of a request; an empty value takes it away.
func with(key, value string) func(*asked) {
	return func(a *asked) {
		if a.header.Del(key); value != "" {
			a.header.Set(key, value)
		}
	}
}

func as(portalKey string) func(*asked) { return with("Authorization", "Bearer "+portalKey) }

func named(name string) func(*asked) { return with("Idempotency-Key", `"`+name+`"`) }

// ask makes a request of the portal ent to the kit's server.
func (k *kit) ask(method, path, body string, change ...func(*asked)) asked {
	k.t.Helper()
	return k.askAt(k.url, method, path, body, change...)
}

func (k *kit) askAt(server, method, path, body string, change ...func(*asked)) asked {
	k.t.Helper()
	a := asked{method: method, path: path, body: body, header: http.Header{}}
	a.header.Set("Authorization", "Bearer "+k.ent)
	if method == http.MethodPost {
		a.header.Set("Content-Type", jsonType)
	}
	for _, c := range change {
		c(&a)
	}
	r, err := http.NewRequestWithContext(k.t.Context(), method, server+path, strings.NewReader(a.body))
	if err != nil {
		k.t.Fatal(err)
	}
	r.Header = a.header
	answer, err := k.http.Do(r)
	if err != nil {
		k.t.Error(err)
		return a
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		k.t.Error(err)
	}
	a.status, a.text, a.got, a.answer = answer.StatusCode, string(text), answer.Header, map[string]any{}
	_ = json.Unmarshal(text, &a.answer)
	return a
}

// want fails the test unless the answer has that status and those texts, given as
// keys and values.
func (a asked) want(t *testing.T, status int, pairs ...any) asked {
	t.Helper()
	if a.status != status {
		t.Errorf("%s %s: got %d %s, want %d", a.method, a.path, a.status, a.text, status)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if got := a.answer[pairs[i].(string)]; got != pairs[i+1] {
			t.Errorf("%s %s: %s: got %v, want %v in %s", a.method, a.path, pairs[i], got, pairs[i+1], a.text)
		}
	}
	kind := a.got.Get("Content-Type")
	if want := map[bool]string{true: "application/problem+json", false: jsonType}[status >= 400]; kind != want {
		t.Errorf("%s %s: got content type %q, want %q", a.method, a.path, kind, want)
	}
	return a
}

func (a asked) str(key string) string {
	s, _ := a.answer[key].(string)
	return s
}

// start opens a login and gives its path.
func (k *kit) start(login string, change ...func(*asked)) string {
	k.t.Helper()
	return loginPath(k.ask("POST", "/v1/logins", object("login", login, "ip", "192.0.2.7", "user_agent", firefox), change...).str("login_id"))
}

func loginPath(id string) string { return "/v1/logins/" + id }

// object gives a JSON object of texts.
func object(pairs ...string) string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	b, _ := json.Marshal(m)
	return string(b)
}

// device registers one for lea and gives its token.
func (k *kit) device(label string) string {
	k.t.Helper()
	a := k.ask("POST", k.start("lea")+"/pin", `{"pin":"`+rightPIN+`","remember":{"name":"`+label+`"}}`).want(k.t, 200)
	if a.str("device_token") == "" {
		k.t.Fatalf("no device registered: %s", a.text)
	}
	return a.str("device_token")
}

// attempts gives what is remembered of wrong PINs of lea.
func (k *kit) attempts() (counts access.Attempts) {
	k.t.Helper()
	err := k.store.View(k.t.Context(), func(tx store.Tx) error {
		a, err := tx.AccountByLogin(k.t.Context(), "lea")
		if err != nil {
			return err
		}
		counts, err = tx.Attempts(k.t.Context(), a.Key)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return counts
}

func (k *kit) wantWrong(n int) {
	k.t.Helper()
	if c := k.attempts(); c.Failed != n || len(c.Wrong) != n || len(c.Leases) != 0 {
		k.t.Errorf("attempts: got %d failed, %d wrong, %d in flight, want %d wrong", c.Failed, len(c.Wrong), len(c.Leases), n)
	}
}
