package app_test

import (
	"context"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// incidentDeeds are those that answer an incident, a forgotten PIN or a bad
// morning.
func incidentDeeds() []deed {
	ctx := context.Background()
	done := access.AuditDone
	reset := func(req func(k *kit, id string) app.ResetByMail) func(k *kit) func() error {
		return func(k *kit) func() error {
			k.selfReset(true)
			id := k.start("lea", "").LoginID
			r := req(k, id)
			return func() error { _, err := k.ResetByMail(ctx, root, r); return err }
		}
	}
	return []deed{
		{"ask for a code by mail", app.LoginReset, done, reset(func(_ *kit, id string) app.ResetByMail {
			return app.ResetByMail{LoginID: access.NewSecret(id)}
		}), false, false},
		{"try a wrong mailed code", app.LoginReset, access.AuditRefused, reset(func(k *kit, id string) app.ResetByMail {
			k.askCode(id)
			return redemption(id, other(k.mailed()), newPIN)
		}), false, false},
		{"replace a PIN by a mailed code", app.LoginReset, done, reset(func(k *kit, id string) app.ResetByMail {
			k.askCode(id)
			return redemption(id, k.mailed(), newPIN)
		}), false, false},
		{"give a pass", app.LoginPassGive, done, plain(func(k *kit) error {
			_, err := k.GivePass(ctx, root, "lea", 0, "an exam")
			return err
		}), false, false},
		{"dispute an alert", app.AlertsDispute, done, plain(func(k *kit) error {
			_, err := k.DisputeAlert(ctx, root, "1", "abroad")
			return err
		}), true, false},
		{"contain accounts", app.AlertsRespond, done, plain(func(k *kit) error {
			_, err := k.Contain(ctx, root, app.Contain{Logins: []string{"lea", "max"}, Reason: "published"})
			return err
		}), false, false},
		{"pause a school", app.PolicyPause, done, plain(func(k *kit) error {
			_, err := k.PauseSchool(ctx, root, "A", k.now.Add(time.Hour), "the mail is down")
			return err
		}), false, false},
		{"end a pause", app.PolicyPause, done, func(k *kit) func() error {
			k.pause(time.Hour)
			return func() error { _, _, err := k.EndPause(ctx, root, "A", "mended"); return err }
		}, true, false},
	}
}
