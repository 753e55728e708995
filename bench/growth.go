package main

import (
	"context"
	"fmt"
	"time"
)

// measureGrowth times commands about one account as processes, on the large
// store beside the one of a tenth of its rows.
func measureGrowth(ctx context.Context, s *setup) ([]result, error) {
	const rounds = 60
	var results []result
	for _, command := range []struct {
		name string
		of   func(on *sample, account int) program
	}{
		{"`account show`", func(on *sample, n int) program { return s.pinward(on, "account", "show", loginName(n)) }},
		{"`device list LOGIN`", func(on *sample, n int) program { return s.pinward(on, "device", "list", loginName(n)) }},
		{"`login start`", func(on *sample, n int) program {
			p := s.pinward(on, "login", "start")
			p.stdin = fmt.Sprintf(`{"login": %q, "ip": "198.51.100.7", "user_agent": %q}`, loginName(n), userAgent(n))
			return p
		}},
	} {
		n := 0
		on := func(store *sample) task {
			return func() (time.Duration, error) {
				n += 7919
				return command.of(store, n%store.accounts).task(ctx)()
			}
		}
		medians, err := takeTurns(rounds, on(s.large), on(s.small))
		if err != nil {
			return nil, err
		}
		results = append(results, compared(command.name+" on 10x the rows", medians, "on a tenth", 1.5))
	}
	return results, nil
}
