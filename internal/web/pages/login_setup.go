package pages

import (
	"net/http"
	"slices"

	"pinward/internal/access"
	"pinward/internal/app"
)

// maxCode is how many characters of a code may be typed, with blanks and dashes.
const maxCode = 16

// setUp asks for a protection that is owed: which one, if there is a choice.
func (q *request) setUp() error {
	if q.choices() > 1 {
		return q.protection(nil)
	}
	return q.newPIN()
}

// choices gives how many protections may be chosen.
func (q *request) choices() int {
	if q.own != nil {
		return len(q.own.Choices)
	}
	return len(q.view.Answer.AllowedProtections)
}

// needCode reports whether a protection takes a set-up code.
func (q *request) needCode(p access.Protection) bool {
	if q.own == nil {
		r := q.view.Answer.Reason
		return q.view.Answer.Decision == access.SetUp && (r == access.ReasonSetupCodeRequired || r == access.ReasonEnrolmentClosed)
	}
	return slices.ContainsFunc(q.own.Choices, func(c app.OwnChoice) bool { return c.Protection == p && c.NeedCode })
}

// protection asks for one of the protections.
func (q *request) protection(wrong *complaint) error {
	q.here = "/" + q.base
	body := protectBody{Action: q.at("/choose"), Error: wrong.on("protection")}
	offer := func(p access.Protection, checked bool) {
		body.Choices = append(body.Choices, choice{string(p), p == access.ByPIN, checked})
		if p != access.ByPIN && q.needCode(p) && body.Code == nil {
			body.Code = &codeField{ID: "code", Label: "setupcode.label", Hint: "setupcode.hint_choice", Max: maxCode, Optional: true, Error: wrong.on("code")}
		}
	}
	status := http.StatusOK
	if wrong != nil {
		status = http.StatusUnprocessableEntity
	}
	title := "protect.title"
	if q.own != nil {
		body.Back, title, q.here = q.at(""), "protect.title_own", "/account/protection"
		for _, c := range q.own.Choices {
			if c.Closed == "" {
				offer(c.Protection, c.Chosen)
			}
		}
	} else {
		for i, p := range q.view.Answer.AllowedProtections {
			offer(p, i == 0)
		}
		if q.view.Answer.Decision == access.Allow {
			body.Later = q.at("/later")
		}
	}
	f := q.frame(title, body)
	f.Error = wrong
	return q.show(status, pageProtect, f)
}

// choose takes a choice: a PIN is then set on a page of its own.
func (q *request) choose() error {
	p, err := access.ParseProtection(q.typed("protection"))
	if err != nil || p == access.NotChosen {
		return q.protection(q.wrong("protection", "protection_missing"))
	}
	if p == access.ByPIN {
		return q.see(q.newPINPage())
	}
	answer, err := q.App.SetUp(q.r.Context(), user(), app.SetUp{
		LoginID: q.browser, Protection: p, SetupCode: access.NewSecret(q.typed("code")),
	})
	if err != nil {
		return err
	}
	q.keepDevice(answer)
	if answer.Refused {
		return q.refusedChoice(answer, q.needCode(p))
	}
	if q.own != nil {
		return q.see(q.at("?done=protection_changed"))
	}
	return q.see(q.at(""))
}

// refusedChoice answers a choice that was not taken; codeHelps where a set-up
// code would have made it good.
func (q *request) refusedChoice(a app.LoginAnswer, codeHelps bool) error {
	if a.Reason == access.ReasonEnrolmentClosed && codeHelps {
		a.Reason = access.ReasonSetupCodeRequired
	}
	switch a.Reason { //nolint:exhaustive // all others end the login, or are asked for first
	case access.ReasonSetupCodeRequired, access.ReasonSetupCodeWrong:
		return q.protection(q.wrong("code", string(a.Reason)))
	case access.ReasonEnrolmentClosed, access.ReasonProtectionNotAllowed:
		return q.protection(q.wrong("protection", string(a.Reason)))
	}
	if a.Decision == access.Deny {
		return q.denied(a)
	}
	return q.see(q.at(""))
}

// newPINPage gives the page on which a PIN is chosen.
func (q *request) newPINPage() string {
	if q.own != nil {
		return q.at("/pin")
	}
	return q.at("/new")
}

