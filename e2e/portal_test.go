//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// A school is the built program at work: it serves the pages over TLS and mails
// by a server on this machine, for a portal that checks no password at all.
type school struct {
	site
	pages  string // public address of the pages
	key    string // of the portal
	portal *httptest.Server
	client *http.Client
	mails  *mailbox

	chromium context.Context // of the browser that people use

	mutex  sync.Mutex
	logins map[string]string // ids of logins by the portal's own state
}

// startSchool starts all of it; it ends with the test.
func startSchool(t *testing.T) *school {
	t.Helper()
	s := &school{site: newSite(t), logins: map[string]string{}, client: &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext:     toThisMachine,
	}}}
	s.mails = startMailbox(t)
	s.portal = httptest.NewUnstartedServer(http.HandlerFunc(s.answer))
	s.portal.StartTLS()
	t.Cleanup(s.portal.Close)
	s.run("", "school", "edit", "A", "--name", "Collège Sample", "--contact", "Vie scolaire, 01 99 00 00 00",
		"--time-zone", "Europe/Paris", "--lang", "fr", "--network", "10.1.0.0/16=shared")
	var made struct{ Key string }
	out := s.out("", "portal", "add", "ent", "--scope", "login", "--school", "A", "--return-url", s.at("/pin/back"), "-o", "json")
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.Key == "" {
		t.Fatalf("portal add: %q, %v", out, err)
	}
	s.key = made.Key
	s.serve()
	return s
}

// at gives the portal's own address for a path.
func (s *school) at(path string) string {
	return strings.Replace(s.portal.URL, "127.0.0.1", "ent.localhost", 1) + path
}

// toThisMachine finds the names of this machine that a resolver may not know.
func toThisMachine(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
}

func (s *school) serve() {
	s.t.Helper()
	cert, key := certificate(s.t, s.dir, "pin.localhost")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	s.pages = "https://pin.localhost:" + port
	c := exec.Command(filepath.Join(s.dir, "pinward"), "serve", "--listen", "127.0.0.1:"+port, "--socket", "off",
		"--tls-cert", cert, "--tls-key", key, "--public-url", s.pages, "--proxy", "127.0.0.1")
	c.Env = append(s.env(), s.mails.settings()...)
	var log bytes.Buffer
	c.Stderr = &log
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			s.t.Errorf("serve: %v\n%s", err, log.String())
		}
	})
	for range 100 {
		if r, err := s.client.Get(s.pages + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatalf("serve is not ready\n%s", log.String())
}

// answer is the portal: /login?user= stands for a right password, /pin/back is
// where the pages send the browser to, /account asks for the account's pages.
func (s *school) answer(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch r.URL.Path {
	case "/login":
		state := rand.Text()
		var started struct {
			LoginID   string `json:"login_id"`
			Decision  string `json:"decision"`
			PromptURL string `json:"prompt_url"`
		}
		s.ask("/v1/logins", map[string]string{
			"login": q.Get("user"), "ip": "192.0.2.1", "user_agent": r.UserAgent(), "return_url": s.at("/pin/back"), "state": state,
		}, &started)
		s.remember(state, started.LoginID)
		if started.PromptURL == "" {
			say(w, "Refused by the portal: "+started.Decision)
			return
		}
		http.Redirect(w, r, started.PromptURL, http.StatusSeeOther)
	case "/pin/back":
		if why := q.Get("error"); why != "" {
			say(w, "Back without: "+why)
			return
		}
		var done struct{ Decision, Login, Reason string }
		s.ask("/v1/logins/"+s.recall(q.Get("state"))+"/redeem", map[string]string{"code": q.Get("code")}, &done)
		if done.Decision != "allow" {
			say(w, "Not let in: "+done.Reason)
			return
		}
		say(w, "Logged in: "+done.Login, fmt.Sprintf(`<a id="account" href="/account?state=%s">My account</a>`, html.EscapeString(q.Get("state"))))
	case "/account":
		var link struct{ URL string }
		s.ask("/v1/account-sessions", map[string]string{"login_id": s.recall(q.Get("state"))}, &link)
		http.Redirect(w, r, link.URL, http.StatusSeeOther)
	default:
		http.NotFound(w, r)
	}
}

func say(w http.ResponseWriter, title string, more ...string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html><html lang=en><title>Portal</title><h1>%s</h1>%s", html.EscapeString(title), strings.Join(more, ""))
}

func (s *school) remember(state, id string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.logins[state] = id
}

func (s *school) recall(state string) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.logins[state]
}

// ask asks pinward as the portal.
func (s *school) ask(path string, body, answer any) {
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Error(err)
		return
	}
	r, err := http.NewRequest(http.MethodPost, s.pages+path, bytes.NewReader(text))
	if err != nil {
		s.t.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.key)
	w, err := s.client.Do(r)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = w.Body.Close() }()
	text, err = io.ReadAll(w.Body)
	if err == nil {
		err = json.Unmarshal(text, answer)
	}
	if err != nil {
		s.t.Errorf("%s: %d %s: %v", path, w.StatusCode, text, err)
	}
}

// A mailbox is a mail server that keeps what it takes.
type mailbox struct {
	t     *testing.T
	port  string
	mutex sync.Mutex
	texts []string
}

func startMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{t: t}
	_, m.port, _ = net.SplitHostPort(l.Addr().String())
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{m}, nil }))
	server.Domain = "mail.example"
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return m
}

func (m *mailbox) settings() []string {
	return []string{
		"PINWARD_MAIL_DELIVERY=smtp", "PINWARD_MAIL_FROM=pin@school.example", "PINWARD_MAIL_HOST=127.0.0.1",
		"PINWARD_MAIL_PORT=" + m.port, "PINWARD_MAIL_TLS=none",
	}
}

// code waits for a mail with a code of 6 digits and gives the code.
func (m *mailbox) code() string {
	m.t.Helper()
	six := regexp.MustCompile(`(?m)^\s+(\d{6})\s*$`)
	for range 300 {
		m.mutex.Lock()
		for _, text := range m.texts {
			if found := six.FindStringSubmatch(text); found != nil {
				m.texts = nil
				m.mutex.Unlock()
				return found[1]
			}
		}
		m.mutex.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
	m.t.Fatal("no mail with a code came")
	return ""
}

// A delivery is one connection of a client.
type delivery struct{ *mailbox }

func (*delivery) Reset()                               {}
func (*delivery) Logout() error                        { return nil }
func (*delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (*delivery) Rcpt(string, *smtp.RcptOptions) error { return nil }

func (d *delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return errors.Join(err, errors.New("451"))
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.texts = append(d.texts, string(text))
	return nil
}
