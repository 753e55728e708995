package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func audits(t *testing.T, open Opener) {
	t.Run("records come back whole, the newest as head", func(t *testing.T) { auditRoundTrip(t, start(t, open)) })
	t.Run("records are only ever appended", func(t *testing.T) { auditOrder(t, start(t, open)) })
	t.Run("each filter keeps what it says", func(t *testing.T) { auditFilters(t, start(t, open)) })
}

func auditHead(ctx context.Context, tx store.Tx) (access.AuditRecord, error) {
	return tx.AuditHead(ctx)
}

func listAudits(filter store.AuditFilter) func(context.Context, store.Tx) ([]access.AuditRecord, error) {
	return func(ctx context.Context, tx store.Tx) ([]access.AuditRecord, error) { return tx.Audits(ctx, filter) }
}

func appendAudit(all ...access.AuditRecord) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		for _, r := range all {
			if err := tx.AppendAudit(ctx, r); err != nil {
				return err
			}
		}
		return nil
	}
}

func auditRoundTrip(t *testing.T, f *fixture) {
	same(t, "head of none", read(f, auditHead), access.AuditRecord{})
	same(t, "empty list", read(f, listAudits(store.AuditFilter{})), []access.AuditRecord{})
	full := access.AuditRecord{
		Seq: 1, At: epoch(), Actor: "uid:0", Role: access.RoleAdmin, Action: "pin.reset", TargetKind: "account", Target: "a_1",
		Result: access.AuditDone, KeyID: "k1", DetailMAC: []byte{1, 0}, Prev: []byte{2}, MAC: []byte{3},
		Detail: []byte(`{"login":"ada","name":"Élise \u0000 d’Essai"}`),
	}
	filled(t, full)
	bare := access.AuditRecord{Seq: 2, Prev: full.MAC}
	f.update(appendAudit(full, bare))
	same(t, "head", read(f, auditHead), bare)
	same(t, "list", read(f, listAudits(store.AuditFilter{})), []access.AuditRecord{full, bare})
	same(t, "what the MAC covers", read(f, listAudits(store.AuditFilter{}))[0].ChainBytes(), full.ChainBytes())
}

func auditOrder(t *testing.T, f *fixture) {
	f.update(appendAudit(access.AuditRecord{Seq: 1, Actor: "one"}, access.AuditRecord{Seq: 3, Actor: "three"}))
	for _, seq := range []int64{1, 2, 3} {
		_ = f.refusal(appendAudit(access.AuditRecord{Seq: seq, Actor: "late"}))
	}
	same(t, "head", read(f, auditHead), access.AuditRecord{Seq: 3, Actor: "three"})
}

func auditFilters(t *testing.T, f *fixture) {
	f.update(appendAudit(
		access.AuditRecord{Seq: 1, At: epoch(), Actor: "uid:0", Action: "pin.set", Target: "a_1"},
		access.AuditRecord{Seq: 2, At: epoch(), Actor: "uid:1", Action: "pin.reset", Target: "a_2"},
		access.AuditRecord{Seq: 3, At: epoch().Add(time.Hour), Actor: "uid:0", Action: "pinboard.set", Target: "a_1"},
		access.AuditRecord{Seq: 4, At: epoch(), Actor: "uid:0", Action: "device.revoke", Target: "d_1"},
		access.AuditRecord{Seq: 5, At: epoch(), Actor: "uid:2", Action: "pin-board.set"},
	))
	for _, c := range []struct {
		name   string
		filter store.AuditFilter
		want   []int64
	}{
		{"nothing", store.AuditFilter{}, []int64{1, 2, 3, 4, 5}},
		{"actor", store.AuditFilter{Actor: "uid:1"}, []int64{2}},
		{"action", store.AuditFilter{Action: "pin.set"}, []int64{1}},
		{"noun", store.AuditFilter{Action: "pin"}, []int64{1, 2}},
		{"part of a noun", store.AuditFilter{Action: "devic"}, []int64{}},
		{"target", store.AuditFilter{Target: "a_1"}, []int64{1, 3}},
		{"since", store.AuditFilter{Since: epoch().Add(time.Hour)}, []int64{3}},
		{"page", store.AuditFilter{Page: store.Page{After: 1, UpTo: 3, Limit: 5}}, []int64{2, 3}},
		{"limit", store.AuditFilter{Page: store.Page{After: 1, Limit: 1}}, []int64{2}},
		{"filters add up", store.AuditFilter{Actor: "uid:0", Action: "pin", Target: "a_1"}, []int64{1}},
	} {
		seqs := []int64{}
		for _, r := range read(f, listAudits(c.filter)) {
			seqs = append(seqs, r.Seq)
		}
		same(t, c.name, seqs, c.want)
	}
}

func meta(t *testing.T, open Opener) {
	f := start(t, open)
	get := func(ctx context.Context, tx store.Tx) ([]byte, error) { return tx.Meta(ctx, "name") }
	same(t, "nothing stored", read(f, get), nil)
	for _, want := range [][]byte{{0, 1}, {2}, {}, nil} {
		f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutMeta(ctx, "name", want) })
		same(t, "value", read(f, get), want)
	}
}
