package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"pinward/internal/access"
	"pinward/internal/web/edge"
)

// How long a look at the store may take, and how long its outcome counts, so
// that whoever asks often costs nothing.
const (
	lookAtMost = 3 * time.Second
	lookCounts = time.Second
)

// healthz says that the process answers.
func healthz(w http.ResponseWriter, _ *http.Request) {
	edge.WriteJSON(w, http.StatusOK, map[string]bool{"ok": true})
}

// readyz says whether the store and its key can be used.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	err := s.look.at(s.edge().Now, func() error {
		ctx, stop := context.WithTimeout(context.WithoutCancel(r.Context()), lookAtMost)
		defer stop()
		return s.edge().App.CheckKey(ctx)
	})
	if err == nil {
		edge.WriteJSON(w, http.StatusOK, map[string]bool{"ready": true})
		return
	}
	e := s.edge()
	e.Logger(r).Warn("not ready", "code", access.CodeOf(err), "error", err.Error())
	edge.RetryAfter(w.Header(), edge.RetrySeconds)
	edge.WriteJSON(w, http.StatusServiceUnavailable, map[string]any{"ready": false, "code": access.CodeOf(err)})
}

// A look remembers for a moment how the store was found.
type look struct {
	mu     sync.Mutex
	lookAt time.Time
	err    error
}

func (l *look) at(now func() time.Time, find func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if age := now().Sub(l.lookAt); l.lookAt.IsZero() || age < 0 || age >= lookCounts {
		l.err = find()
		l.lookAt = now()
	}
	return l.err
}
