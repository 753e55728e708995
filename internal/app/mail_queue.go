package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// A NoticeQuery selects notices as a user names them.
type NoticeQuery struct {
	Login  string // of the account; empty: any
	School string // code; empty: any
	store.NoticeFilter
}

// Notices streams the notices of the operator's schools, oldest first.
func (a *App) Notices(ctx context.Context, by access.Operator, q NoticeQuery, each func(store.NoticeRow) error) error {
	f := q.NoticeFilter
	err := a.read(ctx, by, MailQueue, func(tx store.Tx) (err error) {
		f.AccountKey, f.Schools, err = narrowed(ctx, tx, by, MailQueue, q.Login, q.School)
		return err
	})
	if err != nil {
		return err
	}
	read := func(tx store.Tx, page store.Page, take func(store.NoticeRow) error) error {
		f := f
		f.Page = page
		rows, err := tx.Notices(ctx, f)
		if err != nil {
			return fmt.Errorf("list notices: %w", err)
		}
		for _, row := range rows {
			if err := take(row); err != nil {
				return err
			}
		}
		return nil
	}
	return inPages(ctx, a, f.Page, func(row store.NoticeRow) int64 { return row.Key }, read, each)
}

// RetryMails names the mails to be tried again: those of the ids, all that were
// given up (Dead), or all that wait for their next try.
type RetryMails struct {
	IDs  []string
	Dead bool
}

// A RetryItem is what became of one notice.
type RetryItem struct {
	ID      string
	Changed bool // false: it is due already, or nothing is to be sent
	Err     error
}

// RetryMail makes mails due now. One that was given up gets all its tries again;
// a code that it carried is gone, and so it is refused.
func (a *App) RetryMail(ctx context.Context, by access.Operator, req RetryMails) ([]RetryItem, error) {
	var items []RetryItem
	err := a.change(ctx, by, MailRetry, func(c *change) error {
		if err := authorizeWhole(by, MailRetry); err != nil {
			return err
		}
		targets, err := c.retryTargets(ctx, req)
		if err != nil {
			return err
		}
		items = make([]RetryItem, 0, len(targets))
		changed := 0
		for _, t := range targets {
			item, err := c.retry(ctx, t)
			if err != nil {
				return err
			}
			if item.Changed {
				changed++
			}
			items = append(items, item)
		}
		if changed == 0 {
			c.nothing()
		}
		c.target("outbox", "mail")
		c.note("mails", changed)
		return nil
	})
	return items, err
}

type retryTarget struct {
	notice access.Notice
	typed  string
	err    error
}

func (c *change) retryTargets(ctx context.Context, req RetryMails) ([]retryTarget, error) {
	var targets []retryTarget
	if len(req.IDs) > 0 {
		for _, id := range req.IDs {
			row, err := c.Notice(ctx, id)
			if err != nil && !errors.Is(err, access.ErrNotFound) {
				return nil, fmt.Errorf("read notice %s: %w", id, err)
			}
			if err != nil {
				err = access.NotFound("mail", shortened(id))
			}
			targets = append(targets, retryTarget{row.Notice, id, err})
		}
		return targets, nil
	}
	state := access.NoticeWaiting
	if req.Dead {
		state = access.NoticeDead
	}
	rows, err := c.Notices(ctx, store.NoticeFilter{States: []access.NoticeState{state}})
	if err != nil {
		return nil, fmt.Errorf("list notices: %w", err)
	}
	for _, row := range rows {
		if req.Dead || row.Tries > 0 { // a digest gathers until its time
			targets = append(targets, retryTarget{notice: row.Notice, typed: row.ID})
		}
	}
	return targets, nil
}

func (c *change) retry(ctx context.Context, t retryTarget) (RetryItem, error) {
	item, n := RetryItem{ID: t.typed, Err: t.err}, t.notice
	switch {
	case t.err != nil:
		return item, nil
	case n.State == access.NoticeDead && n.Kind == access.NoticeResetCode:
		item.Err = access.Refused("code_gone", "retry mail "+n.ID+": its code is gone", "the person asks for another one")
		return item, nil
	case n.State == access.NoticeDead:
		n.State, n.Tries = access.NoticeWaiting, 1 // it has been tried: it is not stale
	case n.State != access.NoticeWaiting || !n.NextAt.After(c.now) || n.LeasedUntil.After(c.now):
		return item, nil
	}
	n.NextAt, n.AuditSeq, item.Changed = c.now, c.seq, true
	if err := c.PutNotice(ctx, &n); err != nil {
		return item, fmt.Errorf("retry mail %s: %w", n.ID, err)
	}
	return item, nil
}

// dropCodes forgets the codes of mails that come too late.
func (a *App) dropCodes(ctx context.Context, by access.Operator) error {
	return a.update(ctx, by, MailFlush, func(c *change) error {
		rows, err := c.Notices(ctx, store.NoticeFilter{States: []access.NoticeState{access.NoticeWaiting}})
		if err != nil {
			return fmt.Errorf("list notices: %w", err)
		}
		dropped := 0
		for _, row := range rows {
			if !expired(row.Notice, c.now) {
				continue
			}
			if err := c.closeMail(ctx, row.Notice, access.NoticeUnmailed); err != nil {
				return err
			}
			dropped++
		}
		if dropped == 0 {
			c.nothing()
		}
		c.target("outbox", "mail")
		c.note("dropped", dropped)
		return nil
	})
}

// Outbox tells how the mails stand.
type Outbox struct {
	Waiting, Dead int
	OldestAt      time.Time // when the oldest that waits was owed; zero: none waits
}

// Outbox counts the mails that wait and those that were given up.
func (a *App) Outbox(ctx context.Context, by access.Operator) (Outbox, error) {
	var o Outbox
	err := a.read(ctx, by, MailQueue, func(tx store.Tx) error {
		for state, n := range map[access.NoticeState]*int{access.NoticeWaiting: &o.Waiting, access.NoticeDead: &o.Dead} {
			f := store.NoticeFilter{Schools: by.Schools, States: []access.NoticeState{state}}
			count, oldest, err := tx.CountNotices(ctx, f)
			if err != nil {
				return fmt.Errorf("count notices: %w", err)
			}
			if *n = count; state == access.NoticeWaiting {
				o.OldestAt = oldest
			}
		}
		return nil
	})
	return o, err
}

// MailingSchool gives the school in whose name a test mail goes out: the first
// one, by code.
func (a *App) MailingSchool(ctx context.Context, by access.Operator) (access.School, error) {
	var school access.School
	err := a.read(ctx, by, MailTest, func(tx store.Tx) error {
		if err := authorizeWhole(by, MailTest); err != nil {
			return err
		}
		schools, err := reachable(ctx, tx, by)
		if err != nil {
			return err
		}
		school = access.School{Lang: defaultLang}
		if len(schools) > 0 {
			school = schools[0]
		}
		return nil
	})
	return school, err
}
