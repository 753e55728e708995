package store

import (
	"context"
	"time"

	"pinward/internal/access"
)

// Portals are few; lists give them all, by name, each with its keys.
type Portals interface {
	// Portal gives the one of that name that is not revoked.
	Portal(ctx context.Context, name string) (access.Portal, error)
	// PortalByKey gives the one of that key, revoked or not.
	PortalByKey(ctx context.Context, key int64) (access.Portal, error)
	// PortalByKeyID gives the owner of a key, with the portal's keys; revoked
	// ones have none.
	PortalByKeyID(ctx context.Context, keyID string) (access.Portal, error)
	// Portals gives those that are not revoked, with all the others too.
	Portals(ctx context.Context, all bool) ([]access.Portal, error)
	// PutPortal stores the portal with its keys in place of those it had. A name
	// that another has is access.ErrRefused "portal_taken".
	PutPortal(ctx context.Context, p *access.Portal) error
	// NotePortalKey keeps when a key was last used; an unknown one is no error.
	NotePortalKey(ctx context.Context, keyID string, at time.Time) error
}
