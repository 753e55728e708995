package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func devices(t *testing.T, open Opener) {
	t.Run("every field comes back", func(t *testing.T) { deviceRoundTrip(t, start(t, open)) })
	t.Run("a label is unique among an account's unrevoked devices", func(t *testing.T) { labelTaken(t, start(t, open)) })
	t.Run("revoking spares one device and the revoked", func(t *testing.T) { revokeDevices(t, start(t, open)) })
	t.Run("counting leaves out the revoked and the expired", func(t *testing.T) { countDevices(t, start(t, open)) })
	t.Run("what is absent is not found", func(t *testing.T) { deviceAbsent(t, start(t, open)) })
}

func getDevice(f *fixture, id string) access.Device {
	f.t.Helper()
	return read(f, func(ctx context.Context, tx store.Tx) (access.Device, error) { return tx.Device(ctx, id) })
}

func putDevice(d *access.Device) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return tx.PutDevice(ctx, d) }
}

func deviceRoundTrip(t *testing.T, f *fixture) {
	ada := f.people("a.ada")["a.ada"].Key
	d := access.Device{
		ID: "d1", AccountKey: ada, Label: "Salle 201 – poste de l’élève", Kind: "computer", Proof: access.ProofPassword,
		Browser: access.Browser{Family: "Firefox", OS: "Linux"}, LastIP: address("2001:db8::1"),
		TokenKeyID: "k1", Salt: []byte{0, 1}, Generation: 3, TokenHash: []byte{2}, PresentedAt: epoch().Add(1 * time.Second),
		FirstSeenAt: epoch().Add(2 * time.Second), LastSeenAt: epoch().Add(3 * time.Second), ExpiresAt: epoch().Add(4 * time.Second),
		RevokedAt: epoch().Add(5 * time.Second), RevokedBy: "uid:0", RevokedReason: "lost", AuditSeq: 9,
	}
	f.update(putDevice(&d))
	filled(t, d)
	same(t, "device", getDevice(f, "d1"), d)
	bare := access.Device{ID: "d2", AccountKey: ada, Label: "x"}
	f.update(putDevice(&bare))
	same(t, "bare device", getDevice(f, "d2"), bare)
	d.Label, d.LastIP, d.Generation, d.RevokedAt, d.PresentedAt = "Other", address("192.0.2.7"), 4, time.Time{}, time.Time{}
	f.update(putDevice(&d))
	same(t, "changed device", getDevice(f, "d1"), d)
}

func labelTaken(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	first, second := newDevice("d1", all["a.ada"].Key), newDevice("d2", all["a.ada"].Key)
	first.Label = "Café 1"
	f.update(putDevice(&first))
	f.update(putDevice(&second))
	for _, label := range []string{"Café 1", "CAFÉ 1", "café  1", "Cafe\u0301 1", "Ｃafé 1"} {
		fresh := newDevice("d3", all["a.ada"].Key)
		fresh.Label = label
		kind(t, f.refusal(putDevice(&fresh)), access.ErrRefused, "label_taken")
		same(t, "key after the refusal", fresh.Key, 0)
		renamed := second
		renamed.Label = label
		kind(t, f.refusal(putDevice(&renamed)), access.ErrRefused, "label_taken")
	}
	others := newDevice("d4", all["a.bob"].Key)
	others.Label = first.Label
	f.update(putDevice(&others)) // another account's
	first.Label = "CAFÉ 1"
	f.update(putDevice(&first)) // its own
	first.RevokedAt = epoch()
	f.update(putDevice(&first))
	second.Label = "café 1"
	f.update(putDevice(&second)) // a revoked one's
	first.RevokedAt = time.Time{}
	kind(t, f.refusal(putDevice(&first)), access.ErrRefused, "label_taken")
}

func revokeDevices(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	revoked := newDevice("old", all["a.ada"].Key)
	revoked.RevokedAt, revoked.RevokedBy, revoked.RevokedReason = epoch().Add(-time.Hour), "uid:0", "old"
	kept, lost, others := newDevice("kept", all["a.ada"].Key), newDevice("lost", all["a.ada"].Key), newDevice("others", all["a.bob"].Key)
	for _, d := range []*access.Device{&revoked, &kept, &lost, &others} {
		f.update(putDevice(d))
	}
	by := store.Revocation{At: epoch(), By: "uid:1", Reason: "reset", AuditSeq: 4}
	filled(t, by)
	for _, want := range []int{1, 0} {
		f.update(func(ctx context.Context, tx store.Tx) error {
			n, err := tx.RevokeDevices(ctx, all["a.ada"].Key, kept.Key, by)
			same(t, "revoked", n, want)
			return err
		})
	}
	lost.RevokedAt, lost.RevokedBy, lost.RevokedReason, lost.AuditSeq = by.At, by.By, by.Reason, by.AuditSeq
	for _, want := range []access.Device{revoked, kept, lost, others} {
		same(t, want.ID, getDevice(f, want.ID), want)
	}
	f.update(func(ctx context.Context, tx store.Tx) error {
		n, err := tx.RevokeDevices(ctx, all["a.ada"].Key, 0, by)
		same(t, "revoked where none is spared", n, 1)
		return err
	})
}

func countDevices(t *testing.T, f *fixture) {
	all := f.people("a.ada", "a.bob")
	good, expired, revoked, others := newDevice("d1", all["a.ada"].Key), newDevice("d2", all["a.ada"].Key),
		newDevice("d3", all["a.ada"].Key), newDevice("d4", all["a.bob"].Key)
	expired.ExpiresAt = epoch()
	revoked.RevokedAt = epoch()
	for _, d := range []*access.Device{&good, &expired, &revoked, &others} {
		f.update(putDevice(d))
	}
	for at, want := range map[time.Time]int{epoch(): 1, epoch().Add(-time.Millisecond): 2, epoch().Add(access.Day): 0} {
		n := read(f, func(ctx context.Context, tx store.Tx) (int, error) { return tx.CountDevices(ctx, all["a.ada"].Key, at) })
		same(t, "devices at "+at.String(), n, want)
	}
}

func deviceAbsent(t *testing.T, f *fixture) {
	f.view(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Device(ctx, "none")
		kind(t, err, access.ErrNotFound, "not_found")
		return nil
	})
	ghost := newDevice("ghost", f.people("a.ada")["a.ada"].Key)
	ghost.Key = 99
	absent(t, "update", f.refusal(putDevice(&ghost)))
}
