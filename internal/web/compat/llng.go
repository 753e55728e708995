package compat

import (
	"net/http"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// LemonLDAP::NG 2.16 and 2.21 send {"user":…,"code":…} and what the administrator
// maps besides, null where a session lacks it, and read {"result":true}. They take
// any text as true, "false" among them, and fail closed on a status that is not
// 2xx (Portal/2F/REST.pm; https://lemonldap-ng.org/documentation/latest/rest2f.html).

type llngResult struct {
	Result bool `json:"result"`
}

// llngInit answers the call before the prompt. It decides nothing: the portal
// shows its prompt whatever the answer is.
func (h handler) llngInit(w http.ResponseWriter, r *http.Request) {
	if _, ok := h.llngCaller(w, r); ok {
		edge.WriteJSON(w, http.StatusOK, llngResult{true})
	}
}

// llngVerify answers whether the user who typed a code may pass: 200 whatever
// the outcome, another status where there is none.
func (h handler) llngVerify(w http.ResponseWriter, r *http.Request) {
	by, ok := h.llngCaller(w, r)
	if !ok {
		return
	}
	f, err := readFields(w, r)
	if err != nil || f["user"] == "" || f["code"] == "" {
		h.Logger(r).Warn("turned away: the request names no user or no code", "portal", by.Name)
		edge.WriteJSON(w, http.StatusOK, llngResult{})
		return
	}
	pass, err := h.tried(r, caller{by: by, proven: true, user: f["user"], start: app.StartLogin{
		IP: address(f["ip"]), UserAgent: f["ua"], Cookie: jar(f["cookies"]),
	}}, f["code"])
	if err != nil {
		edge.WriteJSON(w, h.refused(w, r, err), llngResult{})
		return
	}
	edge.WriteJSON(w, http.StatusOK, llngResult{pass})
}

// llngCaller gives the portal that calls. It has to show its key: it tells that
// a password was right, which a network alone does not prove.
func (h handler) llngCaller(w http.ResponseWriter, r *http.Request) (access.Operator, bool) {
	status := http.StatusMethodNotAllowed
	if r.Method == http.MethodPost {
		by, err := h.keyed(r)
		if err == nil {
			return by, true
		}
		status = h.refused(w, r, err)
	} else {
		w.Header().Set("Allow", http.MethodPost)
	}
	edge.WriteJSON(w, status, llngResult{})
	return access.Operator{}, false
}

// keyed gives the portal whose key a request shows.
func (h handler) keyed(r *http.Request) (access.Operator, error) {
	if r.Header.Get("Authorization") == "" && r.Header.Get("X-API-Key") == "" {
		return access.Operator{}, &access.Error{Kind: access.ErrForbidden, Code: app.CodePortalUnknown, Text: "verify a code: no key"}
	}
	return h.Portal(r, access.ScopeCompat)
}
