package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// busy gives an account a PIN that is locked, three open alerts and six logins.
func (k *kit) busy(a access.Account) {
	k.t.Helper()
	ctx := context.Background()
	a.Protection = access.ByPIN
	k.write(func(tx store.Tx) error {
		if err := tx.PutAccount(ctx, &a); err != nil {
			return err
		}
		c := access.Credential{KeyID: k.keys.ActiveID(), Sealed: []byte("sealed"), SetAt: k.now, SetBy: a.ID}
		if err := tx.PutCredential(ctx, a.Key, c); err != nil {
			return err
		}
		lock := access.Attempts{Failed: 5, LockedAt: k.now, LockedUntil: k.now.Add(access.LockFor)}
		if err := tx.PutAttempts(ctx, a.Key, lock); err != nil {
			return err
		}
		for i, severity := range []access.Severity{access.Info, access.Warn, access.High} {
			alert := access.Alert{
				At: k.now, Kind: access.AlertPINWrong, Severity: severity, State: access.AlertOpen,
				AccountKey: a.Key, School: "A", IncidentID: fmt.Sprint("i", i), Text: "text",
			}
			if err := tx.PutAlert(ctx, &alert); err != nil {
				return err
			}
		}
		for i := range 6 {
			l := access.Login{
				IDHash: secret.HashLoginID(fmt.Sprint(i)), AccountKey: a.Key, OpenedBy: root.ID, StartedAt: k.now, EndedAt: k.now,
				ExpiresAt: k.now, State: access.LoginPassed, Decision: access.Allow, Reason: access.ReasonNewDevice,
			}
			if err := tx.PutLogin(ctx, &l); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestAccountPage(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	a := k.person("alice", nil)
	k.person("pat", func(n *app.NewAccount) { n.Profile, n.Students = access.Guardian, []string{"alice"} })
	k.person("far", func(n *app.NewAccount) {
		n.Profile, n.Students, n.Schools = access.Guardian, []string{"alice"}, []string{"B"}
	})
	k.trusted("alice")
	k.busy(a)
	p, err := k.Account(ctx, operator(access.RoleHelpdesk, "A"), "ALICE")
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for _, line := range p.Verdicts {
		verdicts = append(verdicts, line.Command)
	}
	got := []any{
		p.Account.Login, p.School.Name, p.Policy.Profile, p.PIN.Set, p.PIN.CodeExpiresAt.Equal(k.now.Add(access.Day)), p.Attempts.Settled(),
		p.DeviceCount, len(p.Devices), p.Devices[0].Label, len(p.Logins), p.Logins[0].Key > p.Logins[4].Key, p.OpenAlerts,
		p.Guardians, p.Students, strings.Join(verdicts, "|"),
	}
	want := []any{
		"alice", "School A", access.Student, true, true, 5,
		1, 1, "Room 1", 5, true, 2,
		[]string{"pat"},
		[]string{},
		"pinward pin unlock alice --reason TEXT|",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestAccountVerdictsJudgeDevices(t *testing.T) {
	cases := []struct {
		name   string
		change func(d *access.Device)
		want   string
	}{
		{"one that counts", func(*access.Device) {}, "On the one recognized device the password is enough."},
		{"one unused for too long", func(d *access.Device) { d.LastSeenAt = morning.Add(-181 * access.Day) }, "No device is recognized."},
		{"one past its lifetime", func(d *access.Device) { d.ExpiresAt = morning }, "No device is recognized."},
		{"one proven by the password", func(d *access.Device) { d.Proof = access.ProofPassword }, "No device is recognized."},
		{"one that is revoked", func(d *access.Device) { d.RevokedAt = morning }, "No device is recognized."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			ctx := context.Background()
			a := k.person("alice", nil)
			k.trusted("alice")
			a.Protection = access.ByPIN
			k.write(func(tx store.Tx) error {
				d, err := tx.Device(ctx, "d-alice")
				if err != nil {
					return err
				}
				c.change(&d)
				if err := tx.PutDevice(ctx, &d); err != nil {
					return err
				}
				if err := tx.PutAccount(ctx, &a); err != nil {
					return err
				}
				return tx.PutCredential(ctx, a.Key, access.Credential{KeyID: k.keys.ActiveID(), Sealed: []byte("s"), SetAt: k.now})
			})
			p, err := k.Account(ctx, root, "alice")
			if err != nil {
				t.Fatal(err)
			}
			lines, err := k.ExplainAccount(ctx, root, "alice")
			if err != nil || fmt.Sprint(lines) != fmt.Sprint(p.Verdicts) {
				t.Errorf("explained: got %v, %v, want the page's %v", lines, err, p.Verdicts)
			}
			if got := p.Verdicts[1].Text; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
