package edge

import (
	"net/http"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// Portal gives the portal that a request comes from, if it may do what scope
// says. For the errors see app.App.Portal.
func (e *Edge) Portal(r *http.Request, scope access.Scope) (access.Operator, error) {
	return e.App.Portal(r.Context(), e.PortalCall(r, scope))
}

// PortalCall gives what a request shows of the portal that it comes from: a key as
// bearer token (RFC 6750), as password of Basic credentials (RFC 7617; the user
// name is not looked at) or as X-API-Key. On the Unix socket its user is enough,
// where the socket is not a proxy's too.
func (e *Edge) PortalCall(r *http.Request, scope access.Scope) app.PortalCall {
	call := app.PortalCall{Scope: scope, Key: portalKey(r), Addr: e.Address(r), Local: FromSocket(r) && !e.SocketProxy}
	if uid, known := PeerUID(r); known {
		call.UID = &uid
	}
	return call
}

// portalKey gives the key that a request shows, empty where it shows none. Two
// that differ are none: whoever forwards requests may have added one.
func portalKey(r *http.Request) access.Secret {
	var shown []string
	for _, value := range r.Header.Values("Authorization") {
		if scheme, token, _ := strings.Cut(value, " "); strings.EqualFold(scheme, "Bearer") {
			shown = append(shown, strings.TrimSpace(token))
		}
	}
	if _, password, ok := r.BasicAuth(); ok {
		shown = append(shown, password)
	}
	shown = append(shown, r.Header.Values("X-API-Key")...)
	for _, key := range shown {
		if key != shown[0] {
			return access.NewSecret("two keys")
		}
	}
	if len(shown) == 0 {
		return access.Secret{}
	}
	return access.NewSecret(shown[0])
}
