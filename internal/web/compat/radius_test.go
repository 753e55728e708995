package compat

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// radiusRequest is what FreeRADIUS 3.2.1 sends by rlm_rest, byte for byte.
const radiusRequest = `POST /compat/privacyidea/validate/radiuscheck HTTP/1.1
Host: HOST
User-Agent: FreeRADIUS 3.2.1
Accept: */*
Content-Type: application/x-www-form-urlencoded
X-FreeRADIUS-Section: authenticate
X-FreeRADIUS-Server: default
Content-Length: LENGTH

`

func (k *kit) radius(user, pass string) int {
	status, _, body := k.send(radiusRequest + "user=" + user + "&pass=" + pass)
	if body != "" {
		k.t.Errorf("got a body: %s", body)
	}
	return status
}

func TestRADIUS(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea", "bare", "paul")
	k.add(access.Student, "free")
	k.pin("lea")
	k.pin("paul")
	k.portal("radius", access.ScopeRADIUS)
	for _, c := range []struct {
		name, user, pass string
		want             int
		logged           string // reason of the newest login
	}{
		{"an account without protection", "free", rightPIN, 400, ""},
		{"the right PIN", "lea", rightPIN, 204, "new_device"},
		{"nothing", "lea", "", 400, "new_device"},
		{"what is no PIN", "lea", "password", 400, "new_device"},
		{"a wrong PIN", "lea", wrongPIN, 400, "new_device"},
		{"an unknown account", "nobody", rightPIN, 400, "account_unknown"},
		{"an account that has to set a PIN", "bare", rightPIN, 400, "protection_imposed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := k.radius(c.user, c.pass); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
			if got := string(k.lastLogin().Reason); got != c.logged {
				t.Errorf("the log says %q, want %q", got, c.logged)
			}
		})
	}
	if got := k.attempts("lea"); got.Failed != 1 {
		t.Errorf("got %d wrong PINs, want 1", got.Failed)
	}
	// A pass lets a login through without the PIN, but not here.
	if _, err := k.GivePass(t.Context(), root(), "paul", 0, "lost it"); err != nil {
		t.Fatal(err)
	}
	if got := k.radius("paul", wrongPIN); got != 400 {
		t.Errorf("a wrong PIN with a pass: got %d, want 400", got)
	}
	// Nor does a pause let anybody in, with or without a PIN.
	if _, err := k.PauseSchool(t.Context(), root(), "A", k.clock().Add(time.Hour), "an exam"); err != nil {
		t.Fatal(err)
	}
	for login, want := range map[string]int{"bare": 400, "lea": 204} {
		if got := k.radius(login, rightPIN); got != want {
			t.Errorf("%s in a pause: got %d, want %d", login, got, want)
		}
	}
	for _, c := range []struct {
		method, kind, body string
		want               int
	}{{"GET", form, "", 405}, {"POST", "text/plain", "x", 415}, {"POST", form, "%zz", 400}, {"POST", form, "", 400}} {
		status, _, body := k.send(c.method + " /compat/privacyidea/validate/radiuscheck HTTP/1.1\nHost: HOST\nConnection: close\nContent-Type: " +
			c.kind + "\nContent-Length: LENGTH\n\n" + c.body)
		if status != c.want || body != "" {
			t.Errorf("%s %s %q: got %d %s, want %d", c.method, c.kind, c.body, status, body, c.want)
		}
	}
}

// TestParallelWrongPINs: a hundred at once, by every contract and the use cases,
// are evaluated exactly to the limit.
func TestParallelWrongPINs(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.pin("lea")
	key := k.portal("llng", access.ScopeCompat)
	k.portal("radius", access.ScopeRADIUS)
	faces := []func(){
		func() { k.llng("verify", key, `{"user":"lea","code":"`+wrongPIN+`"}`) },
		func() { k.check("user", "lea", "pass", wrongPIN) },
		func() { k.radius("lea", wrongPIN) },
		func() { _ = k.VerifyPIN(context.Background(), root(), "lea", access.NewPIN(wrongPIN)) },
		func() {
			begun, err := k.StartLogin(context.Background(), root(), app.StartLogin{Login: "lea"})
			if err == nil {
				_, err = k.GivePIN(context.Background(), root(), app.GivePIN{LoginID: access.NewSecret(begun.LoginID), PIN: access.NewPIN(wrongPIN)})
			}
			if err != nil {
				k.t.Error(err)
			}
		},
	}
	for round, want := range []int{access.LockAfter, access.BlockAfter} {
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(faces[(i+rand.IntN(2))%len(faces)])
		}
		all.Wait()
		if got := k.attempts("lea"); got.Failed != want || len(got.Wrong) != want || len(got.Leases) != 0 {
			t.Errorf("round %d: got %d wrong PINs, %d settled, %d in flight, want %d", round, got.Failed, len(got.Wrong), len(got.Leases), want)
		}
		k.wait(access.LockFor)
	}
	if got := k.attempts("lea"); !got.Blocked() {
		t.Error("ten wrong PINs did not block")
	}
}

// TestForwarded: the browser's address is what the client hands on, less what
// pinward's own proxies added.
func TestForwarded(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.portal("nextcloud", access.ScopeCompat)
	ask := func(headers ...string) string {
		k.post("/compat/privacyidea/validate/check", form, "user=lea&pass=", headers...)
		return fmt.Sprint(k.lastLogin().IP)
	}
	const none = "invalid IP"
	for want, hops := range map[string]string{
		"192.0.2.7": "203.0.113.1, 192.0.2.7", "192.0.2.8": "192.0.2.8:4711", "2001:db8::1": "[2001:db8::1]", none: "unknown",
	} {
		if got := ask("X-Forwarded-For", hops); got != want {
			t.Errorf("%s: got %s, want %s", hops, got, want)
		}
	}
	if got := ask(); got != none {
		t.Errorf("no header: got %s", got)
	}
	k.edge.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.9/32")}
	k.serve()
	if _, err := k.AddPortal(t.Context(), root(), access.Portal{
		Name: "far", Scopes: []access.Scope{access.ScopeCompat}, Schools: []string{"A"}, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")},
	}); err != nil {
		t.Fatal(err)
	}
	for want, hops := range map[string]string{
		"192.0.2.7": "192.0.2.7, 10.0.0.5", "192.0.2.9": "192.0.2.9,10.0.0.5,10.0.0.9", none: "10.0.0.5",
	} {
		if got := ask("X-Forwarded-For", hops); got != want {
			t.Errorf("behind a proxy, %s: got %s, want %s", hops, got, want)
		}
	}
}

// FuzzFields: no body makes the parser fall over, and what it gives was there.
func FuzzFields(f *testing.F) {
	f.Add("application/json", []byte(`{"user":"lea","code":1,"x":[null,{}]}`))
	f.Add(form, []byte("user=lea&pass=4711&pass=%30"))
	f.Add("multipart/form-data; boundary=------------------------d74496d66958873e", []byte(phpBody("user", "lea", "pass", "4711")))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=a; filename=b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--x--"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		got, err := parseFields(kind, body)
		if (err == nil) == (got == nil) {
			t.Fatalf("got %v, %v", got, err)
		}
		total := 0
		for name, value := range got {
			total += len(name) + len(value)
		}
		if total > 3*len(body) { // a byte that is no UTF-8 becomes three
			t.Fatalf("%d bytes out of %d", total, len(body))
		}
		if err == nil && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(kind)), "application/") && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(kind)), "multipart/") {
			t.Fatalf("%q was read", kind)
		}
	})
}
