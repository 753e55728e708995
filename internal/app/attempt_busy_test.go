package app_test

import (
	"context"
	"slices"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// turning is a store that turns some updates away, as one does that another process
// holds for too long.
type turning struct {
	*sqlite.Store
	turned []int // the numbers of those updates, from 1 on
	update int
}

func (s *turning) Update(ctx context.Context, f func(store.Tx) error) error {
	s.update++
	if slices.Contains(s.turned, s.update) {
		return &access.Error{Kind: access.ErrBusy, Code: "store_busy", Text: "another process holds the store"}
	}
	return s.Store.Update(ctx, f)
}

// TestOutcomesArePatient: what was judged is stored, though the store is busy for
// longer than a change waits, and once more.
func TestOutcomesArePatient(t *testing.T) {
	const counted, settled, again = 1, 2, 3
	for _, face := range []struct {
		name string
		give func(k *kit, a *app.App, loginID, pin string) error
	}{
		{"pin verify", func(_ *kit, a *app.App, _, pin string) error {
			return a.VerifyPIN(context.Background(), root, "lea", access.NewPIN(pin))
		}},
		{"login pin", func(_ *kit, a *app.App, loginID, pin string) error {
			return second(a.GivePIN(context.Background(), root, app.GivePIN{LoginID: access.NewSecret(loginID), PIN: access.NewPIN(pin)}))
		}},
	} {
		for _, c := range []struct {
			name     string
			turned   []int
			inFlight int
			code     string
		}{
			{"not counted", []int{counted}, 0, "store_busy"},
			{"counted, and busy once", []int{settled}, 0, ""},
			{"counted, and busy for good", []int{settled, again}, 1, "store_busy"},
		} {
			t.Run(face.name+", "+c.name, func(t *testing.T) {
				k := teacher(t)
				id := k.start("lea", "").LoginID
				a := k.over(&turning{Store: k.store, turned: c.turned})
				if got := access.CodeOf(face.give(k, a, id, rightPIN)); got != c.code {
					t.Errorf("got %q, want %q", got, c.code)
				}
				if got := len(k.attempts().Leases); got != c.inFlight {
					t.Errorf("got %d in flight, want %d", got, c.inFlight)
				}
			})
		}
	}
}
