package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func alerts(t *testing.T, open Opener) {
	t.Run("every field comes back", func(t *testing.T) { alertRoundTrip(t, start(t, open)) })
	t.Run("the last of some kinds is the newest", func(t *testing.T) { lastAlert(t, start(t, open)) })
	t.Run("what is absent is not found", func(t *testing.T) { alertAbsent(t, start(t, open)) })
}

func getAlert(key int64) func(context.Context, store.Tx) (store.AlertRow, error) {
	return func(ctx context.Context, tx store.Tx) (store.AlertRow, error) { return tx.Alert(ctx, key) }
}

func putAlert(a *access.Alert) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutAlert(ctx, a) }
}

func alertRoundTrip(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"]
	want := store.AlertRow{AccountID: ada.ID, Login: ada.Login, Name: ada.Name(), Alert: access.Alert{
		At: epoch().Add(time.Second), Kind: access.AlertPINLocked, Severity: access.High, State: access.AlertAcknowledged,
		AccountKey: ada.Key, School: "A", IP: address("192.0.2.1"), UserAgent: "Mozilla", DeviceID: "d1", LoginKey: 8,
		IncidentID: "i1", Text: "a sentence", AnsweredAt: epoch(), AnsweredBy: "uid:0", Answer: "a reason", AuditSeq: 3,
	}}
	f.update(putAlert(&want.Alert))
	filled(t, want)
	filled(t, want.Alert)
	same(t, "alert", read(f, getAlert(want.Key)), want)
	want.State, want.AnsweredAt, want.Answer = access.AlertOpen, time.Time{}, ""
	f.update(putAlert(&want.Alert))
	same(t, "changed alert", read(f, getAlert(want.Key)), want)
	bare := store.AlertRow{Alert: access.Alert{Kind: access.AlertPINWrong}}
	f.update(putAlert(&bare.Alert))
	same(t, "alert about nobody", read(f, getAlert(bare.Key)), bare)
}

func lastAlert(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	ada := all["a.ada"].Key
	first, second, third, others := newAlert(access.AlertPINWrong, ada), newAlert(access.AlertPINWrong, ada),
		newAlert(access.AlertNewDevice, ada), newAlert(access.AlertPINWrong, all["a.bob"].Key)
	second.At = epoch().Add(-time.Hour) // the newest is the last stored, whatever the clock did
	for _, a := range []*access.Alert{&first, &second, &third, &others} {
		f.update(putAlert(a))
	}
	f.view(func(ctx context.Context, tx store.Tx) error {
		got, err := tx.LastAlert(ctx, ada, []access.AlertKind{access.AlertPINLocked, access.AlertPINWrong})
		same(t, "last", got, second)
		if err != nil {
			return err
		}
		_, err = tx.LastAlert(ctx, ada, []access.AlertKind{access.AlertPINReset})
		absent(t, "kind that never was", err)
		_, err = tx.LastAlert(ctx, ada, nil)
		absent(t, "no kinds", err)
		return nil
	})
}

func alertAbsent(t *testing.T, f *fixture) {
	newest := func(ctx context.Context, tx store.Tx) (int64, error) { return tx.NewestAlert(ctx) }
	same(t, "newest of none", read(f, newest), 0)
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Alert(ctx, 1)
		kind(t, err, access.ErrNotFound, "not_found")
		return nil
	})
	ghost := newAlert(access.AlertPINWrong, 0)
	ghost.Key = 99
	absent(t, "update", f.refusal(putAlert(&ghost)))
}

func alertLists(t *testing.T, open Opener) {
	t.Run("an empty list is not nil", func(t *testing.T) {
		same(t, "list", read(start(t, open), listAlerts(store.AlertFilter{})), []store.AlertRow{})
	})
	t.Run("each filter keeps what it says", func(t *testing.T) { alertFilters(t, start(t, open)) })
}

func listAlerts(filter store.AlertFilter) func(context.Context, store.Tx) ([]store.AlertRow, error) {
	return func(ctx context.Context, tx store.Tx) ([]store.AlertRow, error) { return tx.Alerts(ctx, filter) }
}

func alertFilters(t *testing.T, f *fixture) {
	all := f.people("a.ada", "ab.bob")
	ada, bob := all["a.ada"].Key, all["ab.bob"].Key
	a1, a2, a3, a4 := newAlert(access.AlertPINWrong, ada), newAlert(access.AlertNewDevice, bob),
		newAlert(access.AlertPINLocked, ada), newAlert(access.AlertPINBlocked, bob)
	a1.School, a2.School, a3.School, a4.School = "A", "A", "A", "B"
	a2.Severity, a3.Severity, a4.Severity = access.Info, access.High, access.Critical
	a2.State, a3.State = access.AlertClosed, access.AlertDisputed
	a4.IncidentID = "i2"
	a4.At = epoch().Add(time.Hour)
	for _, a := range []*access.Alert{&a1, &a2, &a3, &a4} {
		f.update(putAlert(a))
	}
	for _, c := range []struct {
		name   string
		filter store.AlertFilter
		want   []int64
	}{
		{"nothing", store.AlertFilter{}, []int64{a1.Key, a2.Key, a3.Key, a4.Key}},
		{"account", store.AlertFilter{AccountKey: ada}, []int64{a1.Key, a3.Key}},
		{"the alert's own school", store.AlertFilter{Schools: []string{"B"}}, []int64{a4.Key}},
		{"no school allowed", store.AlertFilter{Schools: []string{}}, []int64{}},
		{"severities", store.AlertFilter{Severities: access.High.AtLeast()}, []int64{a3.Key, a4.Key}},
		{"states", store.AlertFilter{States: []access.AlertState{access.AlertOpen, access.AlertDisputed}}, []int64{a1.Key, a3.Key, a4.Key}},
		{"incident", store.AlertFilter{IncidentID: "i2"}, []int64{a4.Key}},
		{"since", store.AlertFilter{Since: epoch().Add(time.Hour)}, []int64{a4.Key}},
		{"until", store.AlertFilter{Until: epoch().Add(time.Hour)}, []int64{a1.Key, a2.Key, a3.Key}},
		{"page", store.AlertFilter{Page: store.Page{After: a1.Key, UpTo: a3.Key, Limit: 5}}, []int64{a2.Key, a3.Key}},
		{"first page", store.AlertFilter{Page: store.Page{Limit: 1}, AccountKey: bob}, []int64{a2.Key}},
		{"filters add up", store.AlertFilter{Schools: []string{"A"}, Severities: access.Warn.AtLeast()}, []int64{a1.Key, a3.Key}},
	} {
		keys := []int64{}
		for _, r := range read(f, listAlerts(c.filter)) {
			keys = append(keys, r.Key)
		}
		same(t, c.name, keys, c.want)
		one := []int64{}
		f.view(func(ctx context.Context, tx store.Tx) error {
			return tx.EachAlert(ctx, c.filter, func(r store.AlertRow) error {
				one = append(one, r.Key)
				return nil
			})
		})
		same(t, c.name+", one by one", one, c.want)
		if c.filter.Limit == 0 {
			n := read(f, func(ctx context.Context, tx store.Tx) (int, error) { return tx.CountAlerts(ctx, c.filter) })
			same(t, c.name+", counted", n, len(c.want))
		}
	}
	same(t, "newest", read(f, func(ctx context.Context, tx store.Tx) (int64, error) { return tx.NewestAlert(ctx) }), a4.Key)
}
