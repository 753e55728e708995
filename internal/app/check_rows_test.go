package app_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// Every row is read as everything else reads it, and one that cannot be read
// hides none of those after it.
func TestCheckStoreReadsEveryRow(t *testing.T) {
	for _, c := range []struct {
		name, edit, rows string // rows: a query for what must be named
	}{
		{"addresses of devices", "UPDATE device SET last_ip = 'nowhere'", "SELECT 'device ' || public_id FROM device ORDER BY id"},
		{"addresses of logins", "UPDATE login SET ip = 'nowhere'", "SELECT 'login ' || id FROM login"},
		{"addresses of alerts", "UPDATE alert SET ip = 'nowhere'", "SELECT 'alert ' || id FROM alert"},
		{"days of accounts", "UPDATE account SET ends_on = 'never'", "SELECT 'account ' || id || ' (' || login || ')' FROM account"},
		{"networks of schools", "UPDATE school SET networks = 'here'", "SELECT 'school ' || code FROM school"},
		{"old and new policies", "UPDATE policy SET default_protection = 'dog' WHERE profile = 'teacher'", "SELECT 'policy ' || profile || ' ' || version FROM policy WHERE profile = 'teacher' ORDER BY version"},
		{"kinds of pages", "UPDATE page SET kind = 'dog'", "SELECT 'page ' || id FROM page"},
		{"return addresses of pages", "UPDATE page SET return_url = 'javascript:x'", "SELECT 'page ' || id FROM page"},
		{"a first row alone", "UPDATE login SET ip = 'nowhere' WHERE id = 1", "VALUES ('login 1')"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := twins(t)
			if _, err := k.SetPolicy(t.Context(), root, access.Teacher, app.PolicyUpdate{MaxDevices: pointer(3)}); err != nil {
				t.Fatal(err)
			}
			k.host(k.ent("ent"), "lea")
			k.tamper(c.edit)
			report, err := k.CheckStore(context.Background(), root)
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, p := range report.Problems {
				got = append(got, p.Table+" "+p.Row)
				if !p.Damage {
					t.Errorf("%+v: want damage", p)
				}
			}
			db := k.raw()
			defer func() { _ = db.Close() }()
			for _, row := range k.rows(db, c.rows) {
				want = append(want, fmt.Sprint(row[0]))
			}
			if len(want) == 0 || !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// busy changes an account between the reading of the chain and that of the rows,
// as another process may.
type busy struct {
	store.Store
	change func()
}

func (b busy) EachRow(ctx context.Context, each func(store.Row)) error {
	b.change()
	return b.Store.EachRow(ctx, each)
}

func TestCheckStoreBesideAWriter(t *testing.T) {
	k := teacher(t)
	a := k.over(busy{k.store, func() { k.pin("lea", rightPIN) }})
	report, err := a.CheckStore(t.Context(), root)
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("got %+v, %v, want no problem", report.Problems, err)
	}
}
