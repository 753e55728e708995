package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func notices(t *testing.T, open Opener) {
	t.Run("every field comes back", func(t *testing.T) { noticeRoundTrip(t, start(t, open)) })
	t.Run("each filter keeps what it says", func(t *testing.T) { noticeFilters(t, start(t, open)) })
	t.Run("the last of a topic is the newest that was mailed", func(t *testing.T) { lastOfTopic(t, start(t, open)) })
	t.Run("what is due waits, has its time and nobody sending it", func(t *testing.T) { dueNotices(t, start(t, open)) })
	t.Run("what is unsettled is seen at a glance", func(t *testing.T) { unsettled(t, start(t, open)) })
	t.Run("mails to an address are counted", func(t *testing.T) { mailsTo(t, start(t, open)) })
	t.Run("a digest that waits is found", func(t *testing.T) { waitingDigest(t, start(t, open)) })
	t.Run("an empty list is not nil", func(t *testing.T) {
		same(t, "list", read(start(t, open), listNotices(store.NoticeFilter{})), []store.NoticeRow{})
	})
}

func getNotice(id string) func(context.Context, store.Tx) (store.NoticeRow, error) {
	return func(ctx context.Context, tx store.Tx) (store.NoticeRow, error) { return tx.Notice(ctx, id) }
}

func putNotice(n *access.Notice) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutNotice(ctx, n) }
}

func listNotices(f store.NoticeFilter) func(context.Context, store.Tx) ([]store.NoticeRow, error) {
	return func(ctx context.Context, tx store.Tx) ([]store.NoticeRow, error) { return tx.Notices(ctx, f) }
}

func newNotice(id string, account int64) access.Notice {
	return access.Notice{
		ID: id, At: epoch(), Kind: access.NoticeNewDevice, AccountKey: account, School: "A",
		Lang: "fr", Topic: "topic", State: access.NoticeWaiting,
	}
}

func noticeRoundTrip(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"]
	want := store.NoticeRow{AccountID: ada.ID, Login: ada.Login, Notice: access.Notice{
		ID: "n1", At: epoch(), Kind: access.NoticeResetCode, AccountKey: ada.Key, School: "A", ToSchool: true,
		Address: "ada@example.org", Lang: "en",
		Facts: access.NoticeFacts{
			At: epoch(), Browser: "Firefox on Linux", IP: address("192.0.2.1"), Inside: true, Label: "Room 1",
			By: "principal", Reason: "a reason", Until: epoch().Add(time.Hour), Login: "a.bob", Count: 2, Items: []string{"a line"}, LoginKey: 7, SelfReset: true, Suspended: true,
		},
		Secret: access.Sealed{KeyID: "key_1", Blob: []byte{1}}, Topic: "topic", AlertKey: 7, MessageID: "<n1@example.org>",
		State: access.NoticeDead, Tries: 3, NextAt: epoch().Add(time.Minute), LeasedUntil: epoch().Add(time.Second),
		SentAt: epoch().Add(2 * time.Second), LastError: "refused", SeenAt: epoch().Add(time.Hour), AuditSeq: 3,
	}}
	f.update(putNotice(&want.Notice))
	filled(t, want)
	filled(t, want.Notice)
	filled(t, want.Facts)
	same(t, "notice", read(f, getNotice("n1")), want)
	want.State, want.Secret, want.LeasedUntil = access.NoticeSent, access.Sealed{}, time.Time{}
	f.update(putNotice(&want.Notice))
	same(t, "changed notice", read(f, getNotice("n1")), want)
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Notice(ctx, "n2")
		kind(t, err, access.ErrNotFound, "not_found")
		return nil
	})
	ghost := newNotice("n3", 0)
	ghost.Key = 99
	absent(t, "update", f.refusal(putNotice(&ghost)))
}

