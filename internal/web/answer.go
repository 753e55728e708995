package web

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"runtime"
	"strings"
	"time"

	"pinward/internal/web/api"
	"pinward/internal/web/edge"
	"pinward/internal/web/pages"
)

// unrouted is the route that requests are counted and logged under that no
// pattern matches.
const unrouted = "none"

// An answer notes what a handler answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK { // others only announce
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// ServeHTTP answers one request: whatever happens there is an answer, a line in
// the log and a count.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began, id := s.options.Now(), s.requestID()
	r = edge.WithRequestID(r, id)
	r.Body = http.MaxBytesReader(w, r.Body, edge.MaxBody)
	guard(w.Header(), id)
	a := &answer{ResponseWriter: w}
	s.numbers.inFlight.Inc()
	defer func() {
		s.numbers.inFlight.Dec()
		aborted := s.recovered(a, r, recover())
		s.settle(a, r, began)
		if aborted {
			panic(http.ErrAbortHandler) // the caller must not take half an answer for a whole one
		}
	}()
	s.dispatch(a, r)
}

// dispatch hands a request to its route. What no pattern matches is answered
// here, and what is no plain path too: the mux would redirect it.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	if !plainPath(r.URL.Path) {
		s.refuse(w, r, http.StatusNotFound, "no_such_route")
		return
	}
	mux := s.now.Load().mux
	h, pattern := mux.Handler(r)
	if pattern != "" {
		mux.ServeHTTP(w, r)
		return
	}
	told := &refusal{header: http.Header{}}
	h.ServeHTTP(told, r)
	if told.status != http.StatusMethodNotAllowed {
		s.refuse(w, r, http.StatusNotFound, "no_such_route")
		return
	}
	w.Header().Set("Allow", told.header.Get("Allow"))
	s.refuse(w, r, http.StatusMethodNotAllowed, "method_not_allowed")
}

func plainPath(p string) bool {
	return strings.HasPrefix(p, "/") && (p == "/" || path.Clean(p) == strings.TrimSuffix(p, "/"))
}

// A refusal takes what the mux says of a request that it has no route for.
type refusal struct {
	header http.Header
	status int
}

func (r *refusal) Header() http.Header         { return r.header }
func (r *refusal) WriteHeader(status int)      { r.status = status }
func (r *refusal) Write(p []byte) (int, error) { return len(p), nil }

// refuse answers what never reached a route, or came back from one broken: as a
// problem to programs of the API, to browsers with a page, else in one line of
// text.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		api.Refuse(w, r, code)
		return
	}
	if pages.Refuse(s.edge(), w, r, status) {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "%s\n", http.StatusText(status))
}

// guard sets what every answer says; a page may say it otherwise.
func guard(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// recovered answers for a handler that panicked and reports whether the
// connection must be cut, because half an answer is out. What it panicked with
// may be a secret: the log says of what type it was, and where.
func (s *Server) recovered(a *answer, r *http.Request, reason any) (cut bool) {
	if reason == nil {
		return false
	}
	if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return true
	}
	s.edge().Logger(r).Error("a handler panicked", "kind", fmt.Sprintf("%T", reason), "at", where())
	if a.status != 0 {
		return true
	}
	s.refuse(a, r, http.StatusInternalServerError, "unexpected")
	return false
}

// where gives the calls that led to a panic, without what they were called with.
func where() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var calls []string
	for more := true; more; {
		var f runtime.Frame
		if f, more = frames.Next(); !strings.HasPrefix(f.Function, "runtime.") {
			calls = append(calls, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
	}
	return strings.Join(calls, " < ")
}

// settle counts and logs an answered request by its route's pattern, since a path
// may hold the secret id of a login.
func (s *Server) settle(a *answer, r *http.Request, began time.Time) {
	took := s.options.Now().Sub(began)
	route, status := r.Pattern, a.status
	if route == "" {
		route = unrouted
	}
	if status == 0 {
		status = http.StatusOK
	}
	s.numbers.answered(route, status, took)
	level := slog.LevelInfo
	if quiet(route) && status < http.StatusInternalServerError {
		level = slog.LevelDebug
	}
	s.edge().Logger(r).Log(r.Context(), level, "answered",
		"method", method(r.Method), "route", route, "status", status, "bytes", a.bytes,
		"ms", took.Milliseconds(), "address", s.addressOf(r))
}

// quiet reports whether a route is asked by machines every few seconds, or for
// every picture of a page.
func quiet(route string) bool {
	switch route {
	case "GET /healthz", "GET /readyz", "GET /metrics", "/gate/auth-request", "/gate/forward-auth":
		return true
	}
	return false
}

// method keeps out of the log what is no method that anything answers.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// addressOf gives the caller's address, or who opened the socket.
func (s *Server) addressOf(r *http.Request) string {
	if a := s.edge().Address(r); a.IsValid() {
		return a.String()
	}
	if uid, ok := edge.PeerUID(r); ok {
		return fmt.Sprintf("uid:%d", uid)
	}
	return "unknown"
}

// requestID draws the id of a request. It is no secret, and nothing rests on it.
func (s *Server) requestID() string {
	var id [8]byte
	if _, err := io.ReadFull(s.options.Random, id[:]); err != nil {
		return "none"
	}
	return hex.EncodeToString(id[:])
}
