package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pinward/internal/access"
)

// measureHTTP asks a running service from this process, on the same cores:
// recognitions, whole logins from new devices, and a flood of PINs.
func measureHTTP(ctx context.Context, s *setup) (results []result, err error) {
	v, err := s.serve(ctx, s.large, access.Portal{Name: "bench", Scopes: []access.Scope{access.ScopeLogin, access.ScopeRecognize}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.stop()) }()
	for _, measure := range []func(context.Context, *setup) ([]result, error){v.recognitions, v.wholeLogins, v.flood} {
		r, err := measure(ctx, s)
		if err != nil {
			return nil, err
		}
		results = append(results, r...)
	}
	return results, nil
}

// recognitions asks for known devices on so many connections.
func (v *service) recognitions(ctx context.Context, s *setup) ([]result, error) {
	const connections, span, prepared = 16, 8 * time.Second, 20_000
	logins, err := s.large.recognitions(ctx, prepared)
	if err != nil {
		return nil, err
	}
	requests := make([][]byte, len(logins))
	for i, r := range logins {
		requests[i] = v.post("/v1/recognize", object("login", r.Login, "ip", r.IP, "user_agent", r.UserAgent, "device_token", r.DeviceToken.Reveal()))
	}
	return v.hurry("POST /v1/recognize", connections, span, requests, 8000)
}

// hurry asks on so many connections for a span of time, one after the other on
// each, and tells how many were answered a second and how fast; each must be 200.
// Before, it asks for half that time without looking at the clock: a service has
// mostly run for a while.
func (v *service) hurry(what string, connections int, span time.Duration, requests [][]byte, wanted float64) ([]result, error) {
	if _, err := v.askAll(what, connections, span/2, requests); err != nil {
		return nil, err
	}
	times, err := v.askAll(what, connections, span, requests)
	if err != nil {
		return nil, err
	}
	slices.Sort(times)
	p99 := times[len(times)*99/100]
	perSecond := float64(len(times)) / span.Seconds()
	late := result{what: "its 99th percentile", ours: short(p99), beside: "-", limit: "-", within: true}
	if wanted > 0 {
		late.limit, late.within = "10 ms", p99 <= 10*time.Millisecond
	}
	return []result{
		rate(fmt.Sprintf("%s, %d connections", what, connections), perSecond, wanted, short(times[len(times)/2])+" median"), late,
	}, nil
}

// askAll gives how long each answer took.
func (v *service) askAll(what string, connections int, span time.Duration, requests [][]byte) (times []time.Duration, err error) {
	var mu sync.Mutex
	began := time.Now()
	err = v.crowd(connections, func(i int, l *line) error {
		var mine []time.Duration
		for n := i * len(requests) / connections; time.Since(began) < span; n++ {
			asked := time.Now()
			status, body, err := l.ask(requests[n%len(requests)])
			if err != nil || status != 200 {
				return errors.Join(err, fmt.Errorf("%s: %d %s", what, status, body))
			}
			mine = append(mine, time.Since(asked))
		}
		mu.Lock()
		defer mu.Unlock()
		times = append(times, mine...)
		return nil
	})
	return times, err
}

// pinAccounts is how many accounts have PINs of the whole cost.
const pinAccounts = 500

// start opens a login of an account and gives its id.
func (v *service) start(l *line, account int) (string, error) {
	status, body, err := l.ask(v.post("/v1/logins", object("login", loginName(account), "ip", "198.51.100.7", "user_agent", userAgent(account))))
	var answer struct {
		ID string `json:"login_id"`
	}
	if err == nil {
		err = json.Unmarshal(body, &answer)
	}
	if err != nil || status != 201 {
		return "", errors.Join(err, fmt.Errorf("login: %d %s", status, body))
	}
	return answer.ID, nil
}

// flood gives 500 PINs at once, some of which are asked to come again.
func (v *service) flood(_ context.Context, _ *setup) ([]result, error) {
	var ready sync.WaitGroup
	ready.Add(pinAccounts)
	var judged, busy atomic.Int64
	err := v.crowd(pinAccounts, func(i int, l *line) error {
		id, err := v.start(l, i)
		ready.Done()
		if err != nil {
			return err
		}
		ready.Wait()
		status, body, err := l.ask(v.post("/v1/logins/"+id+"/pin", object("pin", "704913")))
		switch {
		case err != nil:
			return err
		case status == 200:
			judged.Add(1)
		case status == 503:
			busy.Add(1)
		default:
			return fmt.Errorf("pin: %d %s", status, body)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	kib, err := v.peak()
	r := memory(fmt.Sprintf("500 PINs at once: %d judged, %d told to come again", judged.Load(), busy.Load()), kib, 512)
	return []result{r}, err
}
