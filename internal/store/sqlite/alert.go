package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

const alertColumns = `t.id, t.at, t.kind, t.severity, t.state, t.account_id, t.school, t.ip, t.user_agent, t.device_id,
	t.login_id, t.incident_id, t.text, t.answered_at, t.answered_by, t.answer, t.audit_seq`

const selectAlertRows = `SELECT ` + alertColumns + `, a.public_id, a.login, ` + accountName + `
	FROM alert t LEFT JOIN account a ON a.id = t.account_id`

// selectAlertsPlain leaves out the name: making a million of them takes time,
// and no export shows them.
const selectAlertsPlain = `SELECT ` + alertColumns + `, a.public_id, a.login
	FROM alert t LEFT JOIN account a ON a.id = t.account_id`

const insertAlert = `INSERT INTO alert (at, kind, severity, state, account_id, school, ip, user_agent, device_id,
	login_id, incident_id, text, answered_at, answered_by, answer, audit_seq)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)`

const updateAlert = `UPDATE alert SET at = ?1, kind = ?2, severity = ?3, state = ?4, account_id = ?5, school = ?6,
	ip = ?7, user_agent = ?8, device_id = ?9, login_id = ?10, incident_id = ?11, text = ?12, answered_at = ?13,
	answered_by = ?14, answer = ?15, audit_seq = ?16 WHERE id = ?17`

func alertFields(a *access.Alert) []any {
	return []any{
		&a.Key, intoTime(&a.At), &a.Kind, &a.Severity, &a.State, intoKey(&a.AccountKey), &a.School,
		intoAddress(&a.IP), &a.UserAgent, &a.DeviceID, &a.LoginKey, &a.IncidentID, &a.Text,
		intoTime(&a.AnsweredAt), &a.AnsweredBy, &a.Answer, &a.AuditSeq,
	}
}

func alertValues(a *access.Alert) []any {
	return []any{
		millis(a.At), a.Kind, a.Severity, a.State, orNull(a.AccountKey), a.School,
		address(a.IP), a.UserAgent, a.DeviceID, a.LoginKey, a.IncidentID, a.Text,
		millis(a.AnsweredAt), a.AnsweredBy, a.Answer, a.AuditSeq,
	}
}

func alertRowFields(r *store.AlertRow) []any {
	return append(plainAlertFields(r), intoText(&r.Name))
}

func plainAlertFields(r *store.AlertRow) []any {
	return append(alertFields(&r.Alert), intoText(&r.AccountID), intoText(&r.Login))
}

func (t *tx) Alert(ctx context.Context, key int64) (store.AlertRow, error) {
	var r store.AlertRow
	err := t.one(ctx, selectAlertRows+` WHERE t.id = ?1`, []any{key}, alertRowFields(&r)...)
	if errors.Is(err, sql.ErrNoRows) {
		return r, access.NotFound("alert", fmt.Sprint(key))
	}
	return r, err
}

func (t *tx) Alerts(ctx context.Context, f store.AlertFilter) ([]store.AlertRow, error) {
	var w where
	w.alerts(f)
	query := selectAlertRows + w.inOrder("t.id", f.Limit)
	return find(ctx, t, query, w.args, alertRowFields)
}

func (t *tx) EachAlert(ctx context.Context, f store.AlertFilter, each func(store.AlertRow) error) error {
	var w where
	w.alerts(f)
	query := selectAlertsPlain + w.inOrder("t.id", f.Limit)
	return findEach(ctx, t, query, w.args, plainAlertFields, each)
}

func (t *tx) CountAlerts(ctx context.Context, f store.AlertFilter) (int, error) {
	var w where
	var n int
	w.alerts(f)
	err := t.one(ctx, `SELECT count(*) FROM alert t`+w.clause(), w.args, &n)
	return n, err
}

func (w *where) alerts(f store.AlertFilter) {
	w.after("t.id", f.Page)
	andIf(w, "t.account_id", f.AccountKey)
	if f.Schools != nil {
		w.and(in(w, "t.school", f.Schools))
	}
	if len(f.Severities) > 0 {
		w.and(in(w, "t.severity", f.Severities))
	}
	if len(f.States) > 0 {
		w.and(in(w, "t.state", f.States))
	}
	andIf(w, "t.incident_id", f.IncidentID)
	w.andSince("t.at", f.Since)
	if !f.Until.IsZero() {
		w.and("t.at < " + w.arg(f.Until.UnixMilli()))
	}
}

func (t *tx) PutAlert(ctx context.Context, a *access.Alert) error {
	if a.Key != 0 {
		return t.update(ctx, fmt.Sprintf("alert %d", a.Key), updateAlert, append(alertValues(a), a.Key)...)
	}
	key, err := t.insert(ctx, insertAlert, alertValues(a)...)
	if err != nil {
		return err
	}
	a.Key = key
	return nil
}

func (t *tx) LastAlert(ctx context.Context, accountKey int64, kinds []access.AlertKind) (access.Alert, error) {
	var w where
	w.and("t.account_id = " + w.arg(accountKey))
	w.and(in(&w, "t.kind", kinds))
	last, err := find(ctx, t, `SELECT `+alertColumns+` FROM alert t`+w.clause()+` ORDER BY t.id DESC LIMIT 1`, w.args, alertFields)
	if err == nil && len(last) == 0 {
		err = notFound("alert")
	}
	if err != nil {
		return access.Alert{}, err
	}
	return last[0], nil
}

func (t *tx) NewestAlert(ctx context.Context) (int64, error) {
	var key int64
	err := t.one(ctx, `SELECT coalesce(max(t.id), 0) FROM alert t`, nil, &key)
	return key, err
}
