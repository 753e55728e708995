package app_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// followed is how long a test waits for what another goroutine commits; it is
// generous, since the machine may be busy.
const followed = 20 * time.Second

// Four goroutines commit at once, through two processes; each alert comes once,
// in order, and none is missed.
func TestFollowGivesEveryAlertOnce(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 15
	k := newKit(t)
	k.add("max", access.Student)
	k.choose("", "", access.Notify, "")
	after := k.newestAlert()
	processes := []*app.App{k.App, k.reopened()}
	ctx, cancel := context.WithTimeout(t.Context(), followed)
	defer cancel()
	var keys []int64
	done := make(chan error)
	go func() {
		q := app.AlertQuery{AlertFilter: store.AlertFilter{Page: store.Page{After: after}}}
		done <- k.FollowAlerts(ctx, root, q, func(r store.AlertRow) error {
			if keys = append(keys, r.Key); len(keys) == writers*each {
				cancel()
			}
			return nil
		})
	}()
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for range each {
				answer, err := processes[i%2].StartLogin(context.Background(), root, app.StartLogin{Login: "max", IP: "192.0.2.7", UserAgent: firefox})
				if err != nil || answer.Reason != access.ReasonNotifyOnly {
					t.Errorf("login: got %+v, %v", answer, err)
				}
			}
		})
	}
	all.Wait()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("following ended with %v after %d alerts, want it to end with its context after %d", err, len(keys), writers*each)
	}
	var want []int64
	for _, a := range k.alertsAfter(after) {
		want = append(want, a.Key)
	}
	if !slices.Equal(keys, want) {
		t.Errorf("got alerts %v, want %v", keys, want)
	}
}

func TestFollowSweepsWhatIsLeft(t *testing.T) {
	t.Parallel()
	k := teacher(t)
	k.start("lea", "")
	k.now = k.now.Add(access.LoginFor)
	after := int64(1) // first_pin_set
	q := app.AlertQuery{AlertFilter: store.AlertFilter{Page: store.Page{After: after}}}
	stop := errors.New("stop")
	ctx, cancel := context.WithTimeout(t.Context(), followed)
	defer cancel()
	err := k.FollowAlerts(ctx, root, q, func(r store.AlertRow) error {
		if r.Kind != access.AlertLoginAbandoned {
			t.Errorf("got %s, want login_abandoned", r.Kind)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want what the caller returned", err)
	}
}

func TestFollowGivesEveryLoginOnce(t *testing.T) {
	t.Parallel()
	k := teacher(t)
	k.start("lea", "")
	ctx, cancel := context.WithTimeout(t.Context(), followed)
	defer cancel()
	var keys []int64
	err := k.FollowLogins(ctx, root, app.LoginQuery{}, func(r store.LoginRow) error {
		keys = append(keys, r.Key)
		switch len(keys) {
		case 1, 2:
			k.start("lea", "")
		default:
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(keys, []int64{1, 2, 3}) {
		t.Errorf("got logins %v, %v, want 1 to 3 and the context's end", keys, err)
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := k.FollowAlerts(ctx, root, app.AlertQuery{}, func(store.AlertRow) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's end", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := k.FollowAlerts(ctx, root, app.AlertQuery{}, func(store.AlertRow) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
}

// The newest few that a query selects are where a tail begins.
func TestWhereATailBegins(t *testing.T) {
	k := teacher(t)
	k.add("tom", access.Teacher)
	for range 2 {
		k.verify(wrongPIN)
		k.pin("tom", wrongPIN)
	}
	// Alerts 1, 2, 4 are lea's; 3 and 5 are tom's.
	for _, c := range []struct {
		login string
		n     int
		want  int64
	}{
		{"", 0, 5}, {"", 2, 3}, {"", 99, 0}, {"lea", 1, 3}, {"lea", 2, 1}, {"lea", 3, 0}, {"tom", 0, 5},
	} {
		got, err := k.AlertsBefore(t.Context(), root, app.AlertQuery{Login: c.login}, c.n)
		if err != nil || got != c.want {
			t.Errorf("newest %d of %q: got %d, %v, want %d", c.n, c.login, got, err, c.want)
		}
	}
	for range 3 {
		k.start("lea", "")
	}
	if got, err := k.LoginsBefore(t.Context(), root, app.LoginQuery{}, 2); err != nil || got != 1 {
		t.Errorf("newest 2 logins: got %d, %v, want 1", got, err)
	}
}
