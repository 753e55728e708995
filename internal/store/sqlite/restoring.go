package sqlite

import (
	"context"
	"maps"
	"slices"

	"pinward/internal/access"
	"pinward/internal/store"
)

func (t *tx) EndAll(ctx context.Context, r store.Revocation, reason access.Reason) (devices, logins, codes int, err error) {
	devices, err = t.exec(ctx, `UPDATE device SET revoked_at = ?1, revoked_by = ?2, revoked_reason = ?3, audit_seq = ?4
		WHERE revoked_at IS NULL`, millis(r.At), r.By, r.Reason, r.AuditSeq)
	if err != nil {
		return 0, 0, 0, err
	}
	denied, err := t.exec(ctx, `UPDATE login SET state = ?1, decision = ?2, reason = ?3, ended_at = ?4 WHERE state = ?5`,
		access.LoginDenied, access.Deny, reason, millis(r.At), access.LoginOpen)
	if err != nil {
		return 0, 0, 0, err
	}
	cut, err := t.exec(ctx, `UPDATE login SET expires_at = ?1 WHERE state = ?2 AND expires_at > ?1`,
		r.At.UnixMilli(), access.LoginPassed)
	if err != nil {
		return 0, 0, 0, err
	}
	if _, err := t.exec(ctx, `UPDATE notice SET state = ?1, secret_key_id = '', secret = NULL, leased_until = NULL
		WHERE secret_key_id <> ''`, access.NoticeUnmailed); err != nil {
		return 0, 0, 0, err
	}
	if _, err := t.exec(ctx, `DELETE FROM kept_answer`); err != nil {
		return 0, 0, 0, err
	}
	for _, query := range []string{
		`DELETE FROM setup_code`, `DELETE FROM login_pass`, `UPDATE reset_code SET mac = NULL WHERE mac IS NOT NULL`,
	} {
		n, err := t.exec(ctx, query)
		if err != nil {
			return 0, 0, 0, err
		}
		codes += n
	}
	return devices, denied + cut, codes, nil
}

func (t *tx) AttemptAccounts(ctx context.Context) ([]int64, error) {
	return list(ctx, t, `SELECT t.account_id FROM attempt t WHERE t.account_id <> 0
		UNION SELECT l.account_id FROM attempt_lease l WHERE l.account_id <> 0
		UNION SELECT w.account_id FROM attempt_wrong w WHERE w.account_id <> 0 ORDER BY 1`, nil, itself[int64])
}

// Numbers reads what AUTOINCREMENT remembers.
func (t *tx) Numbers(ctx context.Context) (map[string]int64, error) {
	type number struct {
		table string
		key   int64
	}
	rows, err := list(ctx, t, `SELECT q.name, q.seq FROM sqlite_sequence q`, nil,
		func(n *number) []any { return []any{&n.table, &n.key} })
	all := map[string]int64{}
	for _, n := range rows {
		all[n.table] = n.key
	}
	return all, err
}

func (t *tx) RaiseNumbers(ctx context.Context, highest map[string]int64) error {
	have, err := t.Numbers(ctx)
	if err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(highest)) {
		query := `UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1`
		if _, counted := have[table]; !counted {
			query = `INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)`
		}
		if highest[table] <= have[table] {
			continue
		}
		if _, err := t.exec(ctx, query, table, highest[table]); err != nil {
			return err
		}
	}
	return nil
}
