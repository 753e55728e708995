package sqlite

import (
	"context"

	"pinward/internal/access"
)

const cursorColumns = `u.name, u.selection, u.alert_id, u.pending_to, u.pending_path, u.pending_digest, u.moved_at, u.audit_seq`

const selectCursors = `SELECT ` + cursorColumns + ` FROM cursor u`

func cursorFields(c *access.Cursor) []any {
	return []any{
		&c.Name, &c.Selection, &c.Alert, &c.Pending.To, &c.Pending.Path, &c.Pending.Digest, intoTime(&c.MovedAt), &c.AuditSeq,
	}
}

func (t *tx) Cursor(ctx context.Context, name string) (access.Cursor, error) {
	c := access.Cursor{Name: name}
	err := t.maybe(ctx, selectCursors+` WHERE u.name = ?1`, []any{name}, cursorFields(&c)...)
	return c, err
}

func (t *tx) Cursors(ctx context.Context) ([]access.Cursor, error) {
	return list(ctx, t, selectCursors+` ORDER BY u.name`, nil, cursorFields)
}

func (t *tx) PutCursor(ctx context.Context, c access.Cursor) error {
	_, err := t.exec(ctx, `INSERT INTO cursor (name, selection, alert_id, pending_to, pending_path, pending_digest, moved_at, audit_seq)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT (name) DO UPDATE SET selection = ?2, alert_id = ?3, pending_to = ?4, pending_path = ?5,
			pending_digest = ?6, moved_at = ?7, audit_seq = ?8`,
		c.Name, c.Selection, c.Alert, c.Pending.To, c.Pending.Path, c.Pending.Digest, millis(c.MovedAt), c.AuditSeq)
	return err
}
