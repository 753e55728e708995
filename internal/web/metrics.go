package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"runtime"
	"strconv"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// numbers are what /metrics tells (docs/serve.md lists them). None is labelled
// by anything that names a person, or by a path: those have no end.
type numbers struct {
	set                     *metrics.Set
	inFlight                *metrics.Gauge
	waiting, dead, waitedBy *metrics.Gauge // of the outbox
}

func newNumbers(version string, h *edge.Hashing) *numbers {
	n := &numbers{set: metrics.NewSet()}
	n.inFlight = n.set.NewGauge("pinward_http_requests_in_flight", nil)
	n.waiting = n.set.NewGauge(`pinward_outbox_mails{state="waiting"}`, nil)
	n.dead = n.set.NewGauge(`pinward_outbox_mails{state="dead"}`, nil)
	n.waitedBy = n.set.NewGauge("pinward_outbox_oldest_seconds", nil)
	n.set.NewGauge(fmt.Sprintf("pinward_build_info{version=%q,go=%q}", version, runtime.Version()), func() float64 { return 1 })
	n.set.NewGauge("pinward_pins_judged_at_once", func() float64 { return float64(h.Running()) })
	n.set.NewGauge("pinward_pins_in_line", func() float64 { return float64(h.Waiting()) })
	n.set.NewGauge("pinward_pins_turned_away_total", func() float64 { return float64(h.Refused()) })
	return n
}

// answered counts a request by the pattern of its route.
func (n *numbers) answered(route string, status int, took time.Duration) {
	route = strconv.Quote(route)
	n.set.GetOrCreateCounter("pinward_http_requests_total{route=" + route + `,status="` + strconv.Itoa(status) + `"}`).Inc()
	n.set.GetOrCreatePrometheusHistogram("pinward_http_request_duration_seconds{route=" + route + "}").Update(took.Seconds())
}

// decided counts a login decision.
func (n *numbers) decided(d access.Decision, r access.Reason) {
	n.set.GetOrCreateCounter(fmt.Sprintf("pinward_decisions_total{decision=%q,reason=%q}", d, r)).Inc()
}

func (n *numbers) outbox(o app.Outbox, now time.Time) {
	n.waiting.Set(float64(o.Waiting))
	n.dead.Set(float64(o.Dead))
	oldest := 0.0
	if !o.OldestAt.IsZero() {
		oldest = max(now.Sub(o.OldestAt).Seconds(), 0)
	}
	n.waitedBy.Set(oldest)
}

// metrics answers with the numbers, to this machine alone: whatever a proxy
// forwards comes from elsewhere.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	if !local(r) {
		s.refuse(w, r, http.StatusForbidden, "local_only")
		return
	}
	e := s.edge()
	if o, err := e.App.Outbox(r.Context(), s.options.By); err == nil {
		s.numbers.outbox(o, e.Now())
	} else {
		e.Logger(r).Warn("the outbox is not counted", "error", err.Error()) // the other numbers are worth having
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	s.numbers.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// local reports whether a request was made on this machine and forwarded by
// nobody.
func local(r *http.Request) bool {
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip"} {
		if r.Header.Get(header) != "" {
			return false
		}
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return edge.FromSocket(r) || err == nil && peer.Addr().Unmap().IsLoopback()
}
