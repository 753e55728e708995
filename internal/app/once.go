package app

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// A Repeatable is a request that its caller may send again, because it never saw
// the answer, under a name of its own.
type Repeatable struct {
	Name  string   // 1 to 255 bytes, of no other request of the caller's within 10 minutes
	Parts [][]byte // what is the same when it comes again
}

// An Answered is the answer to a request, as it went out.
type Answered struct {
	Status int // of HTTP, up to 599
	Body   []byte
}

// The codes of requests that cannot be answered as a repetition.
const (
	CodeRepeatRunning = "idempotency_in_progress"
	CodeRepeatReused  = "idempotency_key_reused"
)

// Once answers a request that may come again: the first time by calling answer,
// which then runs to its end whatever becomes of the caller, and within 10 minutes
// with the answer that was kept, by whichever process. The row in the store is
// taken before answer is called; if the process dies, the next repetition after a
// minute is answered anew. What answer does not want kept, because nothing has
// happened, is forgotten at once.
//
// Errors: access.ErrRefused with the code idempotency_in_progress while the first
// request is being answered, and idempotency_key_reused where the name stands for
// another request.
func (a *App) Once(ctx context.Context, by access.Operator, req Repeatable, answer func(context.Context) (Answered, bool)) (Answered, error) {
	if req.Name == "" || len(req.Name) > access.MaxRepeatKey {
		return Answered{}, access.Usage("repeat a request: its name is empty or too long", "")
	}
	if err := authorize(by, LoginStart); err != nil {
		return Answered{}, a.denied(ctx, by, LoginStart, err)
	}
	var row access.KeptAnswer
	err := a.store.Update(ctx, func(tx store.Tx) (err error) {
		row, err = a.beginOnce(ctx, tx, by, req)
		return err
	})
	if err != nil {
		return Answered{}, err
	}
	if row.Answered() {
		return a.openKept(row)
	}
	ctx = context.WithoutCancel(ctx)
	kept := false
	defer func() {
		if !kept { // it panicked, or nothing has happened
			_ = a.endOnce(ctx, row, func(tx store.Tx, row access.KeptAnswer) error { return tx.DeleteKeptAnswer(ctx, row.Key) })
		}
	}()
	var given Answered
	if given, kept = answer(ctx); !kept {
		return given, nil
	}
	// The answer is good though it cannot be kept.
	_ = a.keep(ctx, row, given)
	return given, nil
}

// beginOnce gives the row of a request: with its answer, or taken for answering.
func (a *App) beginOnce(ctx context.Context, tx store.Tx, by access.Operator, req Repeatable) (access.KeptAnswer, error) {
	const few = 20
	now := a.clock()
	if _, err := tx.PruneAged(ctx, store.AgedKeptAnswers, now, few); err != nil {
		return access.KeptAnswer{}, fmt.Errorf("forget kept answers: %w", err)
	}
	name := secret.HashRepeatKey(req.Name)
	row, err := tx.KeptAnswer(ctx, by.ID, name)
	if err != nil {
		return row, fmt.Errorf("look for a kept answer: %w", err)
	}
	if row.Good(now) {
		same, err := a.keys.IsRequest(secret.Sealed(row.Fingerprint), req.Parts...)
		switch {
		case err != nil:
			return row, fmt.Errorf("compare a request with its first: %w", err)
		case !same:
			return row, access.Refused(CodeRepeatReused, "repeat a request: its name stands for another one", "give every new request a name of its own")
		case row.Answered():
			return row, nil
		case row.Leased(now):
			return row, access.Refused(CodeRepeatRunning, "repeat a request: the first is being answered", "try again in a moment")
		}
	}
	mac, err := a.keys.RequestMAC(req.Parts...)
	if err != nil {
		return row, fmt.Errorf("take a request's fingerprint: %w", err)
	}
	row.Caller, row.NameHash, row.Fingerprint = by.ID, name, access.Sealed(mac)
	row.Begin(now)
	if err := tx.PutKeptAnswer(ctx, &row); err != nil {
		return row, fmt.Errorf("store a request: %w", err)
	}
	return row, nil
}

// keep stores the answer for the repetitions.
func (a *App) keep(ctx context.Context, row access.KeptAnswer, given Answered) error {
	plain := append(binary.BigEndian.AppendUint16(nil, uint16(given.Status)), given.Body...)
	sealed, err := a.keys.SealAnswer(a.random, ownerOf(row), plain)
	if err != nil {
		return err
	}
	return a.endOnce(ctx, row, func(tx store.Tx, row access.KeptAnswer) error {
		row.Answer = access.Sealed(sealed)
		return tx.PutKeptAnswer(ctx, &row)
	})
}

// endOnce ends what beginOnce began, unless the lease ran out and somebody else
// answers now.
func (a *App) endOnce(ctx context.Context, begun access.KeptAnswer, end func(store.Tx, access.KeptAnswer) error) error {
	return a.store.Update(ctx, func(tx store.Tx) error {
		row, err := tx.KeptAnswer(ctx, begun.Caller, begun.NameHash)
		if err != nil || row.Key != begun.Key || row.Turn != begun.Turn || row.Answered() {
			return err
		}
		return end(tx, row)
	})
}

func (a *App) openKept(row access.KeptAnswer) (Answered, error) {
	plain, err := a.keys.OpenAnswer(ownerOf(row), secret.Sealed(row.Answer))
	if err != nil || len(plain) < 2 {
		return Answered{}, err
	}
	return Answered{Status: int(binary.BigEndian.Uint16(plain)), Body: plain[2:]}, nil
}

// ownerOf names whose answer is sealed.
func ownerOf(row access.KeptAnswer) string {
	return row.Caller + " " + hex.EncodeToString(row.NameHash)
}
