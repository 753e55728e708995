package storetest

import (
	"context"
	"testing"

	"pinward/internal/access"
	"pinward/internal/store"
)

func deviceLists(t *testing.T, open Opener) {
	t.Run("an empty list is not nil", func(t *testing.T) {
		same(t, "list", read(start(t, open), listDevices(store.DeviceFilter{})), []store.DeviceRow{})
	})
	t.Run("each filter keeps what it says", func(t *testing.T) { deviceFilters(t, start(t, open)) })
	t.Run("rows hold the device and its owner", func(t *testing.T) { deviceRow(t, start(t, open)) })
}

func listDevices(filter store.DeviceFilter) func(context.Context, store.Tx) ([]store.DeviceRow, error) {
	return func(ctx context.Context, tx store.Tx) ([]store.DeviceRow, error) { return tx.Devices(ctx, filter) }
}

func deviceFilters(t *testing.T, f *fixture) {
	all := f.people("a.ada", "ab.bob")
	ada, bob := all["a.ada"], all["ab.bob"]
	ada.Group, bob.Profile = "3B", access.Teacher
	d1, d2, d3, d4 := newDevice("d1", ada.Key), newDevice("d2", bob.Key), newDevice("d3", ada.Key), newDevice("d4", bob.Key)
	d1.Label, d2.Label = "Salle d’ÉTUDE 1", "Room 1"
	d2.LastSeenAt = epoch().Add(-access.Day)
	d3.ExpiresAt = epoch()
	d4.RevokedAt = epoch()
	f.update(func(ctx context.Context, tx store.Tx) error {
		for _, a := range all {
			if err := tx.PutAccount(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	for _, d := range []*access.Device{&d1, &d2, &d3, &d4} {
		f.update(putDevice(d))
	}
	for _, c := range []struct {
		name   string
		filter store.DeviceFilter
		want   []string
	}{
		{"nothing: all but the revoked", store.DeviceFilter{}, []string{"d1", "d2", "d3"}},
		{"the revoked", store.DeviceFilter{Revoked: true}, []string{"d4"}},
		{"all", store.DeviceFilter{All: true}, []string{"d1", "d2", "d3", "d4"}},
		{"account", store.DeviceFilter{AccountKey: ada.Key}, []string{"d1", "d3"}},
		{"one school", store.DeviceFilter{Schools: []string{"B"}}, []string{"d2"}},
		{"two schools, each device once", store.DeviceFilter{Schools: []string{"B", "A"}}, []string{"d1", "d2", "d3"}},
		{"no school allowed", store.DeviceFilter{Schools: []string{}, All: true}, []string{}},
		{"profile", store.DeviceFilter{Profile: access.Teacher}, []string{"d2"}},
		{"group", store.DeviceFilter{Group: "3B"}, []string{"d1", "d3"}},
		{"part of the label, folded", store.DeviceFilter{Label: "  Étude"}, []string{"d1"}},
		{"a % in the label is no wildcard", store.DeviceFilter{Label: "%"}, []string{}},
		{"unused since before", store.DeviceFilter{UnusedAt: epoch()}, []string{"d2"}},
		{"past their lifetime", store.DeviceFilter{ExpiredAt: epoch()}, []string{"d3"}},
		{"page", store.DeviceFilter{Page: store.Page{After: d1.Key, UpTo: d3.Key, Limit: 1}}, []string{"d2"}},
		{"next page", store.DeviceFilter{Page: store.Page{After: d2.Key, UpTo: d3.Key, Limit: 1}}, []string{"d3"}},
		{"filters add up", store.DeviceFilter{All: true, Schools: []string{"A"}, AccountKey: bob.Key, Revoked: true}, []string{"d2", "d4"}},
	} {
		ids := []string{}
		for _, r := range read(f, listDevices(c.filter)) {
			ids = append(ids, r.ID)
		}
		same(t, c.name, ids, c.want)
	}
}

func deviceRow(t *testing.T, f *fixture) {
	bob := f.people("ba.bob")["ba.bob"]
	bob.Group, bob.FamilyName, bob.GivenName = "3B", "Essai", "Bob"
	d := newDevice("d1", bob.Key)
	f.update(func(ctx context.Context, tx store.Tx) error {
		if err := tx.PutAccount(ctx, bob); err != nil {
			return err
		}
		return tx.PutDevice(ctx, &d)
	})
	want := store.DeviceRow{
		Device: d, AccountID: bob.ID, Login: bob.Login, Name: bob.Name(), Profile: bob.Profile, Group: "3B", School: "B",
	}
	filled(t, want)
	same(t, "rows", read(f, listDevices(store.DeviceFilter{})), []store.DeviceRow{want})
}
