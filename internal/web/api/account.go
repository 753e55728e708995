package api

import (
	"context"
	"net/http"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// accountSession is a link to the account's pages, for the user's browser alone.
type accountSession struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *api) openAccount(ctx context.Context, c call) (reply, error) {
	var req app.OpenAccount
	if err := app.ParseRequest(c.body, &req); err != nil {
		return reply{}, err
	}
	if a.edge.Public == nil {
		return reply{}, problemOf(codePagesOff)
	}
	link, err := a.edge.App.OpenAccount(ctx, c.by, req)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusCreated, accountSession{a.pageURL(link.Link), link.ExpiresAt}}, nil
}

type notices struct {
	Notices []app.NoticeInfo `json:"notices"`
}

func (a *api) unseenNotices(ctx context.Context, c call) (reply, error) {
	query := c.URL.Query()
	for key, all := range query {
		if key != "login" && key != "external_id" || len(all) > 1 {
			return reply{}, access.Usage("notices: login or external_id, once, and nothing else", "")
		}
	}
	all, err := a.edge.App.UnseenNotices(ctx, c.by, query.Get("login"), query.Get("external_id"))
	return reply{http.StatusOK, notices{all}}, err
}

type seen struct {
	Changed bool `json:"changed"` // false: it was seen before
}

// readNotice reads what a person says of the notice that the path names.
func (c call) readNotice() (app.AnswerNotice, error) {
	var req app.AnswerNotice
	err := app.ParseRequest(c.body, &req)
	req.ID = c.PathValue("id")
	return req, err
}

func (a *api) seeNotice(ctx context.Context, c call) (reply, error) {
	req, err := c.readNotice()
	if err != nil {
		return reply{}, err
	}
	changed, err := a.edge.App.SeeNotice(ctx, c.by, req)
	return reply{http.StatusOK, seen{changed}}, err
}

type disputed struct {
	Alert          *string `json:"alert"`           // its number; null: answered before
	Alerts         int     `json:"alerts"`          // of the incident, disputed now
	DevicesRevoked int     `json:"devices_revoked"` // and what else ended
	LoginsEnded    int     `json:"logins_ended"`
	CodesVoided    int     `json:"codes_voided"`
}

func (a *api) disputeNotice(ctx context.Context, c call) (reply, error) {
	req, err := c.readNotice()
	if err != nil {
		return reply{}, err
	}
	done, err := a.edge.App.DisputeNotice(ctx, c.by, req)
	if err != nil {
		return reply{}, err
	}
	answer := disputed{
		Alerts: done.Alerts, DevicesRevoked: done.Ended.Devices, LoginsEnded: done.Ended.Logins, CodesVoided: done.Ended.Codes,
	}
	if done.Number != "" {
		answer.Alert = &done.Number
	}
	return reply{http.StatusOK, answer}, nil
}

// capabilities tells a portal what it may count on here; it is also how a key is
// tried out.
type capabilities struct {
	APIVersion              int      `json:"api_version"`
	Portal                  string   `json:"portal"`
	Schools                 []string `json:"schools"`
	HostedPages             bool     `json:"hosted_pages"` // return_url and account-sessions work
	MaxBodyBytes            int      `json:"max_body_bytes"`
	LoginSeconds            int      `json:"login_seconds"`
	IdempotencySeconds      int      `json:"idempotency_seconds"`
	RequestsPerSecond       int      `json:"requests_per_second"`
	RecognitionsPerSecond   int      `json:"recognitions_per_second"`
	RecognitionNotedSeconds int      `json:"recognition_noted_seconds"`
}

func (a *api) capabilities(_ context.Context, c call) (reply, error) {
	return reply{http.StatusOK, capabilities{
		APIVersion: 1, Portal: c.by.Name, Schools: c.by.Schools, HostedPages: a.edge.Public != nil,
		MaxBodyBytes: edge.MaxBody, LoginSeconds: int(access.LoginFor.Seconds()),
		IdempotencySeconds: int(access.KeepAnswerFor.Seconds()), RequestsPerSecond: requestsPerSecond,
		RecognitionsPerSecond: recognitionsPerSecond, RecognitionNotedSeconds: int(app.RecognitionNoted.Seconds()),
	}}, nil
}
