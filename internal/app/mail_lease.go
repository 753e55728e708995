package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// leasedMails are what one flush alone may send for some minutes, and what
// became of the other mails that were due.
type leasedMails struct {
	mails             []Mail
	from, until       time.Time
	each              time.Duration // that one mail may take
	due               int
	digested, dropped int
}

// holds reports whether one more mail can be sent before others may take it.
func (b leasedMails) holds(now time.Time) bool {
	return !now.Before(b.from) && !now.Add(b.each).After(b.until)
}

// leaseMails takes the mails that are due next, at most mailBatch. Those that
// shall not go out are settled on the way.
func (a *App) leaseMails(ctx context.Context, by access.Operator, f Flush) (leasedMails, error) {
	var batch leasedMails
	err := a.update(ctx, by, MailFlush, func(c *change) error {
		batch = leasedMails{from: c.now, until: c.now.Add(leaseFor + f.Timeout), each: f.timeout()}
		due, err := c.DueNotices(ctx, store.Due{
			Now: c.now, LeaseBy: c.now.Add(leaseMost), NextBy: c.now.Add(lastDelay + lastDelay/jitter), Since: f.Since, Limit: mailBatch,
		})
		if err != nil {
			return fmt.Errorf("look for mails that are due: %w", err)
		}
		batch.due = len(due)
		for _, n := range due {
			if err := c.takeMail(ctx, f, n, &batch); err != nil {
				return err
			}
		}
		if batch.digested+batch.dropped == 0 {
			c.nothing()
		}
		c.target("outbox", "mail")
		c.note("digested", batch.digested)
		c.note("dropped", batch.dropped)
		return nil
	})
	return batch, err
}

func (c *change) takeMail(ctx context.Context, f Flush, n access.Notice, batch *leasedMails) error {
	if stale(n, c.now) {
		batch.dropped++
		return c.closeMail(ctx, n, access.NoticeUnmailed)
	}
	folded, err := c.fold(ctx, f, n)
	if err != nil || folded {
		batch.digested++
		return err
	}
	n.Tries, n.LeasedUntil = n.Tries+1, batch.until
	if n.MessageID == "" {
		n.MessageID = f.MessageID(n)
	}
	if err := c.PutNotice(ctx, &n); err != nil {
		return fmt.Errorf("take mail %s: %w", n.ID, err)
	}
	m, err := c.mailOf(ctx, n)
	batch.mails = append(batch.mails, m)
	return err
}

// stale reports whether a mail comes too late: it waited for days without being
// tried, as when mail was off, or its code is good no longer.
func stale(n access.Notice, now time.Time) bool {
	return n.Tries == 0 && now.Sub(n.At) > staleAfter || expired(n, now)
}

func expired(n access.Notice, now time.Time) bool {
	return n.Secret.KeyID != "" && !n.Facts.Until.IsZero() && !now.Before(n.Facts.Until)
}

// mailOf gathers what the mail of a notice says beside it.
func (c *change) mailOf(ctx context.Context, n access.Notice) (m Mail, err error) {
	m.Notice = n
	if m.School, err = c.School(ctx, n.School); err != nil {
		return m, owed(err, "read the school of notice "+n.ID)
	}
	if n.AccountKey != 0 {
		if m.Account, err = c.AccountByKey(ctx, n.AccountKey); err != nil {
			return m, owed(err, "read the account of notice "+n.ID)
		}
	}
	if n.Topic != floodTopic {
		return m, nil
	}
	for _, id := range n.Facts.Items {
		row, err := c.Notice(ctx, id)
		if err != nil && !errors.Is(err, access.ErrNotFound) { // pruned or erased meanwhile
			return m, fmt.Errorf("read notice %s: %w", id, err)
		}
		if err == nil {
			m.Folded = append(m.Folded, row.Notice)
		}
	}
	return m, nil
}

// handBack ends the lease of mails that nobody has tried to send.
func (a *App) handBack(ctx context.Context, by access.Operator, mails []Mail) error {
	if len(mails) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return a.update(ctx, by, MailFlush, func(c *change) error {
		c.nothing()
		for _, m := range mails {
			n, mine, err := c.leased(ctx, m)
			if err != nil {
				return err
			}
			if !mine {
				continue
			}
			n.Tries, n.LeasedUntil = n.Tries-1, time.Time{}
			if err := c.PutNotice(ctx, &n); err != nil {
				return fmt.Errorf("hand mail %s back: %w", n.ID, err)
			}
		}
		return nil
	})
}

// leased gives the notice of a mail as it is stored now; mine says that its
// lease is still the one that the mail was taken by.
func (c *change) leased(ctx context.Context, m Mail) (n access.Notice, mine bool, err error) {
	row, err := c.Notice(ctx, m.Notice.ID)
	if errors.Is(err, access.ErrNotFound) { // erased while it was sent
		return n, false, nil
	}
	if err != nil {
		return n, false, fmt.Errorf("read notice %s: %w", m.Notice.ID, err)
	}
	n = row.Notice
	mine = n.State == access.NoticeWaiting && n.Tries == m.Notice.Tries && n.LeasedUntil.Equal(m.Notice.LeasedUntil)
	return n, mine, nil
}

func secretOf(n access.Notice) secret.Sealed { return secret.Sealed(n.Secret) }
