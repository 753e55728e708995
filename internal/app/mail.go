package app

import (
	"cmp"
	"context"
	"errors"
	"time"

	"pinward/internal/access"
)

// A Mail is the mail of a notice on its way out, with what it says beside it.
type Mail struct {
	Notice  access.Notice
	Account access.Account // whom it is about; zero: nobody in particular
	School  access.School  // that sends it
	Secret  access.Secret  // that only this mail may show; empty: none
	Folded  []access.Notice
}

// A Flush says how mails are sent.
type Flush struct {
	// MessageID names a mail before its first try, for all its tries.
	MessageID func(access.Notice) string
	// Deliver hands a mail over. Its error is access.ErrRefused where the mail
	// will never be taken, with the code mail_deferred where this one may be
	// later, and anything else where none can be delivered at present.
	Deliver func(context.Context, Mail) error
	Timeout time.Duration // of Deliver; 0: a minute
	PerHour int           // so many mails go to one address, the rest becomes a digest; 0: all go
	Since   time.Time     // only what is owed since; zero: all
}

// Flushed counts what became of the mails that were due.
type Flushed struct {
	Sent, PutOff, Dead int
	Digested           int   // told by a digest that is still to be sent
	Dropped            int   // too old, or their code had expired: never to be mailed
	Down               error // why no mail could be delivered at the end; nil: it could
}

// The rhythm of sending. A mail that nothing takes is given up after maxTries,
// which is three days.
const (
	mailBatch  = 20
	sendAtMost = time.Minute      // one mail, where nothing else is said
	leaseFor   = 5 * time.Minute  // a batch, and Timeout more; mails left over are handed back
	leaseMost  = 30 * time.Minute // whatever Timeout is
	firstDelay = time.Minute      // after the first try, twice as long after each
	lastDelay  = 4 * time.Hour
	maxTries   = 25
	downAfter  = 3 // mails in a row that cannot be delivered end a flush

	staleAfter = 3 * access.Day // a mail that was never tried is not sent any more
)

// The codes of errors of delivery.
const (
	mailDeferred = "mail_deferred"
	mailRefused  = "mail_refused" // by the server, because of the address or the mail
)

// FlushMail sends the mails that are due, at least once each. It holds no
// transaction while it sends: a mail is leased, sent and settled, and where the
// process dies in between the lease runs out and the mail is sent again, under
// the same Message-ID. Two flushes at once send no mail twice.
func (a *App) FlushMail(ctx context.Context, by access.Operator, f Flush) (Flushed, error) {
	var done Flushed
	if err := authorize(by, MailFlush); err != nil {
		return done, a.denied(ctx, by, MailFlush, err)
	}
	if err := authorizeWhole(by, MailFlush); err != nil {
		return done, a.denied(ctx, by, MailFlush, err)
	}
	for down := 0; down < downAfter; {
		batch, err := a.leaseMails(ctx, by, f)
		if err != nil || batch.due == 0 {
			return done, err
		}
		done.Digested, done.Dropped = done.Digested+batch.digested, done.Dropped+batch.dropped
		for len(batch.mails) > 0 && down < downAfter && ctx.Err() == nil && batch.holds(a.clock()) {
			m := batch.mails[0]
			failure := a.deliver(ctx, f, m)
			if err := a.settleMail(ctx, by, m, failure, &done); err != nil {
				return done, err // the leases run out by themselves
			}
			batch.mails, done.Down = batch.mails[1:], nil
			if down++; !isDown(failure) {
				down = 0
				continue
			}
			done.Down = failure
		}
		if err := a.handBack(ctx, by, batch.mails); err != nil || ctx.Err() != nil {
			return done, errors.Join(err, ctx.Err())
		}
	}
	return done, nil
}

func (f Flush) timeout() time.Duration { return cmp.Or(f.Timeout, sendAtMost) }

// isDown reports whether the fault is not the mail's, so that the next one would
// fare no better.
func isDown(failure error) bool {
	return failure != nil && !errors.Is(failure, access.ErrRefused) && access.CodeOf(failure) != mailDeferred
}

// deliver opens the secret of a mail and hands the mail over.
func (a *App) deliver(ctx context.Context, f Flush, m Mail) error {
	if m.Notice.Secret.Blob != nil {
		var err error
		m.Secret, err = a.keys.OpenNotice(m.Notice.ID, secretOf(m.Notice))
		if errors.Is(err, access.ErrDamaged) {
			return access.Refused("seal_broken", err.Error(), "")
		}
		if err != nil {
			return &access.Error{Kind: access.ErrUnusable, Code: mailDeferred, Text: err.Error()}
		}
	}
	ctx, stop := context.WithTimeout(ctx, f.timeout())
	defer stop()
	return f.Deliver(ctx, m)
}
