package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// A NoticeInfo is a notice as an answer shows it to its person.
type NoticeInfo struct {
	ID         string            `json:"id"`
	Kind       access.NoticeKind `json:"kind"`
	HappenedAt time.Time         `json:"happened_at"`
	Browser    string            `json:"browser,omitempty"`
	IP         string            `json:"ip,omitempty"`
	Inside     bool              `json:"inside,omitempty"` // the address is the school's own
	Label      string            `json:"label,omitempty"`
	By         string            `json:"by,omitempty"` // role of who did it; absent: the person
	Until      *time.Time        `json:"until,omitempty"`
	Count      int               `json:"count,omitempty"`
}

// An answer shows the newest notices of some weeks; the pages show all.
const (
	shownNotices   = 20
	shownNoticeAge = 30 * access.Day
)

// inform adds to the answer of a login that passed what the person should know.
func (c *change) inform(ctx context.Context, s session, answer *LoginAnswer) error {
	return inform(ctx, c.Tx, s, answer, c.seq)
}

// inform adds to the answer of a login that passed whether the password had
// better be changed and, where a PIN or a recognized device shows who it is,
// what the person has not seen, but the notices of the request of number seq.
func inform(ctx context.Context, tx store.Tx, s session, answer *LoginAnswer, seq int64) error {
	if answer.Decision != access.Allow || answer.Refused {
		return nil
	}
	notices, alerts, err := tx.Unsettled(ctx, s.facts.Account.Key, s.facts.Now.Add(-shownNoticeAge))
	if err != nil {
		return fmt.Errorf("look for what %s has not seen: %w", s.facts.Account.Login, err)
	}
	if answer.PasswordChangeAdvised, err = passwordChangeAdvised(ctx, tx, s.facts.Account, alerts, s.facts.Now); err != nil {
		return err
	}
	if !notices || !s.proven() {
		return nil
	}
	rows, err := unseen(ctx, tx, s.facts.Account, s.facts.Now)
	for _, n := range rows {
		if n.AuditSeq != seq {
			answer.Notices = append(answer.Notices, noticeInfo(n))
		}
	}
	return err
}

// unseen gives the account's newest unseen notices, oldest first.
func unseen(ctx context.Context, tx store.Tx, a access.Account, now time.Time) ([]access.Notice, error) {
	rows, err := tx.Notices(ctx, store.NoticeFilter{AccountKey: a.Key, Unseen: true, Since: now.Add(-shownNoticeAge)})
	if err != nil {
		return nil, fmt.Errorf("list the notices of %s: %w", a.Login, err)
	}
	var shown []access.Notice
	for _, n := range rows {
		if n.ToPerson() {
			shown = append(shown, n.Notice)
		}
	}
	return shown[max(0, len(shown)-shownNotices):], nil
}

func noticeInfo(n access.Notice) NoticeInfo {
	f := n.Facts
	info := NoticeInfo{
		ID: n.ID, Kind: n.Kind, HappenedAt: f.At, Browser: f.Browser, Inside: f.Inside, Label: f.Label, By: f.By, Count: f.Count,
	}
	if f.IP.IsValid() {
		info.IP = f.IP.String()
	}
	if !f.Until.IsZero() {
		info.Until = &f.Until
	}
	return info
}
