package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// flood owes n notices to lea, a second apart, and gives their ids.
func (k *kit) flood(n int) []string {
	k.t.Helper()
	a := k.stored("lea")
	ids := make([]string, n)
	for i := range n {
		ids[i] = fmt.Sprintf("n_%s_%d", k.now.Format("150405"), i)
		k.write(func(tx store.Tx) error {
			return tx.PutNotice(context.Background(), &access.Notice{
				ID: ids[i], At: k.now, Kind: access.NoticeNewDevice, AccountKey: a.Key, School: "A", Address: a.Email, Lang: "fr",
				Facts: access.NoticeFacts{At: k.now}, State: access.NoticeWaiting, NextAt: k.now,
			})
		})
	}
	return ids
}

func TestTooManyMailsBecomeOneDigest(t *testing.T) {
	k := teacher(t)
	k.forgive()
	var post postOffice
	flush := post.flush()
	flush.PerHour = 3
	first := k.flood(35)
	if got := k.flushes(flush); got.Sent != 3 || got.Digested != 32 {
		t.Fatalf("got %+v", got)
	}
	k.wantStates("1 waiting, 3 sent, 32 digested")
	code := k.withCode(k.now.Add(15 * time.Minute))
	k.now = k.now.Add(10 * time.Minute)
	more := k.flood(2)
	if got := k.flushes(flush); got.Sent != 1 || got.Digested != 2 || k.notice(code).State != access.NoticeSent {
		t.Errorf("a code and two more: got %+v", got)
	}
	if n := k.notice(more[1]); n.State != access.NoticeDigested || !n.SeenAt.IsZero() {
		t.Errorf("got %s", n.State)
	}
	k.now = morning.Add(time.Hour)
	if got := k.flushes(flush); got.Sent != 1 {
		t.Errorf("after an hour: got %+v", got)
	}
	m := post.got[len(post.got)-1]
	if m.Notice.Kind != access.NoticeDigest || m.Notice.Facts.Count != 34 || len(m.Folded) != 34 || m.Folded[0].ID != first[3] || m.Account.Login != "lea" {
		t.Errorf("got a %s of %d, with %d told", m.Notice.Kind, m.Notice.Facts.Count, len(m.Folded))
	}
	k.now = k.now.Add(time.Hour)
	k.flood(1)
	if got := k.flushes(flush); got.Sent != 1 {
		t.Errorf("when the flood is over: got %+v", got)
	}
	if last := k.trail(k.head() - 1); len(last) != 1 || last[0].Action != string(app.MailFlush) {
		t.Errorf("a digest leaves no record: %+v", last)
	}
}

func TestOthersMailsGoOutInAFlood(t *testing.T) {
	k := teacher(t)
	k.forgive()
	k.flood(30)
	k.owes(5)
	var post postOffice
	flush := post.flush()
	flush.PerHour = 1
	if got := k.flushes(flush); got.Sent != 6 || got.Digested != 29 {
		t.Errorf("got %+v", got)
	}
}

func TestOnlyWhatIsOwedSince(t *testing.T) {
	k := teacher(t)
	k.forgive()
	k.flood(2)
	k.now = k.now.Add(time.Minute)
	k.flood(1)
	var post postOffice
	flush := post.flush()
	flush.Since = k.now
	if got := k.flushes(flush); got.Sent != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestMailsAreRetriedOnDemand(t *testing.T) {
	ctx := context.Background()
	k := teacher(t)
	k.forgive()
	ids := k.flood(3)
	post := postOffice{answer: func(m app.Mail) (bool, error) {
		return false, map[string]error{ids[0]: errInvalid, ids[1]: errDeferred}[m.Notice.ID]
	}}
	k.flushes(post.flush())
	k.wantStates("1 waiting, 1 sent, 1 dead")
	k.tamper(`UPDATE notice SET kind = 'reset_code' WHERE public_id = '` + ids[0] + `'`)
	results := func(items []app.RetryItem, err error) (texts []string) {
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			texts = append(texts, fmt.Sprintf("%s %t %s", item.ID, item.Changed, access.CodeOf(item.Err)))
		}
		return texts
	}
	got := results(k.RetryMail(ctx, root, app.RetryMails{IDs: append(ids, "none")}))
	want := []string{ids[0] + " false code_gone", ids[1] + " true ", ids[2] + " false ", "none false not_found"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	k.tamper(`UPDATE notice SET kind = 'pin_set' WHERE public_id = '` + ids[0] + `'`)
	k.now = k.now.Add(30 * access.Day)
	if got := results(k.RetryMail(ctx, root, app.RetryMails{Dead: true})); len(got) != 1 {
		t.Errorf("got %q", got)
	}
	k.tamper(fmt.Sprintf(`UPDATE notice SET next_at = %d WHERE public_id = '%s'`, k.now.Add(time.Hour).UnixMilli(), ids[1]))
	if got := results(k.RetryMail(ctx, root, app.RetryMails{})); fmt.Sprint(got) != fmt.Sprint([]string{ids[0] + " false ", ids[1] + " true "}) {
		t.Errorf("all that wait: got %q", got)
	}
	post.answer = nil
	k.flushes(post.flush())
	k.wantStates("3 sent")
}
