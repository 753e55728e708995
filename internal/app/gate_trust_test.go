package app_test

import (
	"context"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// TestWhatEndsTrustEndsSessions plays every use case that takes trust back. The
// account has two browsers past the gate: one whose device Home is recognized,
// and one that registered nothing.
func TestWhatEndsTrustEndsSessions(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name       string
		do         func(k *kit, home *site) (ended int, err error) // -1: the use case tells no number
		home, cafe bool                                            // whether they pass afterwards
	}{
		{"sign-out", func(k *kit, _ *site) (int, error) {
			e, err := k.SignOutAccount(ctx, root, "lea", "")
			return e.Sessions, err
		}, false, false},
		{"suspension", func(k *kit, _ *site) (int, error) {
			done, err := k.SuspendAccount(ctx, root, "lea", "r")
			_, restoreErr := k.RestoreAccount(ctx, root, "lea", "r")
			if restoreErr != nil {
				return 0, restoreErr
			}
			return done.Ended.Sessions, err
		}, false, false},
		{"archiving", func(k *kit, _ *site) (int, error) {
			done, err := k.ArchiveAccount(ctx, root, "lea", "r")
			_, restoreErr := k.RestoreAccount(ctx, root, "lea", "r")
			if restoreErr != nil {
				return 0, restoreErr
			}
			return done.Ended.Sessions, err
		}, false, false},
		{"pin reset", func(k *kit, _ *site) (int, error) {
			items, err := k.ResetPINs(ctx, root, app.ResetPINs{Logins: []string{"lea"}, Reason: "r"})
			return items[0].Ended.Sessions, err
		}, false, false},
		{"pin set", func(k *kit, _ *site) (int, error) {
			e, err := k.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN("694051")})
			return e.Sessions, err
		}, false, false},
		{"pin set that keeps devices", func(k *kit, _ *site) (int, error) {
			e, err := k.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN("694051"), KeepDevices: true, Reason: "r"})
			return e.Sessions, err
		}, false, false},
		{"containment", func(k *kit, _ *site) (int, error) {
			items, err := k.Contain(ctx, root, app.Contain{Logins: []string{"lea"}, Reason: "r"})
			return items[0].Ended.Sessions, err
		}, false, false},
		{"dispute", func(k *kit, _ *site) (int, error) {
			done, err := k.DisputeAlert(ctx, root, strconv.FormatInt(k.alertOf("lea", access.AlertNewDevice).Key, 10), "r")
			return done.Ended.Sessions, err
		}, false, false},
		{"portal revoke", func(k *kit, home *site) (int, error) {
			e, err := k.RevokePortal(ctx, root, "notes")
			again := k.site("notes", "lea")
			home.by, home.key = again.by, again.key
			return e.Sessions, err
		}, false, false},
		{"its device revoked", func(k *kit, home *site) (int, error) {
			items, err := k.RevokeDevices(ctx, root, []string{home.device()}, "")
			return items[0].Sessions, err
		}, false, true},
		{"its device's old token comes back", func(k *kit, home *site) (int, error) {
			old := home.token()
			for _, token := range []string{old, home.rotate(old)} {
				home.rotate(token)
				k.now = k.now.Add(2 * time.Minute)
			}
			answer, err := k.StartLogin(ctx, root, home.starts(old))
			return answer.SessionsEnded, err
		}, false, true},
		{"another PIN in a login of Home", func(k *kit, home *site) (int, error) {
			answer, err := home.changePIN()
			return answer.SessionsEnded, err
		}, true, false},
		{"another PIN from elsewhere", func(k *kit, _ *site) (int, error) {
			answer, err := k.site("again", "lea").changePIN()
			return answer.SessionsEnded, err
		}, false, false},
		{"a password change told by a portal, from Home", func(k *kit, home *site) (int, error) {
			req, at := home.starts(home.token()), k.now
			req.PasswordChangedAt = &at
			answer, err := k.StartLogin(ctx, root, req)
			return answer.SessionsEnded, err
		}, true, false},
		{"restore of a backup", func(k *kit, home *site) (int, error) {
			restored, done := k.restored(k.backup())
			home.k = restored
			return done.Ended.Sessions, nil
		}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, home := gated(t)
			home.logIn(rightPIN, "Home")
			cafe := home.other()
			cafe.logIn(rightPIN, "")
			k.now = k.now.Add(2 * time.Minute)
			head := k.head()
			ended, err := c.do(k, home)
			if err != nil {
				t.Fatal(err)
			}
			cafe.by, cafe.key, cafe.k = home.by, home.key, home.k
			if got := home.passesStill(); got != c.home {
				t.Errorf("Home passes: %v", got)
			}
			if got := cafe.passesStill(); got != c.cafe {
				t.Errorf("the other browser passes: %v", got)
			}
			want := 0
			for _, passes := range []bool{c.home, c.cafe} {
				if !passes {
					want++
				}
			}
			if ended != want {
				t.Errorf("told %d ended, want %d", ended, want)
			}
			if home.k == k {
				k.wantSessionsRecorded(head, want)
			}
		})
	}
}

