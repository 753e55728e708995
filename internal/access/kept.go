package access

import "time"

// How long an answer is kept for a request that comes again, and how long a
// request that is being answered keeps its repetitions waiting: longer than any
// answer takes, and no longer than a caller has patience if the process died.
const (
	KeepAnswerFor  = 10 * time.Minute
	AnswerLeaseFor = time.Minute
)

// MaxRepeatKey is the longest name, in bytes, under which a request may come
// again.
const MaxRepeatKey = 255

// A KeptAnswer is what is kept of a request that its caller may send again under
// a name of its own (the HTTP header Idempotency-Key), so that it takes effect
// once.
type KeptAnswer struct {
	Key         int64
	Caller      string // id of the operator
	NameHash    []byte // SHA-256 of the name
	Fingerprint Sealed // MAC of the request, which may hold a PIN
	Answer      Sealed // zero while it is being answered
	Turn        int    // how often the request was begun
	LeaseUntil  time.Time
	ExpiresAt   time.Time
}

// Good reports whether the row still stands for its request.
func (k KeptAnswer) Good(now time.Time) bool { return k.Key != 0 && now.Before(k.ExpiresAt) }

// Answered reports whether the request has its answer.
func (k KeptAnswer) Answered() bool { return k.Answer.Blob != nil }

// Leased reports whether the request is being answered. A clock that was moved
// back lengthens a lease by no more than its span.
func (k KeptAnswer) Leased(now time.Time) bool {
	return !k.Answered() && now.Before(k.LeaseUntil) && !now.Before(k.LeaseUntil.Add(-2*AnswerLeaseFor))
}

// Begin lets the request be answered from now on, for the first time or because
// the one before never was.
func (k *KeptAnswer) Begin(now time.Time) {
	k.Turn++
	k.Answer, k.LeaseUntil, k.ExpiresAt = Sealed{}, now.Add(AnswerLeaseFor), now.Add(KeepAnswerFor)
}
