package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
)

// floodTopic marks the digest of mails that were too many for an hour. Its items
// are the ids of the notices that it tells of.
const floodTopic = "flood"

// foldedAtMost is how many notices a digest names; it counts the others.
const foldedAtMost = 50

// fold lets a notice be told by a digest, where its address has had its mails of
// the hour or waits for such a digest already. A code is never late, and a mail
// that was tried may have arrived.
func (c *change) fold(ctx context.Context, f Flush, n access.Notice) (bool, error) {
	if f.PerHour == 0 || n.Kind == access.NoticeResetCode || n.Kind == access.NoticeDigest || n.Secret.KeyID != "" || n.Tries > 0 {
		return false, nil
	}
	about := n.AccountKey
	if n.ToSchool {
		about = 0
	}
	digest, err := c.WaitingDigest(ctx, n.Address, about)
	if errors.Is(err, access.ErrNotFound) {
		mailed, first, err := c.MailsTo(ctx, n.Address, c.now.Add(-time.Hour), c.now)
		if err != nil || mailed < f.PerHour {
			return false, err
		}
		if first.IsZero() {
			first = c.now
		}
		digest = access.Notice{
			Kind: access.NoticeDigest, AccountKey: about, ToSchool: n.ToSchool, Address: n.Address, Lang: n.Lang,
			Topic: floodTopic, State: access.NoticeWaiting, NextAt: first.Add(time.Hour), School: n.School,
		}
	} else if err != nil {
		return false, fmt.Errorf("look for a digest: %w", err)
	}
	if digest.Facts.Count++; len(digest.Facts.Items) < foldedAtMost {
		digest.Facts.Items = append(digest.Facts.Items, n.ID)
	}
	if err := c.owe(ctx, access.School{Code: digest.School, Lang: digest.Lang}, digest); err != nil {
		return false, err
	}
	return true, c.closeMail(ctx, n, access.NoticeDigested)
}
