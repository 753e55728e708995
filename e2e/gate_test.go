//go:build e2e

package e2e_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	gatePIN   = "730416"
	gateAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
)

// notes is the application: it says what it was told.
func notes(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "%s %s user=%q state=%q cookie=%q key=%q auth=%q\n", r.Method, r.URL.RequestURI(),
			r.Header.Values("Remote-User"), r.Header.Values("X-Pinward-State"), r.Header.Values("Cookie"), r.Header.Values("X-Api-Key"), r.Header.Values("Authorization"))
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// A gated is an application behind a proxy that asks pinward.
type gated struct {
	t       *testing.T
	dir     string // that other users may read
	pinward *service
	proxy   string // its address, for all hosts
	app     string
	key     string
}

// newGated makes all but the proxy.
func newGated(t *testing.T) *gated {
	t.Helper()
	s := newSite(t)
	for _, login := range []string{"lea", "tom"} {
		s.run("", "account", "add", login, "--name", "Sample, "+login, "--profile", "teacher")
		s.run(gatePIN+"\n", "pin", "set", login, "--pin-stdin")
	}
	g := &gated{t: t, dir: sharedFolder(t), proxy: freeAddress(t), app: notes(t)}
	g.key = s.portal("notes", "--scope", "gate", "--return-url", "https://notes.example/_pin/callback")
	g.pinward = s.serve("--public-url", "https://pin.example", "--proxy", "127.0.0.1")
	certificate(t, g.dir, "notes.example", "pin.example")
	return g
}

// A reader is a browser that knows both hosts by the proxy's address.
type reader struct {
	*gated
	client *http.Client
	user   string
}

func (g *gated) reader(user string) *reader {
	g.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		g.t.Fatal(err)
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, g.proxy)
		},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	g.t.Cleanup(transport.CloseIdleConnections)
	return &reader{g, &http.Client{Jar: jar, Transport: transport, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}, user}
}

// A reply is an answer that was read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

func (p reply) to() string { return p.header.Get("Location") }

// send sends a request with those header lines, each "Name: value".
func (v *reader) send(method, target, body string, lines ...string) reply {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("User-Agent", gateAgent)
	r.Header.Set("Accept", "text/html")
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if v.user != "" && r.URL.Host == "notes.example" {
		r.SetBasicAuth(v.user, "secret")
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	answer, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, string(text)}
}

func (v *reader) get(target string, lines ...string) reply {
	v.t.Helper()
	return v.send("GET", target, "", lines...)
}

// enter goes from where an application sent the browser to the page, enters the
// PIN, and gives the address that the page sends it back to.
func (v *reader) enter(way string) string {
	v.t.Helper()
	if !strings.HasPrefix(way, "https://pin.example/gate/start?t=") {
		v.t.Fatalf("sent to %q, want the way to the page", way)
	}
	for range 12 {
		p := v.get(way)
		base, _ := url.Parse(way)
		if p.status == http.StatusOK {
			p = v.answer(p, base)
		}
		to, err := base.Parse(p.to())
		if err != nil || p.status != http.StatusSeeOther && p.status != http.StatusFound {
			v.t.Fatalf("%s: got %d: %s", way, p.status, p.body)
		}
		if to.Host == "notes.example" {
			return to.String()
		}
		way = to.String()
	}
	v.t.Fatal("the page leads round and round")
	return ""
}

// answer fills in what a page asks for: the PIN, and no to anything else.
func (v *reader) answer(p reply, at *url.URL) reply {
	v.t.Helper()
	link := strings.Join(strings.Split(at.Path, "/")[:3], "/")
	for _, form := range []struct{ shown, path, fields string }{
		{link + `/pin"`, "/pin", "pin=" + gatePIN}, {link + `/later"`, "/later", ""}, {link + `/go"`, "/go", ""},
	} {
		if strings.Contains(p.body, form.shown) {
			return v.send("POST", "https://pin.example"+link+form.path, form.fields)
		}
	}
	v.t.Fatalf("a page that asks for nothing known: %s", p.body)
	return p
}

// in gets the browser past the gate.
func (v *reader) in() {
	v.t.Helper()
	asked := v.get("https://notes.example/week?n=3")
	back := v.get(v.enter(asked.to()))
	if asked.status != http.StatusFound || back.status != http.StatusSeeOther || back.to() != "https://notes.example/week?n=3" {
		v.t.Fatalf("asked %d; came back %d to %q: %s", asked.status, back.status, back.to(), back.body)
	}
	if p := v.get(back.to()); p.status != http.StatusOK || !strings.Contains(p.body, fmt.Sprintf("user=[%q]", v.user)) {
		v.t.Fatalf("after the PIN: got %d %s", p.status, p.body)
	}
}

