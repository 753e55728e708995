// Package compat answers the contracts of other products, whose unmodified
// clients let pinward's PIN stand behind their password: the REST second factor
// of LemonLDAP::NG, and what of privacyIDEA's validate API its clients ask.
// Every answer is in the form that the product's own clients read, also where
// something failed. docs/compat.md tells how they are set up.
package compat

import (
	"net/http"
	"net/netip"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// Register adds the routes, each with every method: a wrong one is answered in
// the product's form too.
func Register(mux *http.ServeMux, e *edge.Edge) {
	h := handler{e}
	mux.HandleFunc("/compat/llng/init", h.llngInit)
	mux.HandleFunc("/compat/llng/verify", h.llngVerify)
	mux.HandleFunc("/compat/privacyidea/", h.piElse)
	mux.HandleFunc("/compat/privacyidea/validate/check", h.piCheck)
	mux.HandleFunc("/compat/privacyidea/validate/radiuscheck", h.radiusCheck)
}

type handler struct{ *edge.Edge }

// A caller is the other product's program, and whom it asks about.
type caller struct {
	by     access.Operator
	proven bool // it asks only after the password was right
	user   string
	start  app.StartLogin
}

// start opens a login and decides what it takes.
func (h handler) start(r *http.Request, c caller) (app.LoginAnswer, error) {
	req := c.start
	req.Login = c.user
	return h.App.StartLogin(r.Context(), c.by, req)
}

// give has a PIN judged in a login.
func (h handler) give(r *http.Request, c caller, loginID, pin string) (app.LoginAnswer, error) {
	release, err := h.Hash(r.Context())
	if err != nil {
		return app.LoginAnswer{}, err
	}
	defer release()
	return h.App.GiveForeignPIN(r.Context(), c.by, app.ForeignPIN{
		LoginID: access.NewSecret(loginID), Login: c.user, PIN: access.NewPIN(pin), Proven: c.proven,
	})
}

// tried reports whether a user may pass who typed a PIN. Where pinward asks for
// none it lets pass whatever was typed; but the PIN of an account that has one
// must be right, on a recognized device too.
func (h handler) tried(r *http.Request, c caller, pin string) (bool, error) {
	begun, err := h.start(r, c)
	if err != nil {
		return false, err
	}
	if begun.Decision == access.Allow && begun.Reason != access.ReasonDeviceRecognized {
		h.told(r, c, begun)
		return true, nil
	}
	given, err := h.give(r, c, begun.LoginID, pin)
	if err != nil {
		return false, err
	}
	if begun.Decision == access.Allow && given.Reason == access.ReasonPINNotSet {
		given = begun
	}
	h.told(r, c, given)
	return passed(given), nil
}

// passed reports whether an answer lets the user in.
func passed(a app.LoginAnswer) bool { return a.Decision == access.Allow && !a.Refused }

// told counts the decision, and says in the log why somebody was turned away: the
// other product shows its user no reason. What an unknown user typed may be a
// password and is not logged.
func (h handler) told(r *http.Request, c caller, a app.LoginAnswer) {
	h.Decided(a.Decision, a.Reason)
	if passed(a) {
		return
	}
	log := h.Logger(r).With("portal", c.by.Name, "reason", a.Reason)
	if a.Decision != access.SetUp {
		log.Info("turned away")
		return
	}
	login, err := access.NormalizeLogin(c.user)
	if err != nil {
		login = ""
	}
	log.Warn("turned away: the account has to set its PIN first, on pinward's pages or with a set-up code", "login", login)
}

// refused gives the status for a failure that is no outcome, logged where it is
// pinward's own.
func (h handler) refused(w http.ResponseWriter, r *http.Request, err error) int {
	status := h.Failed(w, r, err)
	if access.CodeOf(err) != app.CodePortalUnknown {
		return status
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="pinward", charset="UTF-8"`)
	return http.StatusUnauthorized
}

// address gives an address as another product wrote it, "" for what is none.
func address(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	return a.String()
}

// jar gives the cookies of a Cookie header, as other products hand it on.
func jar(header ...string) func(name string) access.Secret {
	r := http.Request{Header: http.Header{"Cookie": header}}
	return func(name string) access.Secret {
		c, err := r.Cookie(name)
		if err != nil {
			return access.Secret{}
		}
		return access.NewSecret(c.Value)
	}
}
