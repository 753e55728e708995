package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// mails is how many notices each mood of the server has to do with.
const mails = 1000

// measureMail sends 1,000 notices to a server in each of its moods, by the
// program itself, then to one that takes all: none may be lost, and none may come
// twice but where the connection was dropped behind it. Then it times logins
// beside a flush that hangs.
func measureMail(ctx context.Context, s *setup) (results []result, err error) {
	server, err := newMailServer(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.listener.Close()) }()
	for _, m := range []mood{down, slow, refusing, dropping} {
		one, err := s.mailsIn(ctx, server, m)
		if err != nil {
			return results, fmt.Errorf("server %s: %w", m, err)
		}
		results = append(results, one)
	}
	beside, err := s.loginsBesideMail(ctx, server)
	return append(results, beside), err
}

// flush runs the program that sends mails.
func (s *setup) flush(ctx context.Context, server *mailServer, args ...string) *exec.Cmd {
	c := s.pinward(s.small, append([]string{"mail"}, args...)...).command(ctx)
	c.Env = append(c.Env, "PINWARD_MAIL_DELIVERY=smtp", "PINWARD_MAIL_FROM=office@school.example", "PINWARD_MAIL_HOST=127.0.0.1",
		"PINWARD_MAIL_TLS=none", "PINWARD_MAIL_PORT="+server.port(), "PINWARD_MAIL_TIMEOUT=30s")
	return c
}

func (s *setup) mailsIn(ctx context.Context, server *mailServer, m mood) (result, error) {
	if err := s.oweMails(ctx); err != nil {
		return result{}, err
	}
	server.reset(m)
	began := time.Now()
	for range 3 {
		if err := s.flushAll(ctx, server); err != nil {
			return result{}, err
		}
	}
	server.be(taking)
	for range 3 {
		if err := s.flushAll(ctx, server); err != nil {
			return result{}, err
		}
	}
	took := time.Since(began)
	all, different, drops := server.count()
	lost, twice := mails-different, all-different
	return result{
		what:   fmt.Sprintf("%d mails, the server is %s", mails, m),
		ours:   fmt.Sprintf("%d lost, %d twice, in %s", lost, twice, short(took)),
		beside: fmt.Sprintf("%d drops", drops), limit: "none lost, one twice a drop", within: lost == 0 && twice <= drops,
	}, nil
}

// flushAll makes all mails due and sends them. A server in a mood makes it fail.
func (s *setup) flushAll(ctx context.Context, server *mailServer) error {
	for _, verb := range []string{"retry", "flush"} {
		err := s.flush(ctx, server, verb, "--quiet").Run()
		var exit *exec.ExitError
		if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 9) {
			return fmt.Errorf("mail %s: %w", verb, err)
		}
	}
	return nil
}

// oweMails owes so many notices, each to an address of its own.
func (s *setup) oweMails(ctx context.Context) error {
	return s.small.store.UpdateMany(ctx, func(tx store.Tx) error {
		now := time.Now()
		for i := range mails {
			a, err := tx.AccountByLogin(ctx, loginName(i%s.small.accounts))
			if err != nil {
				return err
			}
			if err := tx.PutNotice(ctx, &access.Notice{
				ID: fmt.Sprintf("n%d_%d", now.UnixNano(), i), At: now, Kind: access.NoticeNewDevice, AccountKey: a.Key,
				School: a.HomeSchool(), Address: fmt.Sprintf("p%d.%d@family.example", now.Unix(), i), Lang: "fr",
				Facts: access.NoticeFacts{At: now}, State: access.NoticeWaiting, NextAt: now,
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// loginsBesideMail times a login that begins, alone and while a flush waits for a
// server that hangs.
func (s *setup) loginsBesideMail(ctx context.Context, server *mailServer) (result, error) {
	if err := s.oweMails(ctx); err != nil {
		return result{}, err
	}
	server.reset(hanging)
	n := 0
	start := func() error {
		n += 101
		req, err := s.small.request(n%s.small.accounts, false)
		if err == nil {
			_, err = s.small.app.StartLogin(ctx, operator(), req)
		}
		return err
	}
	var alone, beside []time.Duration
	for range 6 {
		for _, into := range []*[]time.Duration{&alone, &beside} {
			stop, err := s.hangingFlush(ctx, server, into == &beside)
			if err != nil {
				return result{}, err
			}
			medians, err := takeTurns(100, timed(start))
			stop()
			if err != nil {
				return result{}, err
			}
			*into = append(*into, medians[0])
		}
	}
	medians := []time.Duration{median(beside), median(alone)}
	return compared("login start while mails hang", medians, "without", 1.1), nil
}

// hangingFlush starts a flush, where wanted, and waits until the server holds its
// mail.
func (s *setup) hangingFlush(ctx context.Context, server *mailServer, wanted bool) (stop func(), err error) {
	if !wanted {
		return func() {}, nil
	}
	before := server.held()
	c := s.flush(ctx, server, "flush", "--quiet")
	if err := c.Start(); err != nil {
		return nil, err
	}
	for server.held() == before {
		time.Sleep(time.Millisecond)
	}
	return func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}, nil
}
