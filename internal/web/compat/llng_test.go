package compat

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

// llngRequest is what LemonLDAP::NG 2.16 sends by LWP, byte for byte.
const llngRequest = `POST /compat/llng/PATH HTTP/1.1
TE: deflate,gzip;q=0.3
Connection: TE, close
Authorization: Basic KEY
Host: HOST
User-Agent: libwww-perl/6.68
Content-Type: application/json
Content-Length: LENGTH

`

func basic(key string) string { return base64.StdEncoding.EncodeToString([]byte("llng:" + key)) }

func (k *kit) llng(path, key, body string) (int, string) {
	status, _, got := k.send(llngRequest+body, "PATH", path, "KEY", basic(key))
	return status, got
}

// quoted writes a Go string as JSON.
func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

const (
	llngTrue  = `{"result":true}`
	llngFalse = `{"result":false}`
)

func TestLLNGVerify(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea", "bare", "gone", "paul")
	k.add(access.Student, "free")
	for _, login := range []string{"lea", "gone", "paul"} {
		k.pin(login)
	}
	if _, err := k.SuspendAccount(t.Context(), root(), "gone", "a reason"); err != nil {
		t.Fatal(err)
	}
	cookies := k.device("paul")
	key := k.portal("llng", access.ScopeCompat)
	for _, c := range []struct{ name, body, want, reason string }{
		{"the right PIN", `{"user":"lea","code":"` + rightPIN + `","ip":"127.0.0.1","ua":"Firefox","cookies":"a=b"}`, llngTrue, "new_device"},
		{"any order, nulls, keys that nobody knows", `{"x":{"y":[1]},"cookies":null,"code":"` + rightPIN + `","mail":"l@example.org","ip":null,"ua":null,"user":"LEA"}`, llngTrue, "new_device"},
		{"a wrong PIN", `{"user":"lea","code":"` + wrongPIN + `"}`, llngFalse, "new_device"},
		{"no digits", `{"user":"lea","code":"abcd"}`, llngFalse, "new_device"},
		{"a code that is a number", `{"user":"lea","code":` + rightPIN + `}`, llngTrue, "new_device"},
		{"an unknown account", `{"user":"nobody","code":"` + rightPIN + `"}`, llngFalse, "account_unknown"},
		{"a suspended account", `{"user":"gone","code":"` + rightPIN + `"}`, llngFalse, "account_suspended"},
		{"an account that has to set a PIN", `{"user":"bare","code":"` + rightPIN + `"}`, llngFalse, "protection_imposed"},
		{"an account without protection", `{"user":"free","code":"1"}`, llngTrue, "no_protection"},
		{"a recognized device and the right PIN", `{"user":"paul","code":"` + rightPIN + `","ua":` + quoted(firefox) + `,"cookies":` + quoted(cookies) + `}`, llngTrue, "device_recognized"},
		{"a recognized device and a wrong PIN", `{"user":"paul","code":"` + wrongPIN + `","ua":` + quoted(firefox) + `,"cookies":` + quoted(cookies) + `}`, llngFalse, "device_recognized"},
		{"an address that is none", `{"user":"lea","code":"` + rightPIN + `","ip":"unknown"}`, llngTrue, "new_device"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, got := k.llng("verify", key, c.body)
			if status != 200 || got != c.want {
				t.Errorf("got %d %s, want 200 %s", status, got, c.want)
			}
			if got := string(k.lastLogin().Reason); got != c.reason {
				t.Errorf("the log says %s, want %s", got, c.reason)
			}
		})
	}
	if got := k.attempts("paul"); got.Failed != 1 {
		t.Errorf("got %d wrong PINs of the recognized device, want 1", got.Failed)
	}
	if log := k.log.String(); !strings.Contains(log, "has to set its PIN first") || !strings.Contains(log, "login=bare") {
		t.Errorf("nothing in the log says that bare has no PIN: %s", log)
	}
	if log := k.log.String(); strings.Contains(log, "nobody") || strings.Contains(log, rightPIN) {
		t.Errorf("the log shows what was typed: %s", log)
	}
}

// TestLLNGVerifyNothing: what names no user or no code opens no login.
func TestLLNGVerifyNothing(t *testing.T) {
	k := newKit(t)
	key := k.portal("llng", access.ScopeCompat)
	for _, body := range []string{
		"", "{", "null", "true", `"x"`, `[]`, `{}`, `{"user":"lea"}`, `{"user":"lea","code":""}`, `{"user":null,"code":"1"}`,
		`{"user":"lea","code":null}`, `{"user":["lea"],"code":{}}`, `{"user":"lea","code":"1"} {}`, "\xff\xfe", strings.Repeat("[", 60000),
	} {
		if status, got := k.llng("verify", key, body); status != 200 || got != llngFalse {
			t.Errorf("%.40q: got %d %s, want 200 %s", body, status, got, llngFalse)
		}
	}
	if n := k.lastLogin().Key; n != 0 {
		t.Errorf("%d logins were opened", n)
	}
}

