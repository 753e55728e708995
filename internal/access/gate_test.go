package access

import (
	"strings"
	"testing"
	"time"
)

func TestGateTarget(t *testing.T) {
	p := Portal{ReturnURLs: []string{"https://app.example/_pin/callback", "https://other.example:8443/cb", "http://localhost:8080/cb"}}
	const back, home = "https://app.example/_pin/callback", "https://app.example/"
	long := "https://app.example/" + strings.Repeat("a", MaxURL)
	for _, c := range []struct{ name, url, to, back string }{
		{"a page", "https://app.example/notes?week=3&x=%2F%2Fevil.example", "https://app.example/notes?week=3&x=%2F%2Fevil.example", back},
		{"the first page", "https://app.example/", home, back},
		{"no path", "https://app.example", home, back},
		{"a query alone", "https://app.example?a=1", "https://app.example/?a=1", back},
		{"a host in capitals", "HTTPS://APP.example/a", "https://app.example/a", back},
		{"the port that goes without saying", "https://app.example:443/a", "https://app.example/a", back},
		{"another application", "https://other.example:8443/a", "https://other.example:8443/a", "https://other.example:8443/cb"},
		{"development", "http://localhost:8080/a", "http://localhost:8080/a", "http://localhost:8080/cb"},
		{"two slashes stay on the host", "https://app.example//evil.example/", "https://app.example//evil.example/", back},
		{"an address in the path", "https://app.example/https://evil.example/", "https://app.example/https://evil.example/", back},
		{"a sign in the query", "https://app.example/a?to=@evil.example", "https://app.example/a?to=@evil.example", back},
		{"a backslash", `https://app.example/\evil.example`, home, back},
		{"a tab", "https://app.example/\t/evil.example", home, back},
		{"a line end", "https://app.example/a\r\nSet-Cookie: x", home, back},
		{"a zero", "https://app.example/a\x00", home, back},
		{"a letter with an accent", "https://app.example/\u00e9", home, back},
		{"a blank", "https://app.example/a b", home, back},
		{"a fragment", "https://app.example/a#b", home, back},
		{"half an escape", "https://app.example/%2", home, back},
		{"too long", long, home, back},
		{"the callback", back, home, back},
		{"the callback with a code", back + "?code=x&state=y", home, back},
		{"beside the callback", back + "s", back + "s", back},

		{"nothing", "", "", ""},
		{"a path", "/notes", "", ""},
		{"a host alone", "//app.example/", "", ""},
		{"another scheme", "javascript://app.example/%0aalert(1)", "", ""},
		{"http", "http://app.example/", "", ""},
		{"another port", "https://app.example:8443/", "", ""},
		{"a look-alike suffix", "https://app.example.evil.example/", "", ""},
		{"a look-alike prefix", "https://evilapp.example/", "", ""},
		{"a user", "https://app.example@evil.example/", "", ""},
		{"our host as another's user", "https://app.example:443@evil.example/", "", ""},
		{"another's user on our host", "https://evil@app.example/", "", ""},
		{"a backslash in the host", `https://app.example\.evil.example/`, "", ""},
		{"a backslash for a slash", `https:\\app.example/`, "", ""},
		{"a backslash behind the host", `https://evil.example\app.example/`, "", ""},
		{"a dot at the end", "https://app.example./", "", ""},
		{"a blank in the host", "https://app.example /", "", ""},
		{"a tab in the host", "https://app.\texample/", "", ""},
		{"an escape in the host", "https://app%2eexample/", "", ""},
		{"a query for a host", "https://evil.example?app.example/", "", ""},
		{"a fragment for a host", "https://evil.example#app.example/", "", ""},
		{"no host", "https:///app.example/", "", ""},
		{"no host but a port", "https://:443/", "", ""},
		{"absurdly long", "https://app.example/" + strings.Repeat("a", MaxHeaderURL), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			to, got, ok := p.GateTarget(GateAsked{URL: c.url, Method: "GET"})
			if to != c.to || got != c.back || ok != (c.to != "") {
				t.Errorf("got %q by %q, %v, want %q by %q", to, got, ok, c.to, c.back)
			}
		})
	}
}

