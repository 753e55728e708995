package web

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store/sqlite"
)

// canary stands for every secret that a request may carry.
const canary = "pwd_canary.8305"

// A kit is a server over a real store, and what it logs.
type kit struct {
	*Server
	t     *testing.T
	log   *lines
	store *sqlite.Store
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
	k := &kit{t: t, log: &lines{}}
	var err error
	if k.store, err = sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "pinward.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.store.Close() })
	keys, err := secret.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	a := k.app(keys)
	root := access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin}
	if err := a.Init(t.Context(), root, []access.School{{Code: "A", Name: "School A"}}); err != nil {
		t.Fatal(err)
	}
	k.Server = New(Options{
		App: a, By: root, Now: time.Now, Random: rand.Reader, Log: NewLog(k.log, slog.LevelInfo), Version: "v0.0.0-test", Cores: 2,
	})
	return k
}

func (k *kit) app(keys *secret.Keyring) *app.App {
	return app.New(app.Deps{Store: k.store, Keys: keys, Hasher: secret.Hasher{MemoryKiB: 64, Time: 1}, Now: time.Now, Random: rand.Reader})
}

// on adds a route for the test.
func (k *kit) on(pattern string, h http.HandlerFunc) { k.now.Load().mux.HandleFunc(pattern, h) }

// ask answers one request of this machine's.
func (k *kit) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	k.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	k.ServeHTTP(w, r)
	return w
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
