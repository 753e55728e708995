package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func pages(t *testing.T, open Opener) {
	t.Run("every field comes back by link and by browser", func(t *testing.T) { pageRoundTrip(t, start(t, open)) })
	t.Run("a login's own page is told from its account's", func(t *testing.T) { loginPages(t, start(t, open)) })
	t.Run("old pages go, and all with their login", func(t *testing.T) { pagesGone(t, start(t, open)) })
}

func newPage(link string, login int64, kind access.PageKind) access.Page {
	return access.Page{LoginKey: login, Kind: kind, LinkHash: []byte(link), LinkUntil: epoch().Add(time.Minute), CreatedAt: epoch()}
}

func byLink(link string) func(context.Context, store.Tx) (access.Page, error) {
	return func(ctx context.Context, tx store.Tx) (access.Page, error) { return tx.PageByLink(ctx, []byte(link)) }
}

func (f *fixture) putPages(all ...*access.Page) {
	f.t.Helper()
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, p := range all {
			if err := tx.PutPage(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// login stores an open login of that id.
func (f *fixture) login(id string, account int64) access.Login {
	f.t.Helper()
	l := newLogin(id, account)
	f.update(putLogin(&l))
	return l
}

func pageRoundTrip(t *testing.T, f *fixture) {
	l := f.login("x", f.people("a.ada")["a.ada"].Key)
	same(t, "login by key", read(f, func(ctx context.Context, tx store.Tx) (access.Login, error) { return tx.LoginByKey(ctx, l.Key) }), l)
	p := newPage("link", l.Key, access.PageLogin)
	f.putPages(&p)
	same(t, "not visited", read(f, byLink("link")), p)
	p.BrowserHash, p.VisitedAt, p.ReturnURL, p.State = []byte("browser"), epoch(), "https://portal.example/back", "state"
	p.CodeHash, p.CodeUntil, p.CodeTries, p.RedeemedAt = []byte("code"), epoch().Add(time.Hour), 3, epoch().Add(2*time.Hour)
	p.PasswordChangedAt = epoch().Add(-time.Hour)
	f.putPages(&p)
	filled(t, p)
	same(t, "by link", read(f, byLink("link")), p)
	byBrowser := func(ctx context.Context, tx store.Tx) (access.Page, error) {
		return tx.PageByBrowser(ctx, []byte("browser"))
	}
	same(t, "by browser", read(f, byBrowser), p)
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.PageByLink(ctx, []byte("browser"))
		absent(t, "another link", err)
		_, err = tx.PageByBrowser(ctx, []byte("link"))
		absent(t, "another browser", err)
		_, err = tx.PageByBrowser(ctx, nil)
		absent(t, "no browser", err)
		_, err = tx.LoginByKey(ctx, l.Key+1)
		absent(t, "another login", err)
		return nil
	})
}

func loginPages(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	asked, hosted := f.login("asked", ada), f.login("hosted", ada)
	page := func(login int64) access.Page {
		return read(f, func(ctx context.Context, tx store.Tx) (access.Page, error) { return tx.LoginPage(ctx, login) })
	}
	own, one, two := newPage("own", hosted.Key, access.PageLogin), newPage("one", asked.Key, access.PageAccount), newPage("two", asked.Key, access.PageAccount)
	f.putPages(&own, &one, &two)
	same(t, "a login without one", page(asked.Key), access.Page{})
	same(t, "a login with one", page(hosted.Key), own)
	same(t, "one account page of several", read(f, byLink("two")), two)
}

func pagesGone(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada, bob := f.login("ada", all["a.ada"].Key), f.login("bob", all["a.bob"].Key)
	old, young, theirs := newPage("old", bob.Key, access.PageLogin), newPage("young", bob.Key, access.PageAccount), newPage("theirs", ada.Key, access.PageLogin)
	old.CreatedAt = epoch().Add(-time.Millisecond)
	f.putPages(&old, &young, &theirs)
	same(t, "old pages", countAged(f, store.AgedPages, epoch()), 1)
	pruneAged(f, store.AgedPages, epoch(), 10, 1)
	f.update(func(ctx context.Context, tx store.Tx) error {
		return tx.EraseAccounts(ctx, []int64{all["a.ada"].Key})
	})
	f.view(func(ctx context.Context, tx store.Tx) error {
		for _, link := range []string{"old", "theirs"} {
			_, err := tx.PageByLink(ctx, []byte(link))
			absent(t, "page "+link, err)
		}
		return nil
	})
	same(t, "what is left", read(f, byLink("young")), young)
}
