// Package gate stands between the users of an application and the application:
// its reverse proxy (nginx auth_request, Traefik ForwardAuth, Caddy forward_auth)
// asks here whether a request may pass, and brings browsers that may not yet to
// pinward's own page and back. What may pass is decided in app.
package gate

import (
	"net/http"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// cookieName is the cookie that holds a session, on the application's own host:
// browsers take one with this prefix over https alone and send it nowhere else.
const cookieName = "__Host-pinward_gate"

// The headers that the proxy speaks by, besides its key and the portal's
// identity header.
const (
	headerSSO      = "X-Pinward-SSO-Session" // tells one session at the portal from others
	headerURL      = "X-Original-URL"        // nginx
	headerMethod   = "X-Original-Method"
	headerUser     = "X-Pinward-User"
	headerState    = "X-Pinward-State"
	headerDeviceID = "X-Pinward-Device"
	headerCode     = "X-Pinward-Code" // why a request is turned away
)

// A gate answers proxies and the browsers that they send.
type gate struct{ *edge.Edge }

// Register adds the gate to mux. Without a public address there is no page to
// send anybody to, and so no gate.
func Register(mux *http.ServeMux, e *edge.Edge) {
	if e.Public == nil {
		return
	}
	g := &gate{e}
	// Without a method: a proxy gets an answer that it understands, whatever it
	// asks by.
	mux.HandleFunc("/gate/auth-request", g.authRequest)
	mux.HandleFunc("/gate/forward-auth", g.forwardAuth)
	mux.HandleFunc("GET /gate/start", g.start)
	mux.HandleFunc("GET /gate/callback", g.callback)
}

// ask asks whether the browser's request may pass.
func (g *gate) ask(r *http.Request, asked access.GateAsked, quiet bool) (app.GateAnswer, error) {
	call := g.PortalCall(r, access.ScopeGate)
	return g.App.AskGate(r.Context(), call, app.AskGate{GateCaller: caller(r), Session: session(r), Asked: asked, Quiet: quiet})
}

func caller(r *http.Request) app.GateCaller {
	return app.GateCaller{Header: r.Header.Values, SSO: strings.Join(r.Header.Values(headerSSO), "\n")}
}

// session gives what the browser's cookie holds. Two of that name are none:
// somebody else has set one.
func session(r *http.Request) access.Secret {
	if all := r.CookiesNamed(cookieName); len(all) == 1 {
		return access.NewSecret(all[0].Value)
	}
	return access.Secret{}
}

// only gives the one line of a header, empty where there is none or several.
func only(r *http.Request, name string) string {
	if all := r.Header.Values(name); len(all) == 1 {
		return all[0]
	}
	return ""
}

// way gives the address at which a browser begins its way to the page.
func (g *gate) way(start access.Secret) string {
	to := g.URL("/gate/start")
	to.RawQuery = "t=" + start.Reveal() // of base64url characters
	return to.String()
}

func pass(w http.ResponseWriter, a app.GateAnswer) {
	w.Header().Set(headerUser, a.Login)
	w.Header().Set(headerState, string(a.State))
	if a.DeviceID != "" {
		w.Header().Set(headerDeviceID, a.DeviceID)
	}
	w.WriteHeader(http.StatusOK)
}

// code gives the stable word for why a request is turned away, and logs what is
// no fault of the browser's.
func (g *gate) code(w http.ResponseWriter, r *http.Request, err error) (status int, code string) {
	status = g.Failed(w, r, err)
	if status >= http.StatusInternalServerError {
		edge.RetryAfter(w.Header(), edge.RetrySeconds)
		return http.StatusServiceUnavailable, codeUnavailable
	}
	switch code = access.CodeOf(err); code {
	case app.CodePortalUnknown, app.CodePortalScope, app.CodePortalNetwork:
		// Whoever says so is no proxy of ours, or is not set up to be one.
		g.Logger(r).Warn("untrusted identity header", "code", code, "error", err.Error())
	case app.CodeNoIdentity, app.CodeIdentityTwice, app.CodeGateHost:
		g.Logger(r).Warn("turned away", "code", code, "error", err.Error())
	}
	return http.StatusForbidden, code
}

// authRequest answers nginx, which understands three answers: let pass, send the
// browser to Location, turn it away. Whatever fails turns it away.
func (g *gate) authRequest(w http.ResponseWriter, r *http.Request) {
	answer, err := g.ask(r, access.GateAsked{URL: only(r, headerURL), Method: only(r, headerMethod), Referer: r.Referer()}, false)
	switch {
	case err != nil:
		_, code := g.code(w, r, err)
		w.Header().Set(headerCode, code)
		w.WriteHeader(http.StatusForbidden)
	case answer.Pass:
		pass(w, answer)
	default:
		w.Header().Set("Location", g.way(answer.Start))
		w.WriteHeader(http.StatusUnauthorized)
	}
}