// TestLLNGVerifyWithAPass: where an operator let one login pass, nothing is judged.
func TestLLNGVerifyWithAPass(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.pin("lea")
	key := k.portal("llng", access.ScopeCompat)
	if _, err := k.GivePass(t.Context(), root(), "lea", 0, "lost it"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{llngTrue, llngFalse} {
		if _, got := k.llng("verify", key, `{"user":"lea","code":"`+wrongPIN+`"}`); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestLLNGVerifyWithoutAPIN: who has no PIN passes from a recognized device too,
// whatever was typed.
func TestLLNGVerifyWithoutAPIN(t *testing.T) {
	k := newKit(t)
	k.add(access.Student, "free")
	key := k.portal("llng", access.ScopeCompat)
	begun, err := k.StartLogin(t.Context(), root(), app.StartLogin{Login: "free", UserAgent: firefox})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := k.RememberDevice(t.Context(), root(), app.NameDevice{LoginID: access.NewSecret(begun.LoginID), Name: "Home"})
	if err != nil || answer.DeviceToken == "" {
		t.Fatal(err, answer.Reason)
	}
	cookies := answer.CookieName + "=" + answer.DeviceToken
	if _, got := k.llng("verify", key, `{"user":"free","code":"1","ua":`+quoted(firefox)+`,"cookies":`+quoted(cookies)+`}`); got != llngTrue {
		t.Errorf("got %s", got)
	}
	if got := k.lastLogin().Reason; got != access.ReasonDeviceRecognized {
		t.Errorf("the log says %s", got)
	}
}

// TestLLNGIsNotCapped: it asks after the password, so a lock is all that stands
// after five wrong PINs.
func TestLLNGIsNotCapped(t *testing.T) {
	k := newKit(t)
	k.add(access.Teacher, "lea")
	k.pin("lea")
	key := k.portal("llng", access.ScopeCompat)
	for range access.LockAfter {
		k.llng("verify", key, `{"user":"lea","code":"`+wrongPIN+`"}`)
	}
	if _, got := k.llng("verify", key, `{"user":"lea","code":"`+rightPIN+`"}`); got != llngFalse {
		t.Errorf("locked: got %s", got)
	}
	k.wait(access.LockFor)
	if _, got := k.llng("verify", key, `{"user":"lea","code":"`+rightPIN+`"}`); got != llngTrue {
		t.Errorf("after the lock: got %s", got)
	}
}

func TestLLNGCaller(t *testing.T) {
	k := newKit(t)
	k.add(access.Student, "free")
	key := k.portal("llng", access.ScopeCompat)
	other := k.portal("ent", access.ScopeLogin)
	const body = `{"user":"free","code":"1"}`
	for _, path := range []string{"init", "verify"} {
		for _, c := range []struct {
			name, key string
			status    int
			want      string
		}{
			{"the key", key, 200, llngTrue},
			{"another key", key + "x", 401, llngFalse},
			{"the key of a portal without the scope", other, 403, llngFalse},
		} {
			if status, got := k.llng(path, c.key, body); status != c.status || got != c.want {
				t.Errorf("%s, %s: got %d %s, want %d %s", path, c.name, status, got, c.status, c.want)
			}
		}
		// The network alone proves no password.
		if status, h, got := k.post("/compat/llng/"+path, "application/json", body); status != 401 || got != llngFalse || h.Get("WWW-Authenticate") == "" {
			t.Errorf("%s, no key: got %d %s", path, status, got)
		}
		if status, h, got := k.send("GET /compat/llng/" + path + " HTTP/1.1\nHost: HOST\nConnection: close\n\n"); status != 405 || got != llngFalse || h.Get("Allow") != "POST" {
			t.Errorf("%s by GET: got %d %s", path, status, got)
		}
	}
}

// TestLLNGOfABrokenStore: no answer is 200 where nothing was decided.
func TestLLNGOfABrokenStore(t *testing.T) {
	k := newKit(t)
	k.add(access.Student, "free")
	key := k.portal("llng", access.ScopeCompat)
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"init", "verify"} {
		if status, got := k.llng(path, key, `{"user":"free","code":"1"}`); status < 500 || got != llngFalse {
			t.Errorf("%s: got %d %s, want 5xx %s", path, status, got, llngFalse)
		}
	}
}
