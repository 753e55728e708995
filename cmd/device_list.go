package cmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// deviceFilter is the flags by which devices are listed, and revoked in bulk.
type deviceFilter struct {
	School    string
	Profile   string
	Group     string
	Label     string
	UnusedFor string
	Expired   bool
	Revoked   bool
}

func (f *deviceFilter) add(c *cobra.Command, s *session) {
	c.Flags().StringVar(&f.School, "school", "", "of accounts of the school of that `CODE`")
	c.Flags().StringVar(&f.Profile, "profile", "", "of accounts of that `PROFILE`")
	c.Flags().StringVar(&f.Group, "group", "", "of accounts of that `GROUP`")
	c.Flags().StringVar(&f.Label, "label", "", "whose label holds `TEXT`")
	c.Flags().StringVar(&f.UnusedFor, "unused-for", "", "not seen for `TIME`, such as 90d")
	c.Flags().BoolVar(&f.Expired, "expired", false, "past their lifetime, or unused for their idle limit")
	complete(c, "profile", profileNames()...)
	s.completeSchools(c, "school")
}

// query gives what package app understands.
func (f deviceFilter) query(login string, now time.Time) (app.DeviceQuery, error) {
	q := app.DeviceQuery{Login: login, School: f.School}
	q.DeviceFilter = store.DeviceFilter{Group: f.Group, Label: f.Label, Revoked: f.Revoked}
	if f.Profile != "" {
		profile, err := access.ParseProfile(f.Profile)
		if err != nil {
			return q, err
		}
		q.Profile = profile
	}
	if f.UnusedFor != "" {
		span, err := parseSpan("--unused-for", f.UnusedFor)
		if err != nil {
			return q, err
		}
		q.UnusedAt = now.Add(-span)
	}
	if f.Expired {
		q.ExpiredAt = now
	}
	return q, nil
}

func newDeviceList(s *session) *cobra.Command {
	var filter deviceFilter
	c := &cobra.Command{
		Use:   "list [LOGIN]",
		Short: "List recognized devices",
		Example: `  pinward device list lea.martin
  pinward device list --school 0750001A --unused-for 90d -o csv
  pinward device list --revoked`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE: func(c *cobra.Command, args []string) error {
			return s.deviceList(c.Context(), first(args), filter)
		},
	}
	filter.add(c, s)
	c.Flags().BoolVar(&filter.Revoked, "revoked", false, "those revoked, instead of those recognized")
	return c
}

func (s *session) deviceList(ctx context.Context, login string, filter deviceFilter) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	q, err := filter.query(login, s.Now())
	if err != nil {
		return err
	}
	devices := each(func(yield func(store.DeviceRow) error) error {
		return a.Devices(ctx, s.Operator, q, yield)
	})
	return list(s, deviceColumns(), devices, "no devices")
}
