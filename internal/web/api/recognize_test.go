package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func prefixes(all ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, s := range all {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}

func form(pairs ...string) func(*asked) {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return func(a *asked) {
		a.body = values.Encode()
		a.header.Set("Content-Type", formType)
	}
}

func TestRecognizeOverHTTP(t *testing.T) {
	k := newKit(t)
	token := k.device("Room 201")
	cookie := k.keys.CookieName(k.accountID("lea")) + "=" + token
	jar := "a=b; broken=\x01\xff; =; ;; __Host-pinward_00000000=pwd_x.y; " + cookie + "; z=%%"
	for _, c := range []struct {
		name   string
		change func(*asked)
		reason string
	}{
		{"JSON", func(a *asked) { a.body = object("login", "lea", "user_agent", firefox, "device_token", token) }, "device_recognized"},
		{"JSON by external id", func(a *asked) { a.body = object("external_id", "x-lea", "user_agent", firefox, "device_token", token) }, "device_recognized"},
		{"JSON with cookies", func(a *asked) { a.body = object("user", "lea", "user_agent", firefox, "cookies", "a=b; "+cookie) }, "device_recognized"},
		{"a form", form("user", "lea", "user_agent", firefox, "ip", "192.0.2.7", "device_token", token), "device_recognized"},
		{"a form with any cookies", form("user", "lea", "user_agent", firefox, "cookies", jar), "device_recognized"},
		{"a form with login", form("login", "lea", "user_agent", firefox, "cookies", cookie), "device_recognized"},
		{"an agent that is no UTF-8", form("login", "lea", "user_agent", firefox+"\xe9", "cookies", cookie), "device_recognized"},
		{"another browser", form("user", "lea", "user_agent", chrome, "cookies", cookie), "browser_changed"},
		{"no cookie", form("user", "lea", "user_agent", firefox, "cookies", ""), "new_device"},
		{"another's cookie", form("user", "ned", "user_agent", firefox, "cookies", cookie), "no_protection"},
		{"nobody", form("user", "nobody", "cookies", cookie), "account_unknown"},
	} {
		for _, key := range []string{k.desk, k.ent} {
			t.Run(c.name, func(t *testing.T) {
				a := k.ask("POST", "/v1/recognize", "", c.change, as(key)).want(t, 200, "reason", c.reason, "device_token", nil, "login_id", nil)
				if known := a.answer["device"] != nil; known != (c.reason == "device_recognized") {
					t.Errorf("device: got %v", a.answer["device"])
				}
			})
		}
	}
	for name, change := range map[string]func(*asked){
		"an unknown key": form("user", "lea", "pin", wrongPIN),
		"a key twice":    form("user", "lea", "user", "ned"),
		"user and login": form("user", "lea", "login", "lea"),
		"nobody":         form("cookies", cookie),
		"a form that is broken": func(a *asked) {
			a.body, a.header = "user=%zz", http.Header{"Authorization": a.header["Authorization"], "Content-Type": {formType}}
		},
		"a login that is bytes": form("user", "l\xff"),
		"an unknown JSON key":   func(a *asked) { a.body = object("login", "lea", "pin", wrongPIN) },
	} {
		t.Run(name, func(t *testing.T) { k.ask("POST", "/v1/recognize", "", change).want(t, 400, "code", "usage") })
	}
	k.ask("POST", "/v1/recognize", "", form("user", "lea"), with("Authorization", "")).want(t, 401)
}

func (k *kit) accountID(login string) string {
	k.t.Helper()
	var a access.Account
	err := k.store.View(k.t.Context(), func(tx store.Tx) (err error) {
		a, err = tx.AccountByLogin(k.t.Context(), login)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return a.ID
}

// TestRecognizeLeavesALine asks twice in 10 minutes: the second leaves nothing.
func TestRecognizeLeavesALine(t *testing.T) {
	k := newKit(t)
	token := k.device("Room 201")
	logins := func() (n int) {
		_, err := k.app.Logins(t.Context(), root, app.LoginQuery{Login: "lea"}, func(store.LoginRow) error { n++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	ask := func() {
		k.ask("POST", "/v1/recognize", "", form("user", "lea", "user_agent", firefox, "device_token", token)).want(t, 200, "decision", "allow")
	}
	before := logins()
	ask()
	k.later(time.Hour)
	ask()
	ask()
	if n := logins() - before; n != 1 {
		t.Errorf("got %d more logins, want 1", n)
	}
}

// TestRecognizeByHTTP10 speaks as the shortest client does, over a socket.
func TestRecognizeByHTTP10(t *testing.T) {
	k := newKit(t)
	token := k.device("Room 201")
	body := url.Values{"user": {"lea"}, "user_agent": {firefox}, "cookies": {k.keys.CookieName(k.accountID("lea")) + "=" + token}}.Encode()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(k.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, err = fmt.Fprintf(c, "POST /v1/recognize HTTP/1.0\r\nHost: pin\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		k.desk, formType, len(body), body)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for lines := bufio.NewScanner(c); lines.Scan(); { // the server closes the connection
		text.WriteString(lines.Text() + "\n")
	}
	if got := text.String(); !strings.HasPrefix(got, "HTTP/1.0 200 OK\n") || !strings.Contains(got, `"decision":"allow","reason":"device_recognized"`) {
		t.Errorf("got %s", got)
	}
}
