package api

import (
	"context"
	"net/http"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// started is the answer to a login that begins.
type started struct {
	app.LoginAnswer

	PromptURL string `json:"prompt_url,omitempty"` // pinward's page of it: for the user's browser alone
}

// refused is a problem that is the login's answer as well, for portals that look
// at the status, and for those that look at the decision.
type refused struct {
	edge.Problem
	app.LoginAnswer
}

// loginReply answers a login: what is refused (which exits 5 at the command line)
// is 403, all else the status of the route.
func (a *api) loginReply(c call, status int, answer app.LoginAnswer, whole any) reply {
	a.edge.Decided(answer.Decision, answer.Reason)
	if !answer.Refused {
		return reply{status, whole}
	}
	code := string(answer.Reason)
	if answer.DeviceError != "" {
		code = answer.DeviceError
	}
	return reply{http.StatusForbidden, refused{
		Problem: edge.Problem{
			Type: explained + codeRefused, Title: "The login does not go on with this request", Status: http.StatusForbidden,
			Code: code, Instance: instance(c.Request),
		},
		LoginAnswer: answer,
	}}
}

func (a *api) startLogin(ctx context.Context, c call) (reply, error) {
	var req app.StartLogin
	if err := app.ParseRequest(c.body, &req); err != nil {
		return reply{}, err
	}
	if req.ReturnURL != "" && a.edge.Public == nil {
		return reply{}, problemOf(codePagesOff)
	}
	answer, err := a.edge.App.StartLogin(ctx, c.by, req)
	if err != nil {
		return reply{}, err
	}
	whole := started{LoginAnswer: answer}
	if !answer.PageLink.Empty() {
		whole.PromptURL = a.pageURL(answer.PageLink)
	}
	return a.loginReply(c, http.StatusCreated, answer, whole), nil
}

// pageURL gives the public address that a link opens.
func (a *api) pageURL(link access.Secret) string { return a.edge.URL("/p/" + link.Reveal()).String() }

func (a *api) givePIN(ctx context.Context, c call) (reply, error) {
	var req app.GivePIN
	if err := c.read(&req, &req.LoginID); err != nil {
		return reply{}, err
	}
	return a.hashed(ctx, c, func() (app.LoginAnswer, error) { return a.edge.App.GivePIN(ctx, c.by, req) })
}

func (a *api) setUp(ctx context.Context, c call) (reply, error) {
	var req app.SetUp
	if err := c.read(&req, &req.LoginID); err != nil {
		return reply{}, err
	}
	set := func() (app.LoginAnswer, error) { return a.edge.App.SetUp(ctx, c.by, req) }
	if req.PIN.Empty() {
		return a.plain(c, set)
	}
	return a.hashed(ctx, c, set)
}

func (a *api) resetByMail(ctx context.Context, c call) (reply, error) {
	var req app.ResetByMail
	if err := c.read(&req, &req.LoginID); err != nil {
		return reply{}, err
	}
	reset := func() (app.LoginAnswer, error) { return a.edge.App.ResetByMail(ctx, c.by, req) }
	if req.PIN.Empty() {
		return a.plain(c, reset)
	}
	return a.hashed(ctx, c, reset)
}

func (a *api) rememberDevice(ctx context.Context, c call) (reply, error) {
	var req app.NameDevice
	if err := c.read(&req, &req.LoginID); err != nil {
		return reply{}, err
	}
	return a.plain(c, func() (app.LoginAnswer, error) { return a.edge.App.RememberDevice(ctx, c.by, req) })
}

// hashed runs what judges or sets a PIN when its turn has come.
func (a *api) hashed(ctx context.Context, c call, run func() (app.LoginAnswer, error)) (reply, error) {
	release, err := a.edge.Hash(ctx)
	if err != nil {
		return reply{}, err
	}
	defer release()
	return a.plain(c, run)
}

func (a *api) plain(c call, run func() (app.LoginAnswer, error)) (reply, error) {
	answer, err := run()
	if err != nil {
		return reply{}, err
	}
	return a.loginReply(c, http.StatusOK, answer, answer), nil
}

func (a *api) redeemLogin(ctx context.Context, c call) (reply, error) {
	var req app.RedeemLogin
	if err := c.read(&req, &req.LoginID); err != nil {
		return reply{}, err
	}
	done, err := a.edge.App.RedeemLogin(ctx, c.by, req)
	if err != nil {
		return reply{}, err
	}
	return a.loginReply(c, http.StatusOK, done.LoginAnswer, done), nil
}

func (a *api) loginStatus(ctx context.Context, c call) (reply, error) {
	status, err := a.edge.App.LoginStatus(ctx, c.by, access.NewSecret(c.PathValue("id")))
	return reply{http.StatusOK, status}, err
}
