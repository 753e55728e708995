package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"pinward/internal/access"
)

const policyColumns = `p.profile, p.version, p.allowed, p.default_protection, p.imposed, p.effective_at,
	p.grace_ms, p.window_ms, p.pin_min, p.pin_max, p.pin_suggest, p.device_days, p.idle_days, p.max_devices,
	p.self_reset, p.changed_at, p.audit_seq`

const selectPolicy = `SELECT ` + policyColumns + ` FROM policy p WHERE p.profile = ?1 ORDER BY p.version DESC LIMIT 1`

const insertPolicy = `INSERT INTO policy (profile, version, allowed, default_protection, imposed, effective_at,
	grace_ms, window_ms, pin_min, pin_max, pin_suggest, device_days, idle_days, max_devices,
	self_reset, changed_at, audit_seq)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)`

func policyFields(p *access.Policy) []any {
	return []any{
		&p.Profile, &p.Version, intoWords(&p.Allowed), &p.Default, &p.Imposed, intoTime(&p.EffectiveAt),
		intoDuration(&p.Grace), intoDuration(&p.Window), &p.PINMin, &p.PINMax, &p.PINSuggest,
		&p.DeviceDays, &p.IdleDays, &p.MaxDevices, &p.SelfReset, intoTime(&p.ChangedAt), &p.AuditSeq,
	}
}

func (t *tx) Policy(ctx context.Context, profile access.Profile) (access.Policy, error) {
	p, err := recall(t.memo().policies, profile, func() (access.Policy, error) { return t.policy(ctx, profile) })
	p.Allowed = slices.Clone(p.Allowed)
	return p, err
}

func (t *tx) policy(ctx context.Context, profile access.Profile) (access.Policy, error) {
	var p access.Policy
	err := t.one(ctx, selectPolicy, []any{profile}, policyFields(&p)...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, access.NotFound("policy", string(profile))
	}
	return p, err
}

func (t *tx) AddPolicy(ctx context.Context, p *access.Policy) error {
	var version int
	err := t.one(ctx, `SELECT coalesce(max(p.version), 0) + 1 FROM policy p WHERE p.profile = ?1`, []any{p.Profile}, &version)
	if err != nil {
		return fmt.Errorf("number the policy of %s: %w", p.Profile, err)
	}
	_, err = t.exec(ctx, insertPolicy,
		p.Profile, version, words(p.Allowed), p.Default, p.Imposed, millis(p.EffectiveAt),
		p.Grace.Milliseconds(), p.Window.Milliseconds(), p.PINMin, p.PINMax, p.PINSuggest,
		p.DeviceDays, p.IdleDays, p.MaxDevices, p.SelfReset, millis(p.ChangedAt), p.AuditSeq)
	if err == nil {
		p.Version = version
	}
	return err
}