func (q *request) mayChoosePIN() bool {
	a := q.view.Answer
	return q.own != nil || a.Decision == access.SetUp || a.Decision == access.Allow && a.MayChoose
}

// newPIN asks for a new PIN; with the set-up code where one is needed.
func (q *request) newPIN() error {
	if !q.mayChoosePIN() {
		return q.see(q.at(""))
	}
	wrong := q.complain(map[string]string{"setup_code_wrong": "code", "pin_missing": "pin"})
	if q.needCode(access.ByPIN) {
		return q.codeForm(http.StatusOK, "", wrong)
	}
	return q.newPINForm(http.StatusOK, wrong)
}

func (q *request) newPINForm(status int, wrong *complaint) error {
	body := newPINBody{Action: q.at("/new"), PIN: q.newPINField("pin", "newpin.label", wrong)}
	body.PIN.Focus, body.PIN.DescribedBy = true, "rules caution"
	if q.own != nil || q.choices() > 1 {
		body.Back = q.at("")
	}
	var err error
	if body.lengths, err = q.lengths(); err != nil {
		return err
	}
	f := q.frame("newpin.title", body)
	f.Error = wrong
	f.Step, f.Steps = 1, 2
	return q.show(status, pageNewPIN, f)
}

// lengths gives what a new PIN looks like, and one that is drawn at random.
func (q *request) lengths() (lengths, error) {
	v := q.view
	pin, err := q.App.SuggestPIN(q.r.Context(), user(), q.browser)
	return lengths{v.PINMin, v.PINMax, v.PINSuggest, pin.Reveal()}, err
}

func (q *request) newPINField(id, label string, wrong *complaint) pinField {
	v := q.view
	return pinField{ID: id, Label: label, Autocomplete: "new-password", Min: v.PINMin, Max: v.PINMax, Error: wrong.on(id)}
}

// firstPIN judges the new PIN and asks for it once more. Nothing has changed yet,
// so the answer is the next page itself; it holds a text that stands for the PIN.
func (q *request) firstPIN() error {
	q.here = "/" + q.base + "/new"
	if q.own != nil {
		q.here = "/" + q.base + "/pin"
	}
	if !q.mayChoosePIN() || q.needCode(access.ByPIN) {
		return q.see(q.newPINPage())
	}
	if q.typed("pin") == "" {
		return q.newPINForm(http.StatusUnprocessableEntity, q.wrong("pin", "pin_missing"))
	}
	var held access.Secret
	answer, err := q.hashing(func() (a app.LoginAnswer, err error) {
		held, a, err = q.App.HoldPIN(q.r.Context(), user(), app.HoldPIN{Browser: q.browser, PIN: q.typedPIN("pin")})
		return a, err
	})
	if err != nil {
		return err
	}
	if answer.Refused {
		return q.refusedNewPIN(answer)
	}
	return q.secondForm(http.StatusOK, held.Reveal(), nil)
}

func (q *request) secondForm(status int, held string, wrong *complaint) error {
	field := q.newPINField("pin", "newpin.label_again", wrong)
	field.Focus, field.DescribedBy = true, "caution"
	f := q.frame("again.title", againBody{Action: q.at("/again"), First: held, PIN: field, Back: q.newPINPage()})
	f.Error = wrong
	f.Step, f.Steps = 2, 2
	return q.show(status, pageAgain, f)
}

// secondPIN sets the new PIN if it was typed twice alike.
func (q *request) secondPIN() error {
	q.here = "/" + q.base
	held := q.typed("first")
	if q.typed("pin") == "" || held == "" {
		return q.see(q.newPINPage())
	}
	answer, err := q.hashing(func() (app.LoginAnswer, error) {
		return q.App.SetUp(q.r.Context(), user(), app.SetUp{
			LoginID: q.browser, Protection: access.ByPIN, PIN: q.typedPIN("pin"), Held: access.NewSecret(held),
		})
	})
	if err != nil {
		return err
	}
	q.keepDevice(answer)
	if answer.Reason == access.CodePINMismatch {
		return q.secondForm(http.StatusUnprocessableEntity, held, q.wrong("pin", access.CodePINMismatch))
	}
	if answer.Refused {
		return q.refusedNewPIN(answer)
	}
	return q.see(q.pinIsSet())
}

