package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// MadePortal is a portal with the key that was made for it, which is shown once.
type MadePortal struct {
	Portal  access.Portal
	KeyID   string
	Key     access.Secret
	Dropped string // id of the key that had to go for it; empty: none

	// Mistakable names the portals that a call without a key might come from as
	// well as from the new one (access.Portal.Mistakable).
	Mistakable []string
}

// AddPortal lets a program run logins, with a first key. Of p, the name, the
// scopes, the schools, the return addresses, the networks, the uids and the
// identity header count; a gate without a header has access.DefaultIdentityHeader.
//
// Errors: access.ErrUsage where scope, school or what a gate needs is missing;
// access.ErrNotFound for a school that is not there; access.ErrRefused for a
// name, a return address or a header that cannot be one, a uid that stands for
// no one user (uid_not_allowed), or a name in use.
func (a *App) AddPortal(ctx context.Context, by access.Operator, p access.Portal) (MadePortal, error) {
	var made MadePortal
	if p.May(access.ScopeGate) && p.IdentityHeader == "" {
		p.IdentityHeader = access.DefaultIdentityHeader
	}
	err := a.change(ctx, by, PortalAdd, func(c *change) (err error) {
		if err := authorizeWhole(by, PortalAdd); err != nil {
			return err
		}
		if err := c.checkPortal(ctx, p); err != nil {
			return err
		}
		if made.Mistakable, err = c.mistakable(ctx, p); err != nil {
			return err
		}
		made.Portal = access.Portal{
			Name: p.Name, Scopes: p.Scopes, Schools: p.Schools, ReturnURLs: p.ReturnURLs, Networks: p.Networks, UIDs: p.UIDs,
			IdentityHeader: p.IdentityHeader, CreatedAt: c.now,
		}
		c.target("portal", p.Name)
		c.note("scopes", p.Scopes)
		c.note("schools", p.Schools)
		return c.giveKey(ctx, &made)
	})
	return made, err
}

func (c *change) checkPortal(ctx context.Context, p access.Portal) error {
	if err := access.CheckPortalName(p.Name); err != nil {
		return err
	}
	if len(p.Scopes) == 0 {
		return access.Usage("portal add: no scope", "say what it may do: --scope login")
	}
	if len(p.Schools) == 0 {
		return access.Usage("portal add: no school", "say whose accounts it logs in: --school CODE")
	}
	for _, code := range p.Schools {
		if _, err := findSchool(ctx, c.Tx, c.by, code); err != nil {
			return err
		}
	}
	for _, u := range p.ReturnURLs {
		if err := access.CheckReturnURL(u); err != nil {
			return err
		}
	}
	for _, uid := range p.UIDs {
		if !access.NamesUser(uid) {
			return access.Refused("uid_not_allowed", fmt.Sprintf("portal add: %d stands for no one user", uid), "run the program as a user of its own, and see: id -u NAME")
		}
	}
	return checkGate(p)
}

// mistakable names the portals that p could be mistaken for.
func (c *change) mistakable(ctx context.Context, p access.Portal) ([]string, error) {
	others, err := c.Portals(ctx, false)
	if err != nil {
		return nil, fmt.Errorf("list the portals: %w", err)
	}
	return p.Mistakable(others), nil
}

func checkGate(p access.Portal) error {
	switch {
	case !p.May(access.ScopeGate) && p.IdentityHeader != "":
		return access.Usage("portal add: an identity header without the scope gate", "add --scope gate, or leave it out")
	case !p.May(access.ScopeGate):
		return nil
	case len(p.ReturnURLs) == 0:
		return access.Usage("portal add: a gate without a return address", "name the application's: --return-url https://app.example/_pin/callback")
	}
	return access.CheckIdentityHeader(p.IdentityHeader)
}

// giveKey makes a key for the portal; the oldest goes where there are too many.
func (c *change) giveKey(ctx context.Context, made *MadePortal) error {
	p := &made.Portal
	var err error
	if made.KeyID, made.Key, err = secret.NewPortalKey(c.app.random); err != nil {
		return err
	}
	if made.Dropped = p.KeyToGo(); made.Dropped != "" {
		p.Keys = p.Keys[1:]
	}
	p.Keys = append(p.Keys, access.PortalKey{ID: made.KeyID, Hash: secret.HashPortalKey(made.Key), CreatedAt: c.now})
	p.AuditSeq = c.seq
	c.note("key_id", made.KeyID)
	c.note("key_dropped", made.Dropped)
	err = c.PutPortal(ctx, p)
	if errors.Is(err, access.ErrRefused) {
		return err
	}
	if err != nil {
		return fmt.Errorf("store portal %s: %w", p.Name, err)
	}
	return nil
}

// RotatePortal gives a portal a new key. The one in use stays good beside it,
// and goes at the next rotation (access.Portal.KeyToGo), or by RevokePortalKey.
//
// Errors: access.ErrNotFound for a portal that is not there, or revoked.
func (a *App) RotatePortal(ctx context.Context, by access.Operator, name string) (MadePortal, error) {
	var made MadePortal
	err := a.change(ctx, by, PortalRotate, func(c *change) (err error) {
		if made.Portal, err = c.portal(ctx, name); err != nil {
			return err
		}
		return c.giveKey(ctx, &made)
	})
	return made, err
}

