package store

import (
	"context"
	"time"

	"pinward/internal/access"
)

// A GateFilter selects sessions of a gate that have not been ended; empty fields
// select all.
type GateFilter struct {
	AccountKey int64
	PortalKey  int64
	DeviceID   string
	ButDevice  string    // none of this device
	ButLogin   int64     // none of this login
	Unseen     bool      // only those that no request was seen of
	Since      time.Time // passed at or after it; zero: any
}

// Gates are what stands between the browsers of a reverse proxy and its
// applications.
type Gates interface {
	GateStartByHash(ctx context.Context, hash []byte) (access.GateStart, error)
	// GateStartAbout gives the one about the same, expired or not, and a zero one
	// where there is none.
	GateStartAbout(ctx context.Context, about []byte) (access.GateStart, error)
	// CountGateStarts counts those of an account at a portal that expire after now.
	CountGateStarts(ctx context.Context, accountKey, portalKey int64, now time.Time) (int, error)
	PutGateStart(ctx context.Context, s *access.GateStart) error
	// DeleteGateStart reports whether it was there.
	DeleteGateStart(ctx context.Context, key int64) (bool, error)

	GateSessionByHash(ctx context.Context, hash []byte) (access.GateSession, error)
	PutGateSession(ctx context.Context, s *access.GateSession) error
	// NoteGateSession keeps when a session that has not been ended was last seen.
	NoteGateSession(ctx context.Context, key int64, at time.Time) error
	// CountGateSessions counts those that are good at now.
	CountGateSessions(ctx context.Context, f GateFilter, now time.Time) (int, error)
	// EndGateSessions ends them, those past their time too, and gives the number
	// of those that were good.
	EndGateSessions(ctx context.Context, f GateFilter, now time.Time, auditSeq int64) (int, error)
}