func noticeFilters(t *testing.T, f *fixture) {
	all := f.people("a.ada", "b.bob")
	ada, bob := all["a.ada"].Key, all["b.bob"].Key
	n1, n2, n3 := newNotice("n1", ada), newNotice("n2", bob), newNotice("n3", 0)
	n2.School, n2.State, n2.SeenAt = "B", access.NoticeSent, epoch()
	n3.At, n3.Facts.Login = epoch().Add(time.Hour), "a.ada"
	for _, n := range []*access.Notice{&n1, &n2, &n3} {
		f.update(putNotice(n))
	}
	for _, c := range []struct {
		name   string
		filter store.NoticeFilter
		want   []string
	}{
		{"nothing", store.NoticeFilter{}, []string{"n1", "n2", "n3"}},
		{"account", store.NoticeFilter{AccountKey: ada}, []string{"n1"}},
		{"account, or named", store.NoticeFilter{AccountKey: ada, Named: "a.ada"}, []string{"n1", "n3"}},
		{"school", store.NoticeFilter{Schools: []string{"B"}}, []string{"n2"}},
		{"no school allowed", store.NoticeFilter{Schools: []string{}}, []string{}},
		{"states", store.NoticeFilter{States: []access.NoticeState{access.NoticeWaiting}}, []string{"n1", "n3"}},
		{"unseen", store.NoticeFilter{Unseen: true}, []string{"n1", "n3"}},
		{"since", store.NoticeFilter{Since: epoch().Add(time.Minute)}, []string{"n3"}},
		{"page", store.NoticeFilter{Page: store.Page{After: n1.Key, Limit: 1}}, []string{"n2"}},
	} {
		ids := []string{}
		for _, r := range read(f, listNotices(c.filter)) {
			ids = append(ids, r.ID)
		}
		same(t, c.name, ids, c.want)
		if c.filter.Limit > 0 {
			continue
		}
		f.view(func(ctx context.Context, tx store.Tx) error {
			n, oldest, err := tx.CountNotices(ctx, c.filter)
			same(t, c.name+": number", n, len(c.want))
			same(t, c.name+": none is oldest", oldest.IsZero(), n == 0)
			return err
		})
	}
}

func lastOfTopic(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada := all["a.ada"].Key
	first, second, untold, other, others := newNotice("n1", ada), newNotice("n2", ada), newNotice("n3", ada),
		newNotice("n4", ada), newNotice("n5", all["a.bob"].Key)
	second.State, untold.State, other.Topic = access.NoticeSent, access.NoticeUnmailed, "another"
	for _, n := range []*access.Notice{&first, &second, &untold, &other, &others} {
		f.update(putNotice(n))
	}
	f.view(func(ctx context.Context, tx store.Tx) error {
		got, err := tx.LastOfTopic(ctx, ada, access.NoticeNewDevice, "topic")
		same(t, "last", got, second)
		if err != nil {
			return err
		}
		_, err = tx.LastOfTopic(ctx, ada, access.NoticePINSet, "topic")
		absent(t, "kind that never was", err)
		return nil
	})
}

func putNotices(all ...*access.Notice) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		for _, n := range all {
			if err := tx.PutNotice(ctx, n); err != nil {
				return err
			}
		}
		return nil
	}
}

func dueNotices(t *testing.T, f *fixture) {
	now := epoch().Add(time.Hour)
	due := store.Due{Now: now, LeaseBy: now.Add(5 * time.Minute), NextBy: now.Add(5 * time.Hour), Limit: 10}
	notice := func(id string, next, leased time.Time) *access.Notice {
		n := newNotice(id, 0)
		n.NextAt, n.LeasedUntil = next, leased
		return &n
	}
	sent := notice("sent", now, time.Time{})
	sent.State = access.NoticeSent
	young := notice("young", now.Add(-time.Second), time.Time{})
	young.At = now
	f.update(putNotices(
		notice("now", now, time.Time{}), notice("early", now.Add(-time.Hour), time.Time{}), sent, young,
		notice("later", now.Add(time.Millisecond), time.Time{}), notice("put off for long", now.Add(5*time.Hour), time.Time{}),
		notice("put off for too long", now.Add(5*time.Hour+time.Millisecond), time.Time{}),
		notice("leased", now, now.Add(time.Millisecond)), notice("leased for long", now, now.Add(5*time.Minute)),
		notice("lease over", now, now), notice("leased for too long", now, now.Add(5*time.Minute+time.Millisecond)),
	))
	list := func(d store.Due) []string {
		ids := []string{}
		for _, n := range read(f, func(ctx context.Context, tx store.Tx) ([]access.Notice, error) { return tx.DueNotices(ctx, d) }) {
			ids = append(ids, n.ID)
		}
		return ids
	}
	same(t, "due", list(due), []string{"early", "young", "now", "lease over", "leased for too long", "put off for too long"})
	due.Limit = 2
	same(t, "the first two", list(due), []string{"early", "young"})
	due.Since = now
	same(t, "owed since", list(due), []string{"young"})
}