// token gives the device token that the browser holds.
func (b *browser) token() string {
	for _, token := range b.cookies {
		return token
	}
	b.k.t.Fatal("the browser holds no device")
	return ""
}

// starts gives a login of lea's from this browser that a portal would start.
func (b *browser) starts(token string) app.StartLogin {
	return app.StartLogin{Login: "lea", IP: b.ip, UserAgent: b.agent, DeviceToken: access.NewSecret(token)}
}

// rotate logs in by a token and gives the next one.
func (b *browser) rotate(token string) string {
	b.k.t.Helper()
	answer, err := b.k.StartLogin(context.Background(), root, b.starts(token))
	if err != nil || answer.DeviceToken == "" {
		b.k.t.Fatalf("got %+v, %v, want the next token", answer, err)
	}
	return answer.DeviceToken
}

// device gives the id of the device that the session at the gate comes from.
func (s *site) device() string {
	s.k.t.Helper()
	answer, err := s.ask(notesPage)
	if err != nil || answer.DeviceID == "" {
		s.k.t.Fatalf("got %+v, %v, want a device", answer, err)
	}
	return answer.DeviceID
}

// changePIN sets another PIN in a further login on the page.
func (s *site) changePIN() (app.LoginAnswer, error) {
	again := *s
	again.session = access.Secret{}
	answer, err := again.ask(notesPage)
	if err != nil {
		return app.LoginAnswer{}, err
	}
	again.visit(again.begin(answer.Start).Link)
	again.give(rightPIN, "")
	return again.setUp(access.ByPIN, "694051"), nil
}

// passesStill tells it for an account that may be asked to set up a PIN.
func (s *site) passesStill() bool {
	answer, err := s.ask(notesPage)
	return err == nil && answer.Pass
}

// wantSessionsRecorded reads the number from the audit records after head.
func (k *kit) wantSessionsRecorded(head int64, want int) {
	k.t.Helper()
	found := 0
	for _, r := range k.trail(head) {
		var detail struct {
			Sessions int `json:"sessions_ended"`
		}
		if err := json.Unmarshal(r.Detail, &detail); err != nil {
			k.t.Fatal(err)
		}
		found += detail.Sessions
	}
	if found != want {
		k.t.Errorf("recorded %d sessions as ended, want %d", found, want)
	}
}

func TestEndedSessionsAreGoneWithTheAccount(t *testing.T) {
	k, s := gated(t)
	s.logIn(rightPIN, "")
	if _, err := s.other().ask(notesPage); err != nil {
		t.Fatal(err)
	}
	if _, err := k.ArchiveAccount(context.Background(), root, "lea", "r"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.EraseAccount(context.Background(), root, "lea", "r"); err != nil {
		t.Fatal(err)
	}
	k.view(func(tx store.Tx) error {
		n, err := tx.CountGateSessions(context.Background(), store.GateFilter{}, k.now)
		if n != 0 {
			t.Errorf("%d sessions are left", n)
		}
		return err
	})
}