func (q *request) pinIsSet() string {
	switch {
	case q.own == nil:
		return q.at("")
	case q.own.PINSet:
		return q.at("?done=pin_changed")
	}
	return q.at("?done=pin_set")
}

// refusedNewPIN answers a new PIN that was not taken.
func (q *request) refusedNewPIN(a app.LoginAnswer) error {
	if wrong := q.refusedPIN(a, "pin"); wrong != nil {
		return q.newPINForm(http.StatusUnprocessableEntity, wrong)
	}
	if a.Decision == access.Deny {
		return q.denied(a)
	}
	return q.see(q.newPINPage())
}

// refusedPIN gives the complaint about a new PIN; nil if nothing is wrong with it.
func (q *request) refusedPIN(a app.LoginAnswer, field string) *complaint {
	if !a.Refused {
		return nil
	}
	switch code := string(a.Reason); code {
	case access.CodePINGuessable:
		if text, err := catalog().In(q.language()).text("error.rule." + a.Rule); err == nil {
			return &complaint{field, text}
		}
		return q.wrong(field, code)
	case access.CodePINMismatch:
		return q.wrong("again", code)
	case access.CodePINTooShort, access.CodePINWrongLength, access.CodePINNotDigits, access.CodePINSameAsOld:
		return q.wrong(field, code)
	}
	return nil
}

// wrong makes a complaint.
func (q *request) wrong(field, code string) *complaint {
	return &complaint{field, q.text("error."+code, "min", q.view.PINMin, "max", q.view.PINMax)}
}

// lacking says which of code and PIN was not typed.
func (q *request) lacking(code string) *complaint {
	if code == "" {
		return q.wrong("code", "code_missing")
	}
	return q.wrong("pin", "pin_missing")
}

// codeForm asks for the set-up code and the new PIN, all on one page: the code is
// judged with the PIN.
func (q *request) codeForm(status int, code string, wrong *complaint) error {
	body := withCodeBody{
		Action: q.at("/code"), Lead: "setupcode.lead", None: "setupcode.none",
		Code: codeField{ID: "code", Label: "setupcode.label", Hint: "setupcode.hint", Max: maxCode, Value: code, Error: wrong.on("code")},
	}
	if q.own != nil {
		body.Back = q.at("")
	}
	return q.showWithCode(status, "setupcode.title", body, wrong)
}

func (q *request) showWithCode(status int, title string, body withCodeBody, wrong *complaint) error {
	var err error
	if body.lengths, err = q.lengths(); err != nil {
		return err
	}
	body.PIN = q.newPINField("pin", "newpin.label", wrong)
	body.PIN.DescribedBy = "rules caution"
	body.Again = q.newPINField("again", "newpin.label_again", wrong)
	f := q.frame(title, body)
	f.Error = wrong
	return q.show(status, pageWithCode, f)
}

// setUpByCode sets a PIN by the set-up code.
func (q *request) setUpByCode() error {
	q.here = "/" + q.base
	code := q.typed("code")
	if code == "" || q.typed("pin") == "" {
		return q.codeForm(http.StatusUnprocessableEntity, code, q.lacking(code))
	}
	answer, err := q.hashing(func() (app.LoginAnswer, error) {
		return q.App.SetUp(q.r.Context(), user(), app.SetUp{
			LoginID: q.browser, Protection: access.ByPIN, PIN: q.typedPIN("pin"), PINConfirm: q.typedPIN("again"),
			SetupCode: access.NewSecret(code),
		})
	})
	if err != nil {
		return err
	}
	q.keepDevice(answer)
	if answer.Reason == access.ReasonSetupCodeWrong {
		return q.see(q.newPINPage() + "?e=setup_code_wrong") // it cost a try
	}
	if wrong := q.refusedPIN(answer, "pin"); wrong != nil {
		return q.codeForm(http.StatusUnprocessableEntity, code, wrong)
	}
	if answer.Decision == access.Deny {
		return q.denied(answer)
	}
	return q.see(q.pinIsSet())
}
