package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// measureRecognize counts decisions about logins of random people from a device
// of theirs, all reading from the file.
func measureRecognize(ctx context.Context, s *setup) ([]result, error) {
	const rounds, span, prepared = 3, 2 * time.Second, 50_000
	requests := make([]app.StartLogin, min(prepared, s.large.accounts))
	random := rand.New(rand.NewPCG(3, 4))
	for i := range requests {
		n := random.IntN(s.large.accounts * devicesPerAccount)
		token, err := s.large.token(n)
		if err != nil {
			return nil, err
		}
		requests[i] = app.StartLogin{
			Login: loginName(n / devicesPerAccount), IP: "198.51.100.7", UserAgent: userAgent(n),
			DeviceToken: access.NewSecret(token.Reveal()),
		}
	}
	var results []result
	for _, workers := range []int{1, 2} {
		var best []time.Duration // of one decision
		for range rounds {
			done, err := decisions(ctx, s.large.app, requests, workers, span)
			if err != nil {
				return nil, err
			}
			best = append(best, span/time.Duration(done))
		}
		each := median(best)
		r := rate(fmt.Sprintf("recognized devices, %d at a time", workers), float64(time.Second)/float64(each), 0, short(each)+" each")
		if workers == 2 {
			r = rate(r.what, float64(time.Second)/float64(each), 60_000, r.beside)
		}
		results = append(results, r)
	}
	return results, nil
}

// decisions gives how many logins so many workers decide on in a span of time.
func decisions(ctx context.Context, a *app.App, requests []app.StartLogin, workers int, span time.Duration) (int, error) {
	var mu sync.Mutex
	var failure error
	total := 0
	end := time.Now().Add(span)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			n := 0
			var err error
			for ; err == nil && (n%16 != 0 || time.Now().Before(end)); n++ {
				var answer app.LoginAnswer
				answer, err = a.Recognize(ctx, operator(), requests[(w*len(requests)/workers+n)%len(requests)])
				if err == nil && answer.Reason != access.ReasonDeviceRecognized {
					err = fmt.Errorf("got %s, want a recognized device", answer.Reason)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			total += n
			if err != nil {
				failure = err
			}
		})
	}
	wg.Wait()
	return total, failure
}
