package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"pinward/internal/web/edge"
)

func TestUnknownRoutes(t *testing.T) {
	k := newKit(t)
	k.on("POST /v1/sample/{id}", func(http.ResponseWriter, *http.Request) {})
	k.on("GET /tree/", func(http.ResponseWriter, *http.Request) {})
	problem := func(title string, status int, code string) string {
		return fmt.Sprintf(`{"type":"/docs/portal-api.md#%s","title":%q,"status":%d,"instance":"urn:pinward:request:ID","code":%q}`+"\n", code, title, status, code)
	}
	tests := []struct {
		name, method, target string
		status               int
		allow, body          string
	}{
		{"unknown", "GET", "/nothing", 404, "", "Not Found\n"},
		{"unknown to programs", "GET", "/v1/nothing", 404, "", problem("There is no such route", 404, "no_such_route")},
		{"a wrong method", "POST", "/healthz", 405, "GET, HEAD", "Method Not Allowed\n"},
		{"a wrong method of programs", "GET", "/v1/sample/1", 405, "POST", problem("The route has another method", 405, "method_not_allowed")},
		{"an invented method", "BREW", "/healthz", 405, "GET, HEAD", "Method Not Allowed\n"},
		{"two slashes are no redirect", "GET", "//evil.example/healthz", 404, "", "Not Found\n"},
		{"a way up", "GET", "/v1/../healthz", 404, "", `"no_such_route"}` + "\n"},
		{"an encoded way up", "GET", "/v1/%2e%2e/healthz", 404, "", `"no_such_route"}` + "\n"},
		{"a slash that lacks", "GET", "/tree", 307, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := k.ask(tt.method, "http://pin.example"+tt.target, "")
			if w.Code != tt.status || w.Header().Get("Allow") != tt.allow {
				t.Errorf("got %d, Allow %q, want %d, %q", w.Code, w.Header().Get("Allow"), tt.status, tt.allow)
			}
			if got := strings.ReplaceAll(w.Body.String(), w.Header().Get("X-Request-Id"), "ID"); tt.body != "" && !strings.HasSuffix(got, tt.body) {
				t.Errorf("got %q, want %q", got, tt.body)
			}
			if location := w.Header().Get("Location"); strings.Contains(location, "evil") {
				t.Errorf("redirects to %q", location)
			}
		})
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	k := newKit(t)
	k.on("GET /page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
	})
	for _, target := range []string{"/healthz", "/nothing", "/page"} {
		h := k.ask("GET", target, "").Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", target, name, got, want)
			}
		}
		if len(h.Get("X-Request-Id")) != 16 || h.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: got %v, want an id and a policy", target, h)
		}
	}
	if got := k.ask("GET", "/page", "").Header().Get("Content-Security-Policy"); got != "default-src 'self'" {
		t.Errorf("got %q, want the page's own policy", got)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	k := newKit(t)
	k.on("POST /sample", func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(edge.Status(err))
		}
	})
	for size, want := range map[int]int{64 << 10: 200, 64<<10 + 1: 413} {
		if got := k.ask("POST", "/sample", strings.Repeat("x", size)).Code; got != want {
			t.Errorf("%d bytes: got %d, want %d", size, got, want)
		}
	}
}

// TestLogHoldsNoSecret sends a secret wherever a request has room for one.
func TestLogHoldsNoSecret(t *testing.T) {
	k := newKit(t)
	k.on("POST /v1/sample/{id}", func(http.ResponseWriter, *http.Request) {})
	k.on("POST /panic/{id}", func(_ http.ResponseWriter, r *http.Request) { panic(errors.New(r.PathValue("id"))) })
	k.on("POST /nil/{id}", func(http.ResponseWriter, *http.Request) { _ = []string{}[len(k.t.Name())] })
	headers := []string{
		"Authorization", "Bearer " + canary, "Cookie", "__Host-pinward_0=" + canary, "X-API-Key", canary, "User-Agent", canary,
		"Idempotency-Key", canary, "X-Forwarded-For", canary, "X-Request-Id", canary, "Referer", "https://x/" + canary,
	}
	for _, target := range []string{"/v1/sample/" + canary, "/panic/" + canary, "/nil/" + canary, "/" + canary, "//" + canary, "/healthz/" + canary} {
		k.ask("POST", "http://pin.example"+target+"?code="+canary, `{"pin":"`+canary+`"}`, headers...)
	}
	k.ask(canary, "/healthz", "")
	log := k.log.String()
	if strings.Contains(log, "canary") || strings.Contains(log, "8305") {
		t.Errorf("the log holds a secret:\n%s", log)
	}
	n := 0
	for line := range strings.Lines(log) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if fields["msg"] == "answered" {
			n++
		}
	}
	if n != 7 {
		t.Errorf("got %d requests in the log, want 7:\n%s", n, log)
	}
	if want := `"route":"POST /v1/sample/{id}","status":200`; !strings.Contains(log, want) {
		t.Errorf("no line with %s in\n%s", want, log)
	}
}

func TestPanicsAreAnswered(t *testing.T) {
	k := newKit(t)
	k.on("GET /v1/panic", func(http.ResponseWriter, *http.Request) { panic(canary) })
	k.on("GET /half", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic(canary)
	})
	w := k.ask("GET", "/v1/panic", "")
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"unexpected"`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	log := k.log.String()
	if !strings.Contains(log, `"kind":"string"`) || !strings.Contains(log, "web.TestPanicsAreAnswered.func1:") || !strings.Contains(log, `"status":500`) {
		t.Errorf("the log does not say where:\n%s", log)
	}
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				t.Error("half an answer was given as a whole one")
			}
		}()
		k.ask("GET", "/half", "")
	}()
	k.ask("GET", "/healthz", "") // goes on
}

func TestLogIsTamed(t *testing.T) {
	k := newKit(t)
	const hostile = "a\x1b]0;x\x07\u202eb\u009bc\nd"
	k.options.Log.Error(hostile, "error", errors.New(hostile), "text", hostile)
	got := k.log.String()
	if strings.ContainsAny(strings.TrimSuffix(got, "\n"), "\x1b\u202e\u009b\x07\n") {
		t.Errorf("got %q, want it tamed", got)
	}
	if strings.Count(got, `\\u202e`) != 3 {
		t.Errorf("got %q, want it to show what was there", got)
	}
}
