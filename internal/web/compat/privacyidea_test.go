package compat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

const form = "application/x-www-form-urlencoded"

// phpRequest is what privacyIDEA's php-client sends by curl, byte for byte; the
// three browser headers stand there where it is told to hand them on.
const phpRequest = `POST /compat/privacyidea/validate/check HTTP/1.1
Host: HOST
User-Agent: AGENT
Accept: */*
Cookie: COOKIES
X-Forwarded-For: 192.0.2.7
Content-Length: LENGTH
Content-Type: multipart/form-data; boundary=------------------------d74496d66958873e

`

func phpBody(pairs ...string) string {
	const line = "--------------------------d74496d66958873e"
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", line, pairs[i], pairs[i+1])
	}
	return b.String() + line + "--\r\n"
}

func (k *kit) php(cookies string, pairs ...string) (int, string) {
	status, _, got := k.send(phpRequest+phpBody(pairs...), "AGENT", firefox, "COOKIES", cookies)
	return status, got
}

func (k *kit) check(pairs ...string) (int, string) {
	var b []string
	for i := 0; i < len(pairs); i += 2 {
		b = append(b, pairs[i]+"="+pairs[i+1])
	}
	status, _, got := k.post("/compat/privacyidea/validate/check", form, strings.Join(b, "&"))
	return status, got
}

// authentication gives result.authentication of an answer, and its transaction.
func (k *kit) authentication(status int, body string) (string, string) {
	k.t.Helper()
	m := k.reading(body)
	if status != 200 || m["jsonrpc"] != "2.0" || m["id"] != 2.0 {
		k.t.Fatalf("got %d %s", status, body)
	}
	r := m["result"].(map[string]any)
	accept := r["authentication"] == "ACCEPT"
	if r["status"] != true || r["value"] != accept {
		k.t.Fatalf("the result is not of one mind: %s", body)
	}
	transaction, _ := m["detail"].(map[string]any)["transaction_id"].(string)
	return r["authentication"].(string), transaction
}

