package api

import (
	"context"
	"mime"
	"net/http"

	"pinward/internal/access"
	"pinward/internal/app"
)

// recognition asks whether a browser is recognized, as JSON or as a form. One of
// login, user (the same in other words) and external_id names the account.
type recognition struct {
	Login       string        `json:"login"`
	User        string        `json:"user"`
	ExternalID  string        `json:"external_id"`
	IP          string        `json:"ip"`
	UserAgent   string        `json:"user_agent"`
	DeviceToken access.Secret `json:"device_token"`
	Cookies     access.Secret `json:"cookies"` // the browser's Cookie header, whole
}

// recognize answers what a login would take. It is a question, so no answer to it
// is a refusal.
func (a *api) recognize(ctx context.Context, c call) (reply, error) {
	req, err := c.recognition()
	if err != nil {
		return reply{}, err
	}
	answer, err := a.edge.App.Recognize(ctx, c.by, req)
	return reply{http.StatusOK, answer}, err
}

func (c call) recognition() (app.StartLogin, error) {
	var r recognition
	var err error
	if kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind == formType {
		var token, cookies string
		err = c.form(map[string]*string{
			"login": &r.Login, "user": &r.User, "external_id": &r.ExternalID, "ip": &r.IP, "user_agent": &r.UserAgent,
			"device_token": &token, "cookies": &cookies,
		})
		r.DeviceToken, r.Cookies = access.NewSecret(token), access.NewSecret(cookies)
	} else {
		err = app.ParseRequest(c.body, &r)
	}
	if err != nil {
		return app.StartLogin{}, err
	}
	if r.Login != "" && r.User != "" {
		return app.StartLogin{}, access.Usage("recognize: one of login and user is needed", "")
	}
	return app.StartLogin{
		Login: r.Login + r.User, ExternalID: r.ExternalID, IP: r.IP, UserAgent: r.UserAgent,
		DeviceToken: r.DeviceToken, Cookie: r.cookie,
	}, nil
}

// cookie gives the value of one of the browser's cookies. Whatever else stands in
// the header is passed over, as other programs' cookies are of any shape.
func (r recognition) cookie(name string) access.Secret {
	jar := http.Request{Header: http.Header{"Cookie": {r.Cookies.Reveal()}}}
	cookie, err := jar.Cookie(name)
	if err != nil {
		return access.Secret{}
	}
	return access.NewSecret(cookie.Value)
}
