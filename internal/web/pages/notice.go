package pages

import (
	"net/http"
	"slices"

	"pinward/internal/access"
	"pinward/internal/app"
)

func (q *request) answered() app.AnswerNotice {
	return app.AnswerNotice{ID: q.r.PathValue("id"), LoginID: q.browser}
}

// seen marks a notice as seen by its person.
func (q *request) seen() error {
	_, err := q.App.SeeNotice(q.r.Context(), user(), q.answered())
	if err != nil && access.CodeOf(err) != app.CodeNoticeCaused {
		return err
	}
	return q.see(q.at(""))
}

// notMe explains what happens if it was somebody else.
func (q *request) notMe() error {
	i := slices.IndexFunc(q.view.Notices, func(n app.PageNotice) bool { return n.ID == q.r.PathValue("id") })
	if i < 0 {
		return q.see(q.at("")) // it was answered
	}
	told := q.notice(q.view.Notices[i])
	f := q.frame("notme.title", notMeBody{Action: told.NotMe + "/disputed", Back: q.at(""), Notice: told})
	f.Notices = nil
	return q.show(http.StatusOK, pageNotMe, f)
}

// dispute records that it was somebody else.
func (q *request) dispute() error {
	if _, err := q.App.DisputeNotice(q.r.Context(), user(), q.answered()); err != nil {
		return err
	}
	return q.see(q.at("/disputed"))
}

// disputed says what is left to do. It needs no login: that may have ended with
// what was disputed.
func (q *request) disputed() error {
	return q.message(http.StatusOK, "disputed", func(m *messageBody) {
		m.Back, m.BackTo = q.root+"account", "account.title"
		if q.base != "" {
			m.Back, m.BackTo = q.at(""), "frame.next"
		}
	})
}
