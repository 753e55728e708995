package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func TestAccountsAreScoped(t *testing.T) {
	k := newKit(t)
	k.person("ann", nil)
	k.person("both", func(n *app.NewAccount) { n.Schools = []string{"B", "A"} })
	k.person("bob", func(n *app.NewAccount) { n.Schools, n.Profile = []string{"B"}, access.Teacher })
	cases := []struct {
		name   string
		by     access.Operator
		filter store.AccountFilter
		want   string
		kind   error
		code   string
	}{
		{"all schools", root, store.AccountFilter{}, "ann both bob", nil, ""},
		{"one of them", root, store.AccountFilter{Schools: []string{"A"}}, "ann both", nil, ""},
		{"an operator's own", operator(access.RolePrincipal, "B"), store.AccountFilter{}, "both bob", nil, ""},
		{"an operator's own, by name", operator(access.RolePrincipal, "B"), store.AccountFilter{Schools: []string{"B"}}, "both bob", nil, ""},
		{"an operator of no school", operator(access.RolePrincipal, []string{}...), store.AccountFilter{}, "", nil, ""},
		{"a profile", root, store.AccountFilter{Profiles: []access.Profile{access.Teacher}}, "bob", nil, ""},
		{"a foreign school", operator(access.RolePrincipal, "B"), store.AccountFilter{Schools: []string{"B", "A"}}, "", access.ErrNotFound, "not_found"},
		{"a school that does not exist", root, store.AccountFilter{Schools: []string{"Z"}}, "", access.ErrNotFound, "not_found"},
		{"a malformed school", root, store.AccountFilter{Schools: []string{"\x1b"}}, "", access.ErrNotFound, "not_found"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.by.Role == access.RolePrincipal && c.by.Schools == nil {
				c.by.Schools = []string{}
			}
			var logins []string
			err := k.Accounts(context.Background(), c.by, c.filter, func(row store.AccountRow) error {
				logins = append(logins, row.Login)
				return nil
			})
			wantError(t, err, c.kind, c.code)
			if got := strings.Join(logins, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAccountsStopAtTheReadersError(t *testing.T) {
	k := newKit(t)
	k.person("ann", nil)
	k.person("ben", nil)
	full := errors.New("disk full")
	rows := 0
	err := k.Accounts(context.Background(), root, store.AccountFilter{}, func(store.AccountRow) error {
		rows++
		return full
	})
	if !errors.Is(err, full) || rows != 1 {
		t.Errorf("got %v after %d rows, want the reader's error after one", err, rows)
	}
}
