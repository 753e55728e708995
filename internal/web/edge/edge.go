// Package edge is what lies between an HTTP request and the use cases, for every
// package that answers requests: who calls and from where, how long a PIN may
// wait to be judged, and how answers and failures are written.
package edge

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// An Edge lies between a request and the use cases. Its fields are set before the
// first request and not changed after.
type Edge struct {
	App *app.App
	Now func() time.Time
	Log *slog.Logger // use Logger where there is a request

	// Public is where browsers reach the pages (serve.public_url): scheme, host
	// and perhaps a path that a proxy takes off. Nil: there are no pages.
	Public *url.URL
	// Proxies are the peers whose forwarded headers are believed (serve.proxies).
	Proxies []netip.Prefix
	// SocketProxy says that whoever may open the Unix socket is such a proxy too.
	SocketProxy bool

	// Hashing bounds the use cases that hash a PIN; nil bounds nothing. Call Hash.
	Hashing *Hashing
	// OnDecision counts decisions; nil counts nothing. Call Decided.
	OnDecision func(access.Decision, access.Reason)
}

// URL gives the public address of a path of pinward's, "/" first, and nil where
// there are no pages. Links, redirects and form actions are made with it, since
// the public address may have a path of its own.
func (e *Edge) URL(path string) *url.URL {
	if e.Public == nil {
		return nil
	}
	return e.Public.JoinPath(path)
}

// Decided counts a decision that a login was answered with.
func (e *Edge) Decided(d access.Decision, r access.Reason) {
	if e.OnDecision != nil {
		e.OnDecision(d, r)
	}
}

// Logger gives the log for lines about a request: they carry its id. No secret
// goes into it: no body, no query, no path with an id in it, no header.
func (e *Edge) Logger(r *http.Request) *slog.Logger {
	return e.Log.With("request", RequestID(r))
}

// Failed logs that a use case failed for a reason that is not the caller's, and
// gives the HTTP status of any failure, with Retry-After set where one helps.
func (e *Edge) Failed(w http.ResponseWriter, r *http.Request, err error) int {
	status := Status(err)
	if status == http.StatusServiceUnavailable {
		RetryAfter(w.Header(), RetrySeconds)
	}
	if status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		e.Logger(r).Error("request failed", "status", status, "code", access.CodeOf(err), "error", err.Error())
	}
	return status
}
