package sqlite

import (
	"context"
	"time"

	"pinward/internal/store"
)

const selectKeyUses = `SELECT 'audit', u.key_id, count(*) FROM audit u GROUP BY u.key_id
	UNION ALL SELECT 'birth_date', b.key_id, count(*) FROM birth_date b GROUP BY b.key_id
	UNION ALL SELECT 'device', d.token_key_id, count(*) FROM device d
		WHERE d.revoked_at IS NULL AND d.expires_at > ?1 GROUP BY d.token_key_id
	UNION ALL SELECT 'kept_answer', k.request_key_id, count(*) FROM kept_answer k WHERE k.expires_at > ?1 GROUP BY k.request_key_id
	UNION ALL SELECT 'kept_answer', k.answer_key_id, count(*) FROM kept_answer k
		WHERE k.expires_at > ?1 AND k.answer_key_id NOT IN ('', k.request_key_id) GROUP BY k.answer_key_id
	UNION ALL SELECT 'notice', n.secret_key_id, count(*) FROM notice n WHERE n.secret_key_id <> '' GROUP BY n.secret_key_id
	UNION ALL SELECT 'pin', p.key_id, count(*) FROM pin p WHERE p.sealed IS NOT NULL GROUP BY p.key_id
	UNION ALL SELECT 'reset_code', r.key_id, count(*) FROM reset_code r
		WHERE r.mac IS NOT NULL AND r.expires_at > ?1 GROUP BY r.key_id
	UNION ALL SELECT 'setup_code', c.key_id, count(*) FROM setup_code c WHERE c.expires_at > ?1 GROUP BY c.key_id
	ORDER BY 1, 2`

func (t *tx) KeyUses(ctx context.Context, now time.Time) ([]store.KeyUse, error) {
	return list(ctx, t, selectKeyUses, []any{now.UnixMilli()},
		func(u *store.KeyUse) []any { return []any{&u.Table, &u.Key, &u.Rows} })
}

const selectSealedOtherwise = `SELECT a.id, a.public_id, a.login, coalesce(p.key_id, ''), p.sealed,
	coalesce(b.key_id, ''), b.sealed
	FROM account a LEFT JOIN pin p ON p.account_id = a.id AND p.sealed IS NOT NULL
	LEFT JOIN birth_date b ON b.account_id = a.id
	WHERE a.id > ?2 AND (p.key_id <> ?1 OR b.key_id <> ?1) ORDER BY a.id LIMIT ?3`

// SealedOtherwise looks at the page's After and Limit.
func (t *tx) SealedOtherwise(ctx context.Context, keyID string, p store.Page) ([]store.SealedRow, error) {
	limit := p.Limit
	if limit == 0 {
		limit = -1
	}
	return list(ctx, t, selectSealedOtherwise, []any{keyID, p.After, limit}, func(r *store.SealedRow) []any {
		return []any{
			&r.AccountKey, &r.AccountID, &r.Login, &r.PIN.KeyID, &r.PIN.Blob, &r.BirthDate.KeyID, &r.BirthDate.Blob,
		}
	})
}

// ForgetTokens empties the salt, without which no token can be derived.
func (t *tx) ForgetTokens(ctx context.Context, keyID string, now time.Time) (int, error) {
	return t.exec(ctx, `UPDATE device SET salt = NULL, token_hash = NULL, token_key_id = ''
		WHERE (revoked_at IS NOT NULL OR expires_at <= ?2) AND instr(token_key_id, ?1)`, keyID, now.UnixMilli())
}

func (t *tx) MetaNames(ctx context.Context, prefix string) ([]string, error) {
	return list(ctx, t, `SELECT m.name FROM meta m WHERE substr(m.name, 1, length(?1)) = ?1 ORDER BY m.name`,
		[]any{prefix}, itself[string])
}