func mailsTo(t *testing.T, f *fixture) {
	now, hour := epoch().Add(2*time.Hour), epoch().Add(time.Hour)
	mail := func(id string, sentAt, leased time.Time) *access.Notice {
		n := newNotice(id, 0)
		n.Address, n.SentAt, n.LeasedUntil, n.State = "ada@example.org", sentAt, leased, access.NoticeSent
		if sentAt.IsZero() {
			n.State = access.NoticeWaiting
		}
		return &n
	}
	other := mail("other", now, time.Time{})
	other.Address = "bob@example.org"
	f.update(putNotices(
		other, mail("old", hour, time.Time{}), mail("first", hour.Add(1), time.Time{}), mail("second", now, time.Time{}),
		mail("of a clock ahead", now.Add(time.Second), time.Time{}), mail("under way", time.Time{}, now.Add(time.Second)),
		mail("lease over", time.Time{}, now), mail("waiting", time.Time{}, time.Time{}), mail("third", hour.Add(time.Minute), time.Time{}),
	))
	count := func(address string) (n int, first time.Time) {
		f.view(func(ctx context.Context, tx store.Tx) (err error) {
			n, first, err = tx.MailsTo(ctx, address, hour, now)
			return err
		})
		return n, first
	}
	n, first := count("ada@example.org")
	same(t, "mails", n, 3)
	same(t, "the first", first, hour.Add(time.Minute))
	n, first = count("eve@example.org")
	same(t, "mails to nobody", n, 0)
	same(t, "the first to nobody", first, time.Time{})
}

func waitingDigest(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	digest := func(id string, account int64, change func(n *access.Notice)) *access.Notice {
		n := newNotice(id, account)
		n.Kind, n.Address = access.NoticeDigest, "ada@example.org"
		if change != nil {
			change(&n)
		}
		return &n
	}
	f.update(putNotices(
		digest("hers", ada, nil), digest("the school's", 0, nil),
		digest("elsewhere", ada, func(n *access.Notice) { n.Address = "bob@example.org" }),
		digest("sent", ada, func(n *access.Notice) { n.State = access.NoticeSent }),
		digest("tried", ada, func(n *access.Notice) { n.Tries = 1 }),
		digest("being sent", ada, func(n *access.Notice) { n.LeasedUntil = epoch() }),
		digest("no digest", ada, func(n *access.Notice) { n.Kind = access.NoticePINSet }),
	))
	f.view(func(ctx context.Context, tx store.Tx) error {
		hers, err := tx.WaitingDigest(ctx, "ada@example.org", ada)
		same(t, "hers", hers.ID, "hers")
		if err != nil {
			return err
		}
		schools, err := tx.WaitingDigest(ctx, "ada@example.org", 0)
		same(t, "the school's", schools.ID, "the school's")
		if err != nil {
			return err
		}
		_, err = tx.WaitingDigest(ctx, "eve@example.org", ada)
		absent(t, "digest to nobody", err)
		return nil
	})
}

func unsettled(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := all["a.ada"].Key, all["a.bob"].Key
	look := func(account int64, since time.Time) (got [2]bool) {
		f.view(func(ctx context.Context, tx store.Tx) (err error) {
			got[0], got[1], err = tx.Unsettled(ctx, account, since)
			return err
		})
		return got
	}
	same(t, "nothing", look(ada, epoch()), [2]bool{})
	n, seen := newNotice("n1", ada), newNotice("n2", bob)
	seen.SeenAt = epoch()
	f.update(putNotices(&n, &seen))
	same(t, "a notice", look(ada, epoch()), [2]bool{true, false})
	same(t, "an older notice", look(ada, epoch().Add(time.Millisecond)), [2]bool{})
	same(t, "a notice that was seen", look(bob, epoch()), [2]bool{})
	for state, want := range map[access.AlertState]bool{
		access.AlertOpen: true, access.AlertDisputed: true, access.AlertAcknowledged: false, access.AlertClosed: false,
	} {
		alert := access.Alert{At: epoch(), Kind: access.AlertPINWrong, Severity: access.Warn, State: state, AccountKey: bob, School: "A"}
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAlert(ctx, &alert) })
		same(t, string(state), look(bob, epoch()), [2]bool{false, want})
		alert.State = access.AlertClosed
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutAlert(ctx, &alert) })
	}
}
