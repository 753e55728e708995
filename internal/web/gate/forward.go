package gate

import (
	"net/http"
	"net/url"
	"strings"

	"pinward/internal/access"
)

// forwardAuth answers Traefik and Caddy, which hand every answer but a good one
// to the browser.
func (g *gate) forwardAuth(w http.ResponseWriter, r *http.Request) {
	asked, ok := forwarded(r)
	if !ok {
		g.say(w, r, http.StatusBadRequest, codeBadRequest, "")
		return
	}
	followed := follows(r)
	answer, err := g.ask(r, asked, !followed)
	switch {
	case err != nil:
		status, code := g.code(w, r, err)
		g.say(w, r, status, code, "")
	case answer.Pass:
		pass(w, answer)
	case !followed:
		w.WriteHeader(http.StatusUnauthorized)
	case asked.Method == http.MethodGet || asked.Method == http.MethodHead || asked.Method == http.MethodOptions:
		http.Redirect(w, r, g.way(answer.Start), http.StatusFound)
	default:
		http.Redirect(w, r, g.way(answer.Start), http.StatusSeeOther)
	}
}

// forwarded reads what the proxy says that was asked for: each header once.
func forwarded(r *http.Request) (access.GateAsked, bool) {
	scheme, host := only(r, "X-Forwarded-Proto"), only(r, "X-Forwarded-Host")
	path, method := only(r, "X-Forwarded-Uri"), only(r, "X-Forwarded-Method")
	if scheme != "https" && scheme != "http" || strings.ContainsAny(host, "/\\?#@, \t") || !strings.HasPrefix(path, "/") || method == "" {
		return access.GateAsked{}, false
	}
	if u, err := url.Parse(scheme + "://" + host); err != nil || u.Host != host || host == "" {
		return access.GateAsked{}, false
	}
	return access.GateAsked{URL: scheme + "://" + host + path, Method: method, Referer: r.Referer()}, true
}

// follows reports whether a browser would show where an answer leads: it goes to
// a page, rather than that a script or a page's part is fetched.
func follows(r *http.Request) bool {
	if strings.EqualFold(r.Header.Get("X-Requested-With"), "XMLHttpRequest") {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}
