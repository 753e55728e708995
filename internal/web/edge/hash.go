package edge

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"pinward/internal/access"
)

// How PINs queue: what a core judges in patience is fewer than queuePerSlot, so
// more than that would wait in vain.
const (
	slotsPerCore = 2
	queuePerSlot = 64
	patience     = 2 * time.Second
)

// RetrySeconds is when a caller that was told of a busy pinward tries again.
const RetrySeconds = 2

// Hashing bounds how many PINs are hashed at once: each takes 19 MiB. The others
// wait in line, briefly, and are then refused. It is asked before the use case
// and not inside it: an attempt is counted before its hash (rule 1), and one that
// waits must not hold such a count for nothing.
type Hashing struct {
	slots    chan struct{}
	queue    int64
	patience time.Duration
	waiting  atomic.Int64
	refused  atomic.Int64
}

// NewHashing makes a bound of two hashes a core: while one computes, another
// waits for the store.
func NewHashing(cores int) *Hashing {
	slots := slotsPerCore * max(cores, 1)
	return &Hashing{slots: make(chan struct{}, slots), queue: int64(slots * queuePerSlot), patience: patience}
}

// Waiting gives the number of requests that wait in line.
func (h *Hashing) Waiting() int { return int(h.waiting.Load()) }

// Running gives the number of requests that were let in and have not ended.
func (h *Hashing) Running() int { return len(h.slots) }

// Refused gives the number of requests that were turned away so far.
func (h *Hashing) Refused() int { return int(h.refused.Load()) }

// Hash waits until a use case that hashes a PIN may run: one that judges or sets
// a PIN, right or wrong, known account or not. Call release after the use case;
// do not ask twice in one request, which would wait for itself. The error is
// access.ErrBusy, code hashing_busy, where the line is too long or does not move
// for 2 seconds, and the context's where the caller hung up.
func (e *Edge) Hash(ctx context.Context) (release func(), err error) {
	if e.Hashing == nil {
		return func() {}, nil
	}
	return e.Hashing.enter(ctx)
}

func (h *Hashing) enter(ctx context.Context) (func(), error) {
	release := sync.OnceFunc(func() { <-h.slots })
	select {
	case h.slots <- struct{}{}:
		return release, nil
	default:
	}
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > h.queue {
		return nil, h.busy()
	}
	giveUp := time.NewTimer(h.patience)
	defer giveUp.Stop()
	select {
	case h.slots <- struct{}{}:
		return release, nil
	case <-giveUp.C:
		return nil, h.busy()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *Hashing) busy() error {
	h.refused.Add(1)
	return &access.Error{
		Kind: access.ErrBusy, Code: "hashing_busy",
		Text: "judge the PIN: too many are being judged", Hint: "try again in some seconds",
	}
}
