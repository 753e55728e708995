package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

const noticeColumns = `n.id, n.public_id, n.at, n.kind, n.account_id, n.school, n.to_school, n.address, n.lang, n.facts,
	n.secret_key_id, n.secret, n.topic, n.alert_id, n.message_id, n.state, n.tries, n.next_at, n.leased_until,
	n.sent_at, n.last_error, n.seen_at, n.audit_seq`

const selectNoticeRows = `SELECT ` + noticeColumns + `, a.public_id, a.login
	FROM notice n LEFT JOIN account a ON a.id = n.account_id`

const selectLastOfTopic = `SELECT ` + noticeColumns + ` FROM notice n
	WHERE n.account_id = ?1 AND n.kind = ?2 AND n.topic = ?3 AND n.state <> ?4 ORDER BY n.id DESC LIMIT 1`

const insertNotice = `INSERT INTO notice (public_id, at, kind, account_id, school, to_school, address, lang, facts,
	secret_key_id, secret, topic, alert_id, message_id, state, tries, next_at, leased_until,
	sent_at, last_error, seen_at, audit_seq)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)`

const updateNotice = `UPDATE notice SET public_id = ?1, at = ?2, kind = ?3, account_id = ?4, school = ?5, to_school = ?6,
	address = ?7, lang = ?8, facts = ?9, secret_key_id = ?10, secret = ?11, topic = ?12, alert_id = ?13,
	message_id = ?14, state = ?15, tries = ?16, next_at = ?17, leased_until = ?18, sent_at = ?19, last_error = ?20,
	seen_at = ?21, audit_seq = ?22 WHERE id = ?23`

func noticeFields(n *access.Notice) []any {
	return []any{
		&n.Key, &n.ID, intoTime(&n.At), &n.Kind, intoKey(&n.AccountKey), &n.School, &n.ToSchool, &n.Address, &n.Lang,
		intoFacts(&n.Facts), &n.Secret.KeyID, &n.Secret.Blob, &n.Topic, &n.AlertKey, &n.MessageID, &n.State, &n.Tries,
		intoTime(&n.NextAt), intoTime(&n.LeasedUntil), intoTime(&n.SentAt), &n.LastError, intoTime(&n.SeenAt), &n.AuditSeq,
	}
}

func noticeValues(n *access.Notice) ([]any, error) {
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return nil, fmt.Errorf("write the facts of notice %s: %w", n.ID, err)
	}
	return []any{
		n.ID, millis(n.At), n.Kind, orNull(n.AccountKey), n.School, n.ToSchool, n.Address, n.Lang,
		string(facts), n.Secret.KeyID, n.Secret.Blob, n.Topic, n.AlertKey, n.MessageID, n.State, n.Tries,
		millis(n.NextAt), millis(n.LeasedUntil), millis(n.SentAt), n.LastError, millis(n.SeenAt), n.AuditSeq,
	}, nil
}

type factsColumn access.NoticeFacts

func intoFacts(f *access.NoticeFacts) column { return (*factsColumn)(f) }

func (c *factsColumn) Scan(v any) error {
	text, _ := v.(string)
	*c = factsColumn{}
	if err := json.Unmarshal([]byte(text), (*access.NoticeFacts)(c)); err != nil {
		return malformed("notice")
	}
	return nil
}

func noticeRowFields(r *store.NoticeRow) []any {
	return append(noticeFields(&r.Notice), intoText(&r.AccountID), intoText(&r.Login))
}

func (t *tx) Notice(ctx context.Context, id string) (store.NoticeRow, error) {
	var r store.NoticeRow
	err := t.one(ctx, selectNoticeRows+` WHERE n.public_id = ?1`, []any{id}, noticeRowFields(&r)...)
	if errors.Is(err, sql.ErrNoRows) {
		return r, access.NotFound("notice", id)
	}
	return r, err
}

func (w *where) notices(f store.NoticeFilter) {
	w.after("n.id", f.Page)
	if f.Named == "" {
		andIf(w, "n.account_id", f.AccountKey)
	} else {
		w.and("(n.account_id = " + w.arg(f.AccountKey) + " OR " + namedIn("n.facts") + " = " + w.arg(f.Named) + ")")
	}
	if f.Schools != nil {
		w.and(in(w, "n.school", f.Schools))
	}
	if len(f.States) > 0 {
		w.and(in(w, "n.state", f.States))
	}
	if f.Unseen {
		w.and("n.seen_at IS NULL")
	}
	w.andSince("n.at", f.Since)
}

