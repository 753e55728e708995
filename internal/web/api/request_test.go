package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pinward/internal/web/edge"
)

// TestBodiesAreReadStrictly sends what no portal means; nothing happens and
// nothing is quoted.
func TestBodiesAreReadStrictly(t *testing.T) {
	k := newKit(t)
	login := k.start("lea")
	deep := strings.Repeat(`{"remember":`, 3000) + "1" + strings.Repeat("}", 3000)
	for name, body := range map[string]string{
		"nothing":                ``,
		"null":                   `null`,
		"an array":               `[{"pin":"502917"}]`,
		"a text":                 `"502917"`,
		"cut off":                `{"pin":"502917"`,
		"two objects":            `{"pin":"502917"}{"pin":"502917"}`,
		"a key twice":            `{"pin":"502917","pin":"502918"}`,
		"a key in capitals":      `{"PIN":"502917"}`,
		"an unknown key":         `{"pin":"502917","canary":true}`,
		"a number":               `{"pin":502917}`,
		"a huge number":          `{"pin":1e999999999}`,
		"nested deep":            deep,
		"arrays nested deep":     strings.Repeat("[", 30000),
		"a NUL":                  "{\"pin\":\"502917\x00\"}",
		"no UTF-8":               "{\"pin\":\"502917\xff\"}",
		"a byte order mark":      "\xef\xbb\xbf{\"pin\":\"502917\"}",
		"UTF-16":                 "{\x00\"\x00p\x00",
		"no PIN":                 `{}`,
		"an empty PIN":           `{"pin":""}`,
		"a login that is a list": `{"pin":"502917","login_id":["x"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := k.ask("POST", login+"/pin", body).want(t, 400, "code", "usage")
			if strings.Contains(a.text, "502917") || strings.Contains(a.text, "canary") {
				t.Errorf("it quotes the request: %s", a.text)
			}
		})
	}
	k.wantWrong(0)
	k.ask("POST", login+"/pin", `{"pin":"`+rightPIN+`"}`, with("Content-Type", "application/json; charset=UTF-8")).want(t, 200)
	long := `{"pin":"` + rightPIN + `"` + strings.Repeat(" ", edge.MaxBody-16-len(rightPIN)) + `}`
	k.ask("POST", k.start("lea")+"/pin", long).want(t, 200)
	k.ask("POST", k.start("lea")+"/pin", strings.Replace(long, "}", strings.Repeat(" ", 9)+"}", 1)).want(t, 413)
}

func TestWrongMethods(t *testing.T) {
	k := newKit(t)
	for path, method := range map[string]string{
		"/v1/logins": "GET", "/v1/logins/x": "POST", "/v1/logins/x/pin": "GET", "/v1/recognize": "GET", "/v1/capabilities": "POST",
		"/v1/account-sessions": "PUT", "/v1/notices": "DELETE", "/v1/notices/x/seen": "GET",
	} {
		if a := k.ask(method, path, ""); a.status != http.StatusMethodNotAllowed { // mail scanners open links
			t.Errorf("%s %s: got %d", method, path, a.status)
		}
	}
}

// FuzzRecognize sends whatever a client may send; the answer is 200 or says that
// the request is malformed.
func FuzzRecognize(f *testing.F) {
	for _, seed := range []string{"user=lea", "user=lea&cookies=a%3Db", "user=%zz", "=&=", "user=lea;cookies=x", `{"user":"lea"}`} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, body string, isForm bool) {
		r := httptest.NewRequest(http.MethodPost, "/v1/recognize", strings.NewReader(body))
		r.Header.Set("Content-Type", jsonType)
		if isForm {
			r.Header.Set("Content-Type", formType)
		}
		req, err := call{Request: r, body: []byte(body)}.recognition()
		if err == nil && req.Cookie != nil {
			_ = req.Cookie("__Host-pinward_00000000").Reveal()
		}
		if values, parseErr := url.ParseQuery(body); isForm && err == nil && (parseErr != nil || len(values) > 7) {
			t.Errorf("took %q", body)
		}
	})
}
