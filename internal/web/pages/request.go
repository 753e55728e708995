package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/i18n"
)

// A request is one answer in the making.
type request struct {
	*site
	w    http.ResponseWriter
	r    *http.Request
	lang string // "" until it is known
	here string // path below the root of the page that is shown; the switch of languages leads there

	base    string        // path below the root of all pages of the login or account
	browser access.Secret // the browser's own
	view    app.PageView
	own     *app.AccountView // on the account's pages
	kept    []string         // names of the cookies that this answer sets
}

// user is who acts on every page; the browser's secret says for whom.
func user() access.Operator { return access.PageUser() }

// adopt takes over what the page belongs to.
func (q *request) adopt(v app.PageView) {
	q.view = v
	if q.lang == "" {
		q.lang = v.Lang
	}
	q.guard(v.ReturnURL)
}

func (q *request) language() string {
	if q.lang == "" {
		return "en"
	}
	return q.lang
}

// text gives a text in the page's language. A key that is not there is a mistake
// of the program, and shows as itself.
func (q *request) text(key string, filling ...any) string {
	text, err := catalog().In(q.language()).text(key, filling...)
	if err != nil {
		return key
	}
	return text
}

func (q *request) location() *time.Location {
	if q.view.TimeZone == nil {
		return time.UTC
	}
	return q.view.TimeZone
}

func (q *request) moment(t time.Time) string {
	return q.text("facts.moment", "day", q.day(t), "clock", q.clock(t))
}

func (q *request) day(t time.Time) string { return i18n.Day(q.language(), t, q.location()) }

func (q *request) clock(t time.Time) string { return i18n.Clock(q.language(), t, q.location()) }

// at gives the address of a page of the login or account.
func (q *request) at(path string) string { return q.root + q.base + path }

// frame begins a page.
func (q *request) frame(title string, body any) frame {
	f := frame{Root: q.root, Title: title, School: q.view.School, Contact: q.view.Contact, Body: body}
	if q.here != "" {
		here := url.URL{Path: q.root + strings.TrimLeft(q.here, "/"), RawQuery: url.Values{"lang": {other(q.language())}}.Encode()}
		f.Switch = here.String()
	}
	f.Notices = q.notices()
	f.OwnNotices = slices.ContainsFunc(f.Notices, func(n notice) bool { return n.Seen == "" })
	return f
}

// show answers with a page.
func (q *request) show(status int, page string, f frame) error {
	body, err := render(q.language(), page, f)
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", q.language())
	q.w.WriteHeader(status)
	if q.r.Method != http.MethodHead {
		_, _ = q.w.Write(body)
	}
	return nil
}

// see sends the browser to another page, which it asks for by GET.
func (q *request) see(address string) error {
	q.w.Header().Set("Location", address)
	q.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// complain gives the complaint that an address asks for by ?e=, if the page
// knows it.
func (q *request) complain(known map[string]string) *complaint {
	code := q.r.URL.Query().Get("e")
	field, ok := known[code]
	if !ok {
		return nil
	}
	return &complaint{Field: field, Text: q.text("error." + code)}
}

func (q *request) typed(name string) string { return q.r.PostFormValue(name) }

func (q *request) typedPIN(name string) access.PIN { return access.NewPIN(q.typed(name)) }

// hashing runs a use case that hashes a PIN, in its turn.
func (q *request) hashing(do func() (app.LoginAnswer, error)) (app.LoginAnswer, error) {
	release, err := q.Hash(q.r.Context())
	if err != nil {
		return app.LoginAnswer{}, err
	}
	defer release()
	answer, err := do()
	if err == nil {
		q.Decided(answer.Decision, answer.Reason)
	}
	return answer, err
}
