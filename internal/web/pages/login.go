package pages

import (
	"net/http"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// pageCookieFor is how long a browser keeps the secret of a page, whose login
// ends sooner.
const pageCookieFor = time.Hour

// enter answers a link that the portal made, and binds to it the first browser
// that comes. What a login needs next is asked here; from the link of an account
// it goes on to a page whose address opens nothing.
func (q *request) enter() error {
	link := q.r.PathValue("link")
	q.base = "p/" + link
	works, err := q.cookiesWork()
	if !works || err != nil {
		return err
	}
	cookie := cookieOf(link)
	if q.browser = q.cookie(cookie); q.browser.Empty() {
		q.browser = q.cookie(accountCookie)
	}
	view, err := q.App.VisitPage(q.r.Context(), user(), app.VisitPage{
		Link: access.NewSecret(link), Browser: q.browser, Cookie: q.cookie,
		IP: q.address(), UserAgent: q.r.UserAgent(),
	})
	if err != nil {
		return err
	}
	if view.Kind == access.PageAccount {
		cookie = accountCookie
	}
	if !view.Browser.Empty() {
		q.browser = view.Browser
		q.keep(cookie, view.Browser.Reveal(), pageCookieFor)
	}
	q.adopt(view)
	if view.Kind == access.PageAccount {
		return q.see(q.root + "account")
	}
	if !view.Browser.Empty() {
		q.Decided(view.Answer.Decision, view.Answer.Reason)
	}
	q.keepDevice(view.Answer)
	return q.step()
}

func (q *request) address() string {
	if a := q.Address(q.r); a.IsValid() {
		return a.String()
	}
	return ""
}

// onLogin makes the handler of a page that only the browser of the login has.
func onLogin(handle handler) handler {
	return func(q *request) error {
		link := q.r.PathValue("link")
		q.base = "p/" + link
		q.browser = q.cookie(cookieOf(link))
		if q.browser.Empty() && q.r.Method == http.MethodGet {
			return q.see(q.at("")) // says what is the matter
		}
		view, err := q.App.Page(q.r.Context(), user(), q.browser)
		if err != nil {
			return err
		}
		q.adopt(view)
		return handle(q)
	}
}

// step shows what the login needs next.
func (q *request) step() error {
	a := q.view.Answer
	switch a.Decision {
	case access.AskPIN:
		return q.askPIN()
	case access.SetUp:
		return q.setUp()
	case access.Allow:
		return q.passed()
	case access.Deny, access.ToPage:
	}
	return q.denied(a)
}

// passed offers what a login that has passed may still do, one thing at a time,
// and else goes back to the portal.
func (q *request) passed() error {
	a := q.view.Answer
	mayAnswer := func(n app.PageNotice) bool { return n.MaySee }
	switch {
	case a.MayChoose:
		return q.protection(nil)
	case a.MayRemember:
		return q.device()
	case slices.ContainsFunc(q.view.Notices, mayAnswer):
		f := q.frame("news.title", newsBody{Action: q.at("/go")})
		f.OpenNotices = true
		return q.show(http.StatusOK, pageNews, f)
	}
	return q.finish()
}

// finish sends the browser back to the portal, with the code that lets the login
// pass there. Its cookie stays: the portal may ask this page again.
func (q *request) finish() error {
	to, err := q.App.FinishPage(q.r.Context(), user(), q.browser)
	if access.CodeOf(err) == app.CodePageNotDone {
		return q.see(q.at(""))
	}
	if err != nil {
		return err
	}
	return q.see(to.Reveal())
}

// later goes past the choice of a protection.
func (q *request) later() error {
	if q.view.Answer.Decision == access.Allow && q.view.Answer.MayRemember {
		return q.see(q.at("/device"))
	}
	return q.finish()
}

// cancel gives the login up: nobody goes on with it.
func (q *request) cancel() error {
	if err := q.App.LeavePage(q.r.Context(), user(), q.browser); err != nil {
		return err
	}
	q.drop(cookieOf(q.r.PathValue("link")))
	if home := q.homeward("login_cancelled"); home != "" {
		return q.see(home)
	}
	return q.message(http.StatusOK, "cancelled", nil)
}
