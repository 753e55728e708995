package sqlite

import (
	"context"
	"time"

	"pinward/internal/access"
)

const attemptColumns = `coalesce(t.failed, 0), t.locked_at, t.locked_until, t.blocked_at`

const leaseColumns = `l.lease, l.login_id, l.at`

// Most accounts have nothing in the two lists beside the count, and are spared
// the questions.
const selectAttempt = `SELECT ` + attemptColumns + `,
	EXISTS (SELECT 1 FROM attempt_lease l WHERE l.account_id = o.account_id),
	EXISTS (SELECT 1 FROM attempt_wrong w WHERE w.account_id = o.account_id)
	FROM (SELECT ?1 AS account_id) o LEFT JOIN attempt t ON t.account_id = o.account_id`

const selectLeases = `SELECT ` + leaseColumns + ` FROM attempt_lease l WHERE l.account_id = ?1 ORDER BY l.id`

const selectWrong = `SELECT w.at FROM attempt_wrong w WHERE w.account_id = ?1 ORDER BY w.id`

// The WHERE after SELECT keeps SQLite from reading ON as part of a join, and
// makes the first attempt of an account obey the limit too.
const reserveAttempt = `INSERT INTO attempt (account_id, failed) SELECT ?1, 1 WHERE ?2 > 0
	ON CONFLICT (account_id) DO UPDATE SET failed = failed + 1 WHERE failed < ?2`

const insertLease = `INSERT INTO attempt_lease (account_id, lease, login_id, at) VALUES (?1, ?2, ?3, ?4)`

const upsertAttempt = `INSERT INTO attempt (account_id, failed, locked_at, locked_until, blocked_at)
	VALUES (?1, ?2, ?3, ?4, ?5)
	ON CONFLICT (account_id) DO UPDATE SET failed = excluded.failed, locked_at = excluded.locked_at,
	locked_until = excluded.locked_until, blocked_at = excluded.blocked_at`

func (t *tx) Attempts(ctx context.Context, accountKey int64) (access.Attempts, error) {
	var a access.Attempts
	var leases, wrong bool
	key := []any{accountKey}
	err := t.one(ctx, selectAttempt, key, append(attemptFields(&a), &leases, &wrong)...)
	if err == nil && leases {
		a.Leases, err = list(ctx, t, selectLeases, key, leaseFields)
	}
	if err == nil && wrong {
		a.Wrong, err = list(ctx, t, selectWrong, key, wrongFields)
	}
	if err != nil {
		return access.Attempts{}, err
	}
	return a, nil
}

func attemptFields(a *access.Attempts) []any {
	return []any{&a.Failed, intoTime(&a.LockedAt), intoTime(&a.LockedUntil), intoTime(&a.BlockedAt)}
}

func leaseFields(l *access.Lease) []any { return []any{&l.ID, &l.LoginKey, intoTime(&l.At)} }

func wrongFields(at *time.Time) []any { return []any{intoTime(at)} }

// ReserveAttempt compares and counts in one statement. The lease follows in the
// same transaction, which no other writer can enter.
func (t *tx) ReserveAttempt(ctx context.Context, accountKey int64, limit int, l access.Lease) (bool, error) {
	n, err := t.exec(ctx, reserveAttempt, accountKey, limit)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = t.exec(ctx, insertLease, accountKey, l.ID, l.LoginKey, millis(l.At))
	return err == nil, err
}

// PutAttempts replaces all that is remembered.
func (t *tx) PutAttempts(ctx context.Context, accountKey int64, a access.Attempts) error {
	_, err := t.exec(ctx, upsertAttempt, accountKey,
		a.Failed, millis(a.LockedAt), millis(a.LockedUntil), millis(a.BlockedAt))
	if err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM attempt_lease WHERE account_id = ?1`, accountKey); err != nil {
		return err
	}
	for _, l := range a.Leases {
		if _, err := t.exec(ctx, insertLease, accountKey, l.ID, l.LoginKey, millis(l.At)); err != nil {
			return err
		}
	}
	if _, err := t.exec(ctx, `DELETE FROM attempt_wrong WHERE account_id = ?1`, accountKey); err != nil {
		return err
	}
	for _, at := range a.Wrong {
		if _, err := t.exec(ctx, `INSERT INTO attempt_wrong (account_id, at) VALUES (?1, ?2)`, accountKey, millis(at)); err != nil {
			return err
		}
	}
	return nil
}
