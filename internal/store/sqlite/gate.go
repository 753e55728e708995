package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

const gateStartColumns = `g.id, g.hash, g.key_id, g.salt, g.about, g.portal_id, g.account_id, g.sso_hash, g.return_url,
	g.url, g.expires_at`

const selectGateStart = `SELECT ` + gateStartColumns + ` FROM gate_start g WHERE g.hash = ?1`

const selectGateStartAbout = `SELECT ` + gateStartColumns + ` FROM gate_start g WHERE g.about = ?1`

const countGateStarts = `SELECT count(*) FROM gate_start g WHERE g.account_id = ?1 AND g.portal_id = ?2 AND g.expires_at > ?3`

const insertGateStart = `INSERT INTO gate_start (hash, key_id, salt, about, portal_id, account_id, sso_hash, return_url,
	url, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`

const updateGateStart = `UPDATE gate_start SET hash = ?1, key_id = ?2, salt = ?3, about = ?4, portal_id = ?5,
	account_id = ?6, sso_hash = ?7, return_url = ?8, url = ?9, expires_at = ?10 WHERE id = ?11`

func gateStartFields(s *access.GateStart) []any {
	return []any{
		&s.Key, &s.Hash, &s.KeyID, &s.Salt, &s.About, &s.PortalKey, &s.AccountKey, &s.SSOHash, &s.ReturnURL, &s.URL,
		intoTime(&s.ExpiresAt),
	}
}

func (t *tx) GateStartByHash(ctx context.Context, hash []byte) (access.GateStart, error) {
	var s access.GateStart
	err := t.one(ctx, selectGateStart, []any{hash}, gateStartFields(&s)...)
	if errors.Is(err, sql.ErrNoRows) {
		return s, notFound("way past a gate")
	}
	return s, err
}

func (t *tx) GateStartAbout(ctx context.Context, about []byte) (access.GateStart, error) {
	var s access.GateStart
	err := t.maybe(ctx, selectGateStartAbout, []any{about}, gateStartFields(&s)...)
	return s, err
}

func (t *tx) CountGateStarts(ctx context.Context, accountKey, portalKey int64, now time.Time) (int, error) {
	var n int
	err := t.one(ctx, countGateStarts, []any{accountKey, portalKey, now.UnixMilli()}, &n)
	return n, err
}

func (t *tx) PutGateStart(ctx context.Context, s *access.GateStart) error {
	values := []any{
		s.Hash, s.KeyID, s.Salt, s.About, s.PortalKey, s.AccountKey, s.SSOHash, s.ReturnURL, s.URL, millis(s.ExpiresAt),
	}
	if s.Key != 0 {
		return t.update(ctx, "way past a gate", updateGateStart, append(values, s.Key)...)
	}
	key, err := t.insert(ctx, insertGateStart, values...)
	if err != nil {
		return err
	}
	s.Key = key
	return nil
}

func (t *tx) DeleteGateStart(ctx context.Context, key int64) (bool, error) {
	n, err := t.exec(ctx, `DELETE FROM gate_start WHERE id = ?1`, key)
	return n > 0, err
}

const gateSessionColumns = `g.id, g.hash, g.portal_id, g.account_id, g.login_id, g.device_id, g.state, g.sso_hash,
	g.passed_at, g.seen_at, g.expires_at, g.ended_at, g.audit_seq`

const selectGateSession = `SELECT ` + gateSessionColumns + ` FROM gate_session g WHERE g.hash = ?1`

const insertGateSession = `INSERT INTO gate_session (hash, portal_id, account_id, login_id, device_id, state, sso_hash,
	passed_at, seen_at, expires_at, ended_at, audit_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`

const updateGateSession = `UPDATE gate_session SET hash = ?1, portal_id = ?2, account_id = ?3, login_id = ?4,
	device_id = ?5, state = ?6, sso_hash = ?7, passed_at = ?8, seen_at = ?9, expires_at = ?10, ended_at = ?11,
	audit_seq = ?12 WHERE id = ?13`

func gateSessionFields(s *access.GateSession) []any {
	return []any{
		&s.Key, &s.Hash, &s.PortalKey, &s.AccountKey, &s.LoginKey, &s.DeviceID, &s.State, &s.SSOHash,
		intoTime(&s.PassedAt), intoTime(&s.SeenAt), intoTime(&s.ExpiresAt), intoTime(&s.EndedAt), &s.AuditSeq,
	}
}

func (t *tx) GateSessionByHash(ctx context.Context, hash []byte) (access.GateSession, error) {
	var s access.GateSession
	err := t.one(ctx, selectGateSession, []any{hash}, gateSessionFields(&s)...)
	if errors.Is(err, sql.ErrNoRows) {
		return s, notFound("session of a gate")
	}
	return s, err
}

func (t *tx) PutGateSession(ctx context.Context, s *access.GateSession) error {
	values := []any{
		s.Hash, s.PortalKey, s.AccountKey, s.LoginKey, s.DeviceID, s.State, s.SSOHash,
		millis(s.PassedAt), millis(s.SeenAt), millis(s.ExpiresAt), millis(s.EndedAt), s.AuditSeq,
	}
	if s.Key != 0 {
		return t.update(ctx, "session of a gate", updateGateSession, append(values, s.Key)...)
	}
	key, err := t.insert(ctx, insertGateSession, values...)
	if err != nil {
		return err
	}
	s.Key = key
	return nil
}

func (t *tx) NoteGateSession(ctx context.Context, key int64, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE gate_session SET seen_at = ?2 WHERE id = ?1 AND coalesce(seen_at, 0) < ?2 AND ended_at IS NULL`, key, at.UnixMilli())
	return err
}

func (t *tx) CountGateSessions(ctx context.Context, f store.GateFilter, now time.Time) (int, error) {
	w := gateSessions(f)
	w.and("g.expires_at > " + w.arg(now.UnixMilli()))
	w.and("coalesce(g.seen_at, g.passed_at) > " + w.arg(now.Add(-access.GateIdle).UnixMilli()))
	var n int
	err := t.one(ctx, `SELECT count(*) FROM gate_session g`+w.clause(), w.args, &n)
	return n, err
}

// EndGateSessions ends them even past their time, as EndLogins does.
func (t *tx) EndGateSessions(ctx context.Context, f store.GateFilter, now time.Time, auditSeq int64) (int, error) {
	good, err := t.CountGateSessions(ctx, f, now)
	if err != nil {
		return 0, err
	}
	w := gateSessions(f)
	_, err = t.exec(ctx, `UPDATE gate_session AS g SET ended_at = `+w.arg(now.UnixMilli())+`, audit_seq = `+w.arg(auditSeq)+w.clause(), w.args...)
	return good, err
}

func gateSessions(f store.GateFilter) *where {
	w := &where{conds: []string{"g.ended_at IS NULL"}}
	andIf(w, "g.account_id", f.AccountKey)
	andIf(w, "g.portal_id", f.PortalKey)
	andIf(w, "g.device_id", f.DeviceID)
	if f.ButDevice != "" {
		w.and("g.device_id <> " + w.arg(f.ButDevice))
	}
	if f.ButLogin != 0 {
		w.and("g.login_id <> " + w.arg(f.ButLogin))
	}
	if f.Unseen {
		w.and("g.seen_at IS NULL")
	}
	w.andSince("g.passed_at", f.Since)
	return w
}
