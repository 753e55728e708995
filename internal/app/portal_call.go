package app

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// A PortalCall is what a program shows of itself when it calls.
type PortalCall struct {
	Key   access.Secret // empty: none
	Local bool          // on a socket that only portals of this machine reach
	UID   *uint32       // that the kernel names there; nil: unknown
	Addr  netip.Addr    // where the call comes from elsewhere; invalid: unknown
	Scope access.Scope  // what the call needs
}

// keyUseNoted is how exactly the last use of a key is kept.
const keyUseNoted = time.Hour

// Portal gives the portal that calls, as operator. A call without a key is
// believed by its uid, and for the scopes compat and radius, whose programs can
// send none, by the network it comes from, where exactly one portal fits.
//
// Errors: access.ErrForbidden with the code portal_unauthenticated,
// portal_scope or portal_network; access.ErrNotFound where the contract of
// another product is asked for and no portal has its scope.
func (a *App) Portal(ctx context.Context, call PortalCall) (access.Operator, error) {
	var p access.Portal
	var used *access.PortalKey
	err := a.store.ViewOften(ctx, func(tx store.Tx) (err error) {
		p, used, err = callingPortal(ctx, tx, call)
		return err
	})
	if err != nil {
		return access.Operator{}, err
	}
	a.noteKey(ctx, used)
	return p.Operator(), nil
}

// callingPortal gives the portal that calls, and the key that it showed.
func callingPortal(ctx context.Context, tx store.Tx, call PortalCall) (p access.Portal, used *access.PortalKey, err error) {
	if call.Key.Empty() {
		p, err = portalWithoutKey(ctx, tx, call)
	} else {
		p, used, err = portalOfKey(ctx, tx, call.Key)
	}
	switch {
	case err != nil:
		return p, nil, err
	case !call.Local && !p.From(call.Addr):
		return p, nil, portalElsewhere(p)
	case !p.May(call.Scope):
		return p, nil, portalMayNot(p, call.Scope)
	}
	return p, used, nil
}

// noteKey keeps when a key was used; nil is none.
func (a *App) noteKey(ctx context.Context, used *access.PortalKey) {
	if used != nil && a.clock().Sub(used.LastUsedAt) >= keyUseNoted {
		// Best effort: a store that is busy must not turn a portal away.
		_ = a.store.Update(ctx, func(tx store.Tx) error { return tx.NotePortalKey(ctx, used.ID, a.clock()) })
	}
}

func portalOfKey(ctx context.Context, tx store.Tx, key access.Secret) (access.Portal, *access.PortalKey, error) {
	id, ok := secret.PortalKeyID(key)
	if !ok {
		return access.Portal{}, nil, portalUnknown()
	}
	p, err := tx.PortalByKeyID(ctx, id)
	if isUnknownPortal(err) {
		return p, nil, portalUnknown()
	}
	if err != nil {
		return p, nil, fmt.Errorf("read the portal of key %s: %w", id, err)
	}
	i := slices.IndexFunc(p.Keys, func(k access.PortalKey) bool { return k.ID == id && secret.PortalKeyIs(key, k.Hash) })
	if i < 0 || p.Revoked() {
		return p, nil, portalUnknown()
	}
	return p, &p.Keys[i], nil
}

// portalWithoutKey finds the one portal that the uid or the network of the call
// stands for.
func portalWithoutKey(ctx context.Context, tx store.Tx, call PortalCall) (access.Portal, error) {
	all, err := tx.Portals(ctx, false)
	if err != nil {
		return access.Portal{}, fmt.Errorf("list the portals: %w", err)
	}
	foreign := call.Scope.ByNetwork()
	var fits []access.Portal
	off := foreign
	for _, p := range all {
		if !p.May(call.Scope) {
			continue
		}
		off = false
		if call.runAs(p) || foreign && !call.Local && p.At(call.Addr) {
			fits = append(fits, p)
		}
	}
	switch {
	case off:
		return access.Portal{}, access.NotFound("portal with scope", string(call.Scope))
	case len(fits) == 1:
		return fits[0], nil
	}
	return access.Portal{}, portalUnknown()
}

// runAs reports whether the call's user is one of the portal's.
func (call PortalCall) runAs(p access.Portal) bool {
	return call.Local && call.UID != nil && slices.Contains(p.UIDs, *call.UID)
}

func portalElsewhere(p access.Portal) error {
	return &access.Error{
		Kind: access.ErrForbidden, Code: CodePortalNetwork, Text: fmt.Sprintf("portal %s: not believed from this address", p.Name),
		Hint: "call from one of the networks that pinward portal list shows",
	}
}

func portalMayNot(p access.Portal, s access.Scope) error {
	return &access.Error{
		Kind: access.ErrForbidden, Code: CodePortalScope, Text: fmt.Sprintf("portal %s: it lacks the scope %s", p.Name, s),
		Hint: "see: pinward portal list",
	}
}
