// Package api is the interface that login portals speak: the login objects of
// the command line over HTTP, recognition, links to the account's pages, and
// notices. It reads requests strictly and turns what the use cases answer into
// HTTP; docs/openapi.yaml describes it. It knows no rule of logins.
package api

import (
	"context"
	"errors"
	"net/http"

	"pinward/internal/access"
	"pinward/internal/web/edge"
)

// Register adds the routes of the portal API. They share limits of their own.
func Register(mux *http.ServeMux, e *edge.Edge) {
	(&api{edge: e, limits: newLimits()}).register(mux)
}

func (a *api) register(mux *http.ServeMux) {
	for _, rt := range a.routes() {
		mux.HandleFunc(rt.method+" "+rt.path, func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, rt) })
	}
}

// An api answers the routes with the use cases of one edge.
type api struct {
	edge   *edge.Edge
	limits *limits
}

// A route is one thing that portals may ask. What it takes and gives is told for
// docs/openapi.yaml, which a test holds against it.
type route struct {
	method, path string
	scope        access.Scope
	status       int  // of an answer that is no problem
	often        bool // read only, and asked by the thousand: a limit of its own
	forms        bool // takes a form too
	repeats      bool // may come again under an Idempotency-Key
	request      any
	answer       any
	fails        []int // besides those that every route of its method may end in
	handle       func(context.Context, call) (reply, error)
}

// A call is a request of a portal that may make it.
type call struct {
	*http.Request

	by   access.Operator
	body []byte
}

// A reply is an answer to be written as JSON: as a problem from 400 on.
type reply struct {
	status int
	value  any
}

// serve answers one request: whose it is, whether there are too many, what it
// says, and only then what comes of it.
func (a *api) serve(w http.ResponseWriter, r *http.Request, rt route) {
	by, err := a.portal(r, rt.scope)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if wait := a.limits.wait(by.ID, rt.often, a.edge.Now()); wait > 0 {
		edge.RetryAfter(w.Header(), wait)
		a.fail(w, r, problemOf(codeRateLimited))
		return
	}
	body, err := readBody(r, rt)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	given, err := a.answer(r.Context(), rt, call{Request: r, by: by, body: body})
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if given.status >= http.StatusBadRequest {
		edge.WriteProblem(w, given.status, given.value)
		return
	}
	edge.WriteJSON(w, given.status, given.value)
}

// portal gives the portal that calls. Who may run logins may ask for recognition
// too.
func (a *api) portal(r *http.Request, scope access.Scope) (access.Operator, error) {
	by, err := a.edge.Portal(r, scope)
	if scope != access.ScopeRecognize || !errors.Is(err, access.ErrForbidden) {
		return by, err
	}
	if login, loginErr := a.edge.Portal(r, access.ScopeLogin); loginErr == nil {
		return login, nil
	}
	return by, err
}

// answer runs the route, once where the portal named the request.
func (a *api) answer(ctx context.Context, rt route, c call) (reply, error) {
	name, err := repeatKey(c.Header)
	if err != nil {
		return reply{}, err
	}
	if name == "" || !rt.repeats {
		return rt.handle(ctx, c)
	}
	return a.once(ctx, rt, c, name)
}
