package compat

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
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
	firefox  = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
)

// A kit is the routes over a real store, served on loopback.
type kit struct {
	*app.App
	t     *testing.T
	edge  *edge.Edge
	store *sqlite.Store
	addr  string
	log   *lines

	mu  sync.Mutex
	now time.Time
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

func root() access.Operator {
	return access.Operator{ID: "uid:0", Name: "root", Role: access.RoleAdmin}
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, log: &lines{}, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	var err error
	if k.store, err = sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "pinward.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.store.Close() })
	keys, err := secret.NewKeyring(rand.Reader, k.now)
	if err != nil {
		t.Fatal(err)
	}
	k.App = app.New(app.Deps{
		Store: k.store, Keys: keys, Hasher: secret.Hasher{MemoryKiB: 64, Time: 1}, Now: k.clock, Random: rand.Reader,
	})
	if err := k.Init(t.Context(), root(), []access.School{{Code: "A", Name: "School A"}}); err != nil {
		t.Fatal(err)
	}
	k.edge = &edge.Edge{App: k.App, Now: k.clock, Log: slog.New(slog.NewTextHandler(k.log, nil))}
	k.serve()
	return k
}

// serve begins to answer as the edge now is.
func (k *kit) serve() {
	mux := http.NewServeMux()
	Register(mux, k.edge)
	server := httptest.NewServer(mux)
	k.t.Cleanup(server.Close)
	k.addr = server.Listener.Addr().String()
}

func (k *kit) clock() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

func (k *kit) wait(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = k.now.Add(d)
}

// add makes accounts: teachers, who are asked for a PIN, or students, who are
// not before they chose.
func (k *kit) add(p access.Profile, logins ...string) {
	k.t.Helper()
	for _, login := range logins {
		_, err := k.AddAccount(context.Background(), root(), app.NewAccount{
			Login: login, Name: "Sample, " + login, Profile: p, Schools: []string{"A"}, Email: login + "@example.org",
		})
		if err != nil {
			k.t.Fatal(err)
		}
	}
}

func (k *kit) pin(login string) {
	k.t.Helper()
	if _, err := k.SetPIN(context.Background(), root(), app.SetPIN{Login: login, PIN: access.NewPIN(rightPIN)}); err != nil {
		k.t.Fatal(err)
	}
}

// portal adds one that is believed on loopback without its key, and gives it.
func (k *kit) portal(name string, scopes ...access.Scope) string {
	k.t.Helper()
	made, err := k.AddPortal(context.Background(), root(), access.Portal{
		Name: name, Scopes: scopes, Schools: []string{"A"}, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return made.Key.Reveal()
}

// device registers the browser firefox for an account with a PIN, and gives its
// Cookie header.
func (k *kit) device(login string) string {
	k.t.Helper()
	begun, err := k.StartLogin(context.Background(), root(), app.StartLogin{Login: login, UserAgent: firefox})
	if err != nil {
		k.t.Fatal(err)
	}
	answer, err := k.GivePIN(context.Background(), root(), app.GivePIN{
		LoginID: access.NewSecret(begun.LoginID), PIN: access.NewPIN(rightPIN), Remember: &app.Remember{Name: "Home"},
	})
	if err != nil || answer.DeviceToken == "" {
		k.t.Fatalf("register a device: %v, %s", err, answer.Reason)
	}
	return "lang=fr; " + answer.CookieName + "=" + answer.DeviceToken + "; theme=dark"
}

func (k *kit) attempts(login string) (counts access.Attempts) {
	k.t.Helper()
	err := k.store.View(context.Background(), func(tx store.Tx) error {
		a, err := tx.AccountByLogin(context.Background(), login)
		if err != nil {
			return err
		}
		counts, err = tx.Attempts(context.Background(), a.Key)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return counts
}

// lastLogin gives the newest row of the login log.
func (k *kit) lastLogin() (last store.LoginRow) {
	k.t.Helper()
	if _, err := k.Logins(context.Background(), root(), app.LoginQuery{}, func(r store.LoginRow) error { last = r; return nil }); err != nil {
		k.t.Fatal(err)
	}
	return last
}

// send sends the bytes of a request as they are, with HOST, KEY and LENGTH put in,
// and gives the status and the body.
func (k *kit) send(request string, replace ...string) (int, http.Header, string) {
	head, body, _ := strings.Cut(request, "\n\n")
	body = strings.NewReplacer(replace...).Replace(body)
	replace = append(replace, "HOST", k.addr, "LENGTH", fmt.Sprint(len(body)), "\n", "\r\n")
	conn, err := net.Dial("tcp", k.addr)
	if err != nil {
		k.t.Error(err)
		return 0, nil, ""
	}
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, strings.NewReplacer(replace...).Replace(head+"\n\n")+body)
	if err != nil {
		k.t.Error(err)
		return 0, nil, ""
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		k.t.Error(err)
		return 0, nil, ""
	}
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		k.t.Error(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode, answer.Header, strings.TrimSpace(string(got))
}

// post posts a body to a path of the server.
func (k *kit) post(path, kind, body string, headers ...string) (int, http.Header, string) {
	var lines strings.Builder
	for i := 0; i+1 < len(headers); i += 2 {
		fmt.Fprintf(&lines, "%s: %s\n", headers[i], headers[i+1])
	}
	return k.send("POST " + path + " HTTP/1.1\nHost: HOST\nConnection: close\nContent-Type: " + kind + "\n" + lines.String() + "Content-Length: LENGTH\n\n" + body)
}

// reading gives the fields of a JSON object that an answer is.
func (k *kit) reading(body string) map[string]any {
	k.t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		k.t.Fatalf("%q: %v", body, err)
	}
	return m
}
