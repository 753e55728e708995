package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// measureRecognize counts decisions about logins of random people from a device
// of theirs, all reading from the file.
func measureRecognize(ctx context.Context, s *setup) ([]result, error) {
	const rounds, span, prepared = 3, 2 * time.Second, 50_000
	requests, err := s.large.recognitions(ctx, prepared)
	if err != nil {
		return nil, err
	}
	bareEach, err := s.large.bareReads(ctx, 2, span)
	if err != nil {
		return nil, err
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
			r = rate(r.what, float64(time.Second)/float64(each), 60_000, short(bareEach)+" for a bare read")
			r.ratio = float64(each) / float64(bareEach)
		}
		results = append(results, r)
	}
	return results, nil
}

// recognitions gives so many logins of random people from a device of theirs
// that was seen just now: what is noted every 10 minutes is not to be timed.
func (s *sample) recognitions(ctx context.Context, wanted int) ([]app.StartLogin, error) {
	requests := make([]app.StartLogin, min(wanted, s.accounts))
	random := rand.New(rand.NewPCG(3, 4))
	return requests, s.store.UpdateMany(ctx, func(tx store.Tx) error {
		for i := range requests {
			n := random.IntN(s.accounts * devicesPerAccount)
			token, err := s.token(n)
			if err != nil {
				return err
			}
			d, err := tx.Device(ctx, deviceID(n))
			if err != nil {
				return err
			}
			d.LastSeenAt = time.Now()
			if err := tx.PutDevice(ctx, &d); err != nil {
				return err
			}
			requests[i] = app.StartLogin{
				Login: loginName(n / devicesPerAccount), IP: "198.51.100.7", UserAgent: userAgent(n),
				DeviceToken: access.NewSecret(token.Reveal()),
			}
		}
		return nil
	})
}

// bareReads gives how long one read of a device with its account takes through
// the driver alone, by a prepared join on a mapped file, so many at a time.
func (s *sample) bareReads(ctx context.Context, workers int, span time.Duration) (each time.Duration, err error) {
	db, err := sql.Open("sqlite", "file:"+s.path+"?mode=ro&_pragma=mmap_size(268435456)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(workers)
	join, err := db.PrepareContext(ctx, `SELECT d.id, d.token_hash, a.login, a.status FROM device d
		JOIN account a ON a.id = d.account_id WHERE d.public_id = ?1`)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, join.Close()) }()
	var next atomic.Int64
	perSecond, err := together(workers, span, func() error {
		var key int64
		var hash []byte
		var login, status string
		n := int(next.Add(7919)) % (s.accounts * devicesPerAccount)
		return join.QueryRowContext(ctx, deviceID(n)).Scan(&key, &hash, &login, &status)
	})
	return time.Duration(float64(time.Second) / perSecond), err
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
