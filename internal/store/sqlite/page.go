package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"pinward/internal/access"
)

const pageColumns = `p.id, p.login_id, p.kind, p.link_hash, p.link_until, p.browser_hash, p.visited_at, p.return_url,
	p.state, p.code_hash, p.code_until, p.code_tries, p.redeemed_at, p.password_changed_at, p.created_at`

const selectPageByLink = `SELECT ` + pageColumns + ` FROM page p WHERE p.link_hash = ?1`

const selectPageByBrowser = `SELECT ` + pageColumns + ` FROM page p WHERE p.browser_hash = ?1`

const selectPageByCode = `SELECT ` + pageColumns + ` FROM page p WHERE p.code_hash = ?1`

const selectLoginPage = `SELECT ` + pageColumns + ` FROM page p WHERE p.login_id = ?1 AND p.kind = 'login'`

const insertPage = `INSERT INTO page (login_id, kind, link_hash, link_until, browser_hash, visited_at, return_url, state,
	code_hash, code_until, code_tries, redeemed_at, password_changed_at, created_at)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)`

const updatePage = `UPDATE page SET login_id = ?1, kind = ?2, link_hash = ?3, link_until = ?4, browser_hash = ?5,
	visited_at = ?6, return_url = ?7, state = ?8, code_hash = ?9, code_until = ?10, code_tries = ?11, redeemed_at = ?12,
	password_changed_at = ?13, created_at = ?14 WHERE id = ?15`

func pageFields(p *access.Page) []any {
	return []any{
		&p.Key, &p.LoginKey, &p.Kind, &p.LinkHash, intoTime(&p.LinkUntil), &p.BrowserHash, intoTime(&p.VisitedAt),
		&p.ReturnURL, &p.State, &p.CodeHash, intoTime(&p.CodeUntil), &p.CodeTries, intoTime(&p.RedeemedAt),
		intoTime(&p.PasswordChangedAt), intoTime(&p.CreatedAt),
	}
}

func (t *tx) PageByLink(ctx context.Context, linkHash []byte) (access.Page, error) {
	return t.page(ctx, selectPageByLink, linkHash)
}

func (t *tx) PageByBrowser(ctx context.Context, browserHash []byte) (access.Page, error) {
	return t.page(ctx, selectPageByBrowser, browserHash)
}

func (t *tx) PageByCode(ctx context.Context, codeHash []byte) (access.Page, error) {
	return t.page(ctx, selectPageByCode, codeHash)
}

func (t *tx) page(ctx context.Context, query string, hash []byte) (access.Page, error) {
	var p access.Page
	err := t.one(ctx, query, []any{hash}, pageFields(&p)...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, notFound("page")
	}
	return p, err
}

func (t *tx) LoginPage(ctx context.Context, loginKey int64) (access.Page, error) {
	var p access.Page
	err := t.maybe(ctx, selectLoginPage, []any{loginKey}, pageFields(&p)...)
	return p, err
}

func (t *tx) PutPage(ctx context.Context, p *access.Page) error {
	values := []any{
		p.LoginKey, p.Kind, p.LinkHash, millis(p.LinkUntil), p.BrowserHash, millis(p.VisitedAt), p.ReturnURL, p.State,
		p.CodeHash, millis(p.CodeUntil), p.CodeTries, millis(p.RedeemedAt), millis(p.PasswordChangedAt), millis(p.CreatedAt),
	}
	if p.Key != 0 {
		return t.update(ctx, "page", updatePage, append(values, p.Key)...)
	}
	key, err := t.insert(ctx, insertPage, values...)
	if err != nil {
		return err
	}
	p.Key = key
	return nil
}