func (t *tx) CountNotices(ctx context.Context, f store.NoticeFilter) (n int, oldest time.Time, err error) {
	var w where
	w.notices(f)
	err = t.one(ctx, `SELECT count(*), min(n.at) FROM notice n`+w.clause(), w.args, &n, intoTime(&oldest))
	return n, oldest, err
}

const selectUnsettled = `SELECT
	EXISTS (SELECT 1 FROM notice n WHERE n.account_id = ?1 AND n.seen_at IS NULL AND n.at >= ?2),
	EXISTS (SELECT 1 FROM alert t WHERE t.account_id = ?1 AND t.state IN ('open', 'disputed'))`

func (t *tx) Unsettled(ctx context.Context, accountKey int64, since time.Time) (notices, alerts bool, err error) {
	err = t.one(ctx, selectUnsettled, []any{accountKey, since.UnixMilli()}, &notices, &alerts)
	return notices, alerts, err
}

func (t *tx) Notices(ctx context.Context, f store.NoticeFilter) ([]store.NoticeRow, error) {
	var w where
	w.notices(f)
	return find(ctx, t, selectNoticeRows+w.inOrder("n.id", f.Limit), w.args, noticeRowFields)
}

func (t *tx) PutNotice(ctx context.Context, n *access.Notice) error {
	values, err := noticeValues(n)
	if err != nil {
		return err
	}
	if n.Key != 0 {
		return t.update(ctx, "notice "+n.ID, updateNotice, append(values, n.Key)...)
	}
	key, err := t.insert(ctx, insertNotice, values...)
	if err != nil {
		return err
	}
	n.Key = key
	return nil
}

const selectDue = `SELECT ` + noticeColumns + ` FROM notice n WHERE n.state = 'waiting'
	AND (n.next_at <= ?1 OR n.next_at > ?2) AND (n.leased_until IS NULL OR n.leased_until <= ?1 OR n.leased_until > ?3)
	AND n.at >= ?4 ORDER BY n.next_at, n.id LIMIT ?5`

func (t *tx) DueNotices(ctx context.Context, d store.Due) ([]access.Notice, error) {
	since := int64(math.MinInt64)
	if !d.Since.IsZero() {
		since = d.Since.UnixMilli()
	}
	args := []any{d.Now.UnixMilli(), d.NextBy.UnixMilli(), d.LeaseBy.UnixMilli(), since, d.Limit}
	return list(ctx, t, selectDue, args, noticeFields)
}

const selectMailsTo = `SELECT count(*), min(n.sent_at) FROM notice n WHERE n.address = ?1
	AND ((n.sent_at > ?2 AND n.sent_at <= ?3) OR (n.state = 'waiting' AND n.leased_until > ?3))`

func (t *tx) MailsTo(ctx context.Context, address string, since, now time.Time) (int, time.Time, error) {
	var n int
	var first time.Time
	err := t.one(ctx, selectMailsTo, []any{address, since.UnixMilli(), now.UnixMilli()}, &n, intoTime(&first))
	return n, first, err
}

const selectWaitingDigest = `SELECT ` + noticeColumns + ` FROM notice n WHERE n.address = ?1 AND n.state = 'waiting'
	AND n.kind = 'digest' AND n.tries = 0 AND n.leased_until IS NULL AND coalesce(n.account_id, 0) = ?2 LIMIT 1`

func (t *tx) WaitingDigest(ctx context.Context, address string, accountKey int64) (access.Notice, error) {
	var n access.Notice
	err := t.one(ctx, selectWaitingDigest, []any{address, accountKey}, noticeFields(&n)...)
	if errors.Is(err, sql.ErrNoRows) {
		return n, notFound("notice")
	}
	return n, err
}

func (t *tx) LastOfTopic(ctx context.Context, accountKey int64, k access.NoticeKind, topic string) (access.Notice, error) {
	var n access.Notice
	err := t.one(ctx, selectLastOfTopic, []any{accountKey, k, topic, access.NoticeUnmailed}, noticeFields(&n)...)
	if errors.Is(err, sql.ErrNoRows) {
		return n, notFound("notice")
	}
	return n, err
}
