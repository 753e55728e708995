package app_test

import (
	"context"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

type setStatus = func(*app.App, context.Context, access.Operator, string, string) (app.AccountChange, error)

func TestAccountStatus(t *testing.T) {
	suspend, restore, archive := (*app.App).SuspendAccount, (*app.App).RestoreAccount, (*app.App).ArchiveAccount
	cases := []struct {
		name    string
		from    access.Status
		do      setStatus
		to      access.Status
		changed bool
		ends    bool // trust is taken back
		kind    error
		code    string
	}{
		{"suspend an active account", access.Active, suspend, access.Suspended, true, true, nil, ""},
		{"suspend a suspended account", access.Suspended, suspend, access.Suspended, false, false, nil, ""},
		{"suspend an archived account", access.Archived, suspend, access.Archived, false, false, access.ErrRefused, "account_archived"},
		{"archive an active account", access.Active, archive, access.Archived, true, true, nil, ""},
		{"archive a suspended account", access.Suspended, archive, access.Archived, true, true, nil, ""},
		{"archive an archived account", access.Archived, archive, access.Archived, false, false, nil, ""},
		{"restore an active account", access.Active, restore, access.Active, false, false, nil, ""},
		{"restore a suspended account", access.Suspended, restore, access.Active, true, false, nil, ""},
		{"restore an archived account", access.Archived, restore, access.Active, true, false, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			a := k.person("alice", nil)
			k.trusted("alice")
			a.Status, a.StatusReason = c.from, "before"
			k.write(func(tx store.Tx) error { return tx.PutAccount(context.Background(), &a) })
			before := k.head()
			done, err := c.do(k.App, context.Background(), root, "alice", " because  of it ")
			wantError(t, err, c.kind, c.code)
			if recorded := k.head() != before; recorded != c.changed || done.Changed != c.changed {
				t.Errorf("got changed %v and audit record %v, want %v", done.Changed, recorded, c.changed)
			}
			if got := k.stored("alice").Status; got != c.to {
				t.Errorf("got status %s, want %s", got, c.to)
			}
			var want app.Ended
			if c.ends {
				want = app.Ended{Devices: 1, Logins: 1, Codes: 1}
			}
			if done.Ended != want {
				t.Errorf("got ended %+v, want %+v", done.Ended, want)
			}
		})
	}
}

func TestSuspendSaysWhyAndEndsTrust(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	k.person("alice", nil)
	k.trusted("alice")
	_, err := k.SuspendAccount(ctx, root, "alice", "  ")
	wantError(t, err, access.ErrConfirm, "reason_required")
	if _, err := k.SuspendAccount(ctx, root, "alice", "lost \u202e phone"); err == nil {
		t.Error("got a reason with an invisible character accepted")
	}
	if _, err := k.SuspendAccount(ctx, root, "alice", " lost  phone "); err != nil {
		t.Fatal(err)
	}
	got := k.stored("alice")
	if got.StatusReason != "lost phone" || got.AuditSeq != k.head() {
		t.Errorf("got reason %q and audit record %d, want it trimmed and %d", got.StatusReason, got.AuditSeq, k.head())
	}
	detail := k.lastDetail(app.AccountSuspend)
	if detail["reason"] != "lost phone" || detail["devices_revoked"] != 1.0 || detail["logins_ended"] != 1.0 || detail["codes_voided"] != 1.0 {
		t.Errorf("got detail %v, want the reason and what ended", detail)
	}
	k.view(func(tx store.Tx) error {
		d, err := tx.Device(ctx, "d-alice")
		if err == nil && (!d.Revoked() || d.RevokedBy != root.ID || d.AuditSeq != k.head()) {
			t.Errorf("got device %+v, want it revoked by the suspension", d)
		}
		return err
	})
	if _, err := k.RestoreAccount(ctx, root, "alice", "found"); err != nil {
		t.Fatal(err)
	}
	if got := k.stored("alice"); got.StatusReason != "" {
		t.Errorf("got reason %q after the restore, want none", got.StatusReason)
	}
}
