package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newKeyRotate(s *session) *cobra.Command {
	var dryRun bool
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Make a new key the active one and seal everything with it",
		Long: `Make a new key, and seal every PIN and birth date with it. No PIN is needed for
that, and none changes. Devices stay recognized and go over to the new key when
they come next; set-up codes that are out stay good. The old key stays in the
keyring, retired, for what still rests on it, audit records above all, and is
removed by a later rotation when nothing does.

Interrupted at any point, it leaves a store that works; run it again to end it.
Afterwards copy the keyring anew: older copies lack the new key.`,
		Example: `  pinward key rotate -n
  pinward key rotate --yes`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.keyRotate(c.Context(), dryRun) },
	}
	c.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "say what would be done, and do nothing")
	return c
}

func (s *session) keyRotate(ctx context.Context, dryRun bool) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	plan, err := a.PlanRotation(ctx, s.Operator)
	if err != nil {
		return err
	}
	if dryRun {
		return s.showRotationPlan(plan)
	}
	question := fmt.Sprintf("Make a new key and seal %s with it?", count(plan.Rows, "row"))
	if plan.Continued {
		question = fmt.Sprintf("Finish the rotation to key %s that was begun, with %s left?", plan.Key, count(plan.Rows, "row"))
	}
	if err := s.confirm(ctx, question); err != nil {
		return err
	}
	done, err := a.RotateKey(ctx, s.Operator, s.config.Keyring)
	if err != nil {
		return err
	}
	return s.sayRotation(done)
}

func (s *session) showRotationPlan(plan app.Rotation) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if machine {
		item, err := plannedItem(s, plan.Key, true, rotationColumns(), plan)
		if err != nil {
			return err
		}
		return s.writePlan([]changeItem{item})
	}
	if err := show(s, rotationColumns(), plan); err != nil {
		return err
	}
	s.tell("Nothing was changed.")
	return nil
}

func rotationColumns() []column[app.Rotation] {
	type row = app.Rotation
	return []column[row]{
		{Key: "id", Title: "ACTIVE KEY", Value: func(r row) any { return r.Key }},
		{Key: "continues", Title: "ENDS A ROTATION", Value: func(r row) any { return r.Continued }},
		{Key: "rows", Title: "ROWS TO SEAL", Value: func(r row) any { return r.Rows }},
	}
}

func (s *session) sayRotation(r app.Rotation) error {
	item := changeItem{Target: r.Key, Result: resultChanged, Made: map[string]any{
		"continued": r.Continued, "rows": r.Rows, "removed": append([]string{}, r.Removed...),
	}}
	if machine, err := s.machine(); err != nil || machine {
		return s.changed(item, "")
	}
	done := "The new key is " + r.Key
	if r.Continued {
		done = "The rotation to key " + r.Key + " is ended"
	}
	s.say("%s: %s sealed with it.", done, count(r.Rows, "row"))
	if len(r.Removed) > 0 {
		s.say("Removed, since nothing rests on it any more: %s.", strings.Join(r.Removed, ", "))
	}
	s.say("Copy %s to its safe place again, then: pinward key status --copy-noted", s.config.Keyring)
	return nil
}
