package pages

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// message answers with a page on which there is nothing to do but read.
func (q *request) message(status int, key string, change func(*messageBody)) error {
	m := messageBody{Lead: "message." + key + ".lead"}
	// A message without steps has none in the words.
	m.Steps, _ = catalog().In(q.language()).list("message."+key, "host", q.Public.Hostname())
	if change != nil {
		change(&m)
	}
	f := q.frame("message."+key+".title", m)
	f.Notices, f.Said = nil, q.said()
	if q.r.Method == http.MethodPost {
		f.Switch = "" // its address shows another page
	}
	return q.show(status, pageMessage, f)
}

func (q *request) missing() error { return q.message(http.StatusNotFound, "missing", nil) }

// fail answers for an error. A browser whose page is over learns where it went.
func (q *request) fail(err error) {
	status := q.Failed(q.w, q.r, err)
	switch {
	case access.CodeOf(err) == app.CodePageTaken:
		err = q.message(http.StatusForbidden, "elsewhere", nil)
	case access.CodeOf(err) == app.CodePageExpired:
		err = q.over()
	case status == http.StatusServiceUnavailable && errors.Is(err, access.ErrBusy):
		err = q.message(status, "busy", func(m *messageBody) { m.Retry = q.again() })
	case status >= http.StatusInternalServerError:
		err = q.broken(status)
	case status == http.StatusNotFound:
		err = q.missing()
	default:
		err = q.message(http.StatusBadRequest, "wrong", func(m *messageBody) { m.Retry = q.again() })
	}
	if err != nil {
		q.Failed(q.w, q.r, err)
		http.Error(q.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// again gives the page to begin anew from.
func (q *request) again() string {
	if q.base == "" {
		return ""
	}
	return q.at("")
}

// over says that a page is no longer good, and takes its cookie back.
func (q *request) over() error {
	if q.base == "account" {
		q.drop(accountCookie)
		return q.message(http.StatusGone, "signed_out", nil)
	}
	return q.message(http.StatusGone, "expired", nil)
}

func (q *request) broken(status int) error {
	return q.message(status, "failed", func(m *messageBody) { m.Number = edge.RequestID(q.r) })
}

// denied says why a login ended.
func (q *request) denied(a app.LoginAnswer) error {
	key := "denied"
	switch a.Reason { //nolint:exhaustive // the others tell nothing that the person could use
	case access.ReasonPINLocked:
		key = "locked"
	case access.ReasonPINBlocked:
		key = "blocked"
	case access.ReasonLoginExhausted:
		key = "exhausted"
	case access.ReasonLoginExpired:
		return q.over()
	}
	return q.message(http.StatusForbidden, key, func(m *messageBody) {
		if a.RetryAt != nil {
			m.Until = q.clock(*a.RetryAt)
		}
		if q.own != nil {
			return
		}
		m.Home = template.URL(q.homeward(string(a.Reason))) //nolint:gosec // the portal's own address, checked when it was registered
		if a.MayReset && key != "denied" {
			m.Forgot = q.at("/forgot")
		}
	})
}

// homeward gives the portal's address with the reason why the browser comes back
// without a code; "" where there is none.
func (q *request) homeward(reason string) string {
	if q.view.ReturnURL == "" {
		return ""
	}
	query := url.Values{"error": {reason}}
	if q.view.ReturnState != "" {
		query.Set("state", q.view.ReturnState)
	}
	return q.view.ReturnURL + "?" + query.Encode()
}
