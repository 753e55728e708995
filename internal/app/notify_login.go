package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// news is what a request did in a login that its person must hear of.
type news struct {
	passed bool              // the login
	chose  access.NoticeKind // a PIN or a protection
	added  string            // label of the device that was registered
}

// kind gives the one notice for all of it, "" for none: of what was done at
// once, what weighs most tells of the rest.
func (n news) kind(recognized bool) access.NoticeKind {
	switch {
	case n.chose != "":
		return n.chose
	case n.added != "":
		return access.NoticeDeviceAdded
	case n.passed && !recognized:
		return access.NoticeNewDevice
	}
	return ""
}

// choiceNotice names the notice of a choice, "" where it changes nothing.
func choiceNotice(before, after access.Protection, old access.Credential) access.NoticeKind {
	switch {
	case after == access.ByPIN:
		return newPINNotice(old)
	case after != before:
		return access.NoticeProtection
	}
	return ""
}

// newPINNotice names the notice of a new PIN.
func newPINNotice(old access.Credential) access.NoticeKind {
	if old.Set() {
		return access.NoticePINChanged
	}
	return access.NoticePINSet
}

// conclude tells the person what the request did in the login, and the portal
// what the person should know.
func (c *change) conclude(ctx context.Context, s *session, answer *LoginAnswer) error {
	if err := c.tell(ctx, *s); err != nil {
		return err
	}
	return c.inform(ctx, *s, answer)
}

// tell owes the person of a login the notice of what was done in it. A login
// whose own notice is not on its way yet is told by that one.
func (c *change) tell(ctx context.Context, s session) (err error) {
	n := access.Notice{Kind: s.news.kind(s.login.Recognized), Facts: s.placed()}
	if n.Kind == "" || (n.Kind == access.NoticeNewDevice && c.warned == s.login.Key) {
		return nil
	}
	n.Facts.Label = s.news.added
	if n.Kind == access.NoticeNewDevice && s.pinProven() {
		// Without a PIN, somebody with the password is in the same school and
		// browser as everybody else: only the mail tells.
		n.Topic = access.LoginTopic(s.login.Browser(), s.login.IP)
	}
	if !s.news.passed {
		if n.Key, n.ID, err = c.untold(ctx, s); err != nil {
			return err
		}
	}
	return c.notify(ctx, s.facts.Account, n)
}

// untold finds the notice of a login that passed before, as far as nobody has
// got it yet.
func (c *change) untold(ctx context.Context, s session) (key int64, id string, err error) {
	rows, err := c.Notices(ctx, store.NoticeFilter{AccountKey: s.facts.Account.Key, Unseen: true, Since: s.login.StartedAt})
	if err != nil {
		return 0, "", fmt.Errorf("list the notices of %s: %w", s.facts.Account.Login, err)
	}
	for _, n := range rows {
		if n.Kind == access.NoticeNewDevice && n.Facts.At.Equal(s.login.StartedAt) && n.Tries == 0 &&
			(n.State == access.NoticeWaiting || n.State == access.NoticeUnmailed) {
			return n.Key, n.ID, nil
		}
	}
	return 0, "", nil
}

// warning names the notice that goes with an alert, "" for none: one for an
// incident, and one for a PIN that is blocked.
func (c *change) warning(ctx context.Context, a access.Account, k access.AlertKind, begun bool, o occasion) (access.NoticeKind, error) {
	switch {
	case o.Imported: // LoginImport tells by itself what is new enough
		return "", nil
	case k == access.AlertPINBlocked:
		told, err := c.blockedBefore(ctx, a)
		if err != nil || told {
			return "", err
		}
		return access.NoticePINBlocked, nil
	case begun && o.LoginKey != 0 && slices.Contains(detect.Family(access.AlertPINWrong), k):
		return access.NoticeLoginSuspicious, nil
	}
	return "", nil
}

// blockedBefore reports whether an alert said already that the account's PIN is
// blocked: a block lasts until the PIN is reset, and meanwhile every login
// raises one.
func (c *change) blockedBefore(ctx context.Context, a access.Account) (bool, error) {
	last, err := c.LastAlert(ctx, a.Key, []access.AlertKind{access.AlertPINBlocked})
	if errors.Is(err, access.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for alerts of %s: %w", a.Login, err)
	}
	pin, err := c.Credential(ctx, a.Key)
	if err != nil {
		return false, fmt.Errorf("read the PIN of %s: %w", a.Login, err)
	}
	return last.At.After(pin.SetAt) && last.At.After(pin.ClearedAt), nil
}

// warn owes the notice of an alert.
func (c *change) warn(ctx context.Context, a access.Account, n access.Notice, o occasion) error {
	policy, err := c.Policy(ctx, a.Profile)
	if err != nil {
		return fmt.Errorf("read the policy for %s: %w", a.Profile, err)
	}
	n.Facts = access.NoticeFacts{At: o.Began, IP: o.IP, LoginKey: o.LoginKey, SelfReset: policy.SelfReset}
	if o.LoginKey != 0 {
		school, err := c.School(ctx, a.HomeSchool())
		if err != nil {
			return owed(err, fmt.Sprintf("read the school of %s", a.Login))
		}
		n.Facts.Browser, n.Facts.Inside = access.ParseBrowser(o.UserAgent).String(), school.Inside(o.IP)
		c.warned = o.LoginKey
	}
	return c.notify(ctx, a, n)
}

// removals are the devices that somebody took from people, by account.
type removals struct {
	accounts []access.Account
	labels   map[int64][]string
}

func (r *removals) add(a access.Account, d access.Device) {
	if r.labels == nil {
		r.labels = map[int64][]string{}
	}
	if r.labels[a.Key] == nil {
		r.accounts = append(r.accounts, a)
	}
	r.labels[a.Key] = append(r.labels[a.Key], d.Label)
}

// namedLabels is how many of them a notice names; it counts all.
const namedLabels = 10

// tellRemoved owes each person one notice, however many devices it was.
func (c *change) tellRemoved(ctx context.Context, r removals) error {
	return c.tellRemovedIn(ctx, r, access.NoticeFacts{})
}

// tellRemovedIn does so with what is known of the login that it was done in.
func (c *change) tellRemovedIn(ctx context.Context, r removals, facts access.NoticeFacts) error {
	for _, a := range r.accounts {
		labels := r.labels[a.Key]
		n := access.Notice{Kind: access.NoticeDeviceRemoved, Facts: facts}
		n.Facts.By, n.Facts.Label = byWhom(c.by), labels[0]
		if len(labels) > 1 {
			n.Facts.Label, n.Facts.Count = strings.Join(labels[:min(len(labels), namedLabels)], ", "), len(labels)
		}
		if err := c.notify(ctx, a, n); err != nil {
			return err
		}
	}
	return nil
}

// byWhom gives the role of who did something, empty for the person.
func byWhom(by access.Operator) string {
	if by.Role == access.RoleUser {
		return ""
	}
	return string(by.Role)
}
