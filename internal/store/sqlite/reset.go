package sqlite

import (
	"context"
	"time"

	"pinward/internal/access"
)

const resetCodeColumns = `r.id, r.account_id, r.login_id, r.key_id, r.mac, r.tries, r.created_at, r.expires_at`

const selectResetCode = `SELECT ` + resetCodeColumns + `
	FROM reset_code r WHERE r.account_id = ?1 ORDER BY r.id DESC LIMIT 1`

const insertResetCode = `INSERT INTO reset_code (account_id, login_id, key_id, mac, tries, created_at, expires_at)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`

const updateResetCode = `UPDATE reset_code SET account_id = ?1, login_id = ?2, key_id = ?3, mac = ?4, tries = ?5,
	created_at = ?6, expires_at = ?7 WHERE id = ?8`

func resetCodeFields(c *access.ResetCode) []any {
	return []any{
		&c.Key, &c.AccountKey, &c.LoginKey, &c.KeyID, &c.MAC, &c.Tries, intoTime(&c.CreatedAt), intoTime(&c.ExpiresAt),
	}
}

func (t *tx) ResetCode(ctx context.Context, accountKey int64) (access.ResetCode, error) {
	var c access.ResetCode
	err := t.maybe(ctx, selectResetCode, []any{accountKey}, resetCodeFields(&c)...)
	return c, err
}

func (t *tx) CountResetCodes(ctx context.Context, accountKey int64, since time.Time) (int, error) {
	var n int
	err := t.one(ctx, `SELECT count(*) FROM reset_code r WHERE r.account_id = ?1 AND r.created_at >= ?2`,
		[]any{accountKey, since.UnixMilli()}, &n)
	return n, err
}

func (t *tx) ReserveResetTry(ctx context.Context, key int64, limit int) (bool, error) {
	n, err := t.exec(ctx, `UPDATE reset_code SET tries = tries + 1 WHERE id = ?1 AND mac IS NOT NULL AND tries < ?2`, key, limit)
	return n > 0, err
}

func (t *tx) PutResetCode(ctx context.Context, c *access.ResetCode) error {
	values := []any{c.AccountKey, c.LoginKey, c.KeyID, c.MAC, c.Tries, millis(c.CreatedAt), millis(c.ExpiresAt)}
	if c.Key != 0 {
		return t.update(ctx, "reset code", updateResetCode, append(values, c.Key)...)
	}
	key, err := t.insert(ctx, insertResetCode, values...)
	if err != nil {
		return err
	}
	c.Key = key
	return nil
}

func (t *tx) VoidResetCodes(ctx context.Context, accountKey int64) (int, error) {
	return t.exec(ctx, `UPDATE reset_code SET mac = NULL WHERE account_id = ?1 AND mac IS NOT NULL`, accountKey)
}

const loginPassColumns = `l.account_id, l.created_at, l.created_by, l.reason, l.expires_at, l.audit_seq` //nolint:gosec // names of columns

const selectLoginPass = `SELECT ` + loginPassColumns + `
	FROM login_pass l WHERE l.account_id = ?1`

const upsertLoginPass = `INSERT INTO login_pass (account_id, created_at, created_by, reason, expires_at, audit_seq)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6)
	ON CONFLICT (account_id) DO UPDATE SET created_at = excluded.created_at, created_by = excluded.created_by,
	reason = excluded.reason, expires_at = excluded.expires_at, audit_seq = excluded.audit_seq`

func loginPassFields(p *access.LoginPass) []any {
	return []any{&p.AccountKey, intoTime(&p.CreatedAt), &p.CreatedBy, &p.Reason, intoTime(&p.ExpiresAt), &p.AuditSeq}
}

func (t *tx) LoginPass(ctx context.Context, accountKey int64) (access.LoginPass, error) {
	var p access.LoginPass
	err := t.maybe(ctx, selectLoginPass, []any{accountKey}, loginPassFields(&p)...)
	return p, err
}

func (t *tx) PutLoginPass(ctx context.Context, p access.LoginPass) error {
	_, err := t.exec(ctx, upsertLoginPass,
		p.AccountKey, millis(p.CreatedAt), p.CreatedBy, p.Reason, millis(p.ExpiresAt), p.AuditSeq)
	return err
}

func (t *tx) DeleteLoginPass(ctx context.Context, accountKey int64) (bool, error) {
	n, err := t.exec(ctx, `DELETE FROM login_pass WHERE account_id = ?1`, accountKey)
	return n > 0, err
}
