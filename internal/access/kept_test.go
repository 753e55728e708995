package access_test

import (
	"testing"
	"time"

	"pinward/internal/access"
)

func TestKeptAnswer(t *testing.T) {
	began := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	open := access.KeptAnswer{Key: 1}
	open.Begin(began)
	if open.Turn != 1 {
		t.Errorf("got turn %d, want 1", open.Turn)
	}
	answered := open
	answered.Answer.Blob = []byte{1}
	for _, c := range []struct {
		name         string
		k            access.KeptAnswer
		after        time.Duration
		good, leased bool
	}{
		{"none", access.KeptAnswer{}, 0, false, false},
		{"just begun", open, 0, true, true},
		{"the last moment of the lease", open, access.AnswerLeaseFor - 1, true, true},
		{"its process died", open, access.AnswerLeaseFor, true, false},
		{"a clock moved back a little", open, -time.Second, true, true},
		{"a clock moved back far", open, -time.Hour, true, false},
		{"answered", answered, 0, true, false},
		{"the last moment", answered, access.KeepAnswerFor - 1, true, false},
		{"forgotten", answered, access.KeepAnswerFor, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := began.Add(c.after)
			if got := c.k.Good(now); got != c.good {
				t.Errorf("good: got %v, want %v", got, c.good)
			}
			if got := c.k.Leased(now); got != c.leased {
				t.Errorf("leased: got %v, want %v", got, c.leased)
			}
		})
	}
	answered.Begin(began.Add(time.Hour))
	if answered.Answered() || answered.Turn != 2 || !answered.Leased(began.Add(time.Hour)) {
		t.Errorf("got %+v, want it begun anew", answered)
	}
}
