package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

type deviceRevokeOptions struct {
	bulkOptions
	deviceFilter
	Account string
	IDs     []string
}

func newDeviceRevoke(s *session) *cobra.Command {
	var opts deviceRevokeOptions
	c := &cobra.Command{
		Use:   "revoke ID...|--account LOGIN|FILTERS",
		Short: "Take devices off the list, so that the PIN is asked again",
		Long: `Take devices off the list: at the next login from them the PIN is asked again.
Devices are named by their ids, or chosen by the same filters as those of
"device list", of which every one that is given must fit.

Several devices are shown with -n, and revoked after a confirmation.`,
		Example: `  pinward device revoke dnn36gawqkm8068ba --reason "stolen laptop"
  pinward device revoke --account lea.martin
  pinward device revoke --school 0750001A --unused-for 90d -n`,
		ValidArgsFunction: s.completeDevices,
		RunE: func(c *cobra.Command, args []string) error {
			opts.IDs = args
			return s.deviceRevoke(c.Context(), opts)
		},
	}
	opts.bulkOptions.add(c)
	opts.deviceFilter.add(c, s)
	c.Flags().StringVar(&opts.Account, "account", "", "of the account of that `LOGIN`")
	return s.sendNow(c)
}

func (s *session) deviceRevoke(ctx context.Context, opts deviceRevokeOptions) error {
	filtered := opts.Account != "" || opts.deviceFilter != deviceFilter{}
	if filtered == (len(opts.IDs) > 0) {
		return access.Usage("revoke: which devices is not clear", "give ids, or --account LOGIN and other filters; list them with: pinward device list")
	}
	query, err := opts.query(opts.Account, s.Now())
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	r := revocation{s, a, opts}
	if filtered {
		return r.byFilter(ctx, query)
	}
	return r.byID(ctx)
}

// A revocation is one run of the command.
type revocation struct {
	s    *session
	app  *app.App
	opts deviceRevokeOptions
}

func (r revocation) byFilter(ctx context.Context, q app.DeviceQuery) error {
	devices := each(func(yield func(store.DeviceRow) error) error {
		return r.app.Devices(ctx, r.s.Operator, q, yield)
	})
	if r.opts.DryRun {
		return r.s.showDevicePlan(devices)
	}
	var ids []string
	for device, err := range devices {
		if err != nil {
			return err
		}
		ids = append(ids, device.ID)
	}
	return r.revoke(ctx, ids, len(ids))
}

func (r revocation) byID(ctx context.Context) error {
	if len(r.opts.IDs) == 1 && !r.opts.DryRun {
		return r.run(ctx, r.opts.IDs)
	}
	var plan []store.DeviceRow
	var absent []error
	var failed []changeItem
	for _, id := range r.opts.IDs {
		device, err := r.app.Device(ctx, r.s.Operator, id)
		switch {
		case errors.Is(err, access.ErrNotFound):
			absent = append(absent, err)
			failed = append(failed, changeItem{Target: id, Result: resultFailed, Err: err})
		case err != nil:
			return err
		case !device.Revoked():
			plan = append(plan, device)
		}
	}
	if !r.opts.DryRun {
		return r.revoke(ctx, r.opts.IDs, len(plan))
	}
	if len(r.opts.IDs) == 1 && len(absent) == 1 {
		return absent[0]
	}
	if err := r.s.showDevicePlan(rows(plan), failed...); err != nil {
		return err
	}
	return partly(absent, len(r.opts.IDs), "nothing was changed")
}

// revoke asks before so many devices are revoked.
func (r revocation) revoke(ctx context.Context, ids []string, n int) error {
	question := fmt.Sprintf("Revoke %s?", count(n, "device"))
	if err := r.s.allow(ctx, r.opts.bulkOptions, n, "device", question); err != nil {
		return err
	}
	return r.run(ctx, ids)
}

func (r revocation) run(ctx context.Context, ids []string) error {
	items, err := r.app.RevokeDevices(ctx, r.s.Operator, ids, r.s.globals.Reason)
	if err != nil {
		return err
	}
	return r.s.showRevoked(items)
}
