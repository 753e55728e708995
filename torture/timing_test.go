package torture_test

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// inProcess opens the site's store in this process, at the true cost.
func (s *site) inProcess(wrap func(store.Store) store.Store) *app.App {
	s.t.Helper()
	engine, err := sqlite.Open(s.t.Context(), s.store())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = engine.Close() })
	keys, err := secret.LoadKeyring(s.keyring())
	if err != nil {
		s.t.Fatal(err)
	}
	return app.New(app.Deps{Store: wrap(engine), Keys: keys, Hasher: secret.DefaultHasher(), Now: time.Now, Random: rand.Reader})
}

func operator() access.Operator {
	return access.Operator{ID: "uid:0", Name: "torture", Role: access.RoleAdmin}
}

// addTeachers gives n accounts with the right PIN.
func addTeachers(t *testing.T, a *app.App, n int) []string {
	t.Helper()
	logins := make([]string, n)
	for i := range logins {
		logins[i] = fmt.Sprintf("teacher%d", i)
		if _, err := a.AddAccount(t.Context(), operator(), app.NewAccount{Login: logins[i], Name: "Sample, Teacher", Profile: access.Teacher}); err != nil {
			t.Fatal(err)
		}
		if _, err := a.SetPIN(t.Context(), operator(), app.SetPIN{Login: logins[i], PIN: access.NewPIN(rightPIN)}); err != nil {
			t.Fatal(err)
		}
	}
	return logins
}

// A scribe writes down what is asked of a store.
type scribe struct {
	store.Store
	wrote []string
}

func (s *scribe) View(ctx context.Context, f func(store.Tx) error) error {
	s.wrote = append(s.wrote, "view")
	return s.Store.View(ctx, f)
}

func (s *scribe) Update(ctx context.Context, f func(store.Tx) error) error {
	s.wrote = append(s.wrote, "update")
	return s.Store.Update(ctx, func(tx store.Tx) error { return f(scribeTx{tx, s}) })
}

type scribeTx struct {
	store.Tx
	of *scribe
}

func (t scribeTx) note(what string) { t.of.wrote = append(t.of.wrote, what) }

func (t scribeTx) Attempts(ctx context.Context, key int64) (access.Attempts, error) {
	t.note("attempts")
	return t.Tx.Attempts(ctx, key)
}

func (t scribeTx) Credential(ctx context.Context, key int64) (access.Credential, error) {
	t.note("credential")
	return t.Tx.Credential(ctx, key)
}

func (t scribeTx) ReserveAttempt(ctx context.Context, key int64, limit int, l access.Lease) (bool, error) {
	t.note("reserve")
	return t.Tx.ReserveAttempt(ctx, key, limit, l)
}

func (t scribeTx) PutAttempts(ctx context.Context, key int64, a access.Attempts) error {
	t.note("put attempts")
	return t.Tx.PutAttempts(ctx, key, a)
}

func (t scribeTx) AppendAudit(ctx context.Context, r access.AuditRecord) error {
	t.note("audit")
	return t.Tx.AppendAudit(ctx, r)
}

// TestUnknownLoginCostsTheSame: a PIN for a login that does not exist takes one
// hash of full cost, and the statements that a login that exists takes.
func TestUnknownLoginCostsTheSame(t *testing.T) {
	s := newSite(t)
	var book *scribe
	a := s.inProcess(func(engine store.Store) store.Store {
		book = &scribe{Store: engine}
		return book
	})
	addTeachers(t, a, 1)
	type cost struct {
		statements string
		hashed     uint64 // KiB, which argon2 takes and nothing else near does
	}
	of := func(login, pin string) cost {
		runtime.GC() // or a collection would hide in the difference
		var before, after runtime.MemStats
		book.wrote = nil
		runtime.ReadMemStats(&before)
		_ = a.VerifyPIN(t.Context(), operator(), login, access.NewPIN(pin))
		runtime.ReadMemStats(&after)
		return cost{strings.Join(book.wrote, ", "), (after.TotalAlloc - before.TotalAlloc) >> 10}
	}
	hash := uint64(secret.DefaultHasher().MemoryKiB)
	known := of("teacher0", wrongPIN)
	for _, login := range []string{"nobody", "No login at all!", "teacher0 "} {
		got := of(login, wrongPIN)
		if got.statements != known.statements {
			t.Errorf("%q: got the statements %s, want those of a known login: %s", login, got.statements, known.statements)
		}
		if got.hashed < hash || got.hashed > hash+hash/2 {
			t.Errorf("%q: worked on %d KiB, want one hash of %d", login, got.hashed, hash)
		}
	}
	if known.hashed < hash || known.hashed > hash+hash/2 {
		t.Errorf("a known login: worked on %d KiB, want one hash of %d", known.hashed, hash)
	}
}

// unknownLoginTakesTheSameTime measures known and unknown logins in turn.
func unknownLoginTakesTheSameTime(t *testing.T) {
	runs := howMuch(t).timingRuns
	a := newSite(t).inProcess(func(engine store.Store) store.Store { return engine })
	logins := addTeachers(t, a, (runs+lockAfter-2)/(lockAfter-1))
	taken := func(login string) time.Duration {
		began := time.Now()
		_ = a.VerifyPIN(t.Context(), operator(), login, access.NewPIN(wrongPIN))
		return time.Since(began)
	}
	taken("nobody")
	var known, unknown []time.Duration
	for i := range runs {
		login := logins[i/(lockAfter-1)] // four wrong ones lock nobody out
		pair := []func(){
			func() { known = append(known, taken(login)) },
			func() { unknown = append(unknown, taken("no."+login)) },
		}
		first := mathrand.IntN(2) // each collects the other's garbage
		pair[first]()
		pair[1-first]()
	}
	slices.Sort(known)
	slices.Sort(unknown)
	k, u := known[runs/2], unknown[runs/2]
	apart := 100 * (float64(k) - float64(u)) / float64(k)
	figure(t, "a wrong PIN, %d runs each in turn: known login %v, unknown login %v, medians %.1f %% apart", runs, k, u, apart)
	if apart < -5 || apart > 5 {
		t.Errorf("known logins take %v, unknown ones %v: %.1f %% apart, want at most 5", k, u, apart)
	}
}
