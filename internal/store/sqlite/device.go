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

const deviceColumns = `d.id, d.public_id, d.account_id, d.label, d.kind, d.proof, d.browser_family, d.browser_os,
	d.last_ip, d.token_key_id, d.salt, d.generation, d.token_hash, d.presented_at, d.first_seen_at, d.last_seen_at,
	d.expires_at, d.revoked_at, d.revoked_by, d.revoked_reason, d.audit_seq`

const selectDevice = `SELECT ` + deviceColumns + ` FROM device d WHERE d.public_id = ?1`

const homeSchool = `(SELECT s.code FROM account_school m JOIN school s ON s.id = m.school_id
	WHERE m.account_id = a.id AND m.position = 0)`

const selectDeviceRows = `SELECT ` + deviceColumns + `, a.public_id, a.login, ` + accountName + `, a.profile,
	a.group_name, ` + homeSchool + ` FROM device d JOIN account a ON a.id = d.account_id`

// accountName gives what access.Account.Name gives.
const accountName = `trim(a.given_name || ' ' || a.family_name)`

const insertDevice = `INSERT INTO device (public_id, account_id, label, label_folded, kind, proof, browser_family,
	browser_os, last_ip, token_key_id, salt, generation, token_hash, presented_at, first_seen_at, last_seen_at,
	expires_at, revoked_at, revoked_by, revoked_reason, audit_seq)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)`

const updateDevice = `UPDATE device SET public_id = ?1, account_id = ?2, label = ?3, label_folded = ?4, kind = ?5,
	proof = ?6, browser_family = ?7, browser_os = ?8, last_ip = ?9, token_key_id = ?10, salt = ?11,
	generation = ?12, token_hash = ?13, presented_at = ?14, first_seen_at = ?15, last_seen_at = ?16,
	expires_at = ?17, revoked_at = ?18, revoked_by = ?19, revoked_reason = ?20, audit_seq = ?21 WHERE id = ?22`

func deviceFields(d *access.Device) []any {
	return []any{
		&d.Key, &d.ID, &d.AccountKey, &d.Label, &d.Kind, &d.Proof, &d.Browser.Family, &d.Browser.OS,
		intoAddress(&d.LastIP), &d.TokenKeyID, &d.Salt, &d.Generation, &d.TokenHash, intoTime(&d.PresentedAt),
		intoTime(&d.FirstSeenAt), intoTime(&d.LastSeenAt), intoTime(&d.ExpiresAt),
		intoTime(&d.RevokedAt), &d.RevokedBy, &d.RevokedReason, &d.AuditSeq,
	}
}

func deviceValues(d *access.Device) []any {
	return []any{
		d.ID, d.AccountKey, d.Label, access.Fold(d.Label), d.Kind, d.Proof, d.Browser.Family,
		d.Browser.OS, address(d.LastIP), d.TokenKeyID, d.Salt, d.Generation, d.TokenHash, millis(d.PresentedAt),
		millis(d.FirstSeenAt), millis(d.LastSeenAt), millis(d.ExpiresAt),
		millis(d.RevokedAt), d.RevokedBy, d.RevokedReason, d.AuditSeq,
	}
}

func deviceRowFields(r *store.DeviceRow) []any {
	return append(deviceFields(&r.Device), &r.AccountID, &r.Login, &r.Name, &r.Profile, &r.Group, intoText(&r.School))
}

func (t *tx) Device(ctx context.Context, id string) (access.Device, error) {
	var d access.Device
	err := t.one(ctx, selectDevice, []any{id}, deviceFields(&d)...)
	if errors.Is(err, sql.ErrNoRows) {
		return d, access.NotFound("device", id)
	}
	return d, err
}

func (t *tx) Devices(ctx context.Context, f store.DeviceFilter) ([]store.DeviceRow, error) {
	var w where
	w.devices(f)
	query := selectDeviceRows + w.inOrder("d.id", f.Limit)
	return find(ctx, t, query, w.args, deviceRowFields)
}

func (w *where) devices(f store.DeviceFilter) {
	w.after("d.id", f.Page)
	andIf(w, "d.account_id", f.AccountKey)
	w.andMember("d.account_id", f.Schools)
	andIf(w, "a.profile", f.Profile)
	andIf(w, "a.group_name", f.Group)
	if label := access.Fold(f.Label); label != "" {
		w.and("instr(d.label_folded, " + w.arg(label) + ")")
	}
	if !f.UnusedAt.IsZero() {
		w.and("d.last_seen_at < " + w.arg(f.UnusedAt.UnixMilli()))
	}
	if !f.ExpiredAt.IsZero() {
		w.and("d.expires_at <= " + w.arg(f.ExpiredAt.UnixMilli()))
	}
	switch {
	case f.All:
	case f.Revoked:
		w.and("d.revoked_at IS NOT NULL")
	default:
		w.and("d.revoked_at IS NULL")
	}
}

func (t *tx) PutDevice(ctx context.Context, d *access.Device) error {
	key := d.Key
	var err error
	if key == 0 {
		key, err = t.insert(ctx, insertDevice, deviceValues(d)...)
	} else {
		err = t.update(ctx, fmt.Sprintf("device %q", d.ID), updateDevice, append(deviceValues(d), key)...)
	}
	if taken(err) {
		return t.deviceTaken(ctx, d, err)
	}
	if err != nil {
		return err
	}
	d.Key = key
	return nil
}

// deviceTaken tells a label that is taken from a public id that is.
func (t *tx) deviceTaken(ctx context.Context, d *access.Device, err error) error {
	var other int64
	lookErr := t.one(ctx, `SELECT d.id FROM device d
		WHERE d.account_id = ?1 AND d.label_folded = ?2 AND d.revoked_at IS NULL AND d.id <> ?3`,
		[]any{d.AccountKey, access.Fold(d.Label), d.Key}, &other)
	if lookErr != nil {
		return err
	}
	return access.Refused("label_taken", "label: another device of this account has it", "choose another label, or revoke the other device")
}

func (t *tx) RevokeDevices(ctx context.Context, accountKey, except int64, r store.Revocation) (int, error) {
	return t.exec(ctx, `UPDATE device SET revoked_at = ?3, revoked_by = ?4, revoked_reason = ?5, audit_seq = ?6
		WHERE account_id = ?1 AND id <> ?2 AND revoked_at IS NULL`,
		accountKey, except, millis(r.At), r.By, r.Reason, r.AuditSeq)
}

const countDevices = `SELECT count(*) FROM device d
	WHERE d.account_id = ?1 AND d.revoked_at IS NULL AND d.expires_at > ?2`

func (t *tx) CountDevices(ctx context.Context, accountKey int64, now time.Time) (int, error) {
	var n int
	err := t.one(ctx, countDevices, []any{accountKey, now.UnixMilli()}, &n)
	return n, err
}
