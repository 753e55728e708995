package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"pinward/internal/access"
)

const portalColumns = `o.id, o.name, o.scopes, o.schools, o.return_urls, o.networks, o.uids, o.created_at, o.revoked_at,
	o.revoked_by, o.audit_seq, o.identity_header`

const selectPortal = `SELECT ` + portalColumns + ` FROM portal o WHERE o.name = ?1 AND o.revoked_at IS NULL`

const selectPortalByRow = `SELECT ` + portalColumns + ` FROM portal o WHERE o.id = ?1`

const selectPortalByKey = `SELECT ` + portalColumns + ` FROM portal_key k JOIN portal o ON o.id = k.portal_id WHERE k.id = ?1`

const selectPortals = `SELECT ` + portalColumns + ` FROM portal o WHERE o.revoked_at IS NULL OR ?1 ORDER BY o.name, o.id`

const portalKeyColumns = `k.id, k.hash, k.created_at, k.last_used_at`

const selectPortalKeys = `SELECT ` + portalKeyColumns + ` FROM portal_key k WHERE k.portal_id = ?1 ORDER BY k.created_at, k.id`

func portalFields(p *access.Portal) []any {
	return []any{
		&p.Key, &p.Name, intoWords(&p.Scopes), intoWords(&p.Schools), intoWords(&p.ReturnURLs), intoPrefixes(&p.Networks),
		intoUIDs(&p.UIDs), intoTime(&p.CreatedAt), intoTime(&p.RevokedAt), &p.RevokedBy, &p.AuditSeq,
		&p.IdentityHeader,
	}
}

func portalKeyFields(k *access.PortalKey) []any {
	return []any{&k.ID, &k.Hash, intoTime(&k.CreatedAt), intoTime(&k.LastUsedAt)}
}

func (t *tx) Portal(ctx context.Context, name string) (access.Portal, error) {
	return t.portal(ctx, selectPortal, name)
}

func (t *tx) PortalByKey(ctx context.Context, key int64) (access.Portal, error) {
	return t.portal(ctx, selectPortalByRow, key)
}

func (t *tx) PortalByKeyID(ctx context.Context, keyID string) (access.Portal, error) {
	return t.portal(ctx, selectPortalByKey, keyID)
}

func (t *tx) portal(ctx context.Context, query string, named any) (access.Portal, error) {
	var p access.Portal
	err := t.one(ctx, query, []any{named}, portalFields(&p)...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, access.NotFound("portal", fmt.Sprint(named))
	}
	if err != nil {
		return p, err
	}
	p.Keys, err = t.portalKeys(ctx, p.Key)
	return p, err
}

func (t *tx) portalKeys(ctx context.Context, portal int64) ([]access.PortalKey, error) {
	keys, err := list(ctx, t, selectPortalKeys, []any{portal}, portalKeyFields)
	if len(keys) == 0 {
		return nil, err
	}
	return keys, err
}

func (t *tx) Portals(ctx context.Context, all bool) ([]access.Portal, error) {
	portals, err := list(ctx, t, selectPortals, []any{all}, portalFields)
	for i := range portals {
		if err == nil {
			portals[i].Keys, err = t.portalKeys(ctx, portals[i].Key)
		}
	}
	return portals, err
}

func (t *tx) PutPortal(ctx context.Context, p *access.Portal) error {
	args := []any{
		p.Name, words(p.Scopes), words(p.Schools), words(p.ReturnURLs), prefixes(p.Networks), uids(p.UIDs),
		millis(p.CreatedAt), millis(p.RevokedAt), p.RevokedBy, p.AuditSeq, p.IdentityHeader,
	}
	var err error
	if p.Key == 0 {
		p.Key, err = t.insert(ctx, `INSERT INTO portal (name, scopes, schools, return_urls, networks, uids, created_at,
			revoked_at, revoked_by, audit_seq, identity_header) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`, args...)
	} else {
		err = t.update(ctx, fmt.Sprintf("portal %q", p.Name), `UPDATE portal SET name = ?1, scopes = ?2, schools = ?3,
			return_urls = ?4, networks = ?5, uids = ?6, created_at = ?7, revoked_at = ?8, revoked_by = ?9, audit_seq = ?10,
			identity_header = ?11 WHERE id = ?12`, append(args, p.Key)...)
	}
	if taken(err) {
		return access.Refused("portal_taken", fmt.Sprintf("portal %q: there is one already", p.Name), "choose another name, or revoke that one: pinward portal revoke "+p.Name)
	}
	if err != nil {
		return err
	}
	return t.putPortalKeys(ctx, *p)
}

func (t *tx) putPortalKeys(ctx context.Context, p access.Portal) error {
	if _, err := t.exec(ctx, `DELETE FROM portal_key WHERE portal_id = ?1`, p.Key); err != nil {
		return err
	}
	for _, k := range p.Keys {
		_, err := t.exec(ctx, `INSERT INTO portal_key (id, portal_id, hash, created_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5)`,
			k.ID, p.Key, k.Hash, millis(k.CreatedAt), millis(k.LastUsedAt))
		if err != nil {
			return fmt.Errorf("key %s: %w", k.ID, err)
		}
	}
	return nil
}

func (t *tx) NotePortalKey(ctx context.Context, keyID string, at time.Time) error {
	_, err := t.exec(ctx, `UPDATE portal_key SET last_used_at = ?1 WHERE id = ?2`, millis(at), keyID)
	return err
}

// prefixes and uids give the text that their columns hold.
func prefixes(all []netip.Prefix) string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.String()
	}
	return words(texts)
}

func uids(all []uint32) string {
	texts := make([]string, len(all))
	for i, uid := range all {
		texts[i] = strconv.FormatUint(uint64(uid), 10)
	}
	return words(texts)
}

type prefixesColumn []netip.Prefix

func intoPrefixes(all *[]netip.Prefix) column { return (*prefixesColumn)(all) }

func (c *prefixesColumn) Scan(v any) error {
	*c = nil
	text, _ := v.(string)
	for word := range strings.FieldsSeq(text) {
		p, err := netip.ParsePrefix(word)
		if err != nil {
			return malformed("network")
		}
		*c = append(*c, p)
	}
	return nil
}

type uidsColumn []uint32

func intoUIDs(all *[]uint32) column { return (*uidsColumn)(all) }

func (c *uidsColumn) Scan(v any) error {
	*c = nil
	text, _ := v.(string)
	for word := range strings.FieldsSeq(text) {
		uid, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return malformed("uid")
		}
		*c = append(*c, uint32(uid))
	}
	return nil
}
