package app

import (
	"context"
	"errors"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/store"
)

// Recognize decides what a login would take to pass, and only reads: it opens no
// login, rotates no token, counts and raises nothing, not even for a replayed
// token. A portal may ask it before it knows that somebody will log in; only
// StartLogin lets anybody pass. Whoever may start logins may ask.
func (a *App) Recognize(ctx context.Context, by access.Operator, req StartLogin) (LoginAnswer, error) {
	ip, err := req.check()
	if err != nil {
		return LoginAnswer{}, err
	}
	err = authorize(by, LoginStart)
	var answer LoginAnswer
	if err == nil {
		err = a.store.ViewOften(ctx, func(tx store.Tx) error {
			s := session{login: access.Login{IP: ip, UserAgent: access.CutUserAgent(req.UserAgent)}}
			answer, err = a.foresee(ctx, tx, by, &s, req)
			return err
		})
	}
	return answer, a.denied(ctx, by, LoginStart, err)
}

func (a *App) foresee(ctx context.Context, tx store.Tx, by access.Operator, s *session, req StartLogin) (LoginAnswer, error) {
	account, err := loginAccount(ctx, tx, by, LoginStart, req)
	if errors.Is(err, access.ErrNotFound) {
		return unknownAccount(), nil
	}
	if err != nil {
		return LoginAnswer{}, err
	}
	if s.facts, s.school, err = a.facts(ctx, tx, account, a.clock()); err != nil {
		return LoginAnswer{}, err
	}
	token, err := a.token(ctx, tx, a.presented(req, account))
	if err != nil {
		return LoginAnswer{}, err
	}
	s.recognize(token)
	answer := s.answer(decide.Login(s.facts))
	if s.login.Recognized {
		answer.Device = deviceInfo(token.Device, account.Login)
	}
	return answer, nil
}
