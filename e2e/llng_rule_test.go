//go:build e2e

package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLemonLDAPRule: the rule helper asks for the PIN unless pinward says clearly
// that it need not.
func TestLemonLDAPRule(t *testing.T) {
	const device = `{"decision":"allow","reason":"device_recognized"}`
	const none = `{"decision":"allow","reason":"no_protection"}`
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	late := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
		_, _ = io.WriteString(w, device)
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for _, c := range []struct {
		name              string
		recognize, logins http.HandlerFunc
		asks              bool
	}{
		{"a recognized device", says(200, device), nil, false},
		{"spaces in the answer", says(200, `{ "decision": "allow", "reason": "device_recognized" }`), nil, false},
		{"a new device", says(200, `{"decision":"pin","reason":"new_device"}`), nil, true},
		{"a set-up that is owed", says(200, `{"decision":"setup","reason":"protection_imposed"}`), nil, true},
		{"an unknown account", says(200, `{"decision":"deny","reason":"account_unknown"}`), nil, true},
		{"a label that reads like an answer", says(200, `{"decision":"pin","label":"\"decision\":\"allow\"","reason":"device_recognized"}`), nil, true},
		{"no PIN, and told", says(200, none), says(201, none), false},
		{"no PIN, and meanwhile one", says(200, none), says(201, `{"decision":"pin"}`), true},
		{"no PIN, and cannot be told", says(200, none), says(403, `{"code":"portal_scope"}`), true},
		{"an error with a good answer", says(500, device), nil, true},
		{"busy", says(503, device), nil, true},
		{"not let in", says(401, device), nil, true},
		{"somewhere else", says(302, device), nil, true},
		{"nothing", says(200, ""), nil, true},
		{"no answer of ours", says(200, "<html>allow</html>"), nil, true},
		{"late", late, nil, true},
		{"hung up", hangUp, nil, true},
		{"hung up the second time", says(200, none), hangUp, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("POST /v1/recognize", func(w http.ResponseWriter, r *http.Request) {
				// What the jail of LemonLDAP::NG lets the helper send, read as any server does.
				if r.Header.Get("Authorization") != "Bearer sample" || r.FormValue("login") != "léa&ip=x" || r.FormValue("cookies") != `a="b"; c=d%20` || r.FormValue("ip") != "192.0.2.7" {
					t.Errorf("got %v %v", r.Header, r.Form)
				}
				c.recognize(w, r)
			})
			if c.logins != nil {
				mux.HandleFunc("POST /v1/logins", c.logins)
			}
			server := httptest.NewServer(mux)
			defer server.Close()
			if got := asked(t, server.Listener.Addr().String(), "sample"); got != c.asks {
				t.Errorf("asks: got %t, want %t", got, c.asks)
			}
		})
	}
	if !asked(t, freeAddress(t), "sample") {
		t.Error("nobody there: does not ask")
	}
	if !asked(t, "no.such.host.invalid:8420", "sample") || !asked(t, "nonsense", "sample") || !asked(t, freeAddress(t), "") {
		t.Error("set up wrong: does not ask")
	}
}

// asked runs the helper as the portal would and reports whether it asks for the PIN.
func asked(t *testing.T, address, key string) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if key != "" {
		write(t, path, key+"\n")
	}
	helper, err := filepath.Abs("../contrib/lemonldap-ng/Pinward.pm")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "perl", "-e",
		fmt.Sprintf(`require %q; print Pinward::pinward_asks("l\xc3\xa9a&ip=x", q{a="b"; c=d%%20}, "192.0.2.7", "Firefox \"x\" \xe9")`, helper))
	c.Env = []string{"PINWARD_ADDRESS=" + address, "PINWARD_KEY_FILE=" + path}
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := strings.TrimSpace(string(out))
	if got != "0" && got != "1" {
		t.Fatalf("got %q", got)
	}
	return got == "1"
}
