package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// A login is given when it begins and when its state changes, also one that was
// open before following began and stands before the first to give.
func TestFollowGivesTheEndOfLogins(t *testing.T) {
	for _, c := range []struct {
		name  string
		state access.LoginState
		want  []string
	}{
		{"any state", "", []string{"2 open", "3 passed", "1 passed", "2 passed", "4 open", "4 expired", "5 open"}},
		{"those that come to pass", access.LoginPassed, []string{"3 passed", "1 passed", "2 passed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := teacher(t)
			first, second, third := k.start("lea", ""), k.start("lea", ""), k.start("lea", "")
			k.give(third.LoginID, rightPIN, "")
			next := map[string]func(){ // what is done once a line was given
				"3 passed": func() { k.give(first.LoginID, rightPIN, "") },
				"1 passed": func() { k.give(second.LoginID, rightPIN, "") },
				"2 passed": func() { k.start("lea", "") },
				"4 open": func() {
					k.now = k.now.Add(access.LoginFor)
					k.start("lea", "")
				},
			}
			ctx, cancel := context.WithTimeout(t.Context(), followed)
			defer cancel()
			var got []string
			q := app.LoginQuery{LoginFilter: store.LoginFilter{Page: store.Page{After: 1}, State: c.state}}
			err := k.FollowLogins(ctx, root, q, func(r store.LoginRow) error {
				line := fmt.Sprintf("%d %s", r.Key, r.State)
				if got = append(got, line); len(got) == len(c.want) {
					cancel()
				} else if do := next[line]; do != nil {
					do()
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v, want %q and the context's end", got, err, c.want)
			}
		})
	}
}
