package torture_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// mostWAL bounds the write-ahead log while somebody reads all the time: SQLite
// folds it back at 4 MiB, and a transaction under way may go on past that.
const mostWAL = 16 << 20

// TestCrowd: eight writers, one who follows the alerts and one who exports all
// logins, slowly, at the same time. None is told that the store is locked, the
// write-ahead log stays small, and the follower sees each alert once.
func TestCrowd(t *testing.T) {
	size := howMuch(t)
	s := newSite(t)
	for w := range size.writers {
		s.must("", "account", "add", writer(w), "--name", "Sample, Writer", "--profile", "student", "--email", writer(w)+"@example.org")
		a := s.start(writer(w))
		s.must(fmt.Sprintf(`{"login_id":%q,"protection":"notify"}`, a.LoginID), "login", "setup")
	}
	s.fillLogins(size.exportRows)
	tail := s.follow("alerts", "tail", "-f", "-n", "0", "--severity", "info", "-o", "jsonl")
	export := s.follow("login", "list", "-o", "csv")
	exported := make(chan int, 1)
	page := make(chan bool, size.writers*size.writes)
	const rowBytes = 110
	go func() { exported <- readSlowly(export.out, page, size.exportRows*rowBytes/cap(page)+1) }()
	before := tail.started(s)
	began := time.Now()
	wal := s.write(size, page)
	took := time.Since(began)
	close(page)
	rows := <-exported
	if r := export.end(s); r.code != 0 || rows < size.exportRows {
		t.Errorf("export: %d lines, want exit 0 and at least %d; got %s", rows, size.exportRows, r)
	}

	want := s.alertsAfter(before)
	got := tail.lines(t, len(want))
	tail.interrupt()
	if r := tail.end(s); r.code != 130 || r.out != "" {
		t.Errorf("alerts tail: want nothing more and exit 130 at ^C, got %s", r)
	}
	if !slices.Equal(got, want) {
		t.Errorf("alerts tail: got %d alerts, want %d in the same order: %v, %v", len(got), len(want), got, want)
	}
	if n := size.writers * size.writes; len(want) < n {
		t.Errorf("%d alerts, want one for each of %d logins", len(want), n)
	}
	if wal > mostWAL {
		t.Errorf("the write-ahead log grew to %d MiB", wal>>20)
	}
	figure(t, "%d writers, %d logins each, beside a follower and an export of %d rows: %v, write-ahead log at most %.1f MiB, %d alerts followed, none missed or doubled",
		size.writers, size.writes, rows-1, took.Round(100*time.Millisecond), float64(wal)/(1<<20), len(got))
	s.sound()
}

func writer(n int) string { return fmt.Sprintf("writer%d", n) }

// fillLogins makes the log long.
func (s *site) fillLogins(rows int) {
	s.t.Helper()
	s.edit(fmt.Sprintf(`INSERT INTO login (account_id, opened_by, started_at, expires_at, ended_at, state, decision, reason, ip, user_agent, device_id, wrong_pins, recognized, may_choose, registered, token)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT 1, 'uid:0', 1700000000000 + i, 1700000600000 + i, 1700000000000 + i, 'passed', 'allow', 'no_protection', '192.0.2.7', 'Mozilla/5.0', '', 0, 0, 0, 0, '' FROM n`, rows))
}

// write has every writer open logins, one process each, and gives the largest
// write-ahead log that was seen.
func (s *site) write(size size, page chan<- bool) int64 {
	s.t.Helper()
	var largest int64
	var mu sync.Mutex
	together(size.writers, func(w int) result {
		for range size.writes {
			r := s.run(startOf(writer(w)), "login", "start")
			if r.code != 0 {
				s.t.Errorf("a writer: want exit 0, got %s", r)
				return r
			}
			info, err := os.Lstat(s.store() + "-wal")
			mu.Lock()
			if err == nil {
				largest = max(largest, info.Size())
			}
			mu.Unlock()
			page <- true
		}
		return result{}
	})
	return largest
}

// readSlowly takes so many bytes whenever it is told to, then the rest, and
// gives the number of lines.
func readSlowly(from io.Reader, page <-chan bool, bytes int) int {
	lines, buf := 0, make([]byte, bytes)
	count := func(n int) { lines += strings.Count(string(buf[:n]), "\n") }
	for range page {
		n, _ := from.Read(buf)
		count(n)
	}
	for {
		n, err := from.Read(buf)
		count(n)
		if err != nil {
			return lines
		}
	}
}

// alertsAfter lists the alerts that a follower shows, by number.
func (s *site) alertsAfter(number string) []string {
	s.t.Helper()
	db := s.open(false)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(s.t.Context(), `SELECT id FROM alert WHERE id > ?1 ORDER BY id`, number)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, id)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// A follower is a run of the program whose output is read while it goes on.
type follower struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	errs strings.Builder
}

func (s *site) follow(args ...string) *follower {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	s.t.Cleanup(cancel)
	f := &follower{cmd: s.command(ctx, args...)}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	f.out, f.cmd.Stderr = bufio.NewReader(out), &f.errs
	if err := f.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return f
}

// started waits until the follower shows an alert that was raised for that, and
// gives its number.
func (f *follower) started(s *site) string {
	s.t.Helper()
	first := make(chan string, 1)
	go func() {
		line, _ := f.out.ReadString('\n')
		first <- line
	}()
	for {
		s.must(startOf(writer(0)), "login", "start")
		select {
		case line := <-first:
			return alertNumber(s.t, line)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func alertNumber(t *testing.T, line string) string {
	t.Helper()
	var alert struct {
		ID json.Number `json:"id"`
	}
	if err := json.Unmarshal([]byte(line), &alert); err != nil {
		t.Errorf("alerts tail: %v in %q", err, line)
	}
	return alert.ID.String()
}

// lines reads the numbers of n more alerts.
func (f *follower) lines(t *testing.T, n int) []string {
	t.Helper()
	var all []string
	for range n {
		line, err := f.out.ReadString('\n')
		if err != nil {
			t.Errorf("alerts tail ended after %d of %d: %v", len(all), n, err)
			return all
		}
		all = append(all, alertNumber(t, line))
	}
	return all
}

func (f *follower) interrupt() { _ = f.cmd.Process.Signal(syscall.SIGINT) }

// end waits for the end and gives what came of it; what was not read is part of
// it.
func (f *follower) end(s *site) result {
	s.t.Helper()
	rest, _ := io.ReadAll(f.out)
	_ = f.cmd.Wait()
	r := result{code: exitOf(f.cmd), out: string(rest), err: f.errs.String()}
	s.noPanic(r, f.cmd.Args)
	return r
}
