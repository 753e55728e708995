package sqlite

import (
	"context"
	"net/netip"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// The index of states gives an account's logins in the order of their keys.
const selectPassedBefore = `SELECT l.started_at, l.ip, l.user_agent,
	l.recognized = 1 OR l.opened_by = 'import' AND l.reason = 'device_recognized' FROM login l
	WHERE l.account_id = ?1 AND l.state = 'passed' AND l.id < ?2 ORDER BY l.id DESC LIMIT ?3`

const selectLastAlertAt = `SELECT t.at FROM alert t WHERE t.account_id = ?1 AND t.kind = ?2 ORDER BY t.id DESC LIMIT 1`

const countTried = `SELECT count(DISTINCT n.account_id), count(*) - count(n.account_id) FROM (
	SELECT l.account_id FROM login l WHERE l.tried_from = ?1 AND l.started_at >= ?2 AND l.started_at <= ?3
	ORDER BY l.started_at DESC LIMIT 500) n`

const countRegisteredFrom = `SELECT count(DISTINCT l.account_id) FROM login l
	WHERE l.registered = 1 AND l.ip = ?1 AND l.started_at >= ?2 AND l.started_at <= ?3 AND l.user_agent = ?4`

const countBorrowers = `SELECT count(DISTINCT l.account_id) FROM login l
	WHERE l.borrowed = ?1 AND l.borrowed <> '' AND l.started_at >= ?2 AND l.started_at <= ?3`

const countRegisteredAgain = `SELECT count(*) FROM device d
	WHERE d.account_id = ?1 AND d.first_seen_at >= ?2 AND d.first_seen_at <= ?3 AND (d.label_folded = ?4
	OR d.kind IN ('phone', 'tablet') AND d.kind = ?5 AND d.browser_family = ?6 AND d.browser_os = ?7)`

const selectAddressAlerts = `SELECT ` + alertColumns + ` FROM alert t
	WHERE t.account_id IS NULL AND t.ip = ?1 AND t.kind = ?2 ORDER BY t.id DESC LIMIT ?3`

func (t *tx) PassedBefore(ctx context.Context, accountKey, loginKey int64, limit int) ([]store.Passed, error) {
	return list(ctx, t, selectPassedBefore, []any{accountKey, loginKey, limit}, func(p *store.Passed) []any {
		return []any{intoTime(&p.StartedAt), intoAddress(&p.IP), &p.UserAgent, &p.Known}
	})
}

func (t *tx) LastAlertAt(ctx context.Context, accountKey int64, kind access.AlertKind) (time.Time, error) {
	var at time.Time
	err := t.maybe(ctx, selectLastAlertAt, []any{accountKey, kind}, intoTime(&at))
	return at, err
}

func (t *tx) TriedFrom(ctx context.Context, ip netip.Addr, from, to time.Time) (store.Tried, error) {
	var n store.Tried
	err := t.one(ctx, countTried, []any{address(access.SourceOf(ip)), from.UnixMilli(), to.UnixMilli()}, &n.Accounts, &n.Unknown)
	return n, err
}

func (t *tx) RegisteredFrom(ctx context.Context, ip netip.Addr, userAgent string, from, to time.Time) (int, error) {
	return t.count(ctx, countRegisteredFrom, address(ip), from.UnixMilli(), to.UnixMilli(), userAgent)
}

func (t *tx) BorrowersOf(ctx context.Context, deviceID string, from, to time.Time) (int, error) {
	return t.count(ctx, countBorrowers, deviceID, from.UnixMilli(), to.UnixMilli())
}

func (t *tx) RegisteredAgain(ctx context.Context, d access.Device, from, to time.Time) (int, error) {
	return t.count(ctx, countRegisteredAgain, d.AccountKey, from.UnixMilli(), to.UnixMilli(),
		access.Fold(d.Label), d.Kind, d.Browser.Family, d.Browser.OS)
}

func (t *tx) count(ctx context.Context, query string, args ...any) (int, error) {
	var n int
	err := t.one(ctx, query, args, &n)
	return n, err
}

func (t *tx) AddressAlerts(ctx context.Context, kind access.AlertKind, ip netip.Addr, limit int) ([]access.Alert, error) {
	return list(ctx, t, selectAddressAlerts, []any{address(ip), kind, limit}, alertFields)
}

// triedFrom gives where a login that failed came from, NULL for all others.
func triedFrom(l *access.Login) any {
	if !l.Failed() {
		return nil
	}
	return address(access.SourceOf(l.IP))
}
