package pages

import (
	"net/http"
	"net/url"
	"strings"

	"pinward/internal/i18n"
	"pinward/internal/web/edge"
)

// A site is the pages, as browsers reach them.
type site struct {
	*edge.Edge
	root   string // path of the pages, "/" at its end
	origin string // scheme and host
}

// Register adds the pages to mux. Without a public address there are none.
func Register(mux *http.ServeMux, e *edge.Edge) {
	if e.Public == nil {
		return
	}
	s := newSite(e)
	mux.HandleFunc("GET /assets/{name}", func(w http.ResponseWriter, r *http.Request) {
		if !serveAsset(w, r) {
			s.answer(w, r, (*request).missing)
		}
	})
	protect := http.NewCrossOriginProtection()
	_ = protect.AddTrustedOrigin(s.origin) // behind a proxy that changes Host
	protect.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, func(q *request) error { return q.message(http.StatusForbidden, "forbidden", nil) })
	}))
	for pattern, handle := range routes() {
		mux.Handle(pattern, protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.answer(w, r, handle)
		})))
	}
}

// Refuse answers with a page what reached no page, or came back from one broken:
// to browsers, where there are pages. It reports false where it did not.
func Refuse(e *edge.Edge, w http.ResponseWriter, r *http.Request, status int) bool {
	if e.Public == nil || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	q := newSite(e).request(w, r)
	q.here = "" // its address is anything
	say := func() error { return q.message(status, "missing", nil) }
	if status >= http.StatusInternalServerError {
		say = func() error { return q.broken(status) }
	}
	if err := say(); err != nil {
		q.fail(err)
	}
	return true
}

func newSite(e *edge.Edge) *site {
	return &site{
		Edge: e, root: strings.TrimSuffix(e.Public.EscapedPath(), "/") + "/",
		origin: originOf(e.Public),
	}
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

type handler func(*request) error

func routes() map[string]handler {
	return map[string]handler{
		"GET /p/{link}":         (*request).enter,
		"GET /p/{link}/new":     onLogin((*request).newPIN),
		"GET /p/{link}/device":  onLogin((*request).device),
		"GET /p/{link}/forgot":  onLogin((*request).forgot),
		"GET /p/{link}/reset":   onLogin((*request).reset),
		"POST /p/{link}/pin":    onLogin((*request).givePIN),
		"POST /p/{link}/choose": onLogin((*request).choose),
		"POST /p/{link}/new":    onLogin((*request).firstPIN),
		"POST /p/{link}/again":  onLogin((*request).secondPIN),
		"POST /p/{link}/code":   onLogin((*request).setUpByCode),
		"POST /p/{link}/later":  onLogin((*request).later),
		"POST /p/{link}/device": onLogin((*request).register),
		"POST /p/{link}/go":     onLogin((*request).finish),
		"POST /p/{link}/forgot": onLogin((*request).askCode),
		"POST /p/{link}/reset":  onLogin((*request).resetPIN),
		"POST /p/{link}/cancel": onLogin((*request).cancel),

		"GET /p/{link}/notices/{id}":           onLogin((*request).notMe),
		"GET /p/{link}/disputed":               onLogin((*request).disputed),
		"POST /p/{link}/notices/{id}/seen":     onLogin((*request).seen),
		"POST /p/{link}/notices/{id}/disputed": onLogin((*request).dispute),

		"GET /account":                        onAccount((*request).account),
		"GET /account/closed":                 (*request).closed,
		"GET /account/disputed":               (*request).disputed,
		"GET /account/pin":                    onAccount((*request).ownPIN),
		"GET /account/protection":             onAccount((*request).ownProtection),
		"GET /account/device":                 onAccount((*request).device),
		"GET /account/devices":                onAccount((*request).ownDevices),
		"GET /account/devices/remove":         onAccount((*request).removeAll),
		"GET /account/devices/{id}/rename":    onAccount((*request).renameOne),
		"GET /account/devices/{id}/remove":    onAccount((*request).removeOne),
		"GET /account/notices/{id}":           onAccount((*request).notMe),
		"POST /account/pin":                   onAccount((*request).proveOwnPIN),
		"POST /account/choose":                onAccount((*request).choose),
		"POST /account/new":                   onAccount((*request).firstPIN),
		"POST /account/again":                 onAccount((*request).secondPIN),
		"POST /account/code":                  onAccount((*request).setUpByCode),
		"POST /account/device":                onAccount((*request).register),
		"POST /account/skip":                  onAccount((*request).skipDevice),
		"POST /account/devices/remove":        onAccount((*request).revokeAll),
		"POST /account/devices/{id}/rename":   onAccount((*request).rename),
		"POST /account/devices/{id}/remove":   onAccount((*request).revokeOne),
		"POST /account/notices/{id}/seen":     onAccount((*request).seen),
		"POST /account/notices/{id}/disputed": onAccount((*request).dispute),
		"POST /account/close":                 onAccount((*request).closeAccount),
	}
}

// answer answers one request.
func (s *site) answer(w http.ResponseWriter, r *http.Request, handle handler) {
	q := s.request(w, r)
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			_ = q.message(formStatus(err), "wrong", nil)
			return
		}
	} else if wanted := r.URL.Query().Get("lang"); wanted == i18n.French || wanted == "en" {
		q.switchLanguage(wanted)
		return
	}
	if err := handle(q); err != nil {
		q.fail(err)
	}
}

// formStatus gives the status for a form that cannot be read.
func formStatus(err error) int {
	if status := edge.Status(err); status == http.StatusRequestEntityTooLarge {
		return status
	}
	return http.StatusBadRequest
}

func (s *site) request(w http.ResponseWriter, r *http.Request) *request {
	q := &request{site: s, w: w, r: r, here: r.URL.Path}
	q.lang = q.chosenLanguage()
	q.guard("")
	return q
}

// guard says what the page may do: nothing but ask this site for its look and
// script, and send forms to it; the portal where an answer may lead there, since
// Chromium holds redirects of a form against its policy too.
//
// The referrer policy is not no-referrer, with which browsers send "Origin: null"
// even to the same site, and those that have no Sec-Fetch-Site would be refused.
func (q *request) guard(portal string) {
	h := q.w.Header()
	forms := "'self'"
	if u, err := url.Parse(portal); err == nil && u.Host != "" {
		forms += " " + originOf(u)
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action "+
		forms+"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Cookie")
}
