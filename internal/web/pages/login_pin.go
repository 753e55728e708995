package pages

import (
	"net/http"
	"net/url"

	"pinward/internal/access"
	"pinward/internal/app"
)

// askPIN shows the prompt. In an account's pages it asks for the present PIN, as
// a change of it demands.
func (q *request) askPIN() error {
	v := q.view
	body := pinBody{
		Action: q.at("/pin"), Lead: q.whyPIN(), Host: q.Public.Hostname(), Lost: v.CookieLost,
		PIN: pinField{
			ID: "pin", Label: "pin.label", Autocomplete: q.savedPIN(), Max: access.MaxPINLength, Focus: true, DescribedBy: "caution",
			Error: q.complain(map[string]string{"pin_wrong": "pin", "pin_missing": "pin"}),
		},
	}
	if body.PIN.Autocomplete != "off" {
		body.Username = v.Login
	}
	if left := v.Answer.AttemptsLeft; left != nil && *left > 0 {
		body.Left = *left
		body.PIN.DescribedBy = "left caution"
	}
	if q.own != nil {
		body.PIN.Label, body.Back = "pin.label_current", q.at("")
		if q.here == "/account/protection" {
			body.Action = q.at("/pin?for=protection")
		}
	} else {
		body.Seen, body.Cancel = q.seenNow(), q.at("/cancel")
		if v.Answer.MayReset {
			body.Forgot = q.at("/forgot")
		}
	}
	f := q.frame("pin.title", body)
	f.Error = body.PIN.Error
	return q.show(http.StatusOK, pagePIN, f)
}

// whyPIN gives the words for why the PIN is asked.
func (q *request) whyPIN() string {
	if q.own != nil {
		return "pin.lead.change"
	}
	switch r := q.view.Answer.Reason; r { //nolint:exhaustive // all others are those of a new device
	case access.ReasonDeviceExpired, access.ReasonDeviceRevoked, access.ReasonDeviceReplayed, access.ReasonBrowserChanged, access.ReasonPINTemporary:
		return "pin.lead." + string(r)
	}
	return "pin.lead.new_device"
}

// savedPIN says what a password manager may do. On the portal's own host it must
// not take the PIN for the password.
func (q *request) savedPIN() string {
	if u, err := url.Parse(q.view.ReturnURL); err == nil && u.Hostname() == q.Public.Hostname() {
		return "off"
	}
	return "current-password"
}

// givePIN judges the PIN that was typed.
func (q *request) givePIN() error {
	if q.typed("pin") == "" {
		return q.see(q.at("?e=pin_missing"))
	}
	answer, err := q.provePIN()
	if err != nil {
		return err
	}
	q.keepDevice(answer)
	if answer.Reason == access.ReasonPINWrong {
		return q.see(q.at("?e=pin_wrong"))
	}
	return q.see(q.at(""))
}

func (q *request) provePIN() (app.LoginAnswer, error) {
	return q.hashing(func() (app.LoginAnswer, error) {
		return q.App.GivePIN(q.r.Context(), user(), app.GivePIN{LoginID: q.browser, PIN: q.typedPIN("pin")})
	})
}

// forgot offers a code by mail.
func (q *request) forgot() error {
	if !q.view.Answer.MayReset {
		return q.see(q.at(""))
	}
	body := forgotBody{
		Action: q.at("/forgot"), Have: q.at("/reset"), Back: q.at(""),
		Error: q.complain(map[string]string{"reset_limit": "code", "reset_not_allowed": "code"}),
	}
	f := q.frame("forgot.title", body)
	f.Error = body.Error
	return q.show(http.StatusOK, pageForgot, f)
}

func (q *request) askCode() error {
	answer, err := q.App.ResetByMail(q.r.Context(), user(), app.ResetByMail{LoginID: q.browser})
	if err != nil {
		return err
	}
	switch answer.Reason { //nolint:exhaustive // the page itself tells what else may be
	case access.ReasonResetSent:
		return q.see(q.at("/reset"))
	case access.ReasonResetLimit, access.ReasonResetNotAllowed:
		return q.see(q.at("/forgot?e=" + string(answer.Reason)))
	}
	return q.see(q.at(""))
}

// reset asks for the code that was mailed, and a new PIN.
func (q *request) reset() error {
	return q.resetForm(http.StatusOK, "", q.complain(map[string]string{"reset_code_wrong": "code"}))
}

func (q *request) resetForm(status int, code string, wrong *complaint) error {
	body := withCodeBody{
		Action: q.at("/reset"), Lead: "mailcode.lead", None: "mailcode.none", Resend: q.at("/forgot"), Back: q.at(""),
		Code: codeField{
			ID: "code", Label: "mailcode.label", Hint: "mailcode.hint", Numeric: true, Max: maxCode, Value: code, Error: wrong.on("code"),
		},
	}
	return q.showWithCode(status, "mailcode.title", body, wrong)
}

func (q *request) resetPIN() error {
	code := q.typed("code")
	if code == "" || q.typed("pin") == "" {
		return q.resetForm(http.StatusUnprocessableEntity, code, q.lacking(code))
	}
	answer, err := q.hashing(func() (app.LoginAnswer, error) {
		return q.App.ResetByMail(q.r.Context(), user(), app.ResetByMail{
			LoginID: q.browser, Code: access.NewSecret(code), PIN: q.typedPIN("pin"), PINConfirm: q.typedPIN("again"),
		})
	})
	if err != nil {
		return err
	}
	q.keepDevice(answer)
	if answer.Reason == access.ReasonResetWrong {
		return q.see(q.at("/reset?e=reset_code_wrong")) // it cost a try
	}
	if wrong := q.refusedPIN(answer, "pin"); wrong != nil {
		return q.resetForm(http.StatusUnprocessableEntity, code, wrong)
	}
	return q.see(q.at(""))
}
