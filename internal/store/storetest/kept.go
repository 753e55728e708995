package storetest

import (
	"context"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

func keptAnswers(t *testing.T, open Opener) {
	t.Run("every field comes back", func(t *testing.T) { keptRoundTrip(t, start(t, open)) })
	t.Run("a name is unique for each caller", func(t *testing.T) { keptNames(t, start(t, open)) })
}

func newKept(caller, name string) access.KeptAnswer {
	return access.KeptAnswer{
		Caller: caller, NameHash: []byte(name), Fingerprint: access.Sealed{KeyID: "k1", Blob: []byte("mac")},
		Answer: access.Sealed{KeyID: "k2", Blob: []byte("sealed")}, Turn: 2,
		LeaseUntil: epoch().Add(time.Minute), ExpiresAt: epoch().Add(time.Hour),
	}
}

func getKept(caller, name string) func(context.Context, store.Tx) (access.KeptAnswer, error) {
	return func(ctx context.Context, tx store.Tx) (access.KeptAnswer, error) {
		return tx.KeptAnswer(ctx, caller, []byte(name))
	}
}

func putKept(f *fixture, k *access.KeptAnswer) {
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.PutKeptAnswer(ctx, k) })
}

func keptRoundTrip(t *testing.T, f *fixture) {
	k := newKept("portal:ent", "one")
	putKept(f, &k)
	filled(t, k)
	same(t, "kept answer", read(f, getKept("portal:ent", "one")), k)
	k.Answer, k.Turn = access.Sealed{}, 3
	putKept(f, &k)
	same(t, "begun anew", read(f, getKept("portal:ent", "one")), k)
	f.update(func(ctx context.Context, tx store.Tx) error { return tx.DeleteKeptAnswer(ctx, k.Key) })
	same(t, "deleted", read(f, getKept("portal:ent", "one")), access.KeptAnswer{})
}

func keptNames(t *testing.T, f *fixture) {
	mine, yours, again := newKept("portal:ent", "one"), newKept("portal:llng", "one"), newKept("portal:ent", "one")
	putKept(f, &mine)
	putKept(f, &yours)
	_ = f.refusal(func(ctx context.Context, tx store.Tx) error { return tx.PutKeptAnswer(ctx, &again) })
	same(t, "another caller's", read(f, getKept("portal:llng", "one")), yours)
	same(t, "another name", read(f, getKept("portal:ent", "two")), access.KeptAnswer{})
}
