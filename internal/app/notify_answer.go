package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/decide"
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

// inform adds to the answer of a login that passed whether the password had
// better be changed and, where a PIN or a recognized device shows who it is,
// what the person has not seen.
func (c *change) inform(ctx context.Context, s session, answer *LoginAnswer) error {
	if answer.Decision != access.Allow || answer.Refused {
		return nil
	}
	notices, alerts, err := c.Unsettled(ctx, s.facts.Account.Key, c.now.Add(-shownNoticeAge))
	if err != nil {
		return fmt.Errorf("look for what %s has not seen: %w", s.facts.Account.Login, err)
	}
	if answer.PasswordChangeAdvised, err = c.passwordChangeAdvised(ctx, s.facts.Account, alerts); err != nil {
		return err
	}
	if notices && (s.facts.Recognition == decide.Recognized || s.pinProven()) {
		answer.Notices, err = c.unseen(ctx, s.facts.Account)
	}
	return err
}

// unseen gives the account's newest unseen notices, oldest first, but those of
// this very request.
func (c *change) unseen(ctx context.Context, a access.Account) ([]NoticeInfo, error) {
	rows, err := c.Notices(ctx, store.NoticeFilter{AccountKey: a.Key, Unseen: true, Since: c.now.Add(-shownNoticeAge)})
	if err != nil {
		return nil, fmt.Errorf("list the notices of %s: %w", a.Login, err)
	}
	var shown []NoticeInfo
	for _, n := range rows {
		if n.ToSchool || n.Kind == access.NoticeDigest || n.AuditSeq == c.seq {
			continue
		}
		shown = append(shown, noticeInfo(n.Notice))
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
