package app_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// The ways in which a mail server fails.
var (
	errDown     = &access.Error{Kind: access.ErrBusy, Code: "mail_unreachable", Text: "deliver a mail: nobody answers"}
	errDeferred = &access.Error{Kind: access.ErrBusy, Code: "mail_deferred", Text: "deliver a mail: 450"}
	errRefused  = access.Refused("mail_refused", "deliver a mail: 550", "")
	errInvalid  = access.Refused("mail_invalid", "write a mail: no", "")
)

// A postOffice is a mail server that takes what answer lets pass. What it took
// stands in got even where answer then says that nobody knows.
type postOffice struct {
	mutex  sync.Mutex
	got    []app.Mail
	answer func(m app.Mail) (took bool, err error) // nil: takes all
}

func (p *postOffice) deliver(_ context.Context, m app.Mail) error {
	took, err := true, error(nil)
	if p.answer != nil {
		took, err = p.answer(m)
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if took {
		p.got = append(p.got, m)
	}
	return err
}

// failing refuses all mails with one error.
func failing(err error) func(app.Mail) (bool, error) {
	return func(app.Mail) (bool, error) { return false, err }
}

func (p *postOffice) flush() app.Flush {
	return app.Flush{
		MessageID: func(n access.Notice) string { return n.ID + "@pinward.example" },
		Deliver:   p.deliver,
	}
}

// most gives how often the mail was taken that was taken most often.
func (p *postOffice) most() int {
	times := map[string]int{}
	for _, m := range p.got {
		times[m.Notice.MessageID]++
	}
	return slices.Max(append(slices.Collect(maps.Values(times)), 0))
}

// flushes sends what is due.
func (k *kit) flushes(f app.Flush) app.Flushed {
	k.t.Helper()
	done, err := k.FlushMail(context.Background(), root, f)
	if err != nil {
		k.t.Fatal(err)
	}
	return done
}

// owes makes n notices of new devices to people of their own, and gives their
// ids.
func (k *kit) owes(n int) []string {
	k.t.Helper()
	ids := make([]string, n)
	k.write(func(tx store.Tx) error {
		for i := range n {
			login := fmt.Sprintf("p%d", i)
			a := access.Account{
				ID: "a_" + login, Login: login, Profile: access.Student, Schools: []string{"A"}, Status: access.Active,
				Protection: access.NotChosen, Email: login + "@example.org", Lang: "fr",
			}
			if err := tx.PutAccount(context.Background(), &a); err != nil {
				return err
			}
			ids[i] = "n_" + login
			if err := tx.PutNotice(context.Background(), &access.Notice{
				ID: ids[i], At: k.now, Kind: access.NoticeNewDevice, AccountKey: a.Key, School: "A", Address: a.Email,
				Lang: "fr", Facts: access.NoticeFacts{At: k.now}, State: access.NoticeWaiting, NextAt: k.now,
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

// notice gives a notice as it is stored.
func (k *kit) notice(id string) access.Notice {
	k.t.Helper()
	var row store.NoticeRow
	k.view(func(tx store.Tx) (err error) {
		row, err = tx.Notice(context.Background(), id)
		return err
	})
	return row.Notice
}

// states counts the notices by state.
func (k *kit) states() string {
	k.t.Helper()
	counts := map[access.NoticeState]int{}
	k.view(func(tx store.Tx) error {
		rows, err := tx.Notices(context.Background(), store.NoticeFilter{})
		for _, r := range rows {
			counts[r.State]++
		}
		return err
	})
	var texts []string
	for _, s := range access.NoticeStates() {
		if counts[s] > 0 {
			texts = append(texts, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	return strings.Join(texts, ", ")
}

func (k *kit) wantStates(want string) {
	k.t.Helper()
	if got := k.states(); got != want {
		k.t.Errorf("got %s, want %s", got, want)
	}
}

// drain flushes again and again, each time when the last mail has come due, until
// none waits.
func (k *kit) drain(f app.Flush) {
	k.t.Helper()
	for range 40 {
		if !strings.Contains(k.states(), "waiting") {
			return
		}
		k.now = k.now.Add(5 * time.Hour)
		k.flushes(f)
	}
	k.t.Fatalf("mails still wait: %s", k.states())
}
