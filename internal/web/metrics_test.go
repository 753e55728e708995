package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

func TestMetrics(t *testing.T) {
	k := newKit(t)
	k.on("POST /v1/sample/{id}", func(w http.ResponseWriter, _ *http.Request) {
		k.edge().Decided(access.Deny, access.ReasonPINWrong)
		w.WriteHeader(http.StatusForbidden)
	})
	k.ask("POST", "/v1/sample/"+canary, "")
	k.ask("POST", "/v1/sample/"+canary, "")
	k.ask("GET", "/"+canary, "")
	w := k.ask("GET", "/metrics", "")
	got := w.Body.String()
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	for _, want := range []string{
		`pinward_http_requests_total{route="POST /v1/sample/{id}",status="403"} 2`,
		`pinward_http_requests_total{route="none",status="404"} 1`,
		`pinward_http_request_duration_seconds_bucket{route="POST /v1/sample/{id}",le="+Inf"} 2`,
		`pinward_http_request_duration_seconds_count{route="POST /v1/sample/{id}"} 2`,
		`pinward_http_requests_in_flight 1`,
		`pinward_decisions_total{decision="deny",reason="pin_wrong"} 2`,
		`pinward_outbox_mails{state="waiting"} 0`,
		`pinward_outbox_mails{state="dead"} 0`,
		`pinward_outbox_oldest_seconds 0`,
		`pinward_pins_judged_at_once 0`,
		`pinward_pins_in_line 0`,
		`pinward_pins_turned_away_total 0`,
		`pinward_build_info{version="v0.0.0-test",go="go`,
		`go_goroutines `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, "canary") {
		t.Error("a path is a label")
	}
}

func TestOutboxNumbers(t *testing.T) {
	n := newNumbers("v", edge.NewHashing(1))
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	n.outbox(app.Outbox{Waiting: 3, Dead: 2, OldestAt: now.Add(-time.Minute)}, now)
	var out strings.Builder
	n.set.WritePrometheus(&out)
	for _, want := range []string{`{state="waiting"} 3`, `{state="dead"} 2`, `oldest_seconds 60`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
	n.outbox(app.Outbox{OldestAt: now.Add(time.Hour)}, now) // a clock that was moved back
	out.Reset()
	n.set.WritePrometheus(&out)
	if !strings.Contains(out.String(), `oldest_seconds 0`) {
		t.Errorf("got\n%s", out.String())
	}
}

func TestMetricsAreForThisMachine(t *testing.T) {
	k := newKit(t)
	for _, tt := range []struct {
		name, peer, header string
		socket             bool
		want               int
	}{
		{"this machine", "127.0.0.1:1", "", false, 200},
		{"this machine by IPv6", "[::1]:1", "", false, 200},
		{"the socket", "@", "", true, 200},
		{"another machine", "192.0.2.1:1", "", false, 403},
		{"through a proxy", "127.0.0.1:1", "X-Forwarded-For", false, 403},
		{"through another proxy", "127.0.0.1:1", "Forwarded", false, 403},
		{"through the socket, by a proxy", "@", "X-Real-IP", true, 403},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = tt.peer
		if tt.socket {
			r = r.WithContext(edge.WithPeerUID(r.Context(), 33))
		}
		if tt.header != "" {
			r.Header.Set(tt.header, "127.0.0.1")
		}
		w := httptest.NewRecorder()
		k.ServeHTTP(w, r)
		if w.Code != tt.want || (w.Code != 200) == strings.Contains(w.Body.String(), "pinward_") {
			t.Errorf("%s: got %d, want %d", tt.name, w.Code, tt.want)
		}
	}
}