// RevokePortalKey takes one key from a portal; the others stay good. The last may
// go too.
//
// Errors: access.ErrNotFound for a portal or key that is not there, or revoked.
func (a *App) RevokePortalKey(ctx context.Context, by access.Operator, name, keyID string) error {
	return a.change(ctx, by, PortalRevoke, func(c *change) error {
		p, err := c.portal(ctx, name)
		if err != nil {
			return err
		}
		kept := slices.DeleteFunc(slices.Clone(p.Keys), func(k access.PortalKey) bool { return k.ID == keyID })
		if len(kept) == len(p.Keys) {
			return access.NotFound("portal key", shortened(keyID))
		}
		p.Keys, p.AuditSeq = kept, c.seq
		c.note("key_id", keyID)
		if err := c.PutPortal(ctx, &p); err != nil {
			return fmt.Errorf("store portal %s: %w", name, err)
		}
		return nil
	})
}

// RevokePortal ends what a program may do, the logins that it has open, and the
// sessions at its gate.
//
// Errors: access.ErrNotFound for a portal that is not there, or revoked.
func (a *App) RevokePortal(ctx context.Context, by access.Operator, name string) (Ended, error) {
	var ended Ended
	err := a.change(ctx, by, PortalRevoke, func(c *change) error {
		p, err := c.portal(ctx, name)
		if err != nil {
			return err
		}
		opener := p.Operator().ID
		p.Keys, p.RevokedAt, p.RevokedBy, p.AuditSeq = nil, c.now, c.by.ID, c.seq
		if err := c.PutPortal(ctx, &p); err != nil {
			return fmt.Errorf("store portal %s: %w", name, err)
		}
		if ended.Logins, err = c.EndLoginsOf(ctx, opener, access.ReasonLoginExpired, c.now); err != nil {
			return fmt.Errorf("end the logins of portal %s: %w", name, err)
		}
		if ended.Sessions, err = c.endSessions(ctx, store.GateFilter{PortalKey: p.Key}); err != nil {
			return err
		}
		c.noteEnded(ended)
		return nil
	})
	return ended, err
}

// portal loads the portal that a user named, as target.
func (c *change) portal(ctx context.Context, name string) (access.Portal, error) {
	if err := authorizeWhole(c.by, c.action); err != nil {
		return access.Portal{}, err
	}
	if access.CheckPortalName(name) != nil {
		return access.Portal{}, access.NotFound("portal", shortened(name))
	}
	p, err := c.Tx.Portal(ctx, name)
	if err != nil {
		return p, notFoundAs(err, "portal", name)
	}
	c.target("portal", name)
	return p, nil
}

// Portals lists the programs that may run logins, with all those that no longer
// may.
func (a *App) Portals(ctx context.Context, by access.Operator, all bool) ([]access.Portal, error) {
	var portals []access.Portal
	err := a.read(ctx, by, PortalList, func(tx store.Tx) (err error) {
		portals, err = tx.Portals(ctx, all)
		return err
	})
	return portals, err
}

// keepPortals keeps revoked what the old store had revoked: a key that was taken
// away would be good again.
func (c *change) keepPortals(ctx context.Context, old []access.Portal) (int, error) {
	if old == nil { // not readable: nothing is known
		return 0, nil
	}
	living := map[string]bool{}
	for _, p := range old {
		for _, k := range p.Keys {
			living[k.ID] = true
		}
	}
	ours, err := c.Portals(ctx, false)
	if err != nil {
		return 0, fmt.Errorf("list the portals: %w", err)
	}
	n := 0
	for _, p := range ours {
		kept := slices.DeleteFunc(slices.Clone(p.Keys), func(k access.PortalKey) bool { return !living[k.ID] })
		gone := !slices.ContainsFunc(old, func(o access.Portal) bool { return o.Name == p.Name && !o.Revoked() })
		if len(kept) == len(p.Keys) && !gone {
			continue
		}
		if p.Keys, p.AuditSeq = kept, c.seq; gone {
			p.RevokedAt, p.RevokedBy = c.now, c.by.ID
		}
		if err := c.PutPortal(ctx, &p); err != nil {
			return 0, fmt.Errorf("store portal %s: %w", p.Name, err)
		}
		n++
	}
	return n, nil
}

// Codes of calls that no portal was found for.
const (
	CodePortalUnknown = "portal_unauthenticated"
	CodePortalScope   = "portal_scope"
	CodePortalNetwork = "portal_network"
)

func portalUnknown() error {
	return &access.Error{
		Kind: access.ErrForbidden, Code: CodePortalUnknown, Text: "call a portal's interface: no good key",
		Hint: "send the key that pinward portal add showed, as bearer token, basic password or X-API-Key",
	}
}

// isUnknownPortal tells an absent key from a store that cannot be read.
func isUnknownPortal(err error) bool { return errors.Is(err, access.ErrNotFound) }
