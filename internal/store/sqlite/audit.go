package sqlite

import (
	"context"
	"fmt"
	"strings"

	"pinward/internal/access"
	"pinward/internal/store"
)

const auditColumns = `u.seq, u.at, u.actor, u.role, u.action, u.target_kind, u.target, u.result, u.key_id,
	u.detail_mac, u.prev, u.mac, d.detail`

const selectAudit = `SELECT ` + auditColumns + ` FROM audit u LEFT JOIN audit_detail d ON d.seq = u.seq`

const insertAudit = `INSERT INTO audit (seq, at, actor, role, action, target_kind, target, result, key_id,
	detail_mac, prev, mac)
	SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
	WHERE ?1 > (SELECT coalesce(max(u.seq), 0) FROM audit u)`

func auditFields(r *access.AuditRecord) []any {
	return []any{
		&r.Seq, intoTime(&r.At), &r.Actor, &r.Role, &r.Action, &r.TargetKind, &r.Target, &r.Result, &r.KeyID,
		&r.DetailMAC, &r.Prev, &r.MAC, &r.Detail,
	}
}

func (t *tx) AuditHead(ctx context.Context) (access.AuditRecord, error) {
	var r access.AuditRecord
	err := t.maybe(ctx, selectAudit+` ORDER BY u.seq DESC LIMIT 1`, nil, auditFields(&r)...)
	return r, err
}

// AppendAudit refuses a record that would not be the newest.
func (t *tx) AppendAudit(ctx context.Context, r access.AuditRecord) error {
	n, err := t.exec(ctx, insertAudit, r.Seq, millis(r.At), r.Actor, r.Role, r.Action, r.TargetKind, r.Target,
		r.Result, r.KeyID, r.DetailMAC, r.Prev, r.MAC)
	if err == nil && n == 0 {
		err = fmt.Errorf("append audit record %d: the chain is past it", r.Seq)
	}
	if err != nil || r.Detail == nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO audit_detail (seq, detail) VALUES (?1, ?2)`, r.Seq, string(r.Detail))
	return err
}

func (t *tx) Audits(ctx context.Context, f store.AuditFilter) ([]access.AuditRecord, error) {
	var w where
	w.audits(f)
	query := selectAudit + w.inOrder("u.seq", f.Limit)
	return find(ctx, t, query, w.args, auditFields)
}

func (w *where) audits(f store.AuditFilter) {
	w.after("u.seq", f.Page)
	andIf(w, "u.actor", f.Actor)
	andIf(w, "u.target", f.Target)
	switch {
	case f.Action == "":
	case strings.Contains(f.Action, "."):
		w.and("u.action = " + w.arg(f.Action))
	default:
		// "/" follows "." in ASCII: a range, so that the index serves it.
		w.and("u.action >= " + w.arg(f.Action+".") + " AND u.action < " + w.arg(f.Action+"/"))
	}
	w.andSince("u.at", f.Since)
}
