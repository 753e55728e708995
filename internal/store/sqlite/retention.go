package sqlite

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An aged says where one kind of row or address stands, and from when it is.
type aged struct {
	table, when string
	only        string // a further condition
	address     string // what is cut; "" where rows are removed
	set         string // puts ?2 in its place
}

// uncut says that an address is not that of a network as access.NetworkOf gives
// it. Addresses are stored as netip writes them, so a /24 ends in ".0" and a
// /48 in "::" behind at most three groups.
func uncut(ip string) string {
	return strings.ReplaceAll(`IP IS NOT NULL AND IP NOT LIKE '%.0'
	AND NOT (IP LIKE '%::' AND length(IP) - length(replace(IP, ':', '')) <= 4)`, "IP", ip)
}

// ofFacts gives a fact of a notice, NULL where there is none.
func ofFacts(facts, path string) string {
	return `CASE WHEN json_valid(` + facts + `) THEN json_extract(` + facts + `, '` + path + `') END`
}

// namedIn gives the login that the facts of a notice name.
func namedIn(facts string) string { return ofFacts(facts, "$.login") }

func agedAs(a store.Aged) (aged, error) {
	switch a {
	case store.AgedLogins:
		return aged{table: "login", when: "started_at", only: "state <> 'open'"}, nil
	case store.AgedAlerts:
		return aged{table: "alert", when: "at", only: "1"}, nil
	case store.AgedNotices:
		return aged{table: "notice", when: "at", only: "1"}, nil
	case store.AgedLoginAddresses:
		return aged{table: "login", when: "started_at", only: uncut("ip"), address: "ip", set: "ip = ?2, tried_from = NULL"}, nil
	case store.AgedAlertAddresses:
		return aged{table: "alert", when: "at", only: uncut("ip"), address: "ip", set: "ip = ?2"}, nil
	case store.AgedDeviceAddresses:
		return aged{table: "device", when: "last_seen_at", only: uncut("last_ip"), address: "last_ip", set: "last_ip = ?2"}, nil
	case store.AgedNoticeAddresses:
		ip := ofFacts("facts", "$.ip")
		return aged{table: "notice", when: "at", only: uncut(ip), address: ip, set: "facts = json_set(facts, '$.ip', ?2)"}, nil
	case store.AgedSetupCodes:
		return aged{table: "setup_code", when: "expires_at", only: "1"}, nil
	case store.AgedResetCodes:
		return aged{table: "reset_code", when: "created_at", only: "1"}, nil
	case store.AgedLoginPasses:
		return aged{table: "login_pass", when: "expires_at", only: "1"}, nil
	case store.AgedKeptAnswers:
		return aged{table: "kept_answer", when: "expires_at", only: "1"}, nil
	case store.AgedPages:
		return aged{table: "page", when: "created_at", only: "1"}, nil
	case store.AgedGateStarts:
		return aged{table: "gate_start", when: "expires_at", only: "1"}, nil
	case store.AgedGateSessions:
		return aged{table: "gate_session", when: "expires_at", only: "1"}, nil
	}
	return aged{}, fmt.Errorf("retention of %q: unknown", a)
}

func (g aged) condition() string { return g.when + " < ?1 AND " + g.only }

func (t *tx) CountAged(ctx context.Context, a store.Aged, before time.Time) (int, error) {
	g, err := agedAs(a)
	if err != nil {
		return 0, err
	}
	var n int
	err = t.one(ctx, `SELECT count(*) FROM `+g.table+` WHERE `+g.condition(), []any{before.UnixMilli()}, &n)
	return n, err
}

func (t *tx) PruneAged(ctx context.Context, a store.Aged, before time.Time, limit int) (int, error) {
	g, err := agedAs(a)
	if err != nil {
		return 0, err
	}
	if g.address != "" {
		return t.cutAddresses(ctx, g, before, limit)
	}
	return t.exec(ctx, `DELETE FROM `+g.table+` WHERE rowid IN (SELECT rowid FROM `+g.table+`
		WHERE `+g.condition()+` ORDER BY `+g.when+` LIMIT ?2)`, before.UnixMilli(), limit)
}

