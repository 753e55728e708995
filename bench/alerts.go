package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// alertsPerAccount makes a million of them in a store of scale 1.
const alertsPerAccount = 10

// putAlert stores alerts of which one in five is answered and one in ten came
// from no login.
func (s *sample) putAlert(ctx context.Context, tx store.Tx, n int) error {
	kinds := [...]access.AlertKind{access.AlertPINWrong, access.AlertLoginAbandoned, access.AlertPINLocked, access.AlertNotifyOnlyLogin}
	who := s.random.IntN(s.accounts)
	a := access.Alert{
		At: s.now.Add(-time.Duration(s.accounts*alertsPerAccount-n) * 10 * time.Second), Kind: kinds[n%len(kinds)],
		Severity: access.Warn, State: access.AlertOpen, AccountKey: keyOf(who), School: schoolCode(who % schools),
		IP: address(s.random.IntN(1 << 16)), UserAgent: userAgent(s.random.IntN(6)), LoginKey: int64(n + 1),
		IncidentID: fmt.Sprintf("i%016x", n/2), Text: kinds[n%len(kinds)].Sentence(), AuditSeq: 1,
	}
	switch {
	case n%10 == 3:
		a.LoginKey, a.DeviceID = 0, deviceID(who*devicesPerAccount)
	case n%5 == 0:
		a.State, a.AnsweredAt, a.AnsweredBy, a.Answer = access.AlertAcknowledged, a.At.Add(time.Hour), "uid:0", "called the family"
	}
	return tx.PutAlert(ctx, &a)
}

// selectAlerts gives the text of `alerts export`.
func selectAlerts() string {
	return `SELECT t.id, ` + instant("t.at") + ` AS at, t.kind, t.severity, t.state, a.login, t.school, t.ip, t.user_agent,
		t.device_id, t.incident_id, t.text, nullif(t.login_id, 0) AS login_number, ` + instant("t.answered_at") + ` AS answered_at,
		t.answered_by, t.answer
		FROM alert t LEFT JOIN account a ON a.id = t.account_id
		WHERE t.severity IN ('warn', 'high', 'critical') ORDER BY t.id`
}

// measureAlertExport times all alerts as CSV, beside the shell's query of the
// same text.
func measureAlertExport(ctx context.Context, s *setup) ([]result, error) {
	const rounds = 5
	if err := s.large.fill(ctx, s.large.accounts*alertsPerAccount, s.large.putAlert); err != nil {
		return nil, err
	}
	ours := s.pinward(s.large, "alerts", "export", "--format", "csv")
	theirs := shell(s.large.path, "-readonly", "-csv", "-header", selectAlerts())
	ours.out, theirs.out = filepath.Join(s.dir, "alerts-ours.csv"), filepath.Join(s.dir, "alerts-theirs.csv")
	medians, err := takeTurns(rounds, ours.task(ctx), theirs.task(ctx))
	if err != nil {
		return nil, err
	}
	rows, err := sameText(ours.out, theirs.out)
	if err != nil {
		return nil, err
	}
	kib, err := ours.peak(ctx)
	return []result{
		compared(fmt.Sprintf("`alerts export` of %d alerts as CSV", rows-1), medians, "sqlite3 -csv, the same text", 1),
		memory("its peak memory", kib, 32),
	}, err
}

// measureTail times how long a committed alert takes to become a line of `alerts
// tail -f` in another process.
func measureTail(ctx context.Context, s *setup) ([]result, error) {
	const rounds = 200
	c := s.pinward(s.large, "alerts", "tail", "-f", "-n", "0", "-o", "jsonl").command(ctx)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}()
	lines := bufio.NewReader(out)
	raise := func() error {
		return s.large.store.Update(ctx, func(tx store.Tx) error { return s.large.putAlert(ctx, tx, 0) })
	}
	time.Sleep(time.Second) // until it follows
	var delays []time.Duration
	for range rounds {
		time.Sleep(time.Duration(s.large.random.IntN(100)) * time.Millisecond) // at no beat of its own
		if err := raise(); err != nil {
			return nil, err
		}
		committed := time.Now()
		if _, err := lines.ReadString('\n'); err != nil {
			return nil, err
		}
		delays = append(delays, time.Since(committed))
	}
	slices.Sort(delays)
	return []result{{
		what: "`alerts tail -f`, from commit to line, median and p99", ours: short(delays[rounds/2]) + ", " + short(delays[rounds*99/100]),
		beside: "-", limit: "100 ms at p99", within: delays[rounds*99/100] <= 100*time.Millisecond,
	}}, nil
}
