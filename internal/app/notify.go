package app

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// notify owes the person of an account a notice, which commits with the change
// that it tells of. The caller gives its Kind and Facts, and as far as they are
// known Topic, AlertKey and an Address other than the account's, and an ID where
// a secret is sealed for it; notify gives the rest.
func (c *change) notify(ctx context.Context, a access.Account, n access.Notice) error {
	school, err := c.School(ctx, a.HomeSchool())
	if err != nil {
		return owed(err, fmt.Sprintf("read the school of %s", a.Login))
	}
	n.AccountKey = a.Key
	if n.Address == "" {
		n.Address = a.Email
	}
	n.Lang = a.Lang
	if n.Topic != "" && n.Address != "" {
		told, err := c.toldLately(ctx, a, n)
		if err != nil {
			return err
		}
		if told {
			n.State = access.NoticeUnmailed
		}
	}
	return c.owe(ctx, school, n)
}

// notifySchool owes a school a notice, at its own address.
func (c *change) notifySchool(ctx context.Context, s access.School, n access.Notice) error {
	n.ToSchool, n.Address = true, s.Email
	return c.owe(ctx, s, n)
}

func (c *change) owe(ctx context.Context, s access.School, n access.Notice) (err error) {
	if n.ID == "" {
		if n.ID, err = secret.NewPublicID(c.app.random, "n"); err != nil {
			return fmt.Errorf("make a notice's id: %w", err)
		}
	}
	n.At, n.School, n.AuditSeq = c.now, s.Code, c.seq
	if n.Lang == "" {
		n.Lang = s.Lang
	}
	if n.Facts.At.IsZero() {
		n.Facts.At = c.now
	}
	switch {
	case n.State != "":
	case n.Address == "":
		n.State = access.NoticeUnmailed
	default:
		n.State, n.NextAt = access.NoticeWaiting, c.now
	}
	if err := c.PutNotice(ctx, &n); err != nil {
		return fmt.Errorf("owe the notice %s: %w", n.Kind, err)
	}
	return nil
}

// toldLately reports whether a mail of the notice's topic was owed not long ago.
func (c *change) toldLately(ctx context.Context, a access.Account, n access.Notice) (bool, error) {
	last, err := c.LastOfTopic(ctx, a.Key, n.Kind, n.Topic)
	if errors.Is(err, access.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for notices like %s: %w", n.Kind, err)
	}
	gap := c.now.Sub(last.At)
	return gap > -access.TopicSilence && gap < access.TopicSilence, nil
}

// placed gives the facts of a login: when, with what and from where.
func (s session) placed() access.NoticeFacts {
	return access.NoticeFacts{
		At: s.login.StartedAt, Browser: s.login.Browser().String(), IP: s.login.IP, Inside: s.school.Inside(s.login.IP),
		LoginKey: s.login.Key,
	}
}
