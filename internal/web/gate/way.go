package gate

import (
	"net/http"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// start answers on pinward's own host: it opens the login, and sends the browser
// to its page.
func (g *gate) start(w http.ResponseWriter, r *http.Request) {
	if ahead(r) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	req := app.StartGate{Start: access.NewSecret(r.URL.Query().Get("t")), UserAgent: r.UserAgent()}
	if a := g.Address(r); a.IsValid() {
		req.IP = a.String()
	}
	started, err := g.App.StartGate(r.Context(), req)
	switch {
	case err != nil:
		status, code := g.code(w, r, err)
		g.say(w, r, status, code, "")
	case started.Back != "":
		seeOther(w, started.Back)
	case started.Link.Empty():
		g.say(w, r, http.StatusForbidden, string(started.Reason), "")
	default:
		seeOther(w, g.URL("/p/"+started.Link.Reveal()).String())
	}
}

// callback answers on the application's host, where the browser brings what the
// page gave it. The cookie that it is given is a new one, whatever it has.
func (g *gate) callback(w http.ResponseWriter, r *http.Request) {
	if ahead(r) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	by, err := g.Portal(r, access.ScopeGate)
	if err != nil {
		status, code := g.code(w, r, err)
		g.say(w, r, status, code, "")
		return
	}
	query := r.URL.Query()
	req := app.RedeemGate{
		GateCaller: caller(r),
		State:      access.NewSecret(query.Get("state")), Code: access.NewSecret(query.Get("code")),
	}
	if req.Code.Empty() { // the person left the page, or was denied there
		to, err := g.App.LeaveGate(r.Context(), by, req)
		if err == nil {
			g.say(w, r, http.StatusForbidden, codeLeft, to)
			return
		}
		status, code := g.code(w, r, err)
		g.say(w, r, status, code, "")
		return
	}
	passed, err := g.App.RedeemGate(r.Context(), by, req)
	if err != nil {
		status, code := g.code(w, r, err)
		g.say(w, r, status, code, passed.To)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: passed.Session.Reveal(), Path: "/",
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	seeOther(w, passed.To)
}

// ahead reports whether the browser only looks what might come: a way is gone
// once, by somebody who goes it.
func ahead(r *http.Request) bool {
	return r.Method == http.MethodHead || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch")
}

// seeOther sends the browser to an address that was checked when it was stored.
// It is not written anew, as http.Redirect would.
func seeOther(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