func (t *tx) cutAddresses(ctx context.Context, g aged, before time.Time, limit int) (int, error) {
	type row struct {
		key int64
		ip  netip.Addr
	}
	rows, err := list(ctx, t, `SELECT id, `+g.address+` FROM `+g.table+` WHERE `+g.condition()+`
		ORDER BY `+g.when+` LIMIT ?2`, []any{before.UnixMilli(), limit},
		func(r *row) []any { return []any{&r.key, intoAddress(&r.ip)} })
	if err != nil {
		return 0, err
	}
	for _, r := range rows {
		_, err := t.exec(ctx, `UPDATE `+g.table+` SET `+g.set+` WHERE id = ?1`,
			r.key, address(access.NetworkOf(r.ip).Addr()))
		if err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

func (t *tx) LongArchived(ctx context.Context, before time.Time, limit int) ([]int64, error) {
	if limit == 0 {
		limit = -1
	}
	return list(ctx, t, `SELECT a.id FROM account a WHERE a.status = ?1 AND a.updated_at < ?2 ORDER BY a.id LIMIT ?3`,
		[]any{access.Archived, before.UnixMilli(), limit}, itself[int64])
}

func (t *tx) EraseAccounts(ctx context.Context, keys []int64) error {
	if err := t.eraseDetailsByLogin(ctx, keys); err != nil {
		return err
	}
	if err := t.eraseNoticesByLogin(ctx, keys); err != nil {
		return err
	}
	for _, key := range keys {
		for _, query := range eraseAccount() {
			if _, err := t.exec(ctx, query, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseAccount gives the statements that remove one account, the rows that
// others refer to last.
func eraseAccount() []string {
	statements := []string{`UPDATE audit_detail SET detail = NULL WHERE detail IS NOT NULL AND seq IN (
		SELECT u.seq FROM audit u WHERE u.target IN (
			SELECT a.public_id FROM account a WHERE a.id = ?1
			UNION SELECT d.public_id FROM device d WHERE d.account_id = ?1
			UNION SELECT t.incident_id FROM alert t WHERE t.account_id = ?1))`}
	for _, table := range []string{
		"birth_date", "pin", "attempt", "attempt_lease", "attempt_wrong", "setup_code",
		"reset_code", "login_pass", "gate_start", "gate_session",
		"device", "login", "alert", "notice", "account_school",
	} {
		statements = append(statements, `DELETE FROM `+table+` WHERE account_id = ?1`)
	}
	return append(statements,
		`DELETE FROM account_student WHERE guardian_id = ?1 OR student_id = ?1`,
		`DELETE FROM account WHERE id = ?1`)
}

// eraseDetailsByLogin erases the details that name one of the accounts by its
// login, in one pass over the records of other targets than accounts.
func (t *tx) eraseDetailsByLogin(ctx context.Context, keys []int64) error {
	var w where
	named := in(&w, "a.id", keys)
	_, err := t.exec(ctx, `UPDATE audit_detail SET detail = NULL WHERE seq IN (
		SELECT d.seq FROM audit u JOIN audit_detail d ON d.seq = u.seq
		WHERE u.target_kind <> 'account' AND CASE WHEN json_valid(d.detail) THEN
			json_extract(d.detail, '$.login') IN (SELECT a.login FROM account a WHERE `+named+`) END)`, w.args...)
	return err
}

// eraseNoticesByLogin removes the notices to schools that name one of the
// accounts by its login.
func (t *tx) eraseNoticesByLogin(ctx context.Context, keys []int64) error {
	var w where
	named := in(&w, "a.id", keys)
	_, err := t.exec(ctx, `DELETE FROM notice WHERE `+namedIn("facts")+` IN (SELECT a.login FROM account a WHERE `+named+`)`, w.args...)
	return err
}

func (t *tx) PruneAudit(ctx context.Context, through int64) error {
	if _, err := t.exec(ctx, `DELETE FROM audit_detail WHERE seq <= ?1`, through); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM audit WHERE seq <= ?1`, through)
	return err
}
