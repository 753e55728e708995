package main

import (
	"context"
	"fmt"
	"time"
)

// selectAccount is what `account show` asks first: the account and its schools.
const selectAccount = `SELECT a.*, (SELECT group_concat(s.code, ' ') FROM account_school m
	JOIN school s ON s.id = m.school_id WHERE m.account_id = a.id) FROM account a WHERE a.login = '%s'`

// measureStart times a whole process that shows one account, beside the shell
// that reads its row. Ours reads and judges besides its policy, PIN, devices,
// logins and alerts.
func measureStart(ctx context.Context, s *setup) ([]result, error) {
	const rounds = 100
	n := 0
	next := func() string {
		n = (n + 7919) % s.large.accounts
		return loginName(n)
	}
	ours := func() (time.Duration, error) { return s.pinward(s.large, "account", "show", next()).task(ctx)() }
	theirs := func() (time.Duration, error) {
		return shell(s.large.path, "-readonly", fmt.Sprintf(selectAccount, next())).task(ctx)()
	}
	medians, err := takeTurns(rounds, ours, theirs)
	if err != nil {
		return nil, err
	}
	kib, err := s.pinward(s.large, "account", "show", next()).peak(ctx)
	return []result{
		compared("start and `account show`", medians, "sqlite3, the account's SELECT", 3),
		memory("its peak memory", kib, 20),
	}, err
}