// cookie gives the gate's.
func (v *reader) cookie() string {
	v.t.Helper()
	for _, c := range v.client.Jar.Cookies(&url.URL{Scheme: "https", Host: "notes.example", Path: "/"}) {
		if c.Name == "__Host-pinward_gate" {
			return c.Name + "=" + c.Value
		}
	}
	return ""
}

// attacks tries what gets nobody past a gate, whatever the proxy.
func (g *gated) attacks() {
	g.t.Helper()
	lea := g.reader("lea")
	lea.in()
	if p := lea.get("https://notes.example/a", "Remote-User: tom", "X-Pinward-User: tom", "X-Pinward-State: exempt", "Cookie: theme=dark"); !strings.Contains(p.body, `user=["lea"]`) || strings.Contains(p.body, "tom") || strings.Contains(p.body, "pinward_gate") || strings.Contains(p.body, g.key) || !strings.Contains(p.body, "theme=dark") || !strings.Contains(p.body, `state=["passed"]`) {
		g.t.Errorf("the application was told: %s", p.body)
	}
	if p := lea.send("POST", "https://notes.example/save", "text=x"); p.status != http.StatusOK || !strings.HasPrefix(p.body, "POST /save") {
		g.t.Errorf("a form: got %d %s", p.status, p.body)
	}
	for name, lines := range map[string][]string{
		"nothing": nil, "a forged identity": {"Remote-User: lea", "X-Pinward-User: lea"}, "a key": {"X-API-Key: " + g.key},
		"a planted cookie": {"Cookie: __Host-pinward_gate=planted"}, "a forged address": {"X-Original-URL: https://evil.example/", "X-Forwarded-Host: evil.example"},
		"somebody else's session": {"Cookie: " + lea.cookie()},
	} {
		tom := g.reader("tom")
		p := tom.get("https://notes.example/week", lines...)
		if p.status != http.StatusFound || !strings.HasPrefix(p.to(), "https://pin.example/gate/start?t=") || strings.Contains(p.to(), "evil") {
			g.t.Errorf("%s: got %d to %q", name, p.status, p.to())
		}
	}
	for target, want := range map[string]string{
		"https://notes.example//evil.example/":            "https://notes.example//evil.example/",
		`https://notes.example/\evil.example`:             "https://notes.example/%5Cevil.example",
		"https://notes.example/https://evil.example/":     "https://notes.example/https://evil.example/",
		"https://notes.example/a?to=https://evil.example": "https://notes.example/a?to=https://evil.example",
		"https://notes.example/%0d%0aSet-Cookie:x":        "https://notes.example/%0d%0aSet-Cookie:x",
	} {
		v := g.reader("tom")
		if back := v.get(v.enter(v.get(target).to())); back.to() != want {
			g.t.Errorf("%s: sent back to %q (%d), want %q", target, back.to(), back.status, want)
		}
		v.get("https://notes.example/") // shows that it keeps the cookie
	}
	g.replays()
}

// replays brings states and codes back that are not good.
func (g *gated) replays() {
	g.t.Helper()
	lea, tom := g.reader("lea"), g.reader("tom")
	back := lea.enter(lea.get("https://notes.example/week").to())
	if p := tom.get(back); p.status != http.StatusForbidden || tom.cookie() != "" {
		g.t.Errorf("somebody else brings it: got %d, cookie %q", p.status, tom.cookie())
	}
	if p := lea.get(back+"x", "Cookie: __Host-pinward_gate=planted"); p.status != http.StatusForbidden {
		g.t.Errorf("another state: got %d", p.status)
	}
	if p := lea.get(back, "Cookie: __Host-pinward_gate=planted"); p.status != http.StatusSeeOther || strings.Contains(lea.cookie(), "planted") || lea.cookie() == "" {
		g.t.Errorf("the right one: got %d with %q", p.status, lea.cookie())
	}
	if p := g.reader("lea").get(back); p.status != http.StatusForbidden || p.header.Get("Set-Cookie") != "" {
		g.t.Errorf("a replay: got %d with %q", p.status, p.header.Get("Set-Cookie"))
	}
	if p := lea.get("https://notes.example/"); p.status != http.StatusOK {
		g.t.Errorf("after the replay: got %d", p.status)
	}
	g.pinward.run("", "account", "sign-out", "lea")
	if p := lea.get("https://notes.example/"); p.status != http.StatusFound {
		g.t.Errorf("signed out: got %d", p.status)
	}
}
