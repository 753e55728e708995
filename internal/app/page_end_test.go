package app_test

import (
	"context"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

// TestWhatEndsTrustEndsPages: of a link that nobody followed yet, of a page that
// asks for the PIN, of one that has passed, and of an account's pages.
func TestWhatEndsTrustEndsPages(t *testing.T) {
	ctx := context.Background()
	for name, end := range map[string]func(k *kit) error{
		"suspended": func(k *kit) error { return second(k.SuspendAccount(ctx, root, "lea", "x")) },
		"archived":  func(k *kit) error { return second(k.ArchiveAccount(ctx, root, "lea", "x")) },
		"suspended and restored": func(k *kit) error {
			if _, err := k.SuspendAccount(ctx, root, "lea", "x"); err != nil {
				return err
			}
			return second(k.RestoreAccount(ctx, root, "lea", "x"))
		},
		"reset": func(k *kit) error { return second(k.ResetPINs(ctx, root, app.ResetPINs{Logins: []string{"lea"}})) },
		"set by an operator": func(k *kit) error {
			return second(k.SetPIN(ctx, root, app.SetPIN{Login: "lea", PIN: access.NewPIN(otherPIN)}))
		},
		"contained": func(k *kit) error {
			return second(k.Contain(ctx, root, app.Contain{Logins: []string{"lea"}, Reason: "x"}))
		},
		"disputed": func(k *kit) error {
			return second(k.DisputeAlert(ctx, root, "1", "not me"))
		},
		"portal revoked": func(k *kit) error { return second(k.RevokePortal(ctx, root, "ent")) },
		"portal revoked and made anew": func(k *kit) error {
			if _, err := k.RevokePortal(ctx, root, "ent"); err != nil {
				return err
			}
			k.ent("ent")
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, ent := hosting(t)
			asked, passed, account := k.newBrowser(), k.newBrowser(), k.newBrowser()
			account.account(ent, "lea", rightPIN, "")
			accountUnused, err := k.accountLink(ent, k.newBrowser().through(ent, "lea", rightPIN, ""))
			if err != nil {
				t.Fatal(err)
			}
			unused := k.host(ent, "lea").PageLink
			asked.visit(k.host(ent, "lea").PageLink)
			hosted := k.host(ent, "lea")
			passed.visit(hosted.PageLink)
			passed.give(rightPIN, "")
			code, _ := passed.finish()
			if err := end(k); err != nil {
				t.Fatal(err)
			}
			for _, link := range []access.Secret{unused, accountUnused} {
				wantCode(t, second(k.newBrowser().try(link)), app.CodePageExpired)
			}
			if got := asked.give(rightPIN, ""); got.Decision != access.Deny {
				t.Errorf("the page that asked: got %+v", got)
			}
			wantCode(t, second(passed.page()), app.CodePageExpired)
			wantCode(t, second(k.FinishPage(ctx, access.PageUser(), passed.secret)), app.CodePageExpired)
			wantCode(t, second(account.own()), app.CodePageExpired)
			if done := k.redeemed(ent, hosted.LoginID, code); done.Decision != access.Deny {
				t.Errorf("the code out: got %+v", done)
			}
		})
	}
}

func TestRestoredStoreHasNoPages(t *testing.T) {
	k, ent := hosting(t)
	account, passed := k.newBrowser(), k.newBrowser()
	account.account(ent, "lea", rightPIN, "")
	passed.visit(k.host(ent, "lea").PageLink)
	passed.give(rightPIN, "")
	unused := k.host(ent, "lea").PageLink
	restored, _ := k.restored(k.backup())
	for _, b := range []*browser{account, passed} {
		b.k = restored
		wantCode(t, second(b.page()), app.CodePageExpired)
	}
	wantCode(t, second(restored.newBrowser().try(unused)), app.CodePageExpired)
}

// TestParallelVisitsBindOneBrowser: whoever comes first has the page.
func TestParallelVisitsBindOneBrowser(t *testing.T) {
	k, ent := hosting(t)
	link := k.host(ent, "lea").PageLink
	got := together(20, func(int) string { return outcome(second(k.newBrowser().try(link))) })
	if got["right"] != 1 || got[app.CodePageTaken] != 19 {
		t.Errorf("got %v, want one that came first", got)
	}
}

func TestParallelRedeemingTellsOnce(t *testing.T) {
	h := heisted(t)
	code, _ := h.victim.finish()
	got := together(10, func(int) string { return string(h.redeemed(h.ent, h.started.LoginID, code).Decision) })
	if got["allow"] != 1 || got["deny"] != 9 {
		t.Errorf("got %v, want one allow", got)
	}
}

// TestRedeemedPageIsOverForItsBrowser: whoever sits down at it next must not go
// on where the last one was.
func TestRedeemedPageIsOverForItsBrowser(t *testing.T) {
	h := heisted(t)
	code, _ := h.victim.finish()
	h.redeemed(h.ent, h.started.LoginID, code)
	wantCode(t, second(h.victim.page()), app.CodePageExpired)
	wantCode(t, second(h.FinishPage(context.Background(), access.PageUser(), h.victim.secret)), app.CodePageExpired)
	want(t, h.victim.give(rightPIN, "Home"), access.Deny, access.ReasonLoginExpired)
	want(t, h.victim.setUp(access.ByPIN, otherPIN), access.Deny, access.ReasonLoginExpired)
}
