package sqlite

import (
	"context"

	"pinward/internal/access"
	"pinward/internal/store"
)

const pinColumns = `p.key_id, p.sealed, p.set_at, p.set_by, p.temporary, p.cleared_at, p.audit_seq`

const selectPIN = `SELECT ` + pinColumns + ` FROM pin p WHERE p.account_id = ?1`

const upsertPIN = `INSERT INTO pin (account_id, key_id, sealed, set_at, set_by, temporary, cleared_at, audit_seq)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
	ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed,
	set_at = excluded.set_at, set_by = excluded.set_by, temporary = excluded.temporary,
	cleared_at = excluded.cleared_at, audit_seq = excluded.audit_seq`

func (t *tx) Credential(ctx context.Context, accountKey int64) (access.Credential, error) {
	var c access.Credential
	err := t.maybe(ctx, selectPIN, []any{accountKey}, credentialFields(&c)...)
	return c, err
}

func credentialFields(c *access.Credential) []any {
	return []any{&c.KeyID, &c.Sealed, intoTime(&c.SetAt), &c.SetBy, &c.Temporary, intoTime(&c.ClearedAt), &c.AuditSeq}
}

func credentialRowFields(r *store.CredentialRow) []any {
	return append([]any{intoText(&r.AccountID), intoText(&r.Login)}, credentialFields(&r.Credential)...)
}

func (t *tx) PutCredential(ctx context.Context, accountKey int64, c access.Credential) error {
	_, err := t.exec(ctx, upsertPIN, accountKey,
		c.KeyID, c.Sealed, millis(c.SetAt), c.SetBy, c.Temporary, millis(c.ClearedAt), c.AuditSeq)
	return err
}

const setupCodeColumns = `c.account_id, c.key_id, c.mac, c.tries, c.created_at, c.created_by, c.expires_at`

const selectSetupCode = `SELECT ` + setupCodeColumns + ` FROM setup_code c WHERE c.account_id = ?1`

const upsertSetupCode = `INSERT INTO setup_code (account_id, key_id, mac, tries, created_at, created_by, expires_at)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
	ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, mac = excluded.mac, tries = excluded.tries,
	created_at = excluded.created_at, created_by = excluded.created_by, expires_at = excluded.expires_at`

func (t *tx) SetupCode(ctx context.Context, accountKey int64) (access.SetupCode, error) {
	var c access.SetupCode
	err := t.maybe(ctx, selectSetupCode, []any{accountKey}, setupCodeFields(&c)...)
	return c, err
}

func setupCodeFields(c *access.SetupCode) []any {
	return []any{&c.AccountKey, &c.KeyID, &c.MAC, &c.Tries, intoTime(&c.CreatedAt), &c.CreatedBy, intoTime(&c.ExpiresAt)}
}

func (t *tx) ReserveSetupTry(ctx context.Context, accountKey int64, limit int) (bool, error) {
	n, err := t.exec(ctx, `UPDATE setup_code SET tries = tries + 1 WHERE account_id = ?1 AND tries < ?2`, accountKey, limit)
	return n > 0, err
}

func (t *tx) PutSetupCode(ctx context.Context, c access.SetupCode) error {
	_, err := t.exec(ctx, upsertSetupCode,
		c.AccountKey, c.KeyID, c.MAC, c.Tries, millis(c.CreatedAt), c.CreatedBy, millis(c.ExpiresAt))
	return err
}

func (t *tx) DeleteSetupCode(ctx context.Context, accountKey int64) (bool, error) {
	n, err := t.exec(ctx, `DELETE FROM setup_code WHERE account_id = ?1`, accountKey)
	return n > 0, err
}