// TestPrivacyIDEAInTwoSteps: a page is loaded, and then what was typed comes.
func TestPrivacyIDEAInTwoSteps(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea", "bare")
	k.add(access.Student, "free")
	k.pin("lea")
	cookies := k.device("lea")
	k.portal("nextcloud", access.ScopeCompat)
	for _, c := range []struct{ name, user, cookies, static, pin, begun, want string }{
		{"the right PIN", "lea", "a=b", "", rightPIN, "CHALLENGE", "ACCEPT"},
		{"a wrong PIN", "lea", "a=b", "static", wrongPIN, "CHALLENGE", "REJECT"},
		{"no digits", "lea", "a=b", "static", "x", "CHALLENGE", "REJECT"},
		{"an unknown account", "nobody", "a=b", "static", rightPIN, "CHALLENGE", "REJECT"},
		{"an account that has to set a PIN", "bare", "a=b", "static", rightPIN, "CHALLENGE", "REJECT"},
		{"a recognized device", "lea", cookies, "static", "", "ACCEPT", ""},
		{"another's device", "bare", cookies, "static", rightPIN, "CHALLENGE", "REJECT"},
		{"an account without protection", "free", "a=b", "", "", "ACCEPT", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, transaction := k.authentication(k.php(c.cookies, "user", c.user, "pass", c.static, "realm", "school"))
			if got != c.begun || (got == "CHALLENGE") != (transaction != "") {
				t.Fatalf("got %s %q, want %s", got, transaction, c.begun)
			}
			if ip := k.lastLogin().IP.String(); ip != "192.0.2.7" {
				t.Errorf("the log names %s, want the browser's address", ip)
			}
			if c.want == "" {
				return
			}
			if got, _ := k.authentication(k.php(c.cookies, "user", c.user, "pass", "", "transaction_id", transaction)); got != "REJECT" {
				t.Errorf("nothing typed: got %s", got)
			}
			if got, _ := k.authentication(k.php(c.cookies, "user", c.user, "pass", c.pin, "transaction_id", transaction)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if got := k.attempts("lea"); got.Failed != 2 {
		t.Errorf("got %d wrong PINs, want the 2 that were typed", got.Failed)
	}
}

// TestPrivacyIDEATransactionIsOfItsUser: with the transaction of one's own login
// and one's own PIN nobody passes as somebody else.
func TestPrivacyIDEATransactionIsOfItsUser(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea", "paul")
	k.pin("lea")
	k.pin("paul")
	k.portal("nextcloud", access.ScopeCompat)
	_, transaction := k.authentication(k.check("user", "paul", "pass", ""))
	if got, _ := k.authentication(k.check("user", "lea", "pass", rightPIN, "transaction_id", transaction)); got != "REJECT" {
		t.Errorf("as lea: got %s", got)
	}
	if got, _ := k.authentication(k.check("user", "PAUL", "pass", rightPIN, "state", transaction)); got != "ACCEPT" {
		t.Errorf("as paul: got %s", got)
	}
}

// TestPrivacyIDEAStaticPass: what is no PIN and comes without a transaction is
// never an attempt, however often.
func TestPrivacyIDEAStaticPass(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.pin("lea")
	k.portal("nextcloud", access.ScopeCompat)
	for _, pass := range []string{"", "x", "static-pass", "123", "1234567890123", "12345a", "%D9%A1%D9%A2%D9%A3%D9%A4", "12+34", "-1234"} {
		for range 3 {
			if got, _ := k.authentication(k.check("user", "lea", "pass", pass)); got != "CHALLENGE" {
				t.Errorf("%q: got %s", pass, got)
			}
		}
	}
	if got := k.attempts("lea"); got.Failed != 0 {
		t.Errorf("got %d attempts", got.Failed)
	}
}

// TestPrivacyIDEAInOneStep: digits without a transaction are what was typed, and
// only so many are judged in an hour.
func TestPrivacyIDEAInOneStep(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.pin("lea")
	k.portal("keycloak", access.ScopeCompat)
	try := func(pin, want string) {
		t.Helper()
		if got, _ := k.authentication(k.check("user", "lea", "pass", pin)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	try(rightPIN, "ACCEPT")
	for range access.LockAfter {
		try(wrongPIN, "REJECT")
	}
	try(rightPIN, "REJECT")
	k.wait(access.LockFor)
	try(rightPIN, "REJECT")
	try(wrongPIN, "REJECT")
	if got := k.attempts("lea"); got.Failed != access.LockAfter || len(got.Wrong) != access.LockAfter {
		t.Errorf("got %d wrong PINs, want %d", got.Failed, access.LockAfter)
	}
	if !strings.Contains(k.log.String(), "reason=hourly_limit") {
		t.Errorf("the log does not tell of the limit: %s", k.log)
	}
	k.wait(time.Hour - access.LockFor)
	try(rightPIN, "ACCEPT")
}

// TestPrivacyIDEABodies: the same request in the three forms.
func TestPrivacyIDEABodies(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.pin("lea")
	k.portal("nextcloud", access.ScopeCompat)
	for kind, body := range map[string]string{
		form:                    "user=lea&pass=" + rightPIN,
		form + ";charset=UTF-8": "pass=" + rightPIN + "&user=lea&client=192.0.2.7",
		"application/json":      `{"user":"lea","pass":"` + rightPIN + `"}`,
		"multipart/form-data; boundary=------------------------d74496d66958873e": phpBody("user", "lea", "pass", rightPIN),
	} {
		status, _, got := k.post("/compat/privacyidea/validate/check", kind, body)
		if a, _ := k.authentication(status, got); a != "ACCEPT" {
			t.Errorf("%s: got %s", kind, got)
		}
	}
}

// TestPrivacyIDEAFaults: every failure is in its envelope.
func TestPrivacyIDEAFaults(t *testing.T) {
	k := newKit(t)
	k.portal("nextcloud", access.ScopeCompat)
	const path = "/compat/privacyidea/validate/check"
	for _, c := range []struct {
		name, method, path, kind, body string
		status, code                   int
	}{
		{"no user", "POST", path, form, "pass=1", 400, 905},
		{"no pass", "POST", path, form, "user=lea", 400, 905},
		{"a user that is a list", "POST", path, "application/json", `{"user":["lea"],"pass":""}`, 400, 905},
		{"no JSON", "POST", path, "application/json", `{"user"`, 400, 905},
		{"two values", "POST", path, "application/json", `{} {}`, 400, 905},
		{"a list", "POST", path, "application/json", `[]`, 400, 905},
		{"no form", "POST", path, form, `user=%zz`, 400, 905},
		{"multipart without its end", "POST", path, "multipart/form-data; boundary=x", "--x\r\n", 400, 905},
		{"multipart without its line", "POST", path, "multipart/form-data", "--x--", 400, 905},
		{"too many parts", "POST", path, "multipart/form-data; boundary=------------------------d74496d66958873e", phpBody(make([]string, 300)...), 400, 905},
		{"a type that nobody sends", "POST", path, "text/xml", "<user/>", 415, 905},
		{"no type", "POST", path, "", "user=lea", 415, 905},
		{"too much", "POST", path, form, "user=" + strings.Repeat("x", 70000), 413, 905},
		{"by GET", "GET", path + "?user=lea&pass=1", form, "", 405, 4307},
		{"an unknown path", "POST", "/compat/privacyidea/validate/triggerchallenge", form, "user=lea", 404, 601},
		{"the foot", "GET", "/compat/privacyidea/", form, "", 404, 601},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, _, got := k.send(c.method + " " + c.path + " HTTP/1.1\nHost: HOST\nConnection: close\nContent-Type: " + c.kind +
				"\nContent-Length: LENGTH\n\n" + c.body)
			k.wantFault(status, got, c.status, c.code)
		})
	}
	if n := k.lastLogin().Key; n != 0 {
		t.Errorf("%d logins were opened", n)
	}
}

func (k *kit) wantFault(status int, body string, wantStatus, wantCode int) {
	k.t.Helper()
	m := k.reading(body)
	r := m["result"].(map[string]any)
	fault, _ := r["error"].(map[string]any)
	_, hasValue := r["value"]
	if status != wantStatus || r["status"] != false || hasValue || m["id"] != 1.0 || m["detail"] != nil || fault["code"] != float64(wantCode) || fault["message"] == "" {
		k.t.Errorf("got %d %s, want %d and the code %d", status, body, wantStatus, wantCode)
	}
}

// TestPrivacyIDEAIsOff until a portal has its scope, and then for that portal.
func TestPrivacyIDEAIsOff(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.pin("lea")
	ask := func(headers ...string) (int, string) {
		status, _, got := k.post("/compat/privacyidea/validate/check", form, "user=lea&pass="+rightPIN, headers...)
		return status, got
	}
	radius := func() int {
		status, _, _ := k.post("/compat/privacyidea/validate/radiuscheck", form, "user=lea&pass="+rightPIN)
		return status
	}
	status, got := ask()
	k.wantFault(status, got, 404, 601)
	login := k.portal("ent", access.ScopeLogin)
	status, got = ask()
	k.wantFault(status, got, 404, 601)
	status, got = ask("X-API-Key", login)
	k.wantFault(status, got, 403, 303)
	status, got = ask("Authorization", "Bearer nonsense")
	k.wantFault(status, got, 401, 4031)

	made, err := k.AddPortal(t.Context(), root(), access.Portal{Name: "nextcloud", Scopes: []access.Scope{access.ScopeCompat}, Schools: []string{"A"}})
	if err != nil {
		t.Fatal(err)
	}
	status, got = ask()
	k.wantFault(status, got, 401, 4031)
	if a, _ := k.authentication(ask("X-API-Key", made.Key.Reveal())); a != "ACCEPT" {
		t.Errorf("with the key: got %s", a)
	}
	if got := radius(); got != 404 {
		t.Errorf("radiuscheck without its own scope: got %d, want 404", got)
	}
	k.portal("radius", access.ScopeRADIUS)
	if got := radius(); got != 204 {
		t.Errorf("radiuscheck with its scope: got %d, want 204", got)
	}
}
