package web

import (
	"net/http"

	"pinward/internal/web/api"
	"pinward/internal/web/compat"
	"pinward/internal/web/edge"
	"pinward/internal/web/gate"
	"pinward/internal/web/pages"
)

// route registers everything that the server answers, its own routes and those
// of the packages for portals, proxies and people. A pattern names its method, so
// that a wrong one is answered 405.
func (s *Server) route(mux *http.ServeMux, e *edge.Edge) {
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /metrics", s.metrics)
	for _, register := range []func(*http.ServeMux, *edge.Edge){api.Register, compat.Register, gate.Register, pages.Register} {
		register(mux, e)
	}
}
