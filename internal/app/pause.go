package app

import (
	"context"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/detect"
	"pinward/internal/store"
)

// PauseSchool lets the logins of a school's own accounts pass without their PINs
// until then: for a morning on which PINs keep out those they are to protect. No
// device is registered meanwhile.
func (a *App) PauseSchool(ctx context.Context, by access.Operator, code string, until time.Time, reason string) (access.School, error) {
	return a.putPause(ctx, by, code, reason, func(c *change, s *access.School) error {
		until = until.UTC().Truncate(time.Millisecond)
		if !until.After(c.now) || until.After(c.now.Add(access.MaxPause)) {
			return access.Usage("policy pause: the end is not within the next 24 hours", "a longer pause is a change of policy: pinward policy set")
		}
		s.PausedAt, s.PausedUntil = c.now, until
		c.note("until", until)
		if err := c.raiseAtSchool(ctx, *s, detect.Changed(access.AlertPolicyPaused)); err != nil {
			return err
		}
		return c.notifySchool(ctx, *s, access.Notice{Kind: access.NoticePolicyPaused, Facts: access.NoticeFacts{
			Until: until, By: string(by.Role), Reason: s.PauseReason,
		}})
	})
}

// EndPause lets a school's logins need their PINs again. A school that is not
// paused stays as it is.
func (a *App) EndPause(ctx context.Context, by access.Operator, code, reason string) (access.School, bool, error) {
	ended := false
	s, err := a.putPause(ctx, by, code, reason, func(c *change, s *access.School) error {
		if _, ended = s.Paused(c.now); !ended {
			c.nothing()
			return nil
		}
		s.PausedUntil = c.now
		c.note("until", c.now)
		return nil
	})
	return s, ended, err
}

func (a *App) putPause(ctx context.Context, by access.Operator, code, reason string, put func(*change, *access.School) error) (access.School, error) {
	var s access.School
	err := a.change(ctx, by, PolicyPause, func(c *change) (err error) {
		if s, err = findSchool(ctx, c.Tx, by, code); err != nil {
			return err
		}
		if s.PauseReason, err = requiredReason(reason, "pause the PINs of "+s.Code); err != nil {
			return err
		}
		c.target("school", s.Code)
		c.note("reason", s.PauseReason)
		if err := put(c, &s); err != nil || c.silent {
			return err
		}
		if err := c.PutSchool(ctx, &s); err != nil {
			return fmt.Errorf("store school %s: %w", s.Code, err)
		}
		return nil
	})
	return s, err
}

// Paused lists the operator's schools whose logins need no PIN now, by code.
func (a *App) Paused(ctx context.Context, by access.Operator) ([]access.School, error) {
	var paused []access.School
	err := a.read(ctx, by, PolicyShow, func(tx store.Tx) error {
		schools, err := reachable(ctx, tx, by)
		for _, s := range schools {
			if _, now := s.Paused(a.clock()); now {
				paused = append(paused, s)
			}
		}
		return err
	})
	return paused, err
}
