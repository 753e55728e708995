package main

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// measureDetect times logins whose outcome detection judges, with it and without,
// taking turns on one store: one that passes from a new device, and one of an
// unknown account, which fails. Those from a recognized device, and those that ask
// for a PIN, set nothing off.
func measureDetect(ctx context.Context, s *setup) ([]result, error) {
	const rounds = 400
	with := func(t detect.Thresholds) *app.App {
		return app.New(app.Deps{
			Store: s.large.store, Keys: s.large.keys, Now: time.Now, Random: crand.Reader, Detect: t,
		})
	}
	on, off := with(detect.Defaults()), with(detect.Thresholds{})
	if err := s.large.fill(ctx, s.large.accounts/20, s.large.letIn); err != nil {
		return nil, err
	}
	var results []result
	for _, kind := range []struct {
		name string
		req  func(n int) (app.StartLogin, access.Reason, error)
	}{
		{"passes from a new device", func(n int) (app.StartLogin, access.Reason, error) {
			req, err := s.large.request(openAccount(n, s.large.accounts), false)
			return req, access.ReasonNoProtection, err
		}},
		{"fails", func(n int) (app.StartLogin, access.Reason, error) {
			return app.StartLogin{Login: "nobody", IP: address(n).String(), UserAgent: userAgent(n)}, access.ReasonAccountUnknown, nil
		}},
		{"from a recognized device", func(n int) (app.StartLogin, access.Reason, error) {
			req, err := s.large.request(n%s.large.accounts, true)
			return req, access.ReasonDeviceRecognized, err
		}},
	} {
		n := 0
		start := func(a *app.App) task {
			return func() (time.Duration, error) {
				n += 101
				req, want, err := kind.req(n)
				if err != nil {
					return 0, err
				}
				began := time.Now()
				answer, err := a.StartLogin(ctx, operator(), req)
				took := time.Since(began)
				if err == nil && answer.Reason != want {
					err = fmt.Errorf("got %s, want %s", answer.Reason, want)
				}
				return took, err
			}
		}
		medians, err := takeTurns(rounds, start(on), start(off))
		if err != nil {
			return nil, err
		}
		r := compared("login with detection: "+kind.name, medians, "without", 1.15)
		r.limit = "1.15x"
		results = append(results, r)
	}
	return results, nil
}

// openAccount gives the nth account among those that letIn lets in.
func openAccount(n, accounts int) int {
	students := accounts / 20
	return n%students*20 + 10
}

// letIn lets one account in twenty log in without a PIN.
func (s *sample) letIn(ctx context.Context, tx store.Tx, n int) error {
	account, err := tx.AccountByKey(ctx, keyOf(openAccount(n, s.accounts)))
	if err != nil {
		return err
	}
	account.Protection = access.None
	return tx.PutAccount(ctx, &account)
}
