package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func TestAFlushSendsWhatIsDue(t *testing.T) {
	k := newKit(t)
	ids := k.owes(50)
	var post postOffice
	head := k.head()
	if got := k.flushes(post.flush()); got.Sent != 50 || len(post.got) != 50 {
		t.Fatalf("got %+v and %d mails, want 50", got, len(post.got))
	}
	k.wantStates("50 sent")
	if n := k.notice(ids[7]); n.MessageID != ids[7]+"@pinward.example" || !n.SentAt.Equal(k.now) || n.Tries != 1 || !n.LeasedUntil.IsZero() {
		t.Errorf("got %+v", n)
	}
	if m := post.got[0]; m.Account.Login != "p0" || m.School.Code != "A" || !m.Secret.Empty() {
		t.Errorf("the first mail: got %+v", m)
	}
	if got := k.flushes(post.flush()); got != (app.Flushed{}) || len(post.got) != 50 {
		t.Errorf("a second flush: got %+v and %d mails", got, len(post.got))
	}
	if k.head() != head {
		t.Error("mails that arrive left audit records")
	}
}

func TestNoTransactionIsOpenWhileSending(t *testing.T) {
	k := newKit(t)
	k.owes(1)
	post := postOffice{answer: func(app.Mail) (bool, error) {
		k.write(func(tx store.Tx) error { return tx.PutMeta(context.Background(), "meanwhile", []byte{1}) })
		return true, nil
	}}
	if got := k.flushes(post.flush()); got.Sent != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestAMailIsTriedAgainLaterAndLater(t *testing.T) {
	k := newKit(t)
	id := k.owes(1)[0]
	post := postOffice{answer: failing(errDeferred)}
	begun := k.now
	tries, last := 0, time.Duration(0)
	for k.notice(id).State == access.NoticeWaiting {
		if done := k.flushes(post.flush()); done.PutOff+done.Dead != 1 || done.Down != nil {
			t.Fatalf("try %d: got %+v", tries+1, done)
		}
		n := k.notice(id)
		if tries++; n.Tries != tries || n.MessageID != id+"@pinward.example" || n.LastError != errDeferred.Text || !n.LeasedUntil.IsZero() {
			t.Fatalf("try %d: got %+v", tries, n)
		}
		if n.State == access.NoticeDead {
			break
		}
		wait := n.NextAt.Sub(k.now)
		plain := min(time.Minute<<(tries-1), 4*time.Hour)
		if wait < plain*4/5 || wait > plain*6/5 {
			t.Errorf("after try %d: got a wait of %s, want about %s", tries, wait, plain)
		}
		last = max(last, wait)
		k.now = n.NextAt.Add(-time.Millisecond)
		if done := k.flushes(post.flush()); done != (app.Flushed{}) {
			t.Errorf("before its time: got %+v", done)
		}
		k.now = n.NextAt
	}
	if span := k.now.Sub(begun); span < 60*time.Hour || span > 84*time.Hour || last < 3*time.Hour {
		t.Errorf("got given up after %s, want about three days", span)
	}
	k.wantStates("1 dead")
	if a := k.stored("p0"); !a.MailFailedAt.IsZero() {
		t.Error("an address that was put off counts as failing")
	}
}

func TestARefusedAddressIsToldToTheSchoolOnce(t *testing.T) {
	k := newKit(t)
	k.tamper(`UPDATE school SET email = 'office@example.org'`)
	k.owes(1)
	post := postOffice{answer: func(m app.Mail) (bool, error) {
		if m.Notice.Kind == access.NoticeUnreachable {
			return true, nil
		}
		return false, errRefused
	}}
	if got := k.flushes(post.flush()); got.Dead != 1 || got.Sent != 1 { // the school hears of it at once
		t.Fatalf("got %+v", got)
	}
	if a := k.stored("p0"); !a.MailFailedAt.Equal(k.now) {
		t.Errorf("got failed at %s", a.MailFailedAt)
	}
	k.wantOwed("p0", "new_device unreachable")
	n := k.noticeRows("p0")[1]
	if !n.ToSchool || n.Address != "office@example.org" || n.Facts.Login != "p0" {
		t.Errorf("got %+v", n.Notice)
	}
	for _, change := range []func(n *access.Notice){
		func(*access.Notice) {},
		func(n *access.Notice) { n.Address = "old@example.org" },
		func(n *access.Notice) { n.ToSchool, n.Address = true, "office@example.org" },
	} {
		k.write(func(tx store.Tx) error {
			n := k.noticeRows("p0")[0].Notice
			n.Key, n.ID, n.State, n.NextAt = 0, fmt.Sprint("n", len(k.noticeRows("p0"))), access.NoticeWaiting, k.now
			change(&n)
			return tx.PutNotice(context.Background(), &n)
		})
		k.flushes(post.flush())
	}
	if got := k.owed("p0"); got != "new_device unreachable new_device new_device new_device" {
		t.Errorf("after more refusals: got %s", got)
	}
	// Its mails arrive again: so it fails no longer.
	post.answer = nil
	k.now = k.now.Add(time.Hour)
	if items, err := k.RetryMail(context.Background(), root, app.RetryMails{Dead: true}); err != nil || len(items) != 4 {
		t.Fatalf("got %+v, %v", items, err)
	}
	k.flushes(post.flush())
	k.wantStates("5 sent")
	if a := k.stored("p0"); !a.MailFailedAt.IsZero() {
		t.Error("the address works, and counts as failing")
	}
}

func TestAMailThatCannotBeWrittenAccusesNoAddress(t *testing.T) {
	k := newKit(t)
	k.owes(1)
	post := postOffice{answer: failing(errInvalid)}
	k.flushes(post.flush())
	k.wantStates("1 dead")
	k.wantOwed("p0", "new_device")
}

func TestAServerThatIsDownIsNotAskedForEveryMail(t *testing.T) {
	k := newKit(t)
	k.owes(50)
	asked := 0
	post := postOffice{answer: func(app.Mail) (bool, error) { asked++; return false, errDown }}
	got := k.flushes(post.flush())
	if !errors.Is(got.Down, errDown) || got.PutOff != 3 || asked != 3 {
		t.Errorf("got %+v after %d mails", got, asked)
	}
	k.now = k.now.Add(10 * time.Second)
	post.answer = nil
	if got := k.flushes(post.flush()); got.Sent != 47 { // the others are free at once
		t.Errorf("once it is up: got %+v", got)
	}
	k.now = k.now.Add(2 * time.Minute)
	k.flushes(post.flush())
	k.wantStates("50 sent")
}

func TestACrashCostsAtMostOneDuplicate(t *testing.T) {
	for i := range 14 {
		n, after := i/2+1, i%2 == 1
		t.Run(fmt.Sprintf("transaction %d, committed: %t", n, after), func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			k.owes(5)
			var post postOffice
			_, err := k.over(&dying{Store: k.store, left: n, after: after}).FlushMail(t.Context(), root, post.flush())
			if !errors.Is(err, errKilled) {
				t.Fatalf("got %v, want to have died", err)
			}
			before := len(post.got)
			if k.flushes(post.flush()); len(post.got) > 5 {
				t.Errorf("before the lease ran out: %d mails of 5", len(post.got))
			}
			k.now = k.now.Add(5 * time.Minute)
			k.flushes(post.flush())
			k.wantStates("5 sent")
			if len(post.got) > 6 || post.most() > 2 {
				t.Errorf("got %d mails of 5, %d of them before; the same one %d times", len(post.got), before, post.most())
			}
		})
	}
}

