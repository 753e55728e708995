package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
func (s *setup) flush(ctx context.Context, on *sample, server *mailServer, args ...string) *exec.Cmd {
	c := s.pinward(on, append([]string{"mail"}, args...)...).command(ctx)
	c.Env = append(c.Env, "PINWARD_MAIL_DELIVERY=smtp", "PINWARD_MAIL_FROM=office@school.example", "PINWARD_MAIL_HOST=127.0.0.1",
		"PINWARD_MAIL_TLS=none", "PINWARD_MAIL_PORT="+server.port(), "PINWARD_MAIL_TIMEOUT=30s")
	return c
}

func (s *setup) mailsIn(ctx context.Context, server *mailServer, m mood) (result, error) {
	if err := s.small.oweMails(ctx); err != nil {
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
		err := s.flush(ctx, s.small, server, verb, "--quiet").Run()
		var exit *exec.ExitError
		if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 9) {
			return fmt.Errorf("mail %s: %w", verb, err)
		}
	}
	return nil
}

// oweMails owes so many notices, each to an address of its own.
func (s *sample) oweMails(ctx context.Context) error {
	return s.store.UpdateMany(ctx, func(tx store.Tx) error {
		now := time.Now()
		for i := range mails {
			a, err := tx.AccountByLogin(ctx, loginName(i%s.accounts))
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

// besideRepeats is how often the flush changes from one store to the other.
const besideRepeats = 9

// loginsBesideMail times a login that begins on two stores that are alike, login
// by login in turn, while a flush of one of them waits for a server that hangs.
// The flush changes sides, and the turns their order, so that neither the stores nor what else the machine
// does makes a difference.
func (s *setup) loginsBesideMail(ctx context.Context, server *mailServer) (result, error) {
	dir := filepath.Join(s.dir, "twin")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return result{}, err
	}
	twin, err := newSample(ctx, dir, s.small.accounts)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = twin.store.Close() }()
	sides := []*sample{s.small, twin}
	for _, one := range sides {
		if err := one.oweMails(ctx); err != nil {
			return result{}, err
		}
	}
	server.reset(hanging)
	var beside, alone []time.Duration
	var ratios []float64
	for repeat := range besideRepeats {
		with, without := sides[repeat%2], sides[1-repeat%2]
		medians, err := s.besideOnce(ctx, server, with, without, repeat/2%2 == 0)
		if err != nil {
			return result{}, err
		}
		beside, alone = append(beside, medians[0]), append(alone, medians[1])
		ratios = append(ratios, float64(medians[0])/float64(medians[1]))
		fmt.Fprintf(os.Stderr, "repeat %d: %s while mails hang, %s without\n", repeat+1, short(medians[0]), short(medians[1]))
	}
	r := compared("login start while mails hang", []time.Duration{median(beside), median(alone)}, "without", 1.1)
	slices.Sort(ratios) // of two times taken side by side, not of two medians of different moments
	r.ratio = ratios[len(ratios)/2]
	r.within = r.ratio <= 1.1
	return r, nil
}

// besideOnce gives the medians of one repeat, that beside the flush first. first
// says whether it also goes first in each turn.
func (s *setup) besideOnce(ctx context.Context, server *mailServer, with, without *sample, first bool) ([]time.Duration, error) {
	stop, err := s.hangingFlush(ctx, server, with)
	if err != nil {
		return nil, err
	}
	defer stop()
	if first {
		return takeTurns(300, with.starting(ctx), without.starting(ctx))
	}
	medians, err := takeTurns(300, without.starting(ctx), with.starting(ctx))
	slices.Reverse(medians)
	return medians, err
}

// starting begins logins of one account after the other.
func (s *sample) starting(ctx context.Context) task {
	n := 0
	return timed(func() error {
		n += 101
		req, err := s.request(n%s.accounts, false)
		if err == nil {
			_, err = s.app.StartLogin(ctx, operator(), req)
		}
		return err
	})
}

// hangingFlush starts a flush and waits until the server holds its mail.
func (s *setup) hangingFlush(ctx context.Context, server *mailServer, on *sample) (stop func(), err error) {
	before := server.held()
	c := s.flush(ctx, on, server, "flush", "--quiet")
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
