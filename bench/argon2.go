package main

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// measureArgon2 times the sealing of a PIN at the cost that pinward ships,
// nearly all of which is argon2id, beside Debian's argon2 at the same cost, by
// its own clock.
func measureArgon2(ctx context.Context, s *setup) ([]result, error) {
	const rounds, span = 25, 3 * time.Second
	seal := func() error {
		_, err := s.large.keys.SealPIN(crand.Reader, secret.DefaultHasher(), accountID(1), access.NewPIN("704913"))
		return err
	}
	cost := secret.DefaultHasher()
	debian := program{
		args: []string{
			"argon2", "saltsaltsaltsalt", "-id", "-t", fmt.Sprint(cost.Time), "-k", fmt.Sprint(cost.MemoryKiB),
			"-p", "1", "-l", "32",
		},
		stdin: "704913",
	}
	theirs := func() (time.Duration, error) {
		out, err := debian.run(ctx)
		if err != nil {
			return 0, err
		}
		for line := range strings.Lines(out) {
			var seconds float64
			if n, _ := fmt.Sscanf(line, "%f seconds", &seconds); n == 1 {
				return time.Duration(seconds * float64(time.Second)), nil
			}
		}
		return 0, fmt.Errorf("argon2 told no time: %s", out)
	}
	medians, err := takeTurns(rounds, timed(seal), theirs)
	if err != nil {
		return nil, err
	}
	results := []result{compared("argon2id of one PIN", medians, "Debian's argon2", 1)}
	var alone float64
	for _, workers := range []int{1, 2} {
		perSecond, err := together(workers, span, seal)
		if err != nil {
			return nil, err
		}
		if workers == 1 {
			alone = perSecond
			continue
		}
		results = append(results, rate("argon2id, 2 workers", perSecond, 85, fmt.Sprintf("%.0f/s by one", alone)))
	}
	return results, nil
}

// together gives how often a second so many workers do something.
func together(workers int, span time.Duration, do func() error) (float64, error) {
	var mu sync.Mutex
	var failure error
	total := 0
	began := time.Now()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for time.Since(began) < span {
				err := do()
				mu.Lock()
				total++
				if err != nil {
					failure = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return float64(total) / time.Since(began).Seconds(), failure
}
