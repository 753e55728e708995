package app_test

import (
	"context"

	"pinward/internal/access"
	"pinward/internal/app"
)

func pageDeeds() []deed {
	ctx, user := context.Background(), access.PageUser()
	done, refused := access.AuditDone, access.AuditRefused
	// on gives what to do on a page that the PIN was given on.
	on := func(do func(k *kit, ent access.Operator, b *browser, id string) func() error) func(k *kit) func() error {
		return func(k *kit) func() error {
			ent := k.ent("ent")
			b, started := k.newBrowser(), k.host(ent, "lea")
			b.visit(started.PageLink)
			b.give(rightPIN, "")
			return do(k, ent, b, started.LoginID)
		}
	}
	account := func(do func(k *kit, b *browser) error) func(k *kit) func() error {
		return func(k *kit) func() error {
			b := k.newBrowser()
			b.account(k.ent("ent"), "lea", rightPIN, "")
			return func() error { return do(k, b) }
		}
	}
	return []deed{
		{"start a hosted login", app.LoginStart, done, func(k *kit) func() error {
			ent := k.ent("ent")
			return func() error {
				return second(k.StartLogin(ctx, ent, app.StartLogin{Login: "lea", ReturnURL: backURL}))
			}
		}, false, false},
		{"visit a page", app.PageVisit, done, func(k *kit) func() error {
			b, link := k.newBrowser(), k.host(k.ent("ent"), "lea").PageLink
			return func() error { return second(b.try(link)) }
		}, true, false},
		{"finish a page", app.PageFinish, done, on(func(k *kit, _ access.Operator, b *browser, _ string) func() error {
			return func() error { return second(k.FinishPage(ctx, user, b.secret)) }
		}), false, false},
		{"leave a page", app.PageLeave, done, on(func(k *kit, _ access.Operator, b *browser, _ string) func() error {
			return func() error { return k.LeavePage(ctx, user, b.secret) }
		}), false, false},
		{"redeem a login", app.LoginRedeem, done, on(func(k *kit, ent access.Operator, b *browser, id string) func() error {
			code, _ := b.finish()
			return func() error {
				return second(k.RedeemLogin(ctx, ent, app.RedeemLogin{LoginID: access.NewSecret(id), Code: code}))
			}
		}), false, false},
		{"redeem a wrong code", app.LoginRedeem, refused, on(func(k *kit, ent access.Operator, b *browser, id string) func() error {
			b.finish()
			return func() error {
				return second(k.RedeemLogin(ctx, ent, app.RedeemLogin{LoginID: access.NewSecret(id), Code: access.NewSecret("guess")}))
			}
		}), false, false},
		{"open an account's pages", app.AccountOpen, done, func(k *kit) func() error {
			ent := k.ent("ent")
			id := k.direct(ent, "lea", rightPIN)
			return func() error { return second(k.accountLink(ent, id)) }
		}, false, false},
		{"rename an own device", app.OwnRename, done, account(func(k *kit, b *browser) error {
			return second(k.RenameOwnDevice(ctx, user, app.RenameOwn{Browser: b.secret, ID: "d1", Label: "Room 201"}))
		}), true, false},
		{"revoke own devices", app.OwnRevoke, done, account(func(k *kit, b *browser) error {
			return second(k.RevokeOwnDevices(ctx, user, app.RevokeOwn{Browser: b.secret, All: true}))
		}), true, false},
		{"see a notice", app.NoticeSee, done, account(func(k *kit, b *browser) error {
			return b.see(k.noticeOf(access.NoticePINSet).ID)
		}), true, false},
		{"dispute a notice", app.NoticeDispute, done, account(func(k *kit, b *browser) error {
			return second(b.dispute(k.noticeOf(access.NoticePINSet).ID))
		}), true, false},
	}
}