func TestTwoFlushesSendNoMailTwice(t *testing.T) {
	k := newKit(t)
	k.owes(60)
	var post postOffice
	other := k.reopened()
	var all sync.WaitGroup
	for _, a := range []*app.App{k.App, other, k.App, other} {
		all.Go(func() {
			if _, err := a.FlushMail(context.Background(), root, post.flush()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	k.wantStates("60 sent")
	if len(post.got) != 60 || post.most() != 1 {
		t.Errorf("got %d mails, one of them %d times", len(post.got), post.most())
	}
}

func TestAMailThatTookTooLongBelongsToWhoTookItOver(t *testing.T) {
	k := newKit(t)
	id := k.owes(1)[0]
	var second postOffice
	slow := postOffice{answer: func(app.Mail) (bool, error) {
		k.now = k.now.Add(5 * time.Minute)
		second.answer = failing(errDeferred)
		k.flushes(second.flush())
		return false, errRefused
	}}
	if got := k.flushes(slow.flush()); got.Dead != 0 {
		t.Errorf("the first flush: got %+v", got)
	}
	if n := k.notice(id); n.State != access.NoticeWaiting || n.Tries != 2 || n.LastError != errDeferred.Text {
		t.Errorf("got %+v", n)
	}
	// What did arrive is sent, whoever owns it now.
	k.now = k.now.Add(time.Hour)
	late := postOffice{answer: func(app.Mail) (bool, error) {
		k.now = k.now.Add(5 * time.Minute)
		k.flushes(second.flush())
		return true, nil
	}}
	if got := k.flushes(late.flush()); got.Sent != 1 {
		t.Errorf("the late flush: got %+v", got)
	}
	k.wantStates("1 sent")
}

func TestAClockThatJumpsLosesNoMail(t *testing.T) {
	for _, c := range []struct {
		name string
		jump time.Duration
	}{{"a year back", -365 * access.Day}, {"a year ahead", 365 * access.Day}, {"an hour back", -time.Hour}} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.owes(3)
			post := postOffice{answer: failing(errDeferred)}
			k.flushes(post.flush())
			k.now = k.now.Add(2 * time.Minute)
			_, err := k.over(&dying{Store: k.store, left: 1, after: true}).FlushMail(t.Context(), root, post.flush())
			if !errors.Is(err, errKilled) { // three leases are left behind
				t.Fatal(err)
			}
			k.now = k.now.Add(c.jump)
			post.answer = nil
			k.drain(post.flush())
			k.wantStates("3 sent")
		})
	}
}

func TestAFlushThatIsInterruptedHandsBack(t *testing.T) {
	k := newKit(t)
	k.owes(5)
	ctx, stop := context.WithCancel(t.Context())
	post := postOffice{answer: func(app.Mail) (bool, error) { stop(); return true, nil }}
	done, err := k.FlushMail(ctx, root, post.flush())
	if !errors.Is(err, context.Canceled) || done.Sent != 1 {
		t.Fatalf("got %+v, %v", done, err)
	}
	post.answer = nil
	if got := k.flushes(post.flush()); got.Sent != 4 || len(post.got) != 5 {
		t.Errorf("got %+v and %d mails", got, len(post.got))
	}
}

func TestOldMailsAreNotSentWhenMailIsTurnedOn(t *testing.T) {
	k := newKit(t)
	k.owes(2)
	k.tamper(`UPDATE notice SET tries = 1 WHERE public_id = 'n_p1'`)
	k.now = k.now.Add(3*access.Day + time.Millisecond)
	var post postOffice
	if got := k.flushes(post.flush()); got.Dropped != 1 || got.Sent != 1 {
		t.Errorf("got %+v", got)
	}
	k.wantStates("1 sent, 1 unmailed")
}
