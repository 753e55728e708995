package app

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pinward/internal/store"
)

// A shelf is a store that holds nothing but keys.
type shelf struct {
	store.Store
	keys  []int64
	reads atomic.Int64
	fails atomic.Int64 // the read that fails, counted from 1
	mutex sync.Mutex
	ends  map[int64]bool // of the spans that were read
}

var errShelf = errors.New("shelf")

func (s *shelf) ViewMany(ctx context.Context, f func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return f(nil)
}

func (s *shelf) read(_ store.Tx, p store.Page, take func(int64) error) error {
	if s.reads.Add(1) == s.fails.Load() {
		return errShelf
	}
	s.mutex.Lock()
	if s.ends == nil {
		s.ends = map[int64]bool{}
	}
	s.ends[p.UpTo] = true
	s.mutex.Unlock()
	at, _ := slices.BinarySearch(s.keys, p.After+1)
	for n := 0; at < len(s.keys) && n < p.Limit && (p.UpTo == 0 || s.keys[at] <= p.UpTo); n++ {
		if err := take(s.keys[at]); err != nil {
			return err
		}
		at++
	}
	return nil
}

func (s *shelf) pages(ctx context.Context, within store.Page, each func(int64) error) error {
	return inPages(ctx, &App{store: s}, within, func(key int64) int64 { return key }, s.read, each)
}

// keysFrom gives n keys from first on, so many apart.
func keysFrom(first int64, n int, apart int64) []int64 {
	keys := make([]int64, n)
	for i := range keys {
		keys[i] = first + int64(i)*apart
	}
	return keys
}

// The reads of each shelf are bounded: no gap is gone through in small steps.
func TestInPagesGivesEveryKeyInOrder(t *testing.T) {
	burst := append(keysFrom(1, 2*pageRows, 1), keysFrom(1_000_000_000, 3*pageRows, 1)...)
	for _, c := range []struct {
		name   string
		keys   []int64
		within store.Page
		reads  int64
	}{
		{"nothing", nil, store.Page{UpTo: 9}, 1},
		{"less than a page", keysFrom(1, pageRows-1, 1), store.Page{UpTo: pageRows - 1}, 1},
		{"a page", keysFrom(1, pageRows, 1), store.Page{UpTo: pageRows}, 1},
		{"a page and a row", keysFrom(1, pageRows+1, 1), store.Page{UpTo: pageRows + 1}, 2},
		{"many pages", keysFrom(1, 20*pageRows, 1), store.Page{UpTo: 20 * pageRows}, 20},
		{"many pages, high keys", keysFrom(5_000_000_000, 20*pageRows, 1), store.Page{UpTo: 6_000_000_000}, 60},
		{"up to a key in the middle", keysFrom(1, 20*pageRows, 1), store.Page{UpTo: 7*pageRows + 3}, 8},
		{"after a key in the middle", keysFrom(1, 20*pageRows, 1), store.Page{After: 7*pageRows + 3, UpTo: 20 * pageRows}, 13},
		{"without a highest key", keysFrom(1, 20*pageRows, 3), store.Page{}, 21},
		{"gaps everywhere", keysFrom(1, 20*pageRows, 1000), store.Page{UpTo: 20_000 * pageRows}, 40},
		{"a gap after a burst", burst, store.Page{UpTo: burst[len(burst)-1]}, 60},
		{
			"a burst after gaps", append(keysFrom(1, 2*pageRows, 100_000), keysFrom(1_000_000_000, 40*pageRows, 1)...),
			store.Page{UpTo: 2_000_000_000},
			140,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &shelf{keys: c.keys}
			var got []int64
			err := s.pages(t.Context(), c.within, func(key int64) error {
				got = append(got, key)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			var want []int64
			for _, key := range c.keys {
				if key > c.within.After && (c.within.UpTo == 0 || key <= c.within.UpTo) {
					want = append(want, key)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %d keys, want %d in order", len(got), len(want))
			}
			if n := s.reads.Load(); n > c.reads {
				t.Errorf("got %d reads, want at most %d", n, c.reads)
			}
		})
	}
}

// Where rows lie close again after gaps, spans are short again: a long one is
// read by one reader alone.
func TestInPagesShortensSpans(t *testing.T) {
	s := &shelf{keys: append(keysFrom(1, 2*pageRows, 20), keysFrom(20_000, 200_000, 1)...)}
	if err := s.pages(t.Context(), store.Page{UpTo: 220_000}, func(int64) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if n := len(s.ends); n < 100 {
		t.Errorf("got %d spans, want 100 or more", n)
	}
}

// Whatever ends a listing early ends its readers with it.
func TestInPagesEndsEarly(t *testing.T) {
	mine := errors.New("mine")
	for _, upTo := range []int64{0, 50 * pageRows} {
		for at := range int64(12) {
			before := runtime.NumGoroutine()
			s := &shelf{keys: keysFrom(1, 50*pageRows, 1)}
			err := s.pages(t.Context(), store.Page{UpTo: upTo}, func(key int64) error {
				if key == 1+at*pageRows/2 {
					return mine
				}
				return nil
			})
			if !errors.Is(err, mine) {
				t.Errorf("each fails: got error %v", err)
			}

			s.reads.Store(0)
			s.fails.Store(at + 1)
			last := int64(0)
			err = s.pages(t.Context(), store.Page{UpTo: upTo}, func(key int64) error {
				if key != last+1 {
					t.Errorf("read %d fails: got key %d after %d", at+1, key, last)
				}
				last = key
				return nil
			})
			if !errors.Is(err, errShelf) {
				t.Errorf("read %d fails: got error %v", at+1, err)
			}

			s.fails.Store(0)
			ctx, cancel := context.WithCancel(t.Context())
			err = s.pages(ctx, store.Page{UpTo: upTo}, func(key int64) error {
				if key == 1+at*pageRows/2 {
					cancel()
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled: got error %v", err)
			}
			for range 100 { // a reader that has said that it is done may still be ending
				if runtime.NumGoroutine() <= before {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if n := runtime.NumGoroutine(); n > before {
				t.Fatalf("got %d goroutines, want %d as before", n, before)
			}
		}
	}
}
