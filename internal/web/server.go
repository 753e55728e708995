// Package web is pinward over HTTP: it puts the routes together, bounds what a
// request may cost, logs and counts each, and serves until it is told to stop.
// What is answered stands in the packages below it, and what is decided in app.
package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// What a connection may take. A request waits for the store and for other PINs
// for some 20 seconds at most, which its answer's time must leave room for.
const (
	headerWithin = 5 * time.Second
	readWithin   = 15 * time.Second
	answerWithin = 45 * time.Second
	idleAtMost   = 75 * time.Second // nginx lets idle connections go after 60
	maxHeader    = 32 << 10         // what browsers send to all applications of a host adds up
	drainAtMost  = 20 * time.Second
)

// Options are what a server works with.
type Options struct {
	App     *app.App
	By      access.Operator // who reads the numbers of the outbox
	Now     func() time.Time
	Random  io.Reader
	Log     *slog.Logger
	Version string
	Cores   int // that hash PINs

	Public      *url.URL
	Proxies     []netip.Prefix
	SocketProxy bool
}

// A Server answers requests.
type Server struct {
	options Options
	hashing *edge.Hashing
	numbers *numbers
	look    look
	now     atomic.Pointer[state]
}

// A state is what requests are answered with from one moment on.
type state struct {
	edge *edge.Edge
	mux  *http.ServeMux
}

// New makes a server.
func New(o Options) *Server {
	s := &Server{options: o, hashing: edge.NewHashing(o.Cores)}
	s.numbers = newNumbers(o.Version, s.hashing)
	s.Use(o.App)
	return s
}

// Use answers the requests that come from now on with a, because its keyring is
// another one. What is in memory for a while begins anew.
func (s *Server) Use(a *app.App) {
	e := &edge.Edge{
		App: a, Now: s.options.Now, Log: s.options.Log,
		Public: s.options.Public, Proxies: s.options.Proxies, SocketProxy: s.options.SocketProxy,
		Hashing: s.hashing, OnDecision: s.numbers.decided,
	}
	mux := http.NewServeMux()
	s.route(mux, e)
	s.now.Store(&state{edge: e, mux: mux})
}

func (s *Server) edge() *edge.Edge { return s.now.Load().edge }

// Serve answers on the listeners, which it closes, until ctx ends or one fails.
// Then it takes no more requests, and gives those under way 20 seconds to end.
func (s *Server) Serve(ctx context.Context, listeners []net.Listener) error {
	h := s.httpServer(ctx)
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- h.Serve(l) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	limit, stop := context.WithTimeout(context.WithoutCancel(ctx), drainAtMost)
	defer stop()
	if h.Shutdown(limit) != nil {
		s.options.Log.Warn("requests were cut off", "after_seconds", drainAtMost.Seconds())
		_ = h.Close()
	}
	return err
}

func (s *Server) httpServer(ctx context.Context) *http.Server {
	ctx = context.WithoutCancel(ctx) // a request that is under way is answered
	return &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext:       edge.ConnContext,
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      answerWithin,
		IdleTimeout:       idleAtMost,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.options.Log.Handler(), slog.LevelWarn),
	}
}
