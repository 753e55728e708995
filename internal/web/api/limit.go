package api

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often one portal may ask, in one process, and how much it may save up. They
// are far above what a district's busiest morning takes, and keep a portal that
// runs wild from taking the store from all others.
const (
	requestsPerSecond     = 400
	requestsAtOnce        = 4_000
	recognitionsPerSecond = 20_000
)

// limits count the requests of each portal. Only portals that exist are counted,
// so there are few.
type limits struct{ portals sync.Map }

type limited struct {
	portal string
	often  bool
}

func newLimits() *limits { return &limits{} }

// wait counts a request, or gives the seconds after which it may come again.
func (l *limits) wait(portal string, often bool, now time.Time) int {
	key := limited{portal, often}
	found, ok := l.portals.Load(key)
	if !ok {
		made := rate.NewLimiter(requestsPerSecond, requestsAtOnce)
		if often {
			made = rate.NewLimiter(recognitionsPerSecond, recognitionsPerSecond)
		}
		found, _ = l.portals.LoadOrStore(key, made)
	}
	limiter := found.(*rate.Limiter)
	if limiter.AllowN(now, 1) {
		return 0
	}
	short := (1 - limiter.TokensAt(now)) / float64(limiter.Limit())
	return max(1, int(math.Ceil(short)))
}
