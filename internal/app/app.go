// Package app holds pinward's use cases, one method per request: authorize,
// one transaction, one audit record for a change or a denial (a read leaves
// none). Every face (command line, later HTTP and socket) goes through it, so
// that no limit holds in one face only. It knows no flags, no output format and
// no SQL.
package app

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// Deps is what the use cases work with.
type Deps struct {
	Store  store.Store
	Keys   *secret.Keyring
	Hasher secret.Hasher
	Now    func() time.Time
	Random io.Reader
	// Detect says from when on the rules that count find something; those of a
	// zero one are off.
	Detect detect.Thresholds
}

// An App runs the use cases.
type App struct {
	store  store.Store
	keys   *secret.Keyring
	hasher secret.Hasher
	now    func() time.Time
	random io.Reader

	thresholds detect.Thresholds
	zones      *sync.Map // *time.Location by name: loading one reads a file
}

// New makes an App. Call CheckKey before anything else on a store that exists.
func New(d Deps) *App {
	return &App{store: d.Store, keys: d.Keys, hasher: d.Hasher, now: d.Now, random: d.Random, thresholds: d.Detect, zones: &sync.Map{}}
}

// clock gives the time as the store keeps it: UTC, whole milliseconds.
func (a *App) clock() time.Time { return a.now().UTC().Truncate(time.Millisecond) }

// location gives a school's time zone.
func (a *App) location(s access.School) *time.Location {
	if known, ok := a.zones.Load(s.TimeZone); ok {
		return known.(*time.Location)
	}
	zone := s.Location()
	a.zones.Store(s.TimeZone, zone)
	return zone
}

// read runs a use case that changes nothing.
func (a *App) read(ctx context.Context, by access.Operator, action Action, f func(tx store.Tx) error) error {
	err := authorize(by, action)
	if err == nil {
		err = a.store.View(ctx, f)
	}
	return a.denied(ctx, by, action, err)
}

// denied records a denial and gives its error back.
func (a *App) denied(ctx context.Context, by access.Operator, action Action, err error) error {
	if !errors.Is(err, access.ErrForbidden) {
		return err
	}
	recordErr := a.store.Update(ctx, func(tx store.Tx) error {
		c, err := a.begin(ctx, tx, by, action)
		if err != nil {
			return err
		}
		c.record.Result = access.AuditDenied
		return c.append(ctx)
	})
	return errors.Join(err, recordErr)
}
