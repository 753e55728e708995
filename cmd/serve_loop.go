package cmd

import (
	"context"
	"log/slog"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// How often serve looks after what nobody asks for. Several processes do so at
// once, each in a rhythm of its own.
const (
	outboxEvery = 5 * time.Second
	sweepEvery  = 30 * time.Second
	delayMost   = 2 * time.Minute // after failures in a row
)

// loop calls f now and again until ctx ends. After a failure, which is logged, it
// waits twice as long as before.
func (v *service) loop(ctx context.Context, what string, every time.Duration, f func(context.Context) error) {
	delay := every
	for {
		err := f(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			delay = every
		default:
			delay = min(2*delay, delayMost)
			v.log.Warn(what+" failed", "code", access.CodeOf(err), "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(v.around(delay)):
		}
	}
}

// around gives a time up to a fifth shorter or longer, so that processes that
// were started together do not stay together.
func (v *service) around(d time.Duration) time.Duration {
	var b [1]byte
	if _, err := v.Random.Read(b[:]); err != nil {
		return d
	}
	return d + d/5*time.Duration(int(b[0])-128)/128
}

// sendMails sends the mails that are due.
func (v *service) sendMails(ctx context.Context) error {
	done, err := v.flushMail(ctx, v.app.Load(), app.Flush{})
	if err != nil {
		return err
	}
	if done.Sent+done.PutOff+done.Dead+done.Digested+done.Dropped > 0 {
		level := slog.LevelInfo
		if done.Dead > 0 {
			level = slog.LevelWarn
		}
		v.log.Log(ctx, level, "mails", "sent", done.Sent, "put_off", done.PutOff, "dead", done.Dead, "digested", done.Digested, "dropped", done.Dropped)
	}
	return done.Down
}

func (v *service) sweepLogins(ctx context.Context) error { return v.app.Load().SweepLogins(ctx) }

// mails reports whether mails are to be sent by this process at all.
func (v *service) mails() bool {
	_, err := v.courier()
	if access.CodeOf(err) != "mail_off" {
		return true // what else is wrong, sending says, again and again
	}
	v.log.Info("mail is off: nobody is mailed")
	return false
}
