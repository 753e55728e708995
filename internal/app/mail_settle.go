package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"pinward/internal/access"
)

// jitter is the part of a delay by which it differs at most, up or down, so that
// mails that failed together do not come back together.
const jitter = 5

// settleMail records what became of a mail that was sent. It does so even where
// the caller has been cancelled: the server has the mail.
func (a *App) settleMail(ctx context.Context, by access.Operator, m Mail, failure error, done *Flushed) error {
	ctx = context.WithoutCancel(ctx)
	return a.update(ctx, by, MailFlush, func(c *change) error {
		n, mine, err := c.leased(ctx, m)
		c.target("notice", m.Notice.ID)
		switch {
		case err != nil:
			return err
		case failure == nil && n.ID != "" && n.State == access.NoticeWaiting: // even where the lease ran out
			done.Sent++
			return c.mailSent(ctx, n, m.Account)
		case failure == nil || !mine:
			c.nothing()
			return nil
		}
		n.LastError = access.CutUserAgent(failure.Error())
		if errors.Is(failure, access.ErrRefused) || n.Tries >= maxTries {
			done.Dead++
			c.note("error", n.LastError)
			return c.mailDead(ctx, n, m.Account, access.CodeOf(failure) == mailRefused)
		}
		c.nothing()
		done.PutOff++
		if n.NextAt, err = c.nextTry(n.Tries); err != nil {
			return err
		}
		n.LeasedUntil = time.Time{}
		if err := c.PutNotice(ctx, &n); err != nil {
			return fmt.Errorf("put mail %s off: %w", n.ID, err)
		}
		return nil
	})
}

// nextTry gives when a mail is tried again that was tried so many times.
func (c *change) nextTry(tries int) (time.Time, error) {
	delay := lastDelay
	if tries < 9 { // a ninth would be past it
		delay = min(firstDelay<<(tries-1), lastDelay)
	}
	var b [1]byte
	if _, err := io.ReadFull(c.app.random, b[:]); err != nil {
		return time.Time{}, fmt.Errorf("spread the next try: %w", err)
	}
	spread := delay / jitter
	return c.now.Add(delay - spread + 2*spread*time.Duration(b[0])/255), nil
}

// closeMail ends the waiting of a notice, whose secret is of no use any more.
func (c *change) closeMail(ctx context.Context, n access.Notice, s access.NoticeState) error {
	n.State, n.Secret, n.LeasedUntil = s, access.Sealed{}, time.Time{}
	if err := c.PutNotice(ctx, &n); err != nil {
		return fmt.Errorf("store notice %s as %s: %w", n.ID, s, err)
	}
	return nil
}

// mailSent notes that a server took the mail. An address that failed before
// works again.
func (c *change) mailSent(ctx context.Context, n access.Notice, a access.Account) error {
	n.SentAt, n.LastError = c.now, ""
	if err := c.closeMail(ctx, n, access.NoticeSent); err != nil {
		return err
	}
	account, err := c.addressee(ctx, n, a)
	if err != nil || account.MailFailedAt.IsZero() {
		c.nothing()
		return err
	}
	account.MailFailedAt = time.Time{}
	return c.putMailFailed(ctx, account)
}

// mailDead gives a mail up. Where its address was refused, the account is marked
// and its school is told, once.
func (c *change) mailDead(ctx context.Context, n access.Notice, a access.Account, refused bool) error {
	if err := c.closeMail(ctx, n, access.NoticeDead); err != nil || !refused {
		return err
	}
	account, err := c.addressee(ctx, n, a)
	if err != nil || account.Key == 0 || !account.MailFailedAt.IsZero() {
		return err
	}
	account.MailFailedAt = c.now
	if err := c.putMailFailed(ctx, account); err != nil {
		return err
	}
	school, err := c.School(ctx, account.HomeSchool())
	if err != nil {
		return owed(err, fmt.Sprintf("read the school of %s", account.Login))
	}
	return c.notifySchool(ctx, school, access.Notice{
		Kind: access.NoticeUnreachable, AccountKey: account.Key, Facts: access.NoticeFacts{Login: account.Login},
	})
}

// addressee gives the account whose present address the mail went to, a zero one
// where it went to a school or to an old address.
func (c *change) addressee(ctx context.Context, n access.Notice, a access.Account) (access.Account, error) {
	if n.ToSchool || a.Key == 0 {
		return access.Account{}, nil
	}
	account, err := c.AccountByKey(ctx, a.Key)
	if err != nil {
		return account, owed(err, fmt.Sprintf("read account %s", a.Login))
	}
	if account.Email != n.Address {
		return access.Account{}, nil
	}
	return account, nil
}

func (c *change) putMailFailed(ctx context.Context, a access.Account) error {
	a.AuditSeq = c.seq
	c.note("login", a.Login)
	if err := c.PutAccount(ctx, &a); err != nil {
		return fmt.Errorf("store account %s: %w", a.Login, err)
	}
	return nil
}
