package api

import (
	"errors"
	"net/http"
	"slices"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// The codes of what fails in this package.
const (
	codeMediaType   = "media_type"
	codeTooLarge    = "body_too_large"
	codeRateLimited = "rate_limited"
	codeKeyInvalid  = "idempotency_key_invalid"
	codePagesOff    = "pages_off"
	codeUnavailable = "unavailable"
	codeUnexpected  = "unexpected"
	codeRefused     = "refused"
)

// explained is where every code is told; the RFC wants the whole path.
const explained = "/docs/portal-api.md#"

// A told is a code with the status and the title that it always has.
type told struct {
	code   string
	status int
	title  string
}

// toldCodes lists the codes of problems but those of refused logins, which are
// reasons and share one type.
func toldCodes() []told {
	return []told{
		{"usage", 400, "The request is malformed"},
		{codeKeyInvalid, 400, "The Idempotency-Key is not one text of 1 to 255 printable characters"},
		{app.CodePortalUnknown, 401, "No portal's key was shown, or not a good one"},
		{"forbidden", 403, "Portals may not do that"},
		{app.CodePortalScope, 403, "The portal lacks the scope"},
		{app.CodePortalNetwork, 403, "The portal is not believed from this address"},
		{string(access.ReasonLoginExpired), 403, "The login is unknown, another portal's, or over"},
		{"account_not_active", 403, "The account is suspended, archived or past its last day"},
		{"proof_needed", 403, "The login proved the password alone"},
		{app.CodeNoticeCaused, 403, "The notice tells of the very device that it is read on"},
		{"not_found", 404, "There is no such thing, or not for this portal"},
		{"no_such_route", 404, "There is no such route"},
		{"method_not_allowed", 405, "The route has another method"},
		{app.CodeRepeatRunning, 409, "The first request of this Idempotency-Key is being answered"},
		{codeTooLarge, 413, "The body is longer than 64 KiB"},
		{codeMediaType, 415, "The body is not of a media type that the route takes, in UTF-8"},
		{app.CodeRepeatReused, 422, "The Idempotency-Key stands for another request"},
		{"return_url_not_allowed", 422, "The return address is not one of the portal's"},
		{"state_invalid", 422, "The state is too long, or no text"},
		{"login_hosted", 422, "The PIN of this login is entered on pinward's own page"},
		{codePagesOff, 422, "This pinward has no pages: its public address is not set"},
		{codeRateLimited, 429, "The portal asks too often"},
		{codeUnexpected, 500, "Something that should not happen"},
		{"hashing_busy", 503, "Too many PINs are being judged"},
		{"attempts_in_flight", 503, "Other PINs of this account are being judged"},
		{codeUnavailable, 503, "The store or the keyring cannot be used now"},
	}
}

func toldOf(code string) (told, bool) {
	all := toldCodes()
	if i := slices.IndexFunc(all, func(t told) bool { return t.code == code }); i >= 0 {
		return all[i], true
	}
	return told{}, false
}

// problemOf is the error of a code of this package.
func problemOf(code string) error {
	t, _ := toldOf(code)
	return &access.Error{Kind: access.ErrRefused, Code: code, Text: t.title}
}

// Refuse answers what reached no route of the API, or came back from one broken,
// with a code that docs/portal-api.md tells of.
func Refuse(w http.ResponseWriter, r *http.Request, code string) {
	t, _ := toldOf(code)
	edge.WriteProblem(w, t.status, t.problem(r))
}

func (t told) problem(r *http.Request) edge.Problem {
	return edge.Problem{Type: explained + t.code, Title: t.title, Status: t.status, Code: t.code, Instance: instance(r)}
}

// fail answers an error. It says more than its code only of what the portal did,
// and quotes nothing that was sent.
func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	code := access.CodeOf(err)
	t, known := toldOf(code)
	if !known || errors.Is(err, access.ErrDamaged) || errors.Is(err, access.ErrUnusable) || errors.Is(err, access.ErrBusy) {
		t = a.broken(w, r, err, code)
	}
	if t.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="pinward"`)
	}
	if code == app.CodeRepeatRunning {
		edge.RetryAfter(w.Header(), 1)
	}
	p := t.problem(r)
	if errors.Is(err, access.ErrUsage) {
		p.Detail = err.Error()
	}
	edge.WriteProblem(w, t.status, p)
}

// broken gives the code of a failure that is not the portal's, and logs it.
func (a *api) broken(w http.ResponseWriter, r *http.Request, err error, code string) told {
	status := a.edge.Failed(w, r, err)
	t, known := toldOf(code)
	if known && t.status == status {
		return t
	}
	fallback := map[int]string{http.StatusServiceUnavailable: codeUnavailable, http.StatusNotFound: "not_found", http.StatusForbidden: "forbidden"}[status]
	if fallback == "" {
		fallback = codeUnexpected
	}
	t, _ = toldOf(fallback)
	return t
}

// instance names the request in an answer as its lines in the log do.
func instance(r *http.Request) string {
	if id := edge.RequestID(r); id != "" {
		return "urn:pinward:request:" + id
	}
	return ""
}
