package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

const loginColumns = `l.id, l.id_hash, l.account_id, l.opened_by, l.started_at, l.expires_at, l.ended_at, l.state,
	l.decision, l.reason, l.ip, l.user_agent, l.device_id, l.wrong_pins, l.pin_at, l.recognized, l.may_choose,
	l.registered, l.token, l.borrowed`

const selectLogin = `SELECT ` + loginColumns + ` FROM login l WHERE l.id_hash = ?1`

const selectLoginByKey = `SELECT ` + loginColumns + ` FROM login l WHERE l.id = ?1`

// LEFT JOIN: a login of an unknown account belongs to no account.
const selectLoginRows = `SELECT ` + loginColumns + `, a.public_id, a.login, ` + homeSchool + `
	FROM login l LEFT JOIN account a ON a.id = l.account_id`

const selectOverdue = `SELECT ` + loginColumns + ` FROM login l
	WHERE l.state = 'open' AND l.expires_at <= ?1 ORDER BY l.expires_at, l.id LIMIT ?2`

const insertLogin = `INSERT INTO login (id_hash, account_id, opened_by, started_at, expires_at, ended_at, state,
	decision, reason, ip, user_agent, device_id, wrong_pins, pin_at, recognized, may_choose, registered, token,
	borrowed, tried_from)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)`

const updateLogin = `UPDATE login SET id_hash = ?1, account_id = ?2, opened_by = ?3, started_at = ?4, expires_at = ?5,
	ended_at = ?6, state = ?7, decision = ?8, reason = ?9, ip = ?10, user_agent = ?11, device_id = ?12,
	wrong_pins = ?13, pin_at = ?14, recognized = ?15, may_choose = ?16, registered = ?17, token = ?18,
	borrowed = ?19, tried_from = ?20 WHERE id = ?21`

func loginFields(l *access.Login) []any {
	return []any{
		&l.Key, &l.IDHash, intoKey(&l.AccountKey), &l.OpenedBy, intoTime(&l.StartedAt), intoTime(&l.ExpiresAt),
		intoTime(&l.EndedAt), &l.State, &l.Decision, &l.Reason, intoAddress(&l.IP), &l.UserAgent, &l.DeviceID,
		&l.WrongPINs, intoTime(&l.PINAt), &l.Recognized, &l.MayChoose, &l.Registered, &l.Token,
		&l.Borrowed,
	}
}

func loginValues(l *access.Login) []any {
	return []any{
		l.IDHash, orNull(l.AccountKey), l.OpenedBy, millis(l.StartedAt), millis(l.ExpiresAt),
		millis(l.EndedAt), l.State, l.Decision, l.Reason, address(l.IP), l.UserAgent, l.DeviceID,
		l.WrongPINs, millis(l.PINAt), l.Recognized, l.MayChoose, l.Registered, l.Token,
		l.Borrowed, triedFrom(l),
	}
}

func loginRowFields(r *store.LoginRow) []any {
	return append(loginFields(&r.Login), intoText(&r.AccountID), intoText(&r.AccountLogin), intoText(&r.School))
}

func (t *tx) LoginByIDHash(ctx context.Context, idHash []byte) (access.Login, error) {
	return t.login(ctx, selectLogin, idHash)
}

func (t *tx) LoginByKey(ctx context.Context, key int64) (access.Login, error) {
	return t.login(ctx, selectLoginByKey, key)
}

func (t *tx) login(ctx context.Context, query string, by any) (access.Login, error) {
	var l access.Login
	err := t.one(ctx, query, []any{by}, loginFields(&l)...)
	if errors.Is(err, sql.ErrNoRows) {
		return l, notFound("login")
	}
	return l, err
}

func (t *tx) PutLogin(ctx context.Context, l *access.Login) error {
	if l.Key != 0 {
		return t.update(ctx, fmt.Sprintf("login %d", l.Key), updateLogin, append(loginValues(l), l.Key)...)
	}
	key, err := t.insert(ctx, insertLogin, loginValues(l)...)
	if err != nil {
		return err
	}
	l.Key = key
	return nil
}

func (t *tx) Logins(ctx context.Context, f store.LoginFilter) ([]store.LoginRow, error) {
	var w where
	w.logins(f)
	query := selectLoginRows + w.inOrder("l.id", f.Limit)
	return find(ctx, t, query, w.args, loginRowFields)
}

func (t *tx) EachLogin(ctx context.Context, f store.LoginFilter, each func(store.LoginRow) error) error {
	var w where
	w.logins(f)
	query := selectLoginRows + w.inOrder("l.id", f.Limit)
	return findEach(ctx, t, query, w.args, loginRowFields, each)
}

func (w *where) logins(f store.LoginFilter) {
	w.after("l.id", f.Page)
	andIf(w, "l.account_id", f.AccountKey)
	w.andMember("l.account_id", f.Schools)
	andIf(w, "l.state", f.State)
	w.andSince("l.started_at", f.Since)
}

// OverdueLogins gives the longest overdue first.
func (t *tx) OverdueLogins(ctx context.Context, now time.Time, limit int) ([]access.Login, error) {
	if limit == 0 {
		limit = -1
	}
	return list(ctx, t, selectOverdue, []any{now.UnixMilli(), limit}, loginFields)
}

// EndLogins ends open logins even past their time: a clock moved back would
// otherwise open them again.
func (t *tx) EndLogins(ctx context.Context, accountKey, except int64, reason access.Reason, now time.Time) (int, error) {
	return t.endLogins(ctx, `account_id = ?1 AND id <> ?2`, accountKey, except, reason, now)
}

func (t *tx) EndLoginsOf(ctx context.Context, openedBy string, reason access.Reason, now time.Time) (int, error) {
	return t.endLogins(ctx, `opened_by = ?1 AND id <> ?2`, openedBy, 0, reason, now)
}

func (t *tx) endLogins(ctx context.Context, whose string, owner any, except int64, reason access.Reason, now time.Time) (int, error) {
	denied, err := t.exec(ctx, `UPDATE login SET state = ?3, decision = ?4, reason = ?5, ended_at = ?6
		WHERE `+whose+` AND state = ?7`,
		owner, except, access.LoginDenied, access.Deny, reason, millis(now), access.LoginOpen)
	if err != nil {
		return 0, err
	}
	cut, err := t.exec(ctx, `UPDATE login SET expires_at = ?3
		WHERE `+whose+` AND state = ?4 AND expires_at > ?3`,
		owner, except, now.UnixMilli(), access.LoginPassed)
	return denied + cut, err
}

func (t *tx) NewestLogin(ctx context.Context) (int64, error) {
	var key int64
	err := t.one(ctx, `SELECT coalesce(max(l.id), 0) FROM login l`, nil, &key)
	return key, err
}
