package app_test

import (
	"context"
	"errors"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

func pageRows() []matrixRow {
	ctx := context.Background()
	return []matrixRow{
		{"status of a login", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return second(k.LoginStatus(ctx, by, on.loginID(k, by)))
		}},
		{"list unseen notices", portals(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return second(k.UnseenNotices(ctx, by, on.login, ""))
		}},
		{"dispute a notice", append(portals(), access.RoleUser), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			id := on.notice(k)
			return on.renamed(second(k.DisputeNotice(ctx, by, app.AnswerNotice{ID: id})), id)
		}},
	}
}

// notice owes the target's account one.
func (on target) notice(k *kit) string {
	k.t.Helper()
	if on.login == absent {
		return "n_absent"
	}
	a := k.stored(on.login)
	n := access.Notice{
		ID: "n_" + on.login, At: k.now, Kind: access.NoticePINChanged, AccountKey: a.Key, School: a.HomeSchool(), Lang: "fr",
		Facts: access.NoticeFacts{At: k.now}, State: access.NoticeUnmailed,
	}
	k.write(func(tx store.Tx) error { return tx.PutNotice(context.Background(), &n) })
	return n.ID
}

// TestPageUserMayNothingElse: by whatever name an operator's use case is called,
// a browser on the pages has no account but the one of its login.
func TestPageUserMayNothingElse(t *testing.T) {
	for _, row := range matrix() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			k.person("own", nil)
			err := row.run(k, access.PageUser(), target{"own", "A"})
			if !errors.Is(err, access.ErrForbidden) && !errors.Is(err, access.ErrNotFound) && access.CodeOf(err) != app.CodePageExpired {
				t.Errorf("got %v, want that it is forbidden, or that there is no such login", err)
			}
		})
	}
}

// TestPagesAreTheBrowsersAlone: portals and operators cannot act on a page, even
// with its secrets.
func TestPagesAreTheBrowsersAlone(t *testing.T) {
	ctx := context.Background()
	h := heisted(t)
	secret := h.victim.secret
	link := h.host(h.ent, "lea").PageLink
	for _, by := range []access.Operator{
		h.ent, operator(access.RolePrincipal, "A"), operator(access.RoleHelpdesk, "A"), operator(access.RoleReporter, "A"),
	} {
		for name, try := range map[string]func() error{
			"visit":   func() error { return second(h.VisitPage(ctx, by, app.VisitPage{Link: link})) },
			"read":    func() error { return second(h.Page(ctx, by, secret)) },
			"finish":  func() error { return second(h.FinishPage(ctx, by, secret)) },
			"leave":   func() error { return h.LeavePage(ctx, by, secret) },
			"suggest": func() error { return second(h.SuggestPIN(ctx, by, secret)) },
			"hold": func() error {
				_, _, err := h.HoldPIN(ctx, by, app.HoldPIN{Browser: secret, PIN: access.NewPIN("7293")})
				return err
			},
			"account": func() error { return second(h.OwnAccount(ctx, by, secret)) },
			"rename":  func() error { return second(h.RenameOwnDevice(ctx, by, app.RenameOwn{Browser: secret, Label: "Home"})) },
			"revoke":  func() error { return second(h.RevokeOwnDevices(ctx, by, app.RevokeOwn{Browser: secret, All: true})) },
		} {
			if err := try(); !errors.Is(err, access.ErrForbidden) {
				t.Errorf("%s as %s: got %v", name, by.Role, err)
			}
		}
	}
	for name, by := range map[string]access.Operator{"an operator": operator(access.RolePrincipal, "A"), "a page": access.PageUser()} {
		if _, err := h.RedeemLogin(ctx, by, app.RedeemLogin{LoginID: secret, Code: secret}); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("redeem as %s: got %v", name, err)
		}
		if _, err := h.OpenAccount(ctx, by, app.OpenAccount{LoginID: secret}); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("open the account as %s: got %v", name, err)
		}
	}
	wantCode(t, second(h.victim.page()), "")
}
