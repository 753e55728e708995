package pages

import (
	"net/http"
	"slices"

	"pinward/internal/access"
	"pinward/internal/app"
)

// onAccount makes the handler of a page that only the browser has which followed
// the link.
func onAccount(handle handler) handler {
	return func(q *request) error {
		q.base, q.browser = "account", q.cookie(accountCookie)
		own, err := q.App.OwnAccount(q.r.Context(), user(), q.browser)
		if err != nil {
			return err
		}
		q.own = &own
		q.adopt(own.PageView)
		return handle(q)
	}
}

// account shows how the account is protected.
func (q *request) account() error {
	own := q.own
	body := accountBody{
		Protection: string(own.Protection), HasPIN: own.PINSet && own.Protection == access.ByPIN,
		DeviceCount: len(own.Devices), Devices: q.at("/devices"),
		PasswordAdvised: own.Answer.PasswordChangeAdvised, Until: q.clock(own.ExpiresAt), Close: q.at("/close"),
	}
	if !own.ChosenAt.IsZero() {
		body.Since = q.day(own.ChosenAt)
	}
	choosable := func(p access.Protection) func(app.OwnChoice) bool {
		return func(c app.OwnChoice) bool {
			return c.Closed == "" && (c.Protection == access.ByPIN) == (p == access.ByPIN)
		}
	}
	if slices.ContainsFunc(own.Choices, choosable(access.ByPIN)) {
		body.ChangePIN = q.at("/pin")
	}
	if slices.ContainsFunc(own.Choices, choosable(access.None)) {
		body.Change = q.at("/protection")
	}
	if own.Answer.MayRemember {
		body.AddDevice = q.at("/device")
	}
	f := q.frame("account.title", body)
	f.Said, f.OpenNotices = q.said(), true
	return q.show(http.StatusOK, pageAccount, f)
}

// said gives the words for what was done just now, as the address says.
func (q *request) said() string {
	key := "done." + q.r.URL.Query().Get("done")
	if _, err := catalog().In(q.language()).text(key); err != nil {
		return ""
	}
	return key
}

// ownPIN sets or changes the PIN; the present one comes first.
func (q *request) ownPIN() error {
	if q.owesPIN() {
		return q.askPIN()
	}
	return q.newPIN()
}

// ownProtection chooses another protection; the present PIN comes first.
func (q *request) ownProtection() error {
	if q.owesPIN() {
		return q.askPIN()
	}
	return q.protection(nil)
}

// owesPIN reports whether a change needs the present PIN first.
func (q *request) owesPIN() bool {
	return slices.ContainsFunc(q.own.Choices, func(c app.OwnChoice) bool { return c.NeedPIN })
}

// proveOwnPIN judges the present PIN, before a change.
func (q *request) proveOwnPIN() error {
	page := "/pin"
	if q.r.URL.Query().Get("for") == "protection" {
		page = "/protection"
	}
	if q.typed("pin") == "" {
		return q.see(q.at(page + "?e=pin_missing"))
	}
	answer, err := q.provePIN()
	switch {
	case err != nil:
		return err
	case answer.Decision == access.Deny:
		q.drop(accountCookie) // the pages are over with the login
		return q.denied(answer)
	case answer.Reason == access.ReasonPINWrong:
		return q.see(q.at(page + "?e=pin_wrong"))
	}
	return q.see(q.at(page))
}

// closeAccount ends the pages in this browser, as at a computer that others use
// too.
func (q *request) closeAccount() error {
	if err := q.App.LeavePage(q.r.Context(), user(), q.browser); err != nil {
		return err
	}
	q.drop(accountCookie)
	if q.view.ReturnURL != "" {
		return q.see(q.view.ReturnURL)
	}
	return q.see(q.at("/closed"))
}

func (q *request) closed() error { return q.message(http.StatusOK, "closed", nil) }
