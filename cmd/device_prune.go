package cmd

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"pinward/internal/app"
	"pinward/internal/store"
)

func newDevicePrune(s *session) *cobra.Command {
	var opts bulkOptions
	c := &cobra.Command{
		Use:   "prune",
		Short: "Revoke devices that are no longer recognized anyway",
		Long: `Revoke devices past their lifetime, and those unused for longer than the idle
limit of their account's policy. None of them is recognized at a login; revoked,
they leave the lists and free their labels.`,
		Example: `  pinward device prune -n
  pinward device prune --max-affected 1000 --yes`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.devicePrune(c.Context(), opts) },
	}
	opts.add(c)
	return c
}

func (s *session) devicePrune(ctx context.Context, opts bulkOptions) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	expired, err := a.ExpiredDevices(ctx, s.Operator)
	if err != nil {
		return err
	}
	if opts.DryRun {
		return s.showDevicePlan(rows(expired))
	}
	question := fmt.Sprintf("Revoke %s that expired?", count(len(expired), "device"))
	if err := s.allow(ctx, opts, len(expired), "device", question); err != nil {
		return err
	}
	ids := make([]string, len(expired))
	for i, device := range expired {
		ids[i] = device.ID
	}
	items, err := a.PruneDevices(ctx, s.Operator, ids)
	if err != nil {
		return err
	}
	return s.showRevoked(items)
}

// showDevicePlan lists the devices that would be revoked.
func (s *session) showDevicePlan(devices iter.Seq2[store.DeviceRow, error], absent ...changeItem) error {
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if machine {
		items, err := plannedItems(s, func(d store.DeviceRow) string { return d.ID }, deviceColumns(), devices)
		if err != nil {
			return err
		}
		return s.writePlan(append(items, absent...))
	}
	n := 0
	counted := func(yield func(store.DeviceRow, error) bool) {
		for device, err := range devices {
			n++
			if !yield(device, err) {
				return
			}
		}
	}
	if err := list(s, deviceColumns(), counted, "no devices to revoke"); err != nil {
		return err
	}
	s.tell("%s would be revoked. Nothing was changed.", count(n, "device"))
	return nil
}

// showRevoked tells what became of devices that were to be revoked.
func (s *session) showRevoked(items []app.RevokeItem) error {
	if len(items) == 1 && items[0].Err != nil {
		return items[0].Err
	}
	changes := make([]changeItem, len(items))
	revoked, before, sessions := 0, 0, 0
	for i, item := range items {
		changes[i] = changeItem{Target: item.ID, Result: resultFailed, Err: item.Err}
		switch {
		case item.Err != nil:
		case item.Changed:
			changes[i].Result, changes[i].Made = resultChanged, map[string]any{"sessions_ended": item.Sessions}
			sessions += item.Sessions
			revoked++
		default:
			changes[i].Result = resultUnchanged
			before++
		}
	}
	also := ""
	if before > 0 {
		also = fmt.Sprintf(", %d before", before)
	}
	if sessions > 0 {
		also += ", " + count(sessions, "session") + " ended"
	}
	return s.changes(changes, "%s revoked%s.", count(revoked, "device"), also)
}
