package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver that pinward writes with

	"pinward/internal/access"
	"pinward/internal/app"
)

// A bare is a file of one table that a row at a time is written to, each as
// durably as pinward writes.
type bare struct {
	db   *sql.DB
	conn *sql.Conn
	n    int
}

func newBare(ctx context.Context, path string) (*bare, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT")
	}
	return &bare{db: db, conn: conn}, err
}

func (b *bare) write(ctx context.Context) error {
	b.n++
	for _, statement := range []string{"BEGIN IMMEDIATE", fmt.Sprintf("INSERT INTO t (v) VALUES ('row %d')", b.n), "COMMIT"} {
		if _, err := b.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// measureLoginStart times a login that begins, in this process, beside a bare
// transaction of one row on the same disk. Ours writes the login and its audit
// record, and for a recognized device the next token.
func measureLoginStart(ctx context.Context, s *setup) (results []result, err error) {
	const rounds = 300
	b, err := newBare(ctx, filepath.Join(s.dir, "bare.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.conn.Close(), b.db.Close()) }()
	write := timed(func() error { return b.write(ctx) })
	for _, kind := range []struct {
		name  string
		known bool
		want  access.Reason
	}{{"a new device", false, access.ReasonNewDevice}, {"a recognized device", true, access.ReasonDeviceRecognized}} {
		n := 0
		start := func() (time.Duration, error) {
			n += 101
			req, err := s.large.request(n%s.large.accounts, kind.known)
			if err != nil {
				return 0, err
			}
			began := time.Now()
			answer, err := s.large.app.StartLogin(ctx, operator(), req)
			took := time.Since(began)
			if err == nil && answer.Reason != kind.want {
				err = fmt.Errorf("got %s, want %s", answer.Reason, kind.want)
			}
			return took, err
		}
		medians, err := takeTurns(rounds, start, write)
		if err != nil {
			return nil, err
		}
		results = append(results, compared("login start, durable: "+kind.name, medians, "a bare durable row", 3))
	}
	return results, nil
}

// request is a login of an account from its first device, or from another.
func (s *sample) request(account int, known bool) (app.StartLogin, error) {
	device := account * devicesPerAccount
	req := app.StartLogin{Login: loginName(account), IP: "198.51.100.7", UserAgent: userAgent(device)}
	if !known {
		return req, nil
	}
	token, err := s.token(device)
	req.DeviceToken = access.NewSecret(token.Reveal())
	return req, err
}
