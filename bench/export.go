package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// selectLog gives the text of `login list -o csv`. Ours reads the browser from
// the user agent, which CASE does here in the same order.
func selectLog() string {
	first := func(marks ...string) string {
		var b strings.Builder
		for pair := range slices.Chunk(marks, 2) {
			fmt.Fprintf(&b, " WHEN instr(l.user_agent, '%s') THEN '%s'", pair[0], pair[1])
		}
		return "CASE" + b.String() + " ELSE 'unknown' END"
	}
	family := first("Edg", "Edge", "OPR/", "Opera", "SamsungBrowser/", "Samsung Internet", "FxiOS/", "Firefox",
		"Firefox/", "Firefox", "CriOS/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari")
	system := first("Windows", "Windows", "Android", "Android", "iPhone", "iOS", "iPad", "iOS", "CrOS", "ChromeOS",
		"Mac OS X", "macOS", "Macintosh", "macOS", "Linux", "Linux")
	return `SELECT l.id, ` + instant("l.started_at") + ` AS started_at, ` + instant("l.ended_at") + ` AS ended_at,
		a.login, s.code AS school, l.state, l.decision, l.reason, l.wrong_pins, l.ip,
		` + family + ` || ' on ' || ` + system + ` AS browser,
		l.user_agent, l.device_id, l.token, l.opened_by
		FROM login l LEFT JOIN account a ON a.id = l.account_id
		LEFT JOIN account_school m ON m.account_id = a.id AND m.position = 0
		LEFT JOIN school s ON s.id = m.school_id ORDER BY l.id`
}

// instant gives a time as ours writes it.
func instant(column string) string {
	return fmt.Sprintf(`strftime(CASE %[1]s %% 1000 WHEN 0 THEN '%%Y-%%m-%%dT%%H:%%M:%%SZ'
		ELSE '%%Y-%%m-%%dT%%H:%%M:%%fZ' END, %[1]s / 1000.0, 'unixepoch')`, column)
}

// measureExport times the login log as CSV, beside the shell's query of the same
// text.
func measureExport(ctx context.Context, s *setup) ([]result, error) {
	const rounds = 5
	ours := s.pinward(s.large, "login", "list", "-o", "csv")
	theirs := shell(s.large.path, "-readonly", "-csv", "-header", selectLog())
	ours.out, theirs.out = filepath.Join(s.dir, "ours.csv"), filepath.Join(s.dir, "theirs.csv")
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
		compared(fmt.Sprintf("`login list -o csv` of %d logins", rows-1), medians, "sqlite3 -csv, the same text", 1),
		memory("its peak memory", kib, 32),
	}, err
}

// sameText fails unless two CSV files hold the same cells, byte for byte, and
// gives the number of their lines. The files themselves differ: the shell puts
// quotes around every cell with a space in it, and ends lines with CR LF.
func sameText(one, other string) (lines int, err error) {
	a, err := os.Open(one)
	if err != nil {
		return 0, err
	}
	defer func() { _ = a.Close() }()
	b, err := os.Open(other)
	if err != nil {
		return 0, err
	}
	defer func() { _ = b.Close() }()
	ra, rb := csv.NewReader(a), csv.NewReader(b)
	for ; ; lines++ {
		x, errX := ra.Read()
		y, errY := rb.Read()
		switch {
		case errors.Is(errX, io.EOF) && errors.Is(errY, io.EOF):
			return lines, nil
		case errX != nil || errY != nil:
			return lines, fmt.Errorf("line %d: %w", lines+1, errors.Join(errX, errY))
		case !slices.Equal(x, y):
			return lines, fmt.Errorf("line %d: ours %q, theirs %q", lines+1, x, y)
		}
	}
}