func TestGateTargetOfWhatCannotBeRepeated(t *testing.T) {
	p := Portal{ReturnURLs: []string{"https://app.example/cb"}}
	for _, c := range []struct{ method, referer, want string }{
		{"GET", "https://app.example/form", "https://app.example/save?a=1"},
		{"HEAD", "", "https://app.example/save?a=1"},
		{"", "", "https://app.example/save?a=1"},
		{"POST", "https://app.example/form?x=1", "https://app.example/form?x=1"},
		{"PUT", "", "https://app.example/"},
		{"OPTIONS", "", "https://app.example/"},
		{"get", "", "https://app.example/"},
		{"POST", "https://evil.example/form", "https://app.example/"},
		{"POST", "https://app.example.evil.example/", "https://app.example/"},
		{"POST", `https://app.example/\evil.example`, "https://app.example/"},
		{"POST", "https://app.example/cb?code=1", "https://app.example/"},
	} {
		to, _, ok := p.GateTarget(GateAsked{URL: "https://app.example/save?a=1", Method: c.method, Referer: c.referer})
		if to != c.want || !ok {
			t.Errorf("%s from %q: got %q, want %q", c.method, c.referer, to, c.want)
		}
	}
}

func FuzzGateTarget(f *testing.F) {
	for _, seed := range []string{"https://app.example/a?b", "//app.example", `https://app.example/\x`, "https://app.example@e/", "https://app.example:443//e"} {
		f.Add(seed, "POST", seed)
	}
	p := Portal{ReturnURLs: []string{"https://app.example/cb"}}
	f.Fuzz(func(t *testing.T, u, method, referer string) {
		to, _, ok := p.GateTarget(GateAsked{URL: u, Method: method, Referer: referer})
		if ok != strings.HasPrefix(to, "https://app.example/") || len(to) > MaxURL || strings.ContainsAny(to, "\\\r\n\t #") {
			t.Errorf("%q, %s from %q: got %q, %v", u, method, referer, to, ok)
		}
	})
}

func TestGateSessionGoodAt(t *testing.T) {
	began := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name        string
		seen, after time.Duration
		ended       bool
		want        bool
	}{
		{"new", 0, 0, false, true},
		{"just not idle", 0, GateIdle - time.Millisecond, false, true},
		{"idle", 0, GateIdle, false, false},
		{"in use", 3 * time.Hour, 3*time.Hour + 59*time.Minute, false, true},
		{"in use for too long", GateFor - time.Minute, GateFor, false, false},
		{"ended", 0, 0, true, false},
		{"the clock went back a little", 0, -time.Minute, false, true},
		{"the clock went back far", 0, -time.Hour, false, false},
	} {
		s := GateSession{PassedAt: began, ExpiresAt: began.Add(GateFor)}
		if c.seen > 0 {
			s.SeenAt = began.Add(c.seen)
		}
		if c.ended {
			s.EndedAt = began
		}
		if got := s.GoodAt(began.Add(c.after)); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	start := GateStart{ExpiresAt: began.Add(GateStartFor)}
	for after, want := range map[time.Duration]bool{0: true, GateStartFor: false, -GateStartFor - time.Second: false} {
		if got := start.GoodAt(began.Add(after)); got != want {
			t.Errorf("a start after %v: got %v", after, got)
		}
	}
}

func TestGateStateOf(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		login Login
		want  GateState
	}{
		{Login{PINAt: at, Reason: ReasonNewDevice}, GatePassed},
		{Login{Recognized: true, Reason: ReasonDeviceRecognized}, GateRecognized},
		{Login{Reason: ReasonNotifyOnly}, GateNotify},
		{Login{Reason: ReasonNoProtection}, GateExempt},
		{Login{Reason: ReasonGrace}, GateExempt},
		{Login{Reason: ReasonLoginPass}, GateExempt},
	} {
		if got := GateStateOf(c.login); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.login, got, c.want)
		}
	}
}

func TestCheckIdentityHeader(t *testing.T) {
	for name, good := range map[string]bool{
		"Remote-User": true, "Auth-User": true, "Lm-Remote-User": true, "X-Forwarded-User": true,
		"OIDC_CLAIM_preferred_username": true, "": false, "Remote User": false, "Remote-User:": false, "X\r\nY": false,
		"Cookie": false, "X-API-KEY": false, "X-Forwarded-For": false, "X-Original-URL": false, "X-Pinward-User": false, "host": false,
		strings.Repeat("a", 65): false,
	} {
		if err := CheckIdentityHeader(name); (err == nil) != good {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
