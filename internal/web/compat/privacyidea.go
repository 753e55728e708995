package compat

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// privacyIDEA's clients post user and pass to /validate/check. Those that ask in
// two steps first send a pass that the administrator configured, or an empty
// one, and then what the user typed with the transaction_id of the first answer;
// the others send what was typed at once (privacyidea/api/validate.py; php-client,
// nextcloud, keycloak and simplesamlphp providers).

// piCheck answers /validate/check.
func (h handler) piCheck(w http.ResponseWriter, r *http.Request) {
	by, f, ok := h.piCaller(w, r)
	if !ok {
		return
	}
	pass, told := f["pass"]
	if f["user"] == "" || !told {
		h.piFault(w, http.StatusBadRequest, "Missing parameter: user and pass are needed")
		return
	}
	c := caller{by: by, user: f["user"], start: h.piBrowser(r, f)}
	transaction := f["transaction_id"]
	if transaction == "" {
		transaction = f["state"] // its other name, of RADIUS
	}
	switch {
	case transaction != "" && pass == "":
		h.piReject(w)
	case transaction != "":
		h.piGive(w, r, c, transaction, pass)
	case typedPIN(pass):
		h.piTry(w, r, c, pass)
	default:
		h.piBegin(w, r, c)
	}
}

// typedPIN reports whether a pass that comes without a transaction is what a user
// typed: digits as many as a PIN has. All else was configured at the client, and
// is no attempt.
func typedPIN(pass string) bool {
	digits := strings.Trim(pass, "0123456789") == ""
	return digits && len(pass) >= access.MinPINLength && len(pass) <= access.MaxPINLength
}

// piBegin opens a login. Whoever cannot pass at once is asked for the PIN, also
// who is unknown, locked or has none: the answer tells nobody apart.
func (h handler) piBegin(w http.ResponseWriter, r *http.Request, c caller) {
	begun, err := h.start(r, c)
	switch {
	case err != nil:
		h.piFailed(w, r, err)
	case begun.Decision == access.Allow:
		h.told(r, c, begun)
		h.piAccept(w)
	default:
		h.Decided(begun.Decision, begun.Reason)
		h.piChallenge(w, begun.LoginID)
	}
}

// piGive judges what was typed after a challenge.
func (h handler) piGive(w http.ResponseWriter, r *http.Request, c caller, transaction, pass string) {
	given, err := h.give(r, c, transaction, pass)
	if err != nil {
		h.piFailed(w, r, err)
		return
	}
	h.told(r, c, given)
	h.piOutcome(w, passed(given))
}

// piTry judges what was typed before any challenge.
func (h handler) piTry(w http.ResponseWriter, r *http.Request, c caller, pass string) {
	right, err := h.tried(r, c, pass)
	if err != nil {
		h.piFailed(w, r, err)
		return
	}
	h.piOutcome(w, right)
}

// radiusCheck answers /validate/radiuscheck, without a body: 204 for a right PIN,
// 400 for all else. No device is recognized here, and nobody passes without a
// PIN: a RADIUS server cannot know that a password was right before.
func (h handler) radiusCheck(w http.ResponseWriter, r *http.Request) {
	by, err := h.Portal(r, access.ScopeRADIUS)
	if err != nil {
		w.WriteHeader(h.refused(w, r, err))
		return
	}
	f, err := readPost(w, r)
	var bad badBody
	if errors.As(err, &bad) {
		w.WriteHeader(int(bad))
		return
	}
	pass, err := h.radiusTried(r, by, f)
	switch {
	case err != nil:
		w.WriteHeader(h.refused(w, r, err))
	case pass:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func (h handler) radiusTried(r *http.Request, by access.Operator, f fields) (bool, error) {
	if f["user"] == "" || !typedPIN(f["pass"]) {
		return false, nil
	}
	c := caller{by: by, user: f["user"], start: app.StartLogin{IP: address(f["client"])}}
	foreseen, err := h.App.Recognize(r.Context(), by, app.StartLogin{Login: c.user})
	if err != nil {
		return false, err
	}
	if foreseen.Decision == access.Allow && !foreseen.Reason.Waived() {
		foreseen.Refused = true
		h.told(r, c, foreseen)
		return false, nil
	}
	begun, err := h.start(r, c)
	if err != nil {
		return false, err
	}
	given, err := h.give(r, c, begun.LoginID, f["pass"])
	if err != nil {
		return false, err
	}
	h.told(r, c, given)
	return passed(given), nil
}

// piElse answers every other path: off where no portal has the scope.
func (h handler) piElse(w http.ResponseWriter, r *http.Request) {
	if _, err := h.Portal(r, access.ScopeCompat); err != nil {
		h.piFailed(w, r, err)
		return
	}
	h.piFault(w, http.StatusNotFound, "Nothing here answers that path")
}

// piCaller gives the portal that calls, and what it tells; where it has already
// been answered, ok is false.
func (h handler) piCaller(w http.ResponseWriter, r *http.Request) (by access.Operator, f fields, ok bool) {
	by, err := h.Portal(r, access.ScopeCompat)
	if err != nil {
		h.piFailed(w, r, err)
		return by, nil, false
	}
	f, err = readPost(w, r)
	var bad badBody
	if errors.As(err, &bad) {
		h.piFault(w, int(bad), http.StatusText(int(bad)))
		return by, nil, false
	}
	return by, f, true
}

// readPost reads the body of a POST: a PIN in an address would stand in logs.
func readPost(w http.ResponseWriter, r *http.Request) (fields, error) {
	if r.Method == http.MethodPost {
		return readFields(w, r)
	}
	w.Header().Set("Allow", http.MethodPost)
	return nil, badBody(http.StatusMethodNotAllowed)
}

// piBrowser gives the browser as the client tells it: by the headers that it
// hands on, and the address perhaps as field.
func (h handler) piBrowser(r *http.Request, f fields) app.StartLogin {
	ip := address(f["client"])
	if ip == "" {
		ip = h.forwarded(r)
	}
	return app.StartLogin{IP: ip, UserAgent: r.UserAgent(), Cookie: jar(r.Header.Values("Cookie")...)}
}

// forwarded gives the browser's address of the X-Forwarded-For that a client
// hands on, "" where it does not. What pinward's own proxies added to it, up to
// the client's address, comes off.
func (h handler) forwarded(r *http.Request) string {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := range hops {
		hops[i] = hop(hops[i])
	}
	if h.FromProxy(r) {
		client := h.Address(r).String()
		for len(hops) > 0 {
			last := hops[len(hops)-1]
			hops = hops[:len(hops)-1]
			if last == client {
				break
			}
		}
	}
	if len(hops) == 0 {
		return ""
	}
	return hops[len(hops)-1]
}

// hop reads an address that may have a port.
func hop(s string) string {
	s = strings.TrimSpace(s)
	if p, err := netip.ParseAddrPort(s); err == nil {
		return p.Addr().Unmap().String()
	}
	return address(strings.Trim(s, "[]"))
}
