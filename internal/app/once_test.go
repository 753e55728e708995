package app_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

var ent = access.Operator{ID: "portal:ent", Name: "ent", Role: access.RolePortal, Schools: []string{"A"}}

func repeatable(name, body string) app.Repeatable {
	return app.Repeatable{Name: name, Parts: [][]byte{[]byte("POST"), []byte("/v1/logins"), []byte(body)}}
}

// counted answers with the number of its calls.
func counted(n *atomic.Int64, keep bool) func(context.Context) (app.Answered, bool) {
	return func(context.Context) (app.Answered, bool) {
		return app.Answered{Status: 201, Body: fmt.Appendf(nil, "answer %d", n.Add(1))}, keep
	}
}

// once names what came of a request: its answer, or the code of its error.
func once(a *app.App, by access.Operator, req app.Repeatable, answer func(context.Context) (app.Answered, bool)) string {
	given, err := a.Once(context.Background(), by, req, answer)
	if err != nil {
		return outcome(err)
	}
	return fmt.Sprint(given.Status, " ", string(given.Body))
}

func wantKept(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func TestRequestsTakeEffectOnce(t *testing.T) {
	k := newKit(t)
	var n atomic.Int64
	answer := counted(&n, true)
	began := k.now
	wantKept(t, "the first", once(k.App, ent, repeatable("a", "{}"), answer), "201 answer 1")
	wantKept(t, "again", once(k.App, ent, repeatable("a", "{}"), answer), "201 answer 1")
	wantKept(t, "another body", once(k.App, ent, repeatable("a", "{ }"), answer), "idempotency_key_reused")
	wantKept(t, "another name", once(k.App, ent, repeatable("b", "{}"), answer), "201 answer 2")
	other := ent
	other.ID = "portal:llng"
	wantKept(t, "another caller", once(k.App, other, repeatable("a", "{}"), answer), "201 answer 3")
	k.now = began.Add(access.KeepAnswerFor - time.Millisecond)
	wantKept(t, "the last moment", once(k.App, ent, repeatable("a", "{}"), answer), "201 answer 1")
	k.now = began.Add(access.KeepAnswerFor + time.Millisecond)
	wantKept(t, "forgotten", once(k.App, ent, repeatable("a", "other"), answer), "201 answer 4")
	if rows := k.keptRows(); rows != 1 {
		t.Errorf("got %d rows, want the expired ones pruned", rows)
	}
	wantError(t, func() error {
		_, err := k.Once(t.Context(), operator(access.RoleReporter), repeatable("a", "{}"), answer)
		return err
	}(), access.ErrForbidden, "forbidden")
	for _, name := range []string{"", string(make([]byte, 256))} {
		_, err := k.Once(t.Context(), ent, repeatable(name, "{}"), answer)
		wantError(t, err, access.ErrUsage, "usage")
	}
}

func (k *kit) keptRows() int {
	k.t.Helper()
	db := k.raw()
	defer func() { _ = db.Close() }()
	return len(k.rows(db, `SELECT id FROM kept_answer`))
}

func TestWhatDidNotHappenIsNotKept(t *testing.T) {
	k := newKit(t)
	var n atomic.Int64
	wantKept(t, "refused", once(k.App, ent, repeatable("a", "{}"), counted(&n, false)), "201 answer 1")
	func() {
		defer func() { _ = recover() }()
		once(k.App, ent, repeatable("a", "{}"), func(context.Context) (app.Answered, bool) { panic("broken") })
	}()
	wantKept(t, "again", once(k.App, ent, repeatable("a", "another"), counted(&n, true)), "201 answer 2")
}

// TestRepetitionsWaitForTheFirst sends a request while it is being answered, here
// and in another process, and again after its process has died.
func TestRepetitionsWaitForTheFirst(t *testing.T) {
	k := newKit(t)
	other := k.reopened()
	var n atomic.Int64
	got := once(k.App, ent, repeatable("a", "{}"), func(ctx context.Context) (app.Answered, bool) {
		wantKept(t, "meanwhile", once(k.App, ent, repeatable("a", "{}"), counted(&n, true)), "idempotency_in_progress")
		wantKept(t, "in another process", once(other, ent, repeatable("a", "{}"), counted(&n, true)), "idempotency_in_progress")
		wantKept(t, "with another body", once(other, ent, repeatable("a", "x"), counted(&n, true)), "idempotency_key_reused")
		k.now = k.now.Add(access.AnswerLeaseFor) // as if this one had died
		wantKept(t, "after the lease", once(other, ent, repeatable("a", "{}"), counted(&n, true)), "201 answer 1")
		return app.Answered{Status: 201, Body: []byte("too late")}, true
	})
	wantKept(t, "who came back from the dead", got, "201 too late")
	wantKept(t, "what is kept", once(k.App, ent, repeatable("a", "{}"), counted(&n, true)), "201 answer 1")
}

// TestOneOfManyIsAnswered sends one request many times at once to two processes.
func TestOneOfManyIsAnswered(t *testing.T) {
	k := newKit(t)
	apps := []*app.App{k.App, k.reopened()}
	var n atomic.Int64
	got := together(40, func(i int) string { return once(apps[i%2], ent, repeatable("a", "{}"), counted(&n, true)) })
	if n.Load() != 1 || got["201 answer 1"]+got["idempotency_in_progress"] != 40 {
		t.Errorf("answered %d times: %v", n.Load(), got)
	}
}

// TestARequestOutlivesItsCaller hangs up while a PIN is judged: the outcome counts
// and is kept.
func TestARequestOutlivesItsCaller(t *testing.T) {
	k := teacher(t)
	id := k.start("lea", "").LoginID
	req := repeatable("a", "wrong")
	answer := func(ctx context.Context) (app.Answered, bool) {
		given, err := k.GivePIN(ctx, root, app.GivePIN{LoginID: access.NewSecret(id), PIN: access.NewPIN(wrongPIN)})
		if err != nil {
			t.Error(err)
		}
		return app.Answered{Status: 403, Body: []byte(given.Reason)}, true
	}
	ctx, hangUp := context.WithCancel(t.Context())
	_, err := k.Once(ctx, root, req, func(ctx context.Context) (app.Answered, bool) {
		hangUp()
		return answer(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	wantKept(t, "again", once(k.App, root, req, answer), "403 pin_wrong")
	k.wantAttempts(1, 0, 1)
}

func TestKeptAnswersAreSealed(t *testing.T) {
	k := newKit(t)
	canary := "pwd_canary.730416"
	wantKept(t, "the first", once(k.App, ent, repeatable("a", canary), func(context.Context) (app.Answered, bool) {
		return app.Answered{Status: 200, Body: []byte(canary)}, true
	}), "200 "+canary)
	for _, file := range []string{k.store.Path(), k.store.Path() + "-wal"} {
		b, err := os.ReadFile(file)
		if err != nil || bytes.Contains(b, []byte("canary")) || bytes.Contains(b, []byte("730416")) {
			t.Errorf("%s: %v, or it holds a secret", file, err)
		}
	}
	k.write(func(tx store.Tx) error { // a row that is moved to another caller
		row, err := tx.KeptAnswer(t.Context(), ent.ID, secret.HashRepeatKey("a"))
		row.Caller = "portal:llng"
		if err != nil {
			return err
		}
		return tx.PutKeptAnswer(t.Context(), &row)
	})
	other := ent
	other.ID = "portal:llng"
	wantKept(t, "a stolen row", once(k.App, other, repeatable("a", canary), nil), "seal_broken")
}
