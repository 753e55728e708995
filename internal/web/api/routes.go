package api

import (
	"net/http"

	"pinward/internal/access"
	"pinward/internal/app"
)

// routes lists all that portals may ask.
func (a *api) routes() []route {
	const login = "/v1/logins/{id}"
	return append([]route{
		{
			method: "POST", path: "/v1/logins", scope: access.ScopeLogin, status: http.StatusCreated, repeats: true,
			request: app.StartLogin{}, answer: started{}, handle: a.startLogin,
		},
		{
			method: "GET", path: login, scope: access.ScopeLogin, status: http.StatusOK,
			answer: app.LoginStatus{}, fails: []int{http.StatusNotFound}, handle: a.loginStatus,
		},
		{
			method: "POST", path: login + "/pin", scope: access.ScopeLogin, status: http.StatusOK, repeats: true,
			request: app.GivePIN{}, answer: app.LoginAnswer{}, handle: a.givePIN,
		},
		{
			method: "POST", path: login + "/setup", scope: access.ScopeLogin, status: http.StatusOK, repeats: true,
			request: app.SetUp{}, answer: app.LoginAnswer{}, handle: a.setUp,
		},
		{
			method: "POST", path: login + "/remember", scope: access.ScopeLogin, status: http.StatusOK, repeats: true,
			request: app.NameDevice{}, answer: app.LoginAnswer{}, handle: a.rememberDevice,
		},
		{
			method: "POST", path: login + "/reset", scope: access.ScopeLogin, status: http.StatusOK, repeats: true,
			request: app.ResetByMail{}, answer: app.LoginAnswer{}, handle: a.resetByMail,
		},
		{
			method: "POST", path: login + "/redeem", scope: access.ScopeLogin, status: http.StatusOK, repeats: true,
			request: app.RedeemLogin{}, answer: app.RedeemedLogin{}, handle: a.redeemLogin,
		},
	}, a.otherRoutes()...)
}

// otherRoutes lists what is no part of a login.
func (a *api) otherRoutes() []route {
	const notice = "/v1/notices/{id}"
	return []route{
		{
			method: "POST", path: "/v1/recognize", scope: access.ScopeRecognize, status: http.StatusOK, often: true, forms: true,
			request: recognition{}, answer: app.LoginAnswer{}, handle: a.recognize,
		},
		{
			method: "POST", path: "/v1/account-sessions", scope: access.ScopeLogin, status: http.StatusCreated,
			request: app.OpenAccount{}, answer: accountSession{}, fails: []int{http.StatusUnprocessableEntity}, handle: a.openAccount,
		},
		{
			method: "GET", path: "/v1/notices", scope: access.ScopeLogin, status: http.StatusOK,
			answer: notices{}, fails: []int{http.StatusBadRequest, http.StatusNotFound}, handle: a.unseenNotices,
		},
		{
			method: "POST", path: notice + "/seen", scope: access.ScopeLogin, status: http.StatusOK,
			request: app.AnswerNotice{}, answer: seen{}, fails: []int{http.StatusNotFound}, handle: a.seeNotice,
		},
		{
			method: "POST", path: notice + "/dispute", scope: access.ScopeLogin, status: http.StatusOK,
			request: app.AnswerNotice{}, answer: disputed{}, fails: []int{http.StatusNotFound}, handle: a.disputeNotice,
		},
		{
			method: "GET", path: "/v1/capabilities", scope: access.ScopeLogin, status: http.StatusOK,
			answer: capabilities{}, handle: a.capabilities,
		},
	}
}
