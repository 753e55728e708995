package main

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// hashesAtOnce is how many PINs are hashed at once: one a core.
const hashesAtOnce = 2

// wholeLogins counts logins from new devices, begun and the right PIN given, and
// beside them what a service can reach that does only what no login can do
// without (bareLogins). Both are told as parts of what argon2id alone gives.
func (v *service) wholeLogins(ctx context.Context, s *setup) ([]result, error) {
	if err := s.large.sealWhole(ctx, pinAccounts); err != nil {
		return nil, err
	}
	seal := func() error {
		_, err := s.large.keys.SealPIN(crand.Reader, secret.DefaultHasher(), accountID(1), access.NewPIN("704913"))
		return err
	}
	var next atomic.Int64
	ours, err := v.besideHashing(seal, func(l *line) error {
		id, err := v.start(l, int(next.Add(1))%pinAccounts)
		if err != nil {
			return err
		}
		return v.demand(l, "/v1/logins/"+id+"/pin", object("pin", "704913"))
	})
	if err != nil {
		return nil, err
	}
	bare, stop, err := bareLogins(ctx, filepath.Join(s.dir, "barelogins.db"), seal)
	if err != nil {
		return nil, err
	}
	floor, err := bare.besideHashing(seal, func(l *line) error {
		return errors.Join(bare.demand(l, "/start", "{}"), bare.demand(l, "/pin", "{}"))
	})
	if err := errors.Join(err, stop()); err != nil {
		return nil, err
	}
	return []result{ours.tell("whole logins from new devices", 0.85), floor.tell("three durable rows and a PIN's hash, over HTTP", 0)}, nil
}

// A share is how many logins a second there were, and hashes beside them.
type share struct {
	logins, hashes, ratio float64
}

func (s share) tell(what string, atLeast float64) result {
	r := rate(what, s.logins, atLeast*s.hashes, fmt.Sprintf("%.0f/s of argon2id alone", s.hashes))
	r.ratio = s.ratio
	if atLeast > 0 {
		r.limit, r.within = fmt.Sprintf("at least %.2f", atLeast), s.ratio >= atLeast
	}
	return r
}

// besideHashing has logins take turns with hashing alone, and gives the medians.
// Both go on for a while before they are counted: memory is asked for then.
func (v *service) besideHashing(seal func() error, login func(*line) error) (share, error) {
	const rounds, connections, span = 7, 2 * hashesAtOnce, 3 * time.Second
	if _, err := v.logins(connections, span, login); err != nil {
		return share{}, err
	}
	var all [3][]float64 // logins, hashes, ratio
	for range rounds {
		before, err := together(hashesAtOnce, span/2, seal)
		if err != nil {
			return share{}, err
		}
		done, err := v.logins(connections, span, login)
		if err != nil {
			return share{}, err
		}
		after, err := together(hashesAtOnce, span/2, seal)
		if err != nil {
			return share{}, err
		}
		hashes := (before + after) / 2
		for i, figure := range []float64{done, hashes, done / hashes} {
			all[i] = append(all[i], figure)
		}
	}
	for i := range all {
		slices.Sort(all[i])
	}
	return share{all[0][rounds/2], all[1][rounds/2], all[2][rounds/2]}, nil
}

// logins runs one after the other on so many connections, and gives how many
// there were a second.
func (v *service) logins(connections int, span time.Duration, login func(*line) error) (float64, error) {
	var done atomic.Int64
	began := time.Now()
	err := v.crowd(connections, func(_ int, l *line) error {
		for time.Since(began) < span {
			if err := login(l); err != nil {
				return err
			}
			done.Add(1)
		}
		return nil
	})
	return float64(done.Load()) / time.Since(began).Seconds(), err
}

// demand posts a request that must be answered with 200.
func (v *service) demand(l *line, path, body string) error {
	status, text, err := l.ask(v.post(path, body))
	if err != nil || status != http.StatusOK {
		return errors.Join(err, fmt.Errorf("%s: %d %s", path, status, text))
	}
	return nil
}

// bareLogins serves what a login cannot do without: a durable row when it
// begins, one that counts the PIN before it is hashed, the hash, and one for the
// outcome. It looks nobody up, checks nothing and keeps no record.
func bareLogins(ctx context.Context, path string, seal func() error) (v *service, stop func() error, err error) {
	b, err := newBare(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	var writing sync.Mutex
	write := func() error {
		writing.Lock()
		defer writing.Unlock()
		return b.write(ctx)
	}
	cores := make(chan struct{}, hashesAtOnce)
	hash := func() error {
		cores <- struct{}{}
		defer func() { <-cores }()
		return seal()
	}
	mux := http.NewServeMux()
	for path, steps := range map[string][]func() error{"POST /start": {write}, "POST /pin": {write, hash, write}} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			for _, step := range steps {
				if err := step(); err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
					return
				}
			}
			w.Header().Set("Content-Length", "0")
		})
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	return &service{address: l.Addr().String()}, func() error { return errors.Join(server.Close(), b.conn.Close(), b.db.Close()) }, nil
}
